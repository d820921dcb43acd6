"""Read dates the way offices write them, and keep apart a day and a month.

Nothing is guessed: a date that can be read in two ways is refused with R_DATE_AMBIG, and no first of the month is
invented where only the month is known.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from tuanjian.placeholders import visible


class DateRefused(ValueError):
    """A text that is not a usable date; ``message`` tells the user what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class OfficeDate:
    """A day, or a whole month kept as its first day with ``is_month`` set."""

    day: date
    is_month: bool = False

    def __post_init__(self) -> None:
        if self.is_month and self.day.day != 1:
            object.__setattr__(self, "day", self.day.replace(day=1))

    def __str__(self) -> str:
        return self.day.isoformat()[:7] if self.is_month else self.day.isoformat()


# Nobody and nothing in a roster is older; years outside are typing errors.
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
# A serial outside these years is a number that is no date.
_FIRST_SERIAL_DAY, _LAST_SERIAL_DAY = date(1940, 1, 1), date(2079, 12, 31)
_HALF_A_SECOND = 0.5 / 86_400
_LONGEST = 100

_DIGIT_OF = dict(zip("〇零○一二三四五六七八九", (0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_HAN = "[〇零○一二三四五六七八九]"
_PART = f"[0-9]{{1,2}}|[一二三]?十[一二三四五六七八九]?|{_HAN}{{1,2}}"
_WITH_CHARACTERS = re.compile(f"([0-9]{{4}}|{_HAN}{{4}})年({_PART})月份?(?:({_PART})[日号]?)?")
# 。 and 、 come from Chinese input methods; with the year in front every one of them is clear.
_MARK = r"[-./\\·。、, ]"
# Also 2016.05月, 2016年5.18 and 2016.5.18日.
_WITH_MARKS = re.compile(rf"([0-9]{{4}})(?:年|{_MARK})([0-9]{{1,2}})(?:(?:月份?|{_MARK})(?:([0-9]{{1,2}})[日号]?)?)?")
# What stands around a date and changes nothing of it: 1998年3月生, 2019.03至今, 2016.05., 2016年5月4日 星期三, 公历…
_AROUND = re.compile(rf"^[公阳]历|(?:[-~]*(?:至今|起)|出?生|入团|(?:星期|周)[一二三四五六日天]|\([公阳]历\)|{_MARK})+$")
_SOLID = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})?(?:\.0+)?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_YEAR_ALONE = re.compile(f"[0-9]{{4}}年?(?:\\.0+)?|{_HAN}{{4}}年")
_OCTOBER_OR_JANUARY = re.compile(r"[0-9]{4}\.1")
_UNCLEAR = (
    (re.compile(f"(?:[0-9]{{2}}|{_HAN}{{2}})年(?:{_PART})月(?:(?:{_PART})[日号]?)?"), "年份只有两位"),
    (re.compile(f"(?:{_PART})月(?:{_PART})[日号]?"), "没有写年份"),
    (re.compile(rf"[0-9]{{1,2}}{_MARK}[0-9]{{1,2}}{_MARK}(?:[0-9]{{4}}|[0-9]{{1,2}})"), "分不清年、月、日"),
    (re.compile(rf"[0-9]{{1,2}}{_MARK}(?:[0-9]{{4}}|[0-9]{{1,2}})"), "分不清年、月、日"),
)
_TIME_OF_DAY = re.compile(
    r"[T ] *(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)? *(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_DASHES = str.maketrans("‐‑‒–—−", "------")
_BLANKS_BESIDE_MARKS = re.compile(r"\s+(?=[^0-9\s])|(?<=[^0-9\s])\s+")


def is_sensible(day: date) -> bool:
    """Whether a roster may hold a day of that year; outside, it is a typing error."""
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


def read(text: str, *, day_required: bool = False, serials: bool = False, number_cell: bool = False) -> OfficeDate:
    """Read a day or a month; raises DateRefused with R_DATE_BAD or R_DATE_AMBIG.

    Reads 2024.09, 2024-9-1, 2024/9/1, 2024。9, 20240901, 202409, 2024年9月1日, 二〇二四年九月, 2024.09至今 and time
    stamps, whose printed day counts whatever their zone; full width is fine. With ``serials`` five digits are a
    spreadsheet's day number. ``number_cell`` says that the cell holds a number: there 2024.1 may have been 2024.10 and
    is refused.
    """
    plain = _plain(text)
    if number_cell and _OCTOBER_OR_JANUARY.fullmatch(plain):
        raise _ambiguous(plain, "可能是 1 月，也可能是 10 月", f"{plain[:4]}-01 或 {plain[:4]}-10")
    if _SERIAL.fullmatch(plain):
        if not serials:
            raise _bad(f"“{plain[:20]}”是表格软件的内部数字，不是日期，请写成 2021-05-04。")
        return from_serial(float(plain))
    shape = _WITH_CHARACTERS.fullmatch(plain) or _WITH_MARKS.fullmatch(plain)
    if shape:
        found = _date_of(*shape.groups())
    elif shape := _SOLID.fullmatch(plain):
        found = _solid_date(plain, *shape.groups())
    else:
        raise _unreadable(plain)
    if day_required and found.is_month:
        raise _bad(f"日期“{plain}”只写到月，这里要写到日，如 2021-05-04。")
    return found


def from_serial(value: float, *, epoch1904: bool = False) -> OfficeDate:
    """Return the day of a spreadsheet's day number; the time of day is dropped.

    Numbers outside 1940–2079 are refused with R_DATE_BAD: they are something else.
    """
    # Days before March 1900 are off by one in the 1900 system, which the window leaves out.
    start = date(1904, 1, 1) if epoch1904 else date(1899, 12, 30)
    if math.isfinite(value) and 0 < value < 100_000:
        day = start + timedelta(days=math.floor(value + _HALF_A_SECOND))
        if _FIRST_SERIAL_DAY <= day <= _LAST_SERIAL_DAY:
            return OfficeDate(day)
    raise _bad(f"数字 {value:g} 不是日期，请写成 2021-05-04。")


def month_never_overwrites_day(old: OfficeDate | None, new: OfficeDate) -> OfficeDate:
    """Return what to store: the new date, unless it is only the month of the day already known."""
    if old is None or old.is_month or not new.is_month:
        return new
    return old if old.day.replace(day=1) == new.day else new


def _plain(text: str) -> str:
    if len(text) > _LONGEST:
        raise _bad(f"日期“{_shown(text)}…”无法识别，请写成 2021-05-04 或 2021-05。")
    # Also makes ordinary characters of the look-alike 年月日 that PDF files give.
    plain = unicodedata.normalize("NFKC", visible(text)).translate(_DASHES).strip(" \t\r\n'‘’`")
    plain = _BLANKS_BESIDE_MARKS.sub("", _TIME_OF_DAY.sub("", plain))
    return _AROUND.sub("", re.sub(r"\s+", " ", plain))


def _date_of(year: str, month: str, day: str | None) -> OfficeDate:
    numbers = _value(year), _value(month), 1 if day is None else _value(day)
    written = f"{numbers[0]:04}-{numbers[1]:02}" + ("" if day is None else f"-{numbers[2]:02}")
    if not _FIRST_YEAR <= numbers[0] <= _LAST_YEAR:
        raise _bad(f"日期 {written} 的年份不合理，请核对后重新填写。")
    try:
        return OfficeDate(date(*numbers), is_month=day is None)
    except ValueError:
        raise _bad(f"日期 {written} 不存在，请核对后重新填写。") from None


def _value(part: str) -> int:
    if part.isascii():
        return int(part)
    if "十" not in part:
        return int("".join(str(_DIGIT_OF[character]) for character in part))
    tens, _, ones = part.partition("十")
    return 10 * (_DIGIT_OF[tens] if tens else 1) + (_DIGIT_OF[ones] if ones else 0)


def _solid_date(plain: str, year: str, month: str, day: str | None) -> OfficeDate:
    # 190504 is far more likely to be 2019-05-04 than May 1905.
    if day is None and (int(year) < _FIRST_SERIAL_DAY.year or int(year) > _LAST_YEAR) and _exists("20" + plain[:6]):
        raise _ambiguous(plain, "年份只有两位")
    turned_round = _exists(plain[4:8] + plain[2:4] + plain[:2]) or _exists(plain[4:8] + plain[:4])
    if day is not None and turned_round and not _exists(plain[:8]):
        raise _ambiguous(plain, "分不清年、月、日")
    return _date_of(year, month, day)


def _exists(digits: str) -> bool:
    try:
        return _FIRST_YEAR <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year <= _LAST_YEAR
    except ValueError:
        return False


def _unreadable(plain: str) -> DateRefused:
    if not plain:
        return _bad("日期为空，请填写，如 2021-05-04。")
    for pattern, reason in _UNCLEAR:
        if pattern.fullmatch(plain):
            return _ambiguous(plain, reason)
    if _YEAR_ALONE.fullmatch(plain):
        return _bad(f"日期“{plain}”只写了年份，请至少写到月，如 2021-05。")
    return _bad(f"日期“{_shown(plain)}”无法识别，请写成 2021-05-04 或 2021-05。")


def _shown(plain: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in plain[:20])


def _ambiguous(plain: str, reason: str, instead: str = "2021-05-04") -> DateRefused:
    return DateRefused("R_DATE_AMBIG", f"日期“{plain}”写法有歧义（{reason}），请写成 {instead}。")


def _bad(message: str) -> DateRefused:
    return DateRefused("R_DATE_BAD", message)
