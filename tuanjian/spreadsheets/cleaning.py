"""What was typed into a cell, as it is kept: text tidied, words of dictionaries found under the names people use.

Nothing is guessed: a word that is only near a known one is not taken for it, but can be proposed.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping

from tuanjian.placeholders import visible

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Text without blanks in characters that have no other form: nearly every cell.
_TIDY = re.compile("[!-~\u4e00-\u9fff（），。、：；“”—]*")
_NOT_IN_WORDS = re.compile(r"[\s()（）\[\]【】“”\"'*·.,，。、:：;；_~–—−-]+")
_COMPATIBILITY = "\uf900-\ufaff\U0002f800-\U0002fa1f"
_NOT_COMPATIBILITY = re.compile(f"[^{_COMPATIBILITY}]+")
# Below this likeness a proposal would confuse more than help; two-character words need one character in common.
_NEAR = 0.5


def has_control_characters(text: str) -> bool:
    """Whether something stands in the text that no keyboard writes: NUL, lone surrogates, other control characters."""
    return _CONTROL.search(text) is not None


def tidy_text(text: str) -> str:
    """The text without invisible characters and blanks around it; line breaks inside stay.

    Composed (NFC) except compatibility ideographs, which are characters of their own in names of people and places.
    """
    if _TIDY.fullmatch(text):
        return text
    plain = visible(text).replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n\u00a0\u3000")
    return _NOT_COMPATIBILITY.sub(lambda run: unicodedata.normalize("NFC", run[0]), plain)


def tidy_line(text: str) -> str:
    """The same on one line, every run of blanks as one."""
    return text if _TIDY.fullmatch(text) else " ".join(tidy_text(text).split())


def fold(text: str) -> str:
    """What two spellings of one word have in common: width, case, blanks, brackets and marks are gone."""
    return _NOT_IN_WORDS.sub("", unicodedata.normalize("NFKC", visible(text)).casefold())


class Vocabulary:
    """A dictionary with the words people use for its entries."""

    def __init__(self, entries: Iterable[tuple[str, str]], synonyms: Mapping[str, str] | None = None) -> None:
        """``entries`` are codes with their labels, ``synonyms`` further words for a code, separated by blanks.

        Raises ValueError for a word that would stand for two entries.
        """
        self.labels = dict(entries)
        self._codes: dict[str, str] = {}
        for code, label in self.labels.items():
            self._learn(label, code)
        for code, words in (synonyms or {}).items():
            for word in words.split():
                self._learn(word, code)

    def find(self, text: str) -> str | None:
        """The code of the entry this word stands for, None if it stands for none."""
        return self._codes.get(fold(text))

    def near(self, text: str) -> str:
        """The label of the entry the word may have been meant for (您是不是要填…), "" if none is near.

        Of several that are as near the first of the dictionary, where the usual ones stand.
        """
        word = fold(text)[:40]
        near = difflib.get_close_matches(word, self._codes, n=len(self._codes), cutoff=_NEAR)
        if not near:
            return ""
        nearest = difflib.SequenceMatcher(None, near[0], word).ratio()
        equal = {known for known in near if difflib.SequenceMatcher(None, known, word).ratio() == nearest}
        return self.labels[next(code for known, code in self._codes.items() if known in equal)]

    def _learn(self, word: str, code: str) -> None:
        if self._codes.setdefault(fold(word), code) != code:
            raise ValueError(f"{word} stands for two entries")
