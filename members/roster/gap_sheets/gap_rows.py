"""缺项补录表 read: which rows there are, and what was filled in. Knows the file, but nobody in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from members.models.roster import RowKind
from members.roster.gap_sheets.gap_columns import FAMILY, FILLED, KEY, NOT_ASKED, read_key
from members.roster.reading.arranging import Arranged
from members.roster.reading.cells import NOTHING, Cleaner, Value
from members.roster.reading.findings import CellRefused
from members.roster.reading.layouts import SheetLayout, lay_out
from members.roster.reading.rows import CleanRow, read_row
from tuanjian.placeholders import is_placeholder
from tuanjian.spreadsheets import Cell, Workbook
from tuanjian.spreadsheets.cleaning import tidy_line

_KEY_BROKEN = "补录编号不对或被改动过，请重新下载缺项补录表填写。"


def lay_out_gaps(workbook: Workbook, *, arranged: Mapping[str, Arranged] | None = None) -> list[SheetLayout]:
    """Take the sheets with a column 补录编号 apart; refuses what ``lay_out`` refuses, by ``FileRefused``."""
    return lay_out(workbook, (FAMILY,), arranged)


def clean_gaps(layouts: Iterable[SheetLayout], on: dt.date) -> Iterator[CleanRow]:
    """Read the rows as of that day: whom they mean, and the cells that were filled in. One query."""
    reader = GapReader(on)
    for layout in layouts:
        if layout.kind == RowKind.IGNORED:
            continue
        for row in layout.rows:
            clean_row = read_row(layout, row, reader)
            if KEY not in row.cells:
                clean_row.refuse("R_GAP_KEY", "这一行没有补录编号，请重新下载缺项补录表填写。", KEY)
            yield clean_row


class GapReader:
    """Reads the cells of the sheet: what was locked is passed over, what was filled in has to be usable.

    In a roster a word nobody knows is left out and the row goes in; here it is all somebody wanted to say.
    """

    def __init__(self, on: dt.date) -> None:
        self._cleaner = Cleaner(on)

    def read(self, field: str, cell: Cell, kind: RowKind, *, date1904: bool = False) -> Value:
        """The value of a cell; raises ``CellRefused``."""
        text = tidy_line(cell.text)
        if field == KEY:
            key = read_key(text)
            if key is None:
                raise CellRefused("R_GAP_KEY", _KEY_BROKEN)
            return Value(list(key), "")
        if field == "branch" or text in ("", FILLED, NOT_ASKED):
            return NOTHING
        if field == "name":
            return Value(text[:50], text[:50])
        value = self._cleaner.read(field, cell, kind, date1904=date1904)
        if value.fact is None:
            raise _unusable(field, text, value)
        return value


def _unusable(field: str, text: str, value: Value) -> CellRefused:
    # Sentences hold no number and no phone, not even a made-up one.
    said = "填写的内容" if field in ("id_number", "phone") else f"“{text[:20]}”"
    if is_placeholder(text):
        return CellRefused("R_GAP_VALUE", f"{said}不是实际情况，请填写实际情况，暂时不清楚的请留空。")
    said = value.warnings[0][1] if value.warnings else f"{said}不能使用，请核对后填写。"
    return CellRefused("R_GAP_VALUE", said.replace("，未导入该项", "，请核对后填写").replace("请核对后填写，请", "请"))
