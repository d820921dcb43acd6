from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanjian import idnumbers
from tuanjian.idnumbers import Gender, IdNumber, IdType, NumberRefused

TODAY = date(2026, 11, 21)
AREA = "379998"
MAN = idnumbers.make_resident_number(AREA, date(2001, 7, 4), 61)
WOMAN = idnumbers.make_resident_number(AREA, date(2003, 11, 30), 28)


def with_check(first17):
    return first17 + idnumbers.check_character(first17)


WITH_X = next(
    number
    for serial in range(1000)
    if (number := idnumbers.make_resident_number(AREA, date(2002, 8, 5), serial)).endswith("X")
)


def refusal(text, **options):
    with pytest.raises(NumberRefused) as caught:
        idnumbers.read(text, on=TODAY, **options)
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize(
    ("first17", "check"),
    [("11010519491231002", "X"), ("37010220000101123", "7"), ("81000019980815003", "9")],
)
def test_check_character_of_known_numbers(first17, check):
    assert idnumbers.check_character(first17) == check


@pytest.mark.parametrize("first17", ["", "1101051949123100", "110105194912310021", "1101051949123100X", "１" * 17])
def test_check_character_takes_17_digits_only(first17):
    with pytest.raises(ValueError, match="17 digits"):
        idnumbers.check_character(first17)


@pytest.mark.parametrize("serial", [-1, 1000])
def test_make_resident_number_takes_three_digits_of_serial(serial):
    with pytest.raises(ValueError, match="three digits"):
        idnumbers.make_resident_number(AREA, date(2001, 7, 4), serial)


def test_read_says_birthday_and_gender():
    men, women = idnumbers.read(MAN, on=TODAY), idnumbers.read(WOMAN, on=TODAY)

    assert men == IdNumber(MAN, IdType.RESIDENT, date(2001, 7, 4), Gender.MALE, tidied=False)
    assert women == IdNumber(WOMAN, IdType.RESIDENT, date(2003, 11, 30), Gender.FEMALE, tidied=False)


def test_read_takes_somebody_born_today():
    number = idnumbers.make_resident_number(AREA, TODAY, 1)

    assert idnumbers.read(number, on=TODAY).birth_on == TODAY


def test_read_takes_the_stored_value_of_a_type():
    assert idnumbers.read(MAN, id_type="111", on=TODAY).id_type is IdType.RESIDENT


def test_repr_does_not_show_the_number():
    assert MAN not in repr(idnumbers.read(MAN, on=TODAY))


WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@pytest.mark.parametrize(
    "typed",
    [
        WITH_X.lower(),
        "'" + WITH_X,
        "’" + WITH_X,
        "‘" + WITH_X,
        "＇" + WITH_X,
        WITH_X.translate(WIDE),
        "\u00a0" + WITH_X,
        f"{WITH_X[:6]}\u200b{WITH_X[6:]}",
        "\ufeff" + WITH_X,
        f"\u202d{WITH_X}\u202c",
        f"\t{WITH_X}\n",
        f"{WITH_X[:6]} {WITH_X[6:14]}　{WITH_X[14:]}",
        f'="{WITH_X}"',
    ],
)
def test_read_tidies_typing_and_says_so(typed):
    assert idnumbers.read(typed, on=TODAY) == IdNumber(
        WITH_X, IdType.RESIDENT, date(2002, 8, 5), idnumbers.read(WITH_X, on=TODAY).gender, tidied=True
    )


