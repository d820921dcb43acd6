"""What 注册码 and 重置码 have in common: how they look, how they are typed, what is kept of them."""

from __future__ import annotations

import re
import secrets
import unicodedata

from tuanjian import sealing

# Read from paper and over the telephone: no 0 O Q, 1 I L, 2 Z, 5 S, 8 B, U.
ALPHABET = "ACDEFGHJKMNPRTVWXY34679"
LENGTH = 8
# The same for a code that never was, one that is used, void or past its time: who guesses learns nothing.
REFUSED = "这个码不正确或已失效。请逐个字符核对；仍不行的，请向发码的上级要一个新的。"
_BETWEEN = re.compile(r"[\s\-‐‑‒–—−_.·]+")


def draw() -> str:
    """A new code: 23 letters and digits to the power of eight, drawn by the system's random generator."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """The code in two halves, as it is printed: K7RM-4XTV."""
    return f"{code[:4]}-{code[4:]}"


def read(text: str) -> str:
    """What was typed as a code: full width, lower case, blanks and hyphens do not matter; "" if it can be none."""
    plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else ""


def digest(purpose: str, code: str) -> str:
    """What is stored instead of the code: keyed, so that the database alone does not let anybody try codes."""
    return sealing.blind_index(f"code.{purpose}", code)
