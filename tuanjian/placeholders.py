"""Recognise values that only fill a cell: somebody had to write something and knew nothing.

What they mean is decided by the caller: a name made of them is refused, an optional cell is taken as empty, and a
record that holds one counts as not yet filled in.
"""

import re
import unicodedata

# Compared after folding: full-width and case differences, blanks and invisible characters are gone.
_LISTS = (
    # nothing, none for now
    "无 没有 暂无 暂缺 暂未 空 空白 无数据 无内容",
    # to be supplied
    "待补 待补充 待填 待填写 待完善 待定 待核 待核实 待查 待确认 后补 补充中 未填 未填写",
    # not known
    "未知 不详 不明 不清楚 不知道 不记得 未定",
    # the same as above
    "同上 同前 上同 同左",
    # left out, example, test
    "略 省略 示例 样例 示例数据 测试数据 测试人员 测试用户 某某 某某某",
    # English, and what programs write
    "n/a na #n/a nil none null nan nat undefined unknown tbd tbc todo empty blank",
)
_WORDS = frozenset(word for words in _LISTS for word in words.split())
_TEST = re.compile(r"(?:测试|test|demo)[0-9]*")
_FILLER_LETTERS = re.compile(r"([a-z])\1+|x")
_ONE_DIGIT = re.compile(r"([0-9])\1*")
_HOLLOW_MOBILE = re.compile(r"1[3-9][0-9]0{8}")
# Numbers that stand in samples and manuals all over the country; 13800138000 is an operator's service number.
_SAMPLE_NUMBERS = frozenset({"13800138000", "13812345678", "13912345678", "12345678910"})
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_ORDINARY = re.compile("[\u4e00-\u9fff]+")
_COUNTING = "12345678901234567890"


def is_placeholder(text: str) -> bool:
    """Tell whether a value says nothing: “无”, “待补”, “/”, “——”, “xxx”, “同上”, “N/A”, “1”, 11111111111, 13000000000 …

    An empty text is empty, not a placeholder. A single digit and a run of one digit are placeholders, so this is
    not for columns that hold counts.
    """
    # Nearly every text; these characters have no other form.
    if _ORDINARY.fullmatch(text):
        return text in _WORDS or _TEST.fullmatch(text) is not None
    if text.isascii() and text.isdigit():
        return text in _WORDS or _is_hollow_number(text)
    folded = unicodedata.normalize("NFKC", "".join(visible(text).split())).casefold()
    if not folded:
        return False
    return (
        folded in _WORDS
        # “（无）” and “无。”
        or _AROUND.sub("", folded) in _WORDS
        or all(unicodedata.category(character)[0] in "PS" for character in folded)
        or bool(_TEST.fullmatch(folded) or _FILLER_LETTERS.fullmatch(folded))
        or _is_hollow_number(folded)
    )


def visible(text: str) -> str:
    """Return the text without characters nobody can see: zero-width and bidirectional controls, byte order marks.

    Blanks and line breaks stay.
    """
    # Nearly every text; nothing that is printable is of that category.
    if text.isprintable():
        return text
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def _is_hollow_number(folded: str) -> bool:
    return bool(
        _ONE_DIGIT.fullmatch(folded)
        or _HOLLOW_MOBILE.fullmatch(folded)
        or folded in _SAMPLE_NUMBERS
        or (len(folded) >= 3 and (_COUNTING.startswith(folded) or folded == "0123456789"))
    )
