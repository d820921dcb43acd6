"""Cells of names: however they are kept apart, the same people are read."""

import pytest

from activities.ledger.names import Named, NotAName, read_names


@pytest.mark.parametrize(
    "text",
    [
        "白雨桐、何静姝、曹景行",
        "白雨桐，何静姝,曹景行",
        "白雨桐;何静姝；曹景行、",
        "白雨桐\n何静姝\r\n曹景行",
        "白雨桐 何静姝\u3000曹景行。",
        "白雨桐/何静姝|曹景行",
        " 白雨桐 、 何静姝 、、曹景行",
    ],
)
def test_marks_lines_and_blanks_keep_names_apart(text):
    assert read_names(text) == [Named("白雨桐"), Named("何静姝"), Named("曹景行")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张\u3000三、李四光", ["张三", "李四光"]),
        ("张 三 李 四", ["张三", "李四"]),
        ("王 小 明", ["王小明"]),
        ("李 思思 赵宁", ["李思思", "赵宁"]),
        ("Anna Maria、阿依·古丽", ["Anna Maria", "阿依·古丽"]),
        ("、", []),
    ],
)
def test_blanks_that_line_names_up_do_not_part_them(text, names):
    assert [named.name for named in read_names(text)] == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张三（2001-06）", [Named("张三", born="2001-06")]),
        ("张三(2001年6月生)", [Named("张三", born="2001-06")]),
        ("张三（２００１）", [Named("张三", born="2001")]),
        ("张三（书记、团员）李四", [Named("张三", remark="书记、团员"), Named("李四")]),
        ("张三（出差", [Named("张三", remark="出差")]),
    ],
)
def test_brackets_tell_birth_or_remark(text, expected):
    assert read_names(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("全体团员", "“全体团员”不是姓名，请逐个写出姓名，或者不写姓名、只填参加人数。"),
        ("张三等15人", "“张三等15人”不是姓名，请逐个写出姓名，或者不写姓名、只填参加人数。"),
        ("张三、共１２人", "“共１２人”不是姓名，请逐个写出姓名，或者不写姓名、只填参加人数。"),
        ("张三、<b>", "“<b>”不是姓名，请写证件上的姓名，用“、”隔开。"),
        ("（2001-06）", "“（2001-06）”不是姓名，请写姓名，用“、”隔开。"),
        ("张", "“张”不是姓名，请写证件上的姓名，用“、”隔开。"),
    ],
)
def test_what_names_nobody_is_refused(text, sentence):
    with pytest.raises(NotAName) as refused:
        read_names(text)

    assert refused.value.message == sentence
