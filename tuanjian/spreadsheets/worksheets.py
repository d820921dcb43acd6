"""One worksheet part of an .xlsx file: its elements become rows.

Nothing the file says about its own size is believed (``<dimension>``, ``spans``); merged ranges stay ranges.
"""

import re
from typing import Final

from tuanjian.spreadsheets import scanning
from tuanjian.spreadsheets.contents import Contents
from tuanjian.spreadsheets.gathering import SheetGathering
from tuanjian.spreadsheets.kinds import Merge
from tuanjian.spreadsheets.markup import walk
from tuanjian.spreadsheets.refusals import FileRefused

LAST_LINE: Final = 1_048_576
LAST_COLUMN: Final = 16_384
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_TRUE = frozenset(("1", "true"))


def read_worksheet(data: bytes, sheet: SheetGathering, contents: Contents) -> None:
    """Read a worksheet part into the gathering.

    Refuses with F_UNSAFE or F_CORRUPT, or with a limit's code. A cell or a row given twice is F_CORRUPT: neither of
    the two may win in silence.
    """
    if not scanning.scan(data, sheet, contents, walk_frame=_walk_frame):
        elements = _Elements(sheet, contents)
        walk(data, elements.start, elements.end, elements.text)


def _walk_frame(data: bytes, sheet: SheetGathering) -> int:
    """Read what stands around the rows, and return how many times ``sheetData`` occurs there."""
    frame = _Frame(sheet)
    walk(data, frame.start)
    return frame.sheet_data


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA. Refuses with F_CORRUPT beyond XFD."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if number > LAST_COLUMN:
        raise FileRefused("F_CORRUPT")
    return number


def line_number(digits: str) -> int:
    """Return the number of a row as the file gives it. Refuses with F_CORRUPT beyond the last row of any sheet."""
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10 and 1 <= int(digits) <= LAST_LINE):
        raise FileRefused("F_CORRUPT")
    return int(digits)


class _Frame:
    """Merged ranges and hidden columns."""

    def __init__(self, sheet: SheetGathering) -> None:
        self._sheet = sheet
        self.sheet_data = 0
        self._columns = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheetData":
            self.sheet_data += 1
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col":
            # There are no more columns than these, so there cannot be more descriptions of them.
            self._columns += 1
            if self._columns > LAST_COLUMN:
                raise FileRefused("F_CORRUPT")
            if attributes.get("hidden") in _TRUE:
                first, last = line_number(attributes.get("min", "")), line_number(attributes.get("max", ""))
                self._sheet.hidden_columns.append((first, last))

    def _merge(self, ref: str) -> None:
        found = _RANGE.fullmatch(ref)
        if found is None:
            raise FileRefused("F_CORRUPT")
        if found[3] is not None:
            first, last = line_number(found[2]), line_number(found[4])
            self._sheet.merged.append(Merge(first, column_number(found[1]), last, column_number(found[3])))


class _Elements(_Frame):
    """The rows and cells, however another program may have written them."""

    def __init__(self, sheet: SheetGathering, contents: Contents) -> None:
        super().__init__(sheet)
        self._contents = contents
        self._line = 0
        self._hidden = False
        self._cells: dict[int, int] = {}
        self._in_row = self._in_cell = self._reading = self._phonetic = False
        self._column = 0
        self._style = self._type = ""
        self._formula = False
        self._value: list[str] | None = None
        self._inline: list[str] | None = None
        self._collecting: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._in_cell:
            self._inside_cell(name)
        elif name == "c" and self._in_row:
            self._start_cell(attributes)
        elif name == "row" and self._reading:
            self._start_row(attributes)
        else:
            super().start(name, attributes)
            if name == "sheetData":
                if self.sheet_data > 1:
                    raise FileRefused("F_CORRUPT")
                self._reading = True

    def end(self, name: str) -> None:
        if self._in_cell:
            self._end_inside_cell(name)
        elif name == "row" and self._in_row:
            self._in_row = False
            self._sheet.add(self._line, tuple(self._cells), list(self._cells.values()), hidden=self._hidden)
        elif name == "sheetData":
            self._reading = False

    def text(self, text: str) -> None:
        if self._collecting is not None:
            self._collecting.append(text)

    def _start_row(self, attributes: dict[str, str]) -> None:
        line = line_number(attributes["r"]) if "r" in attributes else self._line + 1
        if line <= self._line or self._in_row:
            raise FileRefused("F_CORRUPT")
        self._line, self._hidden, self._in_row = line, attributes.get("hidden") in _TRUE, True
        self._cells, self._column = {}, 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if "r" in attributes:
            address = _ADDRESS.fullmatch(attributes["r"])
            if address is None or int(address[2]) != self._line:
                raise FileRefused("F_CORRUPT")
            self._column = column_number(address[1])
        else:
            self._column += 1
        if self._column in self._cells or self._column > LAST_COLUMN:
            raise FileRefused("F_CORRUPT")
        self._style, self._type = attributes.get("s", ""), attributes.get("t", "")
        self._value = self._inline = None
        self._formula, self._in_cell = False, True

    def _inside_cell(self, name: str) -> None:
        if name == "v":
            if self._value is not None:
                raise FileRefused("F_CORRUPT")
            self._value = self._collecting = []
        elif name == "f":
            self._formula = True
        elif name == "is":
            self._inline = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t" and self._inline is not None and not self._phonetic:
            self._collecting = self._inline
        elif name in ("c", "row", "sheetData"):
            raise FileRefused("F_CORRUPT")

    def _end_inside_cell(self, name: str) -> None:
        if name in ("v", "t"):
            self._collecting = None
        elif name == "rPh":
            self._phonetic = False
        elif name == "c":
            self._in_cell = False
            parts = self._inline if self._type == "inlineStr" else self._value
            value = None if parts is None else "".join(parts)
            self._cells[self._column] = self._contents.place(self._style, self._type, value, formula=self._formula)
