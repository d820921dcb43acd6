"""What a stored cell value means: numbers as digits, serials as dates, number formats that show a month only."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from tuanjian.spreadsheets.kinds import NOTHING, Cell, Kind

# What stands in cells unseen besides white space: zero-width marks, bidi controls, byte order mark.
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff \u00a0\u3000\t\r\n"
_EPOCH_1900, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 – a serial has no zone
_LAST_SERIAL = 2_958_465  # 9999-12-31
LONGEST_NUMBER = 40
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?Z?)?")
_SPELLED_CONTROL = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Shown(Enum):
    """How a number format shows a number, as far as a roster cares."""

    NUMBER = 0
    DAY = 1
    MONTH = 2


# ECMA-376 part 1, 18.8.30; 27–36 and 50–58 as the Chinese edition of the programs defines them.
_BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 22, 28, 29, 30, 31, 51, 53, 54, 58), Shown.DAY),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), Shown.MONTH),
}
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]|am/pm|a/p|general|g/通用格式', re.IGNORECASE)


def shown_by(format_id: int, code: str | None) -> Shown:
    """Return how a number format shows its number; without a code the built-in one of that id is meant."""
    if code is None:
        return _BUILT_IN.get(format_id, Shown.NUMBER)
    letters = _NOT_LETTERS.sub("", code.split(";", 1)[0]).lower()
    if not re.search(r"[ymd]", letters) or re.search(r"[0#?]e[+-]", letters):
        return Shown.NUMBER
    if "d" in letters:
        return Shown.DAY
    if "m" in letters and not re.search(r"[hs]", letters):
        return Shown.MONTH
    return Shown.DAY if "y" in letters else Shown.NUMBER


def is_blank(text: str) -> bool:
    """Say whether a person would take the cell for empty."""
    return not text.strip() or not text.strip(_UNSEEN)


def text_cell(text: str, limit: int, *, formula: bool = False) -> Cell:
    """Return a text cell cut at the limit; blank text is no cell."""
    if is_blank(text):
        return NOTHING
    if len(text) > limit:
        return Cell(text[:limit], Kind.TEXT, "", formula, False, True)
    return Cell(text, Kind.TEXT, "", formula)


def spelled_out(text: str) -> str:
    """Turn ``_x000D_`` back into the character it stands for (ECMA-376 part 1, 22.9.2.19); halves of pairs stay."""
    return _SPELLED_CONTROL.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return found[0] if 0xD800 <= number <= 0xDFFF else chr(number)


def number_cell(stored: str, shown: Shown, *, date1904: bool, formula: bool = False) -> Cell | None:
    """Return the cell for a stored number, as a date where the format shows one; None if it is no number."""
    if shown is Shown.NUMBER and stored.isdecimal() and stored.isascii() and len(stored) <= LONGEST_NUMBER:
        return Cell(stored, Kind.NUMBER, stored, formula)
    if len(stored) > LONGEST_NUMBER or not _NUMBER.fullmatch(stored):
        return None
    if shown is not Shown.NUMBER and (day := _date_text(float(stored), date1904=date1904)):
        return Cell(day, Kind.DATE, stored, formula, shown is Shown.MONTH)
    return Cell(_digits(stored), Kind.NUMBER, stored, formula)


def _digits(stored: str) -> str:
    """Write a number as a person sees it in a wide column. Whole numbers keep every digit the file has."""
    number = Decimal(stored)
    if number == 0:
        return "0"
    if not -15 < number.adjusted() < 30:
        return stored
    if number != number.to_integral_value():
        # Programs keep 15 digits; the rest is what binary fractions leave behind (2021.0500000000002).
        number = Decimal(f"{number:.15g}")
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _date_text(serial: float, *, date1904: bool) -> str:
    """Return the day of a serial, or "" where the calendar of the programs has none (0, the 29th of February 1900)."""
    if date1904:
        if not 0 <= serial <= _LAST_SERIAL - 1462:
            return ""
        moment = _EPOCH_1904 + timedelta(days=serial)
    else:
        if not 1 <= serial <= _LAST_SERIAL or 60 <= serial < 61:
            return ""
        moment = _EPOCH_1900 + timedelta(days=serial if serial > 60 else serial + 1)
    # Half a second up: a fraction of a day is never exact.
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return _shown(moment)


def _shown(moment: datetime) -> str:
    whole = moment.hour == moment.minute == moment.second == 0
    return moment.date().isoformat() if whole else moment.isoformat(" ")


def iso_cell(text: str, limit: int, *, formula: bool = False) -> Cell:
    """Return the cell of an ISO 8601 date (``t="d"``), as text if it is none."""
    found = _ISO_DAY.fullmatch(text.strip())
    if found is None:
        return text_cell(text, limit, formula=formula)
    try:
        moment = datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return text_cell(text, limit, formula=formula)
    return Cell(_shown(moment), Kind.DATE, text, formula)
