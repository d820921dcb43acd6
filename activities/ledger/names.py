"""Reading a cell of names: “白雨桐、何静姝（出差）；曹景行”, one name after the other, however they are kept apart.

A name may be followed by brackets: the year or month of birth tells namesakes apart, anything else is a remark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from tuanjian.names import NameRefused, read_person_name

_APART: Final = "、，,;；/|\n\r\t"
_OPENING: Final = "（([【"
_CLOSING: Final = "）)]】"
_BORN = re.compile(r"((?:19|20)[0-9]{2})(?:[-./年]([0-9]{1,2})月?|年)?(?:生|出生)?")
# “全体团员”, “张三等15人”, “共 12 人” count people, but do not name them.
_COUNTS_PEOPLE = re.compile(r"等$|等.{0,8}[人名员]$|^全体|^全部|^所有|^共.{0,8}[人名]$|[0-9]+\s*[人名]$")


class Named(NamedTuple):
    """A name with what stood in brackets behind it: ``born`` is 2001 or 2001-06, ``remark`` everything else."""

    name: str
    born: str = ""
    remark: str = ""


class NotAName(ValueError):
    """A part of the cell that names nobody; ``message`` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read_names(text: str) -> list[Named]:
    """The names in a cell, in their order; raises ``NotAName``.

    Marks, line breaks and blanks keep names apart. Blanks inside names of two characters, put there to line them up,
    are seen: a single character belongs to the part behind it.
    """
    return [named for part in _parts(text) for named in _read_part(part)]


def _parts(text: str) -> Iterator[str]:
    """The text between the marks; marks in brackets keep nothing apart."""
    part, depth = "", 0
    for character in text:
        depth += (character in _OPENING) - (character in _CLOSING and depth > 0)
        if character in _APART and not depth:
            yield part
            part = ""
        else:
            part += character
    yield part


def _read_part(part: str) -> Iterator[Named]:
    rest = part.strip(" \u3000\u00a0。.")
    while rest:
        at = next((place for place, character in enumerate(rest) if character in _OPENING), len(rest))
        end = next((place for place in range(at, len(rest)) if rest[place] in _CLOSING), len(rest))
        names, inside = list(_apart_by_blanks(rest[:at])), rest[at + 1 : end].strip()
        if not names:
            raise NotAName(f"“{_shown(part)}”不是姓名，请写姓名，用“、”隔开。")
        for name in names[:-1]:
            yield Named(_read_name(name))
        yield _with_brackets(_read_name(names[-1]), inside)
        rest = rest[end + 1 :].strip(" \u3000\u00a0。.")


def _apart_by_blanks(text: str) -> Iterator[str]:
    words = text.split()
    if not any("\u3400" <= character <= "\u9fff" for character in text):
        # Foreign names keep their blanks.
        words = [text] if text.strip() else []
    while words:
        word = words.pop(0)
        if len(word) == 1 and words:
            alone = next((number for number, other in enumerate(words) if len(other) > 1), len(words))
            word += words.pop(0)
            # “王 小 明” are three characters of one name, “张 三 李 四” two names.
            if alone == 2:
                word += words.pop(0)
        yield word


def _read_name(text: str) -> str:
    if _COUNTS_PEOPLE.search(unicodedata.normalize("NFKC", text.strip())):
        raise NotAName(f"“{_shown(text)}”不是姓名，请逐个写出姓名，或者不写姓名、只填参加人数。")
    try:
        return read_person_name(text)
    except NameRefused:
        raise NotAName(f"“{_shown(text)}”不是姓名，请写证件上的姓名，用“、”隔开。") from None


def _with_brackets(name: str, inside: str) -> Named:
    born = _BORN.fullmatch(unicodedata.normalize("NFKC", inside))
    if born is None:
        return Named(name, remark=" ".join(inside.split()))
    return Named(name, born=f"{born[1]}-{int(born[2]):02}" if born[2] else born[1])


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text.strip()[:20])
