"""退回的行: the refused rows as a workbook that can be mended and uploaded again as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import IO, Final

from django.core.exceptions import ValidationError
from django.utils import timezone

from branches.models import User
from members.models.roster import RosterFile, RosterImport, RosterRow, RowState
from members.roster import purposes
from members.roster.handed_out.guidance import SHEET
from members.roster.preview.mending import as_written
from members.roster.purposes import Purpose
from members.roster.reading.findings import LOST_DIGITS
from members.roster.reading.headings import Heading
from members.roster.reading.layouts import SheetLayout
from members.roster.reading.listed import DataRow
from members.roster.running.checking import read_file
from members.roster.running.rereading import lay_out
from tuanjian.spreadsheets import FileRefused, Row, Sheet, Workbook
from tuanjian.spreadsheets.cleaning import tidy_line
from tuanjian.spreadsheets.writing import Column, SheetPlan, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

REASON = "失败原因"
# Stands where an empty cell would be let in; it is no number, and so the row is refused until there is one.
_FILL_IN_AGAIN: Final = "请重新填写"
_REFUSED = (RowState.INVALID, RowState.ELSEWHERE, RowState.ASKED)


def write_refused(roster: RosterImport, target: IO[bytes], *, by: User) -> int:
    """Write the refused rows with the columns and titles of the file, 失败原因 last, and return how many.

    Made from the file each time and kept nowhere. Cells are text, so that no program turns numbers into others, and for
    that very reason an ID number that lost digits is not among them: as text it might pass for a number. The reasons
    are locked, and ID numbers where none of them has to be mended. A last sheet, which is no roster, says who took it,
    and when. Refuses when nothing was refused, and when the file has been deleted.
    """
    refused = list(roster.rows.filter(state__in=_REFUSED).order_by("number"))
    if not refused:
        raise ValidationError("这次导入没有退回的行。")
    purpose = purposes.of(roster)
    try:
        workbook = read_file(roster)
        layouts = lay_out(roster, workbook)
    except (RosterFile.DoesNotExist, FileRefused) as gone:
        raise ValidationError("原文件已按期删除，不能再下载退回的行，请按原名册修改后重新上传。") from gone
    sheets = list(_sheets(workbook, layouts, refused, purpose))
    write_workbook(WorkbookPlan([*sheets, _about(refused, by)]), target)
    return len(refused)


def _about(refused: Sequence[RosterRow], by: User) -> SheetPlan:
    """Behind the sheets, not in them: they come back and are read by their lines."""
    lines = [
        f"“{REASON}”写明每一行为什么没有导入，改好后把整个文件重新上传；这一列和本页不用管。",
        made_by(by, timezone.localtime(), more=f"退回的 {len(refused)} 行，内容与上传时相同，含号码原样"),
    ]
    if any(code == LOST_DIGITS for row in refused for code, *_ in row.problems):
        lines.insert(1, f"丢失后几位的身份证号没有写出（留空或写着“{_FILL_IN_AGAIN}”），请按证件重新填写。")
    return SheetPlan(SHEET, columns=[Column("怎样修改", width=100, wrap=True)], rows=[[line] for line in lines])


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
    kept = {
        row.line: _without_lost_digits(row, rows[row.line], layout, purpose) for row in layout.rows if row.line in rows
    }
    added = sorted({name for line in kept for name, (at, _) in kept[line].cells.items() if not at})
    lines = (
        [*_texts(row, kept[row.line], columns), *(_added(kept[row.line], name) for name in added), reason]
        for row in sheet.rows
        if row.line in kept
        for reason in (reason_of(rows[row.line]),)
    )
    headings = [_column(layout, heading, column, wrong, purpose) for column in columns]
    headings += [Column(layout.label_of(name)) for name in added]
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


def _without_lost_digits(kept: DataRow, refused: RosterRow, layout: SheetLayout, purpose: Purpose) -> DataRow:
    """The row with nothing in place of a number that lost digits, or with what is refused where nothing is let in."""
    lost = [field for code, _, field, *_ in refused.problems if code == LOST_DIGITS and field in kept.cells]
    blank = {}
    for field in lost:
        column = purpose.column(field, layout.kind)
        is_needed = column is not None and layout.kind in column.required
        blank[field] = (kept.cells[field][0], as_written("" if is_needed else _FILL_IN_AGAIN))
    return replace(kept, cells=kept.cells | blank) if blank else kept


def _texts(row: Row, kept: DataRow, columns: Sequence[int]) -> Iterator[str | None]:
    """The cells of a line, as they were read: with what stands in merged cells, or was written anew in the preview."""
    read = dict(kept.cells.values())
    for column in columns:
        cell = read.get(column) or row.cells.get(column)
        yield cell.text if cell is not None else None


def _added(kept: DataRow, name: str) -> str | None:
    """What was written for a column the sheet has not."""
    at, cell = kept.cells.get(name, (0, None))
    return cell.text if cell is not None and not at else None


def _column(layout: SheetLayout, heading: Heading, column: int, wrong: set[str], purpose: Purpose) -> Column:
    text = tidy_line(heading.texts[column])
    field = heading.fields.get(column)
    known = purpose.column(field, layout.kind) if field is not None else None
    if known is None:
        return Column(text)
    locked = field == "id_number" and field not in wrong
    return Column(text, width=known.width, locked=locked)
