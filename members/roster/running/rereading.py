"""表格识别: how somebody wants the sheets of a file to be read, for this import and for files of the same headings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from members.models.mends import RosterShape
from members.models.roster import ImportState, RosterImport, RowKind
from members.roster import purposes
from members.roster.preview.mending import mend_layouts
from members.roster.reading.arranging import Arranged, heading_candidates, shape_of
from members.roster.reading.layouts import SheetLayout
from members.roster.reading.rows import letter
from tuanjian.spreadsheets import FileRefused, Sheet, Workbook

# What somebody can answer who knows the file; with anything else it is the file that has to be changed.
_CAN_BE_SAID: Final = frozenset({"F_NO_HEADER", "F_MISSING_COLUMN", "F_DUP_HEADER", "F_NO_ROWS"})
OPEN: Final = (ImportState.TO_CONFIRM, ImportState.TO_ARRANGE, ImportState.FAILED)
REMEMBERED: Final = "remembered"


@dataclass(frozen=True)
class ReadSheet:
    """A sheet as the page shows it: what it was read as, the lines that can be its heading, its columns by number."""

    name: str
    kind: str
    header_row: int | None
    header_last: int | None
    lines: list[tuple[int, dict[int, str]]]
    fields: dict[int, str]
    texts: dict[int, str]
    width: int
    remembered: bool

    def texts_of(self, line: int) -> dict[int, str]:
        """What stands in this line, by column."""
        return next((texts for number, texts in self.lines if number == line), {})


def lay_out(roster: RosterImport, workbook: Workbook) -> list[SheetLayout]:
    """Take the file apart as it was arranged, cells written anew included; raises ``FileRefused``."""
    layouts = purposes.of(roster).lay_out(workbook, arranged=arranged_of(roster))
    mend_layouts(roster, layouts)
    return layouts


def arranged_of(roster: RosterImport) -> dict[str, Arranged]:
    """How the sheets are to be read, by their names."""
    return {name: Arranged.from_json(said) for name, said in roster.arranged.items()}


def shapes_of(roster: RosterImport, workbook: Workbook) -> dict[str, str]:
    """The shape of each visible sheet, by its name."""
    families = purposes.of(roster).families
    return {sheet.name: shape_of(sheet, families) for sheet in workbook.visible}


def remember_shapes(roster: RosterImport, workbook: Workbook, shapes: Mapping[str, str]) -> None:
    """Arrange sheets of a new import as whoever uploaded it arranged their last of the same headings.

    Saving the import is the caller's. What cannot be read so any more is read as if nobody had ever said anything.
    """
    if roster.arranged:
        return
    purpose = purposes.of(roster)
    known = RosterShape.objects.filter(user=roster.started_by, purpose=roster.purpose, shape__in=shapes.values())
    said = dict(known.values_list("shape", "arranged"))
    arranged = {name: said[shape] | {REMEMBERED: True} for name, shape in shapes.items() if shape and shape in said}
    if not arranged:
        return
    try:
        purpose.lay_out(workbook, arranged={name: Arranged.from_json(each) for name, each in arranged.items()})
    except FileRefused:
        return
    roster.arranged = arranged


def can_be_asked(roster: RosterImport, refusal: FileRefused, workbook: Workbook) -> bool:
    """Whether somebody who knows the file can say how it is to be read, so that it need not be changed."""
    is_table = any(len(sheet.rows) > 1 and max(len(row.cells) for row in sheet.rows) > 1 for sheet in workbook.visible)
    return purposes.of(roster).arranges and refusal.code in _CAN_BE_SAID and is_table


def about(
    roster: RosterImport, workbook: Workbook, layouts: Iterable[SheetLayout], shapes: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What is kept of every visible sheet: how it was read, and lines that can be its heading. No cells of rows."""
    by_name = {layout.name: layout for layout in layouts}
    families = purposes.of(roster).families
    sheets = {sheet.name: sheet for sheet in workbook.visible}
    ordered = [*by_name, *(name for name in sheets if name not in by_name)]
    return [
        _about(by_name.get(name), sheets[name]) | {"shape": shapes[name]} | _lines(sheets[name], families)
        for name in ordered
    ]


def read_sheets(roster: RosterImport) -> list[ReadSheet]:
    """The sheets for the page that asks, in the order of the import."""
    return [_read_sheet(sheet, roster.arranged.get(sheet["name"], {})) for sheet in roster.sheets if "lines" in sheet]


def _about(layout: SheetLayout | None, sheet: Sheet) -> dict[str, Any]:
    if layout is None:
        layout = SheetLayout(sheet.name, RowKind.IGNORED)
    heading = layout.heading
    return {
        "name": layout.name,
        "kind": layout.kind.value,
        "header_row": layout.header_row,
        "header_last": heading.last_line if heading else None,
        "date1904": layout.date1904,
        "columns": {letter(column): name for column, name in layout.fields.items()},
        "headings": {str(column): text[:40] for column, text in heading.texts.items()} if heading else {},
        "unmapped": [text[:40] for text in layout.unmapped.values()],
        "rows": len(layout.rows),
        "left_out": [[line, reason] for line, reason in layout.left_out],
        "warnings": [[finding.code, finding.message] for finding in layout.warnings],
    }


def _lines(sheet: Sheet, families: Sequence[Any]) -> dict[str, Any]:
    found = heading_candidates(sheet, families)
    widest = max((max(row.cells) for row in sheet.rows[:60] if row.cells), default=0)
    return {
        "width": widest,
        "lines": [[each.line, {str(column): text for column, text in each.texts.items()}] for each in found],
    }


def _read_sheet(sheet: Mapping[str, Any], said: Mapping[str, Any]) -> ReadSheet:
    lines = [(line, {int(column): text for column, text in texts.items()}) for line, texts in sheet["lines"]]
    texts = {int(column): text for column, text in sheet.get("headings", {}).items()}
    numbers = {letter(number): number for number in range(1, sheet["width"] + 1)}
    fields = {numbers[column]: name for column, name in sheet["columns"].items() if column in numbers}
    fields |= {int(column): name for column, name in said.get("fields", {}).items()}
    if not texts:
        texts = lines[0][1] if lines else dict.fromkeys(numbers.values(), "")
    header_row = said.get("header_row", sheet["header_row"])
    last = said.get("header_last", sheet.get("header_last"))
    width = sheet["width"]
    remembered = bool(said.get(REMEMBERED))
    return ReadSheet(
        sheet["name"], said.get("kind", sheet["kind"]), header_row, last, lines, fields, texts, width, remembered
    )
