"""Read the numbers of identity documents as people type them and spreadsheets mangle them.

Resident identity cards follow GB 11643-1999: area (6), day of birth (8), serial (3, odd for men), check character by
ISO 7064 MOD 11-2. Only the province of the area is looked at: old counties stay valid in numbers for life.
No digit is ever guessed.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from operator import mul
from typing import Never

from django.db.models import TextChoices

from tuanjian.placeholders import is_placeholder, visible


class IdType(TextChoices):
    """证件类型. The values are stored: they are never renamed."""

    RESIDENT = "111", "居民身份证"
    HMT_RESIDENT = "hmt", "港澳台居民居住证"
    HM_PERMIT = "516", "港澳居民来往内地通行证"
    TW_PERMIT = "511", "台湾居民来往大陆通行证"
    PASSPORT = "414", "护照"
    FOREIGN_RESIDENT = "553", "外国人永久居留身份证"


class Gender(TextChoices):
    """性别, GB/T 2261.1."""

    MALE = "1", "男"
    FEMALE = "2", "女"
    UNKNOWN = "0", "未知"
    NOT_STATED = "9", "未说明"


class NumberRefused(ValueError):
    """A number that cannot be taken; ``message`` tells the user what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class IdNumber:
    """A number that was read, with what it says about its holder."""

    # Out of the repr: tracebacks and logs must not carry it.
    number: str = field(repr=False)
    id_type: IdType
    birth_on: date | None
    gender: Gender | None
    tidied: bool


_PROVINCES = (
    *(11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46),
    *(50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71),
)
_MAINLAND = frozenset(str(province) for province in _PROVINCES)
_HMT_AREAS = frozenset({"81", "82", "83"})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
# As nearly all numbers come; a leading 9 may be that of another document.
_WRITTEN_OUT = re.compile(r"[1-8][0-9]{16}[0-9X]")
_CALLED = {
    IdType.RESIDENT: "身份证号",
    IdType.HMT_RESIDENT: "居住证号",
    IdType.FOREIGN_RESIDENT: "永久居留身份证号",
}
_PERMITS = {
    IdType.HM_PERMIT: (re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"), "应为字母 H 或 M 加 8 位数字"),
    IdType.TW_PERMIT: (re.compile(r"[0-9]{8}"), "应为 8 位数字"),
    IdType.PASSPORT: (re.compile(r"(?=[A-Z]*[0-9])[A-Z0-9]{5,20}"), "应为 5 至 20 位字母和数字"),
}
_OLD_FOREIGN = re.compile(r"[A-Z]{3}[0-9]{12}")
_CHINESE_PASSPORT = re.compile(r"[A-Z]{1,2}[0-9]{7,8}")
_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_BLANK_OR_APOSTROPHE = re.compile(r"[\s'‘’ʼ`´′]+")
_AS_FORMULA = re.compile(r'=?"(.*)"')
_COVERED = re.compile(r"[*×●•○■█]")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,2}|[0-9]{16,}\.0+")


def tidy(text: str) -> str:
    """Return the text without blanks, invisible characters and apostrophes, full width made ASCII and x made X.

    The wrapping of ``="…"`` that spreadsheet programs write to keep text as text goes too.
    """
    plain = _BLANK_OR_APOSTROPHE.sub("", visible(text).translate(_FULL_WIDTH))
    if wrapped := _AS_FORMULA.fullmatch(plain):
        plain = wrapped[1]
    return plain.replace("x", "X")


def read(text: str, *, id_type: IdType = IdType.RESIDENT, on: date, number_cell: bool = False) -> IdNumber:
    """Read a document number as of the day ``on``; raises NumberRefused with an R_ID_… code.

    An 18-digit number of area 81, 82 or 83 given as a resident card is a residence permit for Hong Kong, Macao or
    Taiwan residents: the answer says so in ``id_type``. ``number_cell`` says that the text comes from a cell that
    holds a number; such a cell keeps 15 digits, so anything ending in 000 is refused even if the check fits.
    """
    if id_type is IdType.RESIDENT and not number_cell and _WRITTEN_OUT.fullmatch(text):
        return _read_written_out(text, id_type, on, original=text)
    number, id_type = tidy(text), IdType(id_type)
    _refuse_nothing(number, id_type)
    if id_type in _PERMITS:
        return _read_permit(number.upper(), id_type, original=text)
    if _SCIENTIFIC.fullmatch(number) or (number_cell and len(number) > 15 and number.endswith("000")):
        _refuse_rounded(id_type)
    if id_type is IdType.FOREIGN_RESIDENT and _OLD_FOREIGN.fullmatch(number.upper()):
        return IdNumber(number.upper(), id_type, None, None, number.upper() != text)
    if id_type is not IdType.FOREIGN_RESIDENT:
        _refuse_old_and_other(number)
    _refuse_shape(number, id_type)
    return _read_written_out(number, id_type, on, original=text)


def check_character(first17: str) -> str:
    """Return the check character for the first 17 digits (GB 11643-1999, MOD 11-2)."""
    if not re.fullmatch(r"[0-9]{17}", first17):
        raise ValueError("The check character is worked out from exactly 17 digits.")
    return _CHECK_CHARACTERS[sum(map(mul, map(int, first17), _WEIGHTS)) % 11]


def make_resident_number(area: str, birth: date, serial: int) -> str:
    """Return the number for an area, a day of birth and a serial (0–999, odd for men), for synthetic people."""
    if not 0 <= serial <= 999:
        raise ValueError("The serial has three digits.")
    first17 = f"{area}{birth:%Y%m%d}{serial:03}"
    return first17 + check_character(first17)


