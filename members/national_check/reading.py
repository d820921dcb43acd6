"""A list out of the other system, read by the reader of imports: its lines with the facts they tell."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from members.models.roster import RowKind
from members.national_check.facts import LABELS
from members.national_check.matching import COVER, Theirs, plain
from members.roster.reading.cells import Cleaner, Value
from members.roster.reading.findings import CellRefused
from members.roster.reading.layouts import SheetLayout, lay_out
from members.roster.reading.listed import DataRow
from tuanjian import idnumbers
from tuanjian.idnumbers import NumberRefused
from tuanjian.spreadsheets import Cell, FileRefused, Kind
from tuanjian.spreadsheets.cleaning import tidy_line
from tuanjian.spreadsheets.reading import read_workbook

_KINDS: Final = (RowKind.MEMBERS, RowKind.CADRES, RowKind.YOUTH)


@dataclass(frozen=True)
class Line:
    """A line of the file. ``broken`` says why its number cannot be used, "" if it can."""

    sheet: str
    line: int
    who: Theirs
    told: dict[str, Value]
    branch: str | None
    broken: str = ""


@dataclass(frozen=True)
class Listed:
    """What the file lists, and which sheets were left out."""

    lines: list[Line]
    left_out: list[str]


def read(content: bytes, *, name: str, on: dt.date) -> Listed:
    """Read a file in the child process; raises ``FileRefused``.

    Read are the sheets of members; where there is none, those of cadres, else of young people.
    """
    # In a folder only this process may enter, for as long as the reader needs it.
    with tempfile.TemporaryDirectory(prefix="comparison-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        layouts = lay_out(read_workbook(path, name=name, limits=settings.TUANJIAN_IMPORT_LIMITS))
    kind = next((kind for kind in _KINDS if any(layout.kind == kind for layout in layouts)), None)
    if kind is None:
        raise FileRefused("F_NO_HEADER", "没有找到人员名单（至少要有“姓名”“身份证号”两列），请核对文件。")
    cleaner = Cleaner(on)
    lines = [line for layout in layouts if layout.kind == kind for line in _lines(layout, cleaner)]
    return Listed(lines, [layout.name for layout in layouts if layout.kind != kind])


def _lines(layout: SheetLayout, cleaner: Cleaner) -> Iterator[Line]:
    columns = set(layout.fields.values())
    # Where members are listed the column says the branch, among cadres where the post is held.
    with_branch = "branch" in columns and layout.kind != RowKind.CADRES
    wanted = [name for name in LABELS if name in columns and name not in ("branch", "name")]
    for row in layout.rows:
        name = plain(_text(row, "name").replace(" ", ""))
        number, broken = _number(row, cleaner.on)
        told = {field: _value(row, field, layout, cleaner) for field in wanted}
        if name:
            told["name"] = Value(name, name)
        birth = str(told["birth_date"].fact or "") if "birth_date" in told else ""
        branch = "".join(_text(row, "branch").split()) if with_branch else None
        yield Line(layout.name, row.line, Theirs(name, number, birth), told, branch, broken)


def _text(row: DataRow, field: str) -> str:
    return tidy_line(row.cells[field][1].text) if field in row.cells else ""


def _value(row: DataRow, field: str, layout: SheetLayout, cleaner: Cleaner) -> Value:
    if field not in row.cells:
        return Value(None, "")
    cell = row.cells[field][1]
    text = tidy_line(cell.text)
    if field == "phone" and COVER in plain(text):
        return Value(plain(text), plain(text))
    try:
        value = cleaner.read(field, cell, layout.kind, date1904=layout.date1904)
    except CellRefused:
        return Value(None, text[:60])
    # What is in no dictionary is shown as it stands there.
    return value if value.fact is not None or not value.warnings else Value(None, text[:60])


def _number(row: DataRow, on: dt.date) -> tuple[str, str]:
    """The number, covered or whole, and why it cannot be used."""
    cell: Cell = row.cells["id_number"][1] if "id_number" in row.cells else Cell("")
    if not tidy_line(cell.text):
        return "", ""
    try:
        return idnumbers.read(cell.text, on=on, number_cell=cell.kind == Kind.NUMBER).number, ""
    except NumberRefused as refusal:
        if refusal.code == "R_ID_MASKED":
            return plain(idnumbers.tidy(cell.text)), ""
        return "", "" if refusal.code == "R_ID_EMPTY" else refusal.message