ROUNDED = ("R_ID_PRECISION", "身份证号被表格软件改成了数字，后几位已丢失，请把该列设为“文本”后重新填写。")
MASKED = ("R_ID_MASKED", "身份证号被遮盖（含 *），请填写完整号码。")
ZEROS_BY_LUCK = next(
    number
    for day in range(400)
    for serial in range(0, 1000, 100)
    if (number := idnumbers.make_resident_number(AREA, date(2003, 1, 1) + timedelta(day), serial)).endswith("000")
)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("", ("R_ID_EMPTY", "身份证号为空，请填写。")),
        (" \u200b\t", ("R_ID_EMPTY", "身份证号为空，请填写。")),
        ("待补", ("R_ID_EMPTY", "身份证号写的是“待补”，没有填写号码，请填写。")),
        ("3799**********0619", MASKED),
        ("379998＊＊＊＊＊＊＊＊063X", MASKED),
        ("3799xxxxxxxxxx0619", MASKED),
        ("3.79999E+17", ROUNDED),
        ("3.79998200107041e17", ROUNDED),
        ("379998200107041000.0", ROUNDED),
        (ZEROS_BY_LUCK[:-4] + str((int(ZEROS_BY_LUCK[-4]) + 1) % 10) + "000", ROUNDED),
        ("379998010704061", ("R_ID_15", "15 位旧身份证号已停用，请填写 18 位号码。")),
        (MAN[:17], ("R_ID_FORMAT", "身份证号应为 18 位，现为 17 位。")),
        (WITH_X + "1", ("R_ID_FORMAT", "身份证号应为 18 位，现为 19 位。")),
        ("20010704", ("R_ID_FORMAT", "身份证号应为 18 位，现为 8 位。")),
        (
            "3799O8" + MAN[6:],
            ("R_ID_FORMAT", "身份证号第 5 位是“O”，前 17 位应为数字，最后一位为数字或 X，请核对原件。"),
        ),
        (
            MAN[:16] + "X" + MAN[17],
            ("R_ID_FORMAT", "身份证号第 17 位是“X”，前 17 位应为数字，最后一位为数字或 X，请核对原件。"),
        ),
        (
            "٣" + MAN[1:],
            ("R_ID_FORMAT", "身份证号第 1 位是“٣”，前 17 位应为数字，最后一位为数字或 X，请核对原件。"),
        ),
        (
            "\x00" + MAN,
            ("R_ID_FORMAT", "身份证号第 1 位是“U+0000”，前 17 位应为数字，最后一位为数字或 X，请核对原件。"),
        ),
        (
            with_check("99999820010704061"),
            ("R_ID_TYPE", "这像是外国人永久居留身份证号，不是居民身份证号，请先选择证件类型。"),
        ),
        (
            with_check("16999820010704061"),
            ("R_ID_FORMAT", "身份证号前两位“16”不是任何省级行政区的代码，请核对原件。"),
        ),
        (with_check("37999820020231061"), ("R_ID_DATE", "身份证号中的出生日期 2002-02-31 不存在，请核对原件。")),
        (with_check("37999800000000061"), ("R_ID_DATE", "身份证号中的出生日期 0000-00-00 不存在，请核对原件。")),
        (
            idnumbers.make_resident_number(AREA, date(2026, 11, 22), 61),
            ("R_ID_FUTURE", "身份证号中的出生日期 2026-11-22 在今天之后，请核对原件。"),
        ),
        (
            MAN[:17] + ("1" if MAN[17] == "0" else "0"),
            ("R_ID_CHECKSUM", "身份证号校验位不对，请核对原件。"),
        ),
        ("EA1234567", ("R_ID_TYPE", "这像是护照号，不是居民身份证号，请先选择证件类型。")),
        ("G12345678", ("R_ID_TYPE", "这像是护照号，不是居民身份证号，请先选择证件类型。")),
        ("h01234567", ("R_ID_TYPE", "这像是港澳居民来往内地通行证号，不是居民身份证号，请先选择证件类型。")),
        ("M0123456701", ("R_ID_TYPE", "这像是港澳居民来往内地通行证号，不是居民身份证号，请先选择证件类型。")),
        ("01234567", ("R_ID_TYPE", "这像是台湾居民来往大陆通行证号，不是居民身份证号，请先选择证件类型。")),
        ("USA110082123456", ("R_ID_TYPE", "这像是外国人永久居留身份证号，不是居民身份证号，请先选择证件类型。")),
    ],
)
def test_read_refuses_with_the_most_helpful_sentence(text, refused):
    assert refusal(text) == refused


def test_zeros_at_the_end_are_refused_in_a_number_cell_only():
    from_text = idnumbers.read(ZEROS_BY_LUCK, on=TODAY)

    assert from_text.number == ZEROS_BY_LUCK
    assert refusal(ZEROS_BY_LUCK, number_cell=True) == ROUNDED


def test_number_cell_that_kept_every_digit_is_taken():
    assert idnumbers.read(MAN, on=TODAY, number_cell=True).number == MAN


