"""Read the names of people.

Names are stored as they are written on the identity card: rare characters, private-use characters of local systems and
compatibility ideographs stay what they are. Only what cannot be seen or is a typing habit is tidied.
"""

import re
import unicodedata

from tuanjian.placeholders import is_placeholder, visible

LONGEST_NAME = 50
# Longer ones with dots are looked for in no text.
LONGEST_DOTTED = 20


class NameRefused(ValueError):
    """A text that is no person's name; ``message`` tells the user what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


_COMPATIBILITY = "\uf900-\ufaff\U0002f800-\U0002fa1f"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_COMMON = "〇\u4e00-\u9fff"
_HAN = f"{_COMMON}\u3400-\u4dbf\U00020000-\U0003ffff{_COMPATIBILITY}{_PRIVATE}"
_DOTS = "·•・･．‧∙⋅᛫●"
_NOT_COMPATIBILITY = re.compile(f"[^{_COMPATIBILITY}]+")
# PDF files give 山 as U+2F2D, which looks the same and matches nothing.
_LOOK_ALIKE = re.compile("[\u2f00-\u2fd5]")
# Shape hints for one character: two spellings of one name must compare equal.
_VARIATION_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FULL_WIDTH_LETTERS = {0xFF21 + offset + shift: 0x41 + offset + shift for offset in range(26) for shift in (0, 0x20)}
_SOME_DOT = re.compile(rf" ?[{_DOTS}] ?|(?<=[{_HAN}])\.(?=[{_HAN}])")
_BLANK_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")
# Used after every character has been looked at; one way to match, so no name takes long.
_WELL_FORMED = re.compile(rf"[^-·.'’ ]+(?:(?:[-·'’ ]|\. ?)[^-·.'’ ]+)*(?:(?<![{_HAN}])\.)?")
# As nearly all names are written. None of these characters has another form.
_ORDINARY = re.compile("[\u4e00-\u9fff]{2,}")
_RUN = re.compile(f"[{_HAN}·]{{2,}}")
_IS_HAN = re.compile(f"[{_HAN}]")
_IS_COMMON = re.compile(f"[{_COMMON}]")


def read_person_name(text: str) -> str:
    """Return the name, tidied; raises NameRefused with R_NAME_EMPTY, R_NAME_BAD or R_NAME_LONG.

    Two to fifty characters: Chinese ones including the extensions, Latin letters for foreigners, · between the parts.
    Blanks between Chinese characters go, blanks between Latin words become one.
    """
    name = text if _ORDINARY.fullmatch(text) else _tidied(text)
    if not name:
        raise NameRefused("R_NAME_EMPTY", "姓名为空，请填写。")
    if len(name) > LONGEST_NAME:
        raise NameRefused("R_NAME_LONG", f"姓名过长（{len(name)} 个字，最多 {LONGEST_NAME} 个字），请核对。")
    if is_placeholder(name):
        raise NameRefused("R_NAME_BAD", "这里填的不是姓名，请填写证件上的姓名。")
    if _ORDINARY.fullmatch(name):
        return name
    for character in name:
        if not _may_stand_in_a_name(character):
            raise NameRefused("R_NAME_BAD", f"姓名含有不允许的字符“{_shown(character)}”，请填写证件上的姓名。")
    if len(name) < 2:
        raise NameRefused("R_NAME_BAD", "姓名只有一个字，请填写证件上的完整姓名。")
    if not _WELL_FORMED.fullmatch(name):
        raise NameRefused("R_NAME_BAD", "姓名中间隔号、空格等符号的位置不对，请填写证件上的姓名。")
    return name


def possible_names_in(text: str) -> set[str]:
    """Return every piece of a text that somebody could be called by in Chinese characters, as names are stored.

    Two to four characters; up to twenty where a · stands between. It is for whoever asks to look which of them are
    names of people. Names of one's own that are longer, or in Latin letters, are not found.
    """
    found: set[str] = set()
    for run in _RUN.findall(_SOME_DOT.sub("·", text)):
        for words in run.split("·"):
            found.update(words[at : at + length] for length in (2, 3, 4) for at in range(len(words) - length + 1))
        for dot in (at for at, character in enumerate(run) if character == "·"):
            ends = range(dot + 2, min(len(run), dot + LONGEST_DOTTED) + 1)
            pieces = (run[at:end] for at in range(max(0, dot - LONGEST_DOTTED), dot) for end in ends)
            found.update(piece for piece in pieces if len(piece) <= LONGEST_DOTTED and piece == piece.strip("·"))
    return found


def rare_characters(name: str) -> str:
    """Return the characters that many fonts and other systems cannot show: extensions and private use."""
    if _ORDINARY.fullmatch(name):
        return ""
    return "".join(character for character in name if _is_han(character) and not _IS_COMMON.fullmatch(character))


def _tidied(text: str) -> str:
    plain = _VARIATION_SELECTOR.sub("", visible(text)).translate(_FULL_WIDTH_LETTERS)
    # NFC would replace compatibility ideographs by others, which are not the ones on the card.
    plain = _NOT_COMPATIBILITY.sub(lambda run: unicodedata.normalize("NFC", run[0]), plain)
    plain = _LOOK_ALIKE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), plain)
    plain = " ".join(plain.split()).strip("'‘’` ")
    return _BLANK_BETWEEN_HAN.sub("", _SOME_DOT.sub("·", plain))


def _may_stand_in_a_name(character: str) -> bool:
    if character in "· -'’." or _is_han(character):
        return True
    return character.isalpha() and unicodedata.name(character, "").startswith("LATIN ")


def _is_han(character: str) -> bool:
    return _IS_HAN.fullmatch(character) is not None


def _shown(character: str) -> str:
    drawn_alone = character.isprintable() and not unicodedata.combining(character)
    return character if drawn_alone else f"U+{ord(character):04X}"
