"""退回的行: the refused rows as a workbook that can be mended and uploaded again as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

from django.core.exceptions import ValidationError

from members.models.roster import RosterFile, RosterImport, RosterRow, RowState
from members.roster import purposes
from members.roster.checking import read_file
from members.roster.headings import Heading
from members.roster.layouts import SheetLayout
from members.roster.purposes import Purpose
from tuanjian.spreadsheets import Cell, FileRefused, Row, Sheet, Workbook
from tuanjian.spreadsheets.cleaning import tidy_line
from tuanjian.spreadsheets.writing import Column, SheetPlan, WorkbookPlan, write_workbook

REASON = "失败原因"
_REFUSED = (RowState.INVALID, RowState.ELSEWHERE)


def write_refused(roster: RosterImport, target: IO[bytes]) -> int:
    """Write the refused rows with the columns and titles of the file, 失败原因 last, and return how many.

    Made from the file each time and kept nowhere. Cells are text, so that no program turns numbers into others; the
    reasons are locked, and ID numbers where none of them has to be mended. Refuses when nothing was refused, and
    when the file has been deleted.
    """
    refused = list(roster.rows.filter(state__in=_REFUSED).order_by("number"))
    if not refused:
        raise ValidationError("这次导入没有退回的行。")
    purpose = purposes.of(roster)
    try:
        workbook = read_file(roster)
        layouts = purpose.lay_out(workbook)
    except (RosterFile.DoesNotExist, FileRefused) as gone:
        raise ValidationError("原文件已按期删除，不能再下载退回的行，请按原名册修改后重新上传。") from gone
    sheets = list(_sheets(workbook, layouts, refused, purpose))
    write_workbook(WorkbookPlan(sheets), target)
    return len(refused)


def _sheets(
    workbook: Workbook, layouts: Sequence[SheetLayout], refused: Sequence[RosterRow], purpose: Purpose
) -> Iterator[SheetPlan]:
    by_name = {layout.name: layout for layout in layouts}
    # In the order of the file: whoever gets it back should find the sheets where they were.
    for sheet in workbook.visible:
        rows = {row.line: row for row in refused if row.sheet == sheet.name[:100]}
        layout = by_name.get(sheet.name)
        if rows and layout is not None and layout.heading is not None:
            yield _sheet(sheet, layout, layout.heading, rows, purpose)


def _sheet(
    sheet: Sheet, layout: SheetLayout, heading: Heading, rows: dict[int, RosterRow], purpose: Purpose
) -> SheetPlan:
    numbers = {number for row in sheet.rows if row.line in rows for number in row.cells}
    columns = sorted(column for column in heading.texts if column in heading.fields or column in numbers)
    wrong = {field for row in rows.values() for _, _, field, *_ in row.problems}
    kept = {row.line: row for row in layout.rows}
    lines = (
        [*(_text(row, column, kept[row.line].cells.get(heading.fields.get(column, ""))) for column in columns), reason]
        for row in sheet.rows
        if row.line in rows and row.line in kept
        for reason in (reason_of(rows[row.line]),)
    )
    headings = [_column(layout, heading, column, wrong, purpose) for column in columns]
    return SheetPlan(
        title=sheet.name,
        columns=[*headings, Column(REASON, width=50, locked=True, wrap=True)],
        rows=lines,
        heading_lines=layout.titles,
    )


def reason_of(row: RosterRow) -> str:
    """Why the row was not taken, in one cell."""
    findings = row.problems if row.state == RowState.INVALID else row.warnings
    return " ".join(str(message) for _, message, *_ in findings) or row.get_state_display()


def _text(row: Row, column: int, filled: tuple[int, Cell] | None) -> str | None:
    cell = row.cells.get(column)
    if cell is None and filled is not None:
        cell = filled[1]
    return cell.text if cell is not None else None


def _column(layout: SheetLayout, heading: Heading, column: int, wrong: set[str], purpose: Purpose) -> Column:
    text = tidy_line(heading.texts[column])
    field = heading.fields.get(column)
    known = purpose.column(field, layout.kind) if field is not None else None
    if known is None:
        return Column(text)
    locked = field == "id_number" and field not in wrong
    return Column(text, width=known.width, locked=locked)
