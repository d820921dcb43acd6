"""Pinyin of names, for searching by initials and for ordering.

Kept in columns beside the name: both databases then order alike. A table corrects surnames whose usual reading as a
word is another one; given names take the commonest reading of each character, which is good enough to find people.
"""

import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin

_COMPOUND_SURNAMES = {
    "万俟": ("mo", "qi"),
    "尉迟": ("yu", "chi"),
    "尉遲": ("yu", "chi"),
    "澹台": ("tan", "tai"),
    "长孙": ("zhang", "sun"),
    "長孫": ("zhang", "sun"),
}
_SURNAMES = {
    "仇": "qiu",
    "佴": "nai",
    "区": "ou",
    "區": "ou",
    "单": "shan",
    "單": "shan",
    "卜": "bu",
    "句": "gou",
    "员": "yun",
    "員": "yun",
    "折": "she",
    "曾": "zeng",
    "朴": "piao",
    "查": "zha",
    "乐": "yue",
    "樂": "yue",
    "乜": "nie",
    "盖": "ge",
    "蓋": "ge",
    "祭": "zhai",
    "秘": "bi",
    "种": "chong",
    "繁": "po",
    "缪": "miao",
    "繆": "miao",
    "翟": "zhai",
    "能": "nai",
    "薄": "bo",
    "覃": "qin",
    "解": "xie",
    "都": "du",
    "阚": "kan",
    "闞": "kan",
}


def initials(name: str) -> str:
    """Return the first letter of each syllable or Latin word in lower case: 曾志伟 → zzw, Maria Ivanova → mi."""
    return "".join(syllable[0] for syllable in _syllables(name) if syllable[0].isascii())


def sort_key(name: str) -> str:
    """Return the syllables joined, in lower case: 曾志伟 → zengzhiwei.

    Characters without a known reading stand for themselves and so come last.
    """
    return "".join(_syllables(name))


def _syllables(name: str) -> list[str]:
    # Latin letters lose their accents here, compatibility ideographs become the ordinary ones.
    name = "".join(mark for mark in unicodedata.normalize("NFD", name) if not unicodedata.combining(mark))
    syllables: list[str] = list(_surname(name))
    latin = ""
    for character in name[len(syllables) :]:
        if character.isascii() and character.isalpha():
            latin += character.lower()
            continue
        if latin and character not in "'’":
            syllables.append(latin)
            latin = ""
        if reading := _reading(character):
            syllables.append(reading)
    return [*syllables, latin] if latin else syllables


def _surname(name: str) -> tuple[str, ...]:
    # In names with a dot the first character is a sound and not a surname: 查干·巴特尔.
    if "·" in name or len(name) < 2:
        return ()
    if compound := _COMPOUND_SURNAMES.get(name[:2]):
        return compound
    return (_SURNAMES[name[0]],) if name[0] in _SURNAMES else ()


@lru_cache(maxsize=30_000)
def _reading(character: str) -> str:
    if unicodedata.category(character)[0] not in "LC":
        return "ling" if character == "〇" else ""
    reading: str = lazy_pinyin(character)[0]
    return reading.lower()
