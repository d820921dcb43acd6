import pytest

from tuanjian.placeholders import is_placeholder, visible

WORDS = "无 待补 待补充 不详 暂无 同上 测试 测试1 test2 N/A n/a ｎ／ａ #N/A NULL nan 未知 未填 略 xxx XXX x ａａａ"
MARKS = "/ — —— - … * # ？？？"
NUMBERS = "1 0 0000 123456 1234567890 11111111111 12345678901 13000000000 14000000000 13800138000 13812345678"


@pytest.mark.parametrize("text", [*WORDS.split(), *MARKS.split(), *NUMBERS.split()])
def test_values_that_say_nothing(text):
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["（无）", "无。", " 无 ", "\u200b无", "暂 无", "　/　"])
def test_blanks_and_invisible_characters_hide_nothing(text):
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "吴无",
        "无锡市供销社",
        "张三",
        "14000123456",
        "13000000001",
        "15888888888",
        "12",
        "2021",
        "同上村",
        "x射线",
        "Ann",
    ],
)
def test_values_that_say_something(text):
    assert not is_placeholder(text)


def test_visible_keeps_blanks_and_drops_what_cannot_be_seen():
    assert visible("\ufeff团\u200b建 \u202a2026\u202c\u2060\n") == "团建 2026\n"