def _read_written_out(number: str, id_type: IdType, on: date, *, original: str) -> IdNumber:
    """Read eighteen characters that have the shape of a number."""
    id_type = _area_type(number, id_type)
    birth_on = _birth_on(number, id_type, on)
    _refuse_wrong_check(number, id_type)
    return IdNumber(number, id_type, birth_on, _gender(number, id_type), number != original)


def _refuse_nothing(number: str, id_type: IdType) -> None:
    called = _CALLED.get(id_type, "证件号码")
    if not number:
        raise NumberRefused("R_ID_EMPTY", f"{called}为空，请填写。")
    has_digit = any(character in "0123456789" for character in number)
    crossed_out = id_type in _CALLED and has_digit and number.count("X") >= 3
    if _COVERED.search(number) or crossed_out:
        raise NumberRefused("R_ID_MASKED", f"{called}被遮盖（含 *），请填写完整号码。")
    # A run of digits gets the more precise sentence about its length further on.
    if not has_digit and is_placeholder(number):
        raise NumberRefused("R_ID_EMPTY", f"{called}写的是“{number[:10]}”，没有填写号码，请填写。")


def _refuse_rounded(id_type: IdType) -> Never:
    sentence = f"{_CALLED[id_type]}被表格软件改成了数字，后几位已丢失，请把该列设为“文本”后重新填写。"
    raise NumberRefused("R_ID_PRECISION", sentence)


def _refuse_old_and_other(number: str) -> None:
    if re.fullmatch(r"[0-9]{15}", number):
        raise NumberRefused("R_ID_15", "15 位旧身份证号已停用，请填写 18 位号码。")
    if other := _other_document(number.upper()):
        raise NumberRefused("R_ID_TYPE", f"这像是{other.label}号，不是居民身份证号，请先选择证件类型。")


def _other_document(number: str) -> IdType | None:
    if _PERMITS[IdType.HM_PERMIT][0].fullmatch(number):
        return IdType.HM_PERMIT
    if _OLD_FOREIGN.fullmatch(number):
        return IdType.FOREIGN_RESIDENT
    if re.fullmatch(r"9[0-9]{16}[0-9X]", number) and check_character(number[:17]) == number[17]:
        return IdType.FOREIGN_RESIDENT
    if _CHINESE_PASSPORT.fullmatch(number):
        return IdType.PASSPORT
    # Eight digits are more often a birthday in the wrong column than a permit.
    if _PERMITS[IdType.TW_PERMIT][0].fullmatch(number) and _day(number) is None:
        return IdType.TW_PERMIT
    return None


def _refuse_shape(number: str, id_type: IdType) -> None:
    called = _CALLED[id_type]
    for place, character in enumerate(number, start=1):
        if character not in "0123456789X" or (character == "X" and place < 18 and len(number) == 18):
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            raise NumberRefused(
                "R_ID_FORMAT",
                f"{called}第 {place} 位是“{shown}”，前 17 位应为数字，最后一位为数字或 X，请核对原件。",
            )
    if len(number) != 18:
        raise NumberRefused("R_ID_FORMAT", f"{called}应为 18 位，现为 {len(number)} 位。")


def _area_type(number: str, id_type: IdType) -> IdType:
    area = number[:2]
    if id_type is IdType.FOREIGN_RESIDENT:
        if area[0] != "9":
            raise NumberRefused("R_ID_FORMAT", "永久居留身份证号应以 9 开头，请核对原件。")
        return id_type
    if area in _HMT_AREAS:
        return IdType.HMT_RESIDENT
    if area not in _MAINLAND:
        raise NumberRefused("R_ID_FORMAT", f"{_CALLED[id_type]}前两位“{area}”不是任何省级行政区的代码，请核对原件。")
    if id_type is IdType.HMT_RESIDENT:
        raise NumberRefused("R_ID_TYPE", "这像是居民身份证号，不是港澳台居民居住证号，请先选择证件类型。")
    return id_type


def _birth_on(number: str, id_type: IdType, on: date) -> date:
    digits = number[6:14]
    written = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    birth_on = _day(digits)
    if birth_on is None:
        raise NumberRefused("R_ID_DATE", f"{_CALLED[id_type]}中的出生日期 {written} 不存在，请核对原件。")
    if birth_on > on:
        raise NumberRefused("R_ID_FUTURE", f"{_CALLED[id_type]}中的出生日期 {written} 在今天之后，请核对原件。")
    return birth_on


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _refuse_wrong_check(number: str, id_type: IdType) -> None:
    if check_character(number[:17]) == number[17]:
        return
    # Three zeros and a wrong check: a number cell saved as text, not a slip of the pen.
    if number.endswith("000"):
        _refuse_rounded(id_type)
    raise NumberRefused("R_ID_CHECKSUM", f"{_CALLED[id_type]}校验位不对，请核对原件。")


def _gender(number: str, id_type: IdType) -> Gender | None:
    if id_type is IdType.FOREIGN_RESIDENT:
        return None
    return Gender.MALE if int(number[16]) % 2 else Gender.FEMALE


def _read_permit(number: str, id_type: IdType, *, original: str) -> IdNumber:
    pattern, shape = _PERMITS[id_type]
    if not pattern.fullmatch(number):
        raise NumberRefused("R_ID_FORMAT", f"{id_type.label}号{shape}，请核对原件。")
    return IdNumber(number, id_type, None, None, number != original)
