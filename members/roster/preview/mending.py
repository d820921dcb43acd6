"""改单元格: a cell written anew in the preview stands in place of the cell of the file, whenever that is read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.models import Organization, User
from members.models.mends import RosterMend
from members.models.roster import ImportState, RosterImport, RosterRow, RowKind
from members.roster import purposes
from members.roster.preview.partly import plan_around
from members.roster.preview.showing import cell_read
from members.roster.preview.staging import unpack
from members.roster.purposes import Purpose
from members.roster.reading.headings import Heading
from members.roster.reading.layouts import SheetLayout
from members.roster.reading.listed import DataRow
from members.roster.reading.rows import CleanRow, cell_as_read
from tuanjian import sealing
from tuanjian.spreadsheets import Cell, Kind

MEANWHILE: Final = "meanwhile"
_NO_RIGHT: Final = "您现在没有在这里导入的权限，请联系上级管理员。"
# A cell that is not in the file stands in no column.
_NOWHERE: Final = 0


@transaction.atomic
def mend(row: RosterRow, field: str, text: str, *, by: User, seen: str = "") -> RosterRow:
    """Write a cell of a row anew and plan again; the file is not read for it. Returns the row as it is then.

    Rows that mean the same person or organisation may come out otherwise too; all others stay as they are. The log
    names the cell, not what was or is in it. Refuses an import that is not waiting for confirmation, whoever may not
    import there, and a column rows of this kind have not; where ``seen`` (``mark_of``) says which cell was looked at,
    also one that somebody wrote anew since, as something else.
    """
    roster = open_import(row.roster, by=by)
    row = RosterRow.objects.get(pk=row.pk)
    purpose = purposes.of(roster)
    column = purpose.column(field, row.kind)
    if column is None or field not in purpose.mendable(row.kind):
        raise ValidationError("这一列不能在这里改，请改好文件后重新上传。")
    if len(text) > settings.TUANJIAN_IMPORT_LIMITS.text:
        raise ValidationError(f"内容过长（最多 {settings.TUANJIAN_IMPORT_LIMITS.text} 个字），请缩短。")
    if seen and seen != mark_of(row, field) and text.strip() != _kept(row, field).strip():
        raise ValidationError(_mended_meanwhile(roster, row, field, purpose, by), code=MEANWHILE)
    told = RosterMend(roster=roster, sheet=row.sheet, line=row.line, field=field, mended_by=by)
    told.text = text
    keys = ("roster", "sheet", "line", "field")
    RosterMend.objects.update_or_create(
        **{name: getattr(told, name) for name in keys}, defaults={"sealed": told.sealed, "mended_by": by}
    )
    plan_around(roster, [row], by=by, changed={row.pk: _cleaned_again(roster, row, {field: text}, purpose)})
    where = f"工作表“{row.sheet}”第 {row.line} 行“{column.heading_in(RowKind(row.kind))}”"
    changes = {"单元格": [None, where]}
    audit.record(audit.Kind.CHANGED, roster, by=by, at=roster.organization, changes=changes, job=roster.job)
    row.refresh_from_db()
    return row


def mark_of(row: RosterRow, field: str) -> str:
    """Stands for what is in the cell now; nothing can be read from it."""
    return sealing.blind_index("roster.cell", f"{row.pk} {field} {_kept(row, field)}")


def _kept(row: RosterRow, field: str) -> str:
    return unpack(row).cells.get(field, [""])[0]


def _mended_meanwhile(roster: RosterImport, row: RosterRow, field: str, purpose: Purpose, by: User) -> str:
    """Who wrote what into the cell, as far as that is known, and what to do."""
    last = roster.mends.filter(sheet=row.sheet, line=row.line, field=field).select_related("mended_by").first()
    who = "他人" if last is None else "您" if last.mended_by_id == by.pk else str(last.mended_by)
    now = cell_read(row, field, purpose)
    said = f"改为“{now}”" if now else "清空"
    return f"打开这一格以后，{who}已把它{said}，这次填写的还没有保存。请核对，仍要改的再点“保存”，不改的点“取消”。"


def open_import(roster: RosterImport, *, by: User) -> RosterImport:
    """The import, locked, if it waits for confirmation and ``by`` may import there; refuses otherwise."""
    rows = RosterImport.objects.select_for_update(of=("self",), no_key=True).select_related("organization")
    locked = rows.get(pk=roster.pk)
    managed = Organization.objects.active().manageable_by(by, right=purposes.of(locked).right)
    if not managed.filter(pk=locked.organization_id).exists():
        raise ValidationError(_NO_RIGHT)
    if locked.state != ImportState.TO_CONFIRM:
        raise ValidationError(f"这次导入的状态是“{locked.get_state_display()}”，不能再改。")
    return locked


def mend_layouts(roster: RosterImport, layouts: Iterable[SheetLayout]) -> None:
    """Put the cells written anew into sheets that were just read from the file. One query, none before anybody has
    seen the rows."""
    if roster.checked_at is None:
        return
    mends: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for told in roster.mends.all():
        mends[told.sheet, told.line][told.field] = told.text
    if not mends:
        return
    for layout in layouts:
        layout.rows = [_mended(row, mends.get((layout.name[:100], row.line), {}), layout) for row in layout.rows]


def _mended(row: DataRow, texts: dict[str, str], layout: SheetLayout) -> DataRow:
    if not texts:
        return row
    # Where a heading stands again further down, the columns of the rows below it may be others.
    columns = {name: column for column, name in layout.fields.items()} | {n: at for n, (at, _) in row.cells.items()}
    written = {name: (columns.get(name, _NOWHERE), as_written(text)) for name, text in texts.items()}
    return replace(row, cells=row.cells | written)


def as_written(text: str) -> Cell:
    """What somebody typed, as a cell."""
    return Cell(text) if text.strip() else Cell("", Kind.EMPTY)


def _cleaned_again(roster: RosterImport, row: RosterRow, texts: dict[str, str], purpose: Purpose) -> CleanRow:
    """The row read again from what is kept of it, with these cells in place of those of the file."""
    read = unpack(row)
    numbers = {name: number for number, name in enumerate(read.letters, start=1)}
    cells = {name: (numbers.get(name, _NOWHERE), cell_as_read(kept)) for name, kept in read.cells.items()}
    cells |= {name: (numbers.get(name, _NOWHERE), as_written(text)) for name, text in texts.items()}
    codes = {finding.code for finding in (*read.problems, *read.warnings) if not finding.field}
    told = DataRow(
        row.line,
        cells,
        hidden="W_HIDDEN" in codes,
        ragged="R_RAGGED" in codes,
        merged="W_MERGED" in codes,
    )
    family = next(family for family in purpose.families if family.kind in (None, RowKind(row.kind)))
    fields = {number: name for name, number in numbers.items()}
    heading = Heading(0, 0, family, fields, {})
    date1904 = any(sheet.get("date1904") for sheet in roster.sheets if sheet["name"][:100] == row.sheet)
    layout = SheetLayout(row.sheet, RowKind(row.kind), heading, rows=[told], date1904=date1904)
    (clean,) = purpose.clean([layout], roster.as_of_on)
    clean.letters = read.letters
    if "branch" not in cells:
        clean.places, clean.claimed = read.places, read.claimed
    # Said of the columns by their letters in the file, not by their order here.
    clean.problems = [finding._replace(column=read.letters.get(finding.field, "")) for finding in clean.problems]
    clean.warnings = [finding._replace(column=read.letters.get(finding.field, "")) for finding in clean.warnings]
    return clean