@pytest.mark.parametrize("area", ["81", "82", "83"])
@pytest.mark.parametrize("declared", [IdType.RESIDENT, IdType.HMT_RESIDENT])
def test_residence_permits_of_hong_kong_macao_and_taiwan_name_themselves(area, declared):
    number = with_check(f"{area}000019980815003")

    read = idnumbers.read(number, id_type=declared, on=TODAY)

    assert read == IdNumber(number, IdType.HMT_RESIDENT, date(1998, 8, 15), Gender.MALE, tidied=False)


def test_resident_number_declared_as_residence_permit_is_refused():
    assert refusal(MAN, id_type=IdType.HMT_RESIDENT) == (
        "R_ID_TYPE",
        "这像是居民身份证号，不是港澳台居民居住证号，请先选择证件类型。",
    )


@pytest.mark.parametrize(
    ("text", "id_type", "number", "birth_on"),
    [
        ("h01234567", IdType.HM_PERMIT, "H01234567", None),
        ("M0123456701", IdType.HM_PERMIT, "M0123456701", None),
        ("01234567", IdType.TW_PERMIT, "01234567", None),
        ("ea1234567", IdType.PASSPORT, "EA1234567", None),
        ("usa110082123456", IdType.FOREIGN_RESIDENT, "USA110082123456", None),
        (
            with_check("91112419910821001"),
            IdType.FOREIGN_RESIDENT,
            with_check("91112419910821001"),
            date(1991, 8, 21),
        ),
    ],
)
def test_other_documents_are_read_when_declared(text, id_type, number, birth_on):
    assert idnumbers.read(text, id_type=id_type, on=TODAY) == IdNumber(number, id_type, birth_on, None, number != text)


@pytest.mark.parametrize(
    ("text", "id_type", "refused"),
    [
        ("", IdType.PASSPORT, ("R_ID_EMPTY", "证件号码为空，请填写。")),
        ("EA1***567", IdType.PASSPORT, ("R_ID_MASKED", "证件号码被遮盖（含 *），请填写完整号码。")),
        (
            "H0123456",
            IdType.HM_PERMIT,
            ("R_ID_FORMAT", "港澳居民来往内地通行证号应为字母 H 或 M 加 8 位数字，请核对原件。"),
        ),
        ("0123456", IdType.TW_PERMIT, ("R_ID_FORMAT", "台湾居民来往大陆通行证号应为 8 位数字，请核对原件。")),
        ("护照", IdType.PASSPORT, ("R_ID_FORMAT", "护照号应为 5 至 20 位字母和数字，请核对原件。")),
        (MAN, IdType.FOREIGN_RESIDENT, ("R_ID_FORMAT", "永久居留身份证号应以 9 开头，请核对原件。")),
        (MAN[:15], IdType.FOREIGN_RESIDENT, ("R_ID_FORMAT", "永久居留身份证号应为 18 位，现为 15 位。")),
    ],
)
def test_other_documents_are_refused_in_their_own_words(text, id_type, refused):
    assert refusal(text, id_type=id_type) == refused


numbers = st.builds(
    idnumbers.make_resident_number,
    st.sampled_from(["110105", "379998", "540102", "650102", "710000"]),
    st.dates(date(1930, 1, 1), TODAY),
    st.integers(0, 999),
)


@pytest.mark.property
@given(numbers)
def test_any_valid_number_reads_back(number):
    read = idnumbers.read(number, on=TODAY)

    assert (read.number, f"{read.birth_on:%Y%m%d}", read.tidied) == (number, number[6:14], False)
    assert read.gender == (Gender.MALE if int(number[16]) % 2 else Gender.FEMALE)


@pytest.mark.property
@given(numbers)
def test_any_single_change_is_refused(number):
    changes = {number[:place] + other + number[place + 1 :] for place in range(18) for other in "0123456789X"}

    assert [changed for changed in changes if not outcome(changed)] == [number]


@pytest.mark.property
@given(numbers)
def test_any_transposition_of_neighbours_is_refused(number):
    changes = {number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(17)} - {number}

    assert [changed for changed in changes if not outcome(changed)] == []


@pytest.mark.property
@given(st.text(), st.sampled_from(IdType), st.booleans())
def test_any_text_is_read_or_refused_with_a_sentence(text, id_type, number_cell):
    refused = outcome(text, id_type=id_type, number_cell=number_cell)

    assert refused is None or (refused.code.startswith("R_ID_") and refused.message.endswith("。"))


def outcome(text, **options):
    try:
        idnumbers.read(text, on=TODAY, **options)
    except NumberRefused as refused:
        return refused
    return None
