import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanjian.phones import PhoneRefused, read_mobile, tail


@pytest.mark.parametrize(
    "text",
    [
        "14000123456",
        "+8614000123456",
        "+86 140 0012 3456",
        "(+86)140-0012-3456",
        "86 140 0012 3456",
        "8614000123456",
        "008614000123456",
        "140-0012-3456",
        "140.0012.3456",
        "１４０００１２３４５６",
        "14000123456.0",
        "'14000123456",
        "\u202d14000123456\u202c",
        "\u00a014000123456\t",
    ],
)
def test_read_mobile_removes_what_people_add(text):
    assert read_mobile(text) == "14000123456"


@pytest.mark.parametrize("prefix", ["13", "14", "15", "16", "17", "18", "19"])
def test_read_mobile_knows_every_range(prefix):
    assert read_mobile(f"{prefix}000123456") == f"{prefix}000123456"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "手机号为空，请填写。"),
        (" - ", "手机号为空，请填写。"),
        ("1400012345", "手机号应为 11 位，现为 10 位。"),
        ("140001234567", "手机号应为 11 位，现为 12 位。"),
        ("+86", "手机号为空，请填写。"),
        ("11111111111", "没有以 11 开头的手机号，请核对。"),
        ("24000123456", "没有以 24 开头的手机号，请核对。"),
        ("0871-65123456", "这像是固定电话，请填写 11 位手机号。"),
        ("140****3456", "手机号被遮盖（含 *），请填写完整号码。"),
        ("1.40E+10", "手机号被表格软件改成了数字，后几位已丢失，请把该列设为“文本”后重新填写。"),
        ("14000123456/14000123457", "这里只能填写一个手机号。"),
        ("14000123456、14000123457", "这里只能填写一个手机号。"),
        ("1400012345O", "手机号里有“O”，应为 11 位数字。"),
        ("无", "手机号里有“无”，应为 11 位数字。"),
        ("١٤٠٠٠١٢٣٤٥٦", "手机号里有“١”，应为 11 位数字。"),
        ("\x0014000123456", "手机号里有“U+0000”，应为 11 位数字。"),
    ],
)
def test_read_mobile_refuses_and_says_why(text, sentence):
    with pytest.raises(PhoneRefused) as caught:
        read_mobile(text)

    assert (caught.value.code, caught.value.message, str(caught.value)) == ("R_PHONE_BAD", sentence, sentence)


def test_tail_is_the_last_four_digits():
    assert tail("14000123456") == "3456"


@pytest.mark.property
@given(st.text() | st.text("0123456789+-() .*/E", max_size=20))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    answer = number_or_sentence(text)

    assert answer.endswith("。") or (len(answer) == 11 and answer.isascii())


def number_or_sentence(text):
    try:
        return read_mobile(text)
    except PhoneRefused as refused:
        return refused.message
