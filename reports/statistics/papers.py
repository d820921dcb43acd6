"""团内大数据 out of the system: its tables as workbooks, the whole-tree table on paper too, and logged."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import Final

from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from reports.columns import Column as Figure
from reports.completion.sums import in_tenths
from reports.statistics.dashboard import Dashboard
from reports.statistics.tables import Cell, Line, Table
from reports.statistics.whole_tree import TreeTable
from tuanjian.spreadsheets.writing import Column, SheetPlan, Value, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

TITLE: Final = "团内大数据"
TREE_TITLE: Final = "全树统计表"
_WHOLE, _RATE = "#,##0", "0.0"


@transaction.atomic
def dashboard_as_workbook(dashboard: Dashboard, tables: Iterable[Table], *, by: User) -> bytes:
    """These tables of the page as XLSX, one a sheet; the log notes who took them and the SHA-256 of the file."""
    taken = list(tables)
    heading = _heading(dashboard.organization, dashboard.on, dashboard.counted_at)
    notes = [dashboard.rule, *_notes(by)]
    sheets = [_sheet(table, heading, dashboard.against, notes) for table in taken]
    names = "、".join(table.title for table in taken)
    return _written(sheets, dashboard.organization, dashboard.on, f"{TITLE}：{names}", "", len(taken), by)


@transaction.atomic
def dashboard_on_paper(dashboard: Dashboard, *, by: User) -> Dashboard:
    """The part of the page for printing; the log notes it."""
    tables = dashboard.all_tables
    what = f"{TITLE}：{'、'.join(table.title for table in tables)}"
    changes = _said(dashboard.on, what, "", len(tables))
    audit.record(audit.Kind.PRINTED, dashboard.organization, by=by, at=dashboard.organization, changes=changes)
    return dashboard


@transaction.atomic
def tree_as_workbook(table: TreeTable, *, said: str, by: User) -> bytes:
    """The table as queried, every line of it; ``said`` are the conditions in words. Logged likewise."""
    asked = table.asked
    plan = SheetPlan(
        title=TREE_TITLE,
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("组织", width=28),
            Column("上级组织", width=24),
            *(_column(each) for each in asked.columns),
        ],
        rows=_tree_rows(table),
        heading_lines=[
            f"{table.organization.short_name}{TREE_TITLE}",
            _heading(table.organization, table.on, table.counted_at),
            f"条件：{said}",
        ],
        notes=[*table.notes, *_notes(by)],
    )
    return _written([plan], table.organization, table.on, TREE_TITLE, said, len(table.rows), by)


@transaction.atomic
def tree_on_paper(table: TreeTable, *, said: str, by: User) -> TreeTable:
    """The table for printing; the log notes it."""
    changes = _said(table.on, TREE_TITLE, said, len(table.rows))
    audit.record(audit.Kind.PRINTED, table.organization, by=by, at=table.organization, changes=changes)
    return table


def _written(
    sheets: list[SheetPlan], organization: Organization, on: dt.date, what: str, said: str, rows: int, by: User
) -> bytes:
    file = io.BytesIO()
    write_workbook(WorkbookPlan(sheets), file)
    content = file.getvalue()
    changes = _said(on, what, said, rows) | {"文件 SHA-256": [None, hashlib.sha256(content).hexdigest()]}
    audit.record(audit.Kind.EXPORTED, organization, by=by, at=organization, changes=changes)
    return content


def _said(on: dt.date, what: str, said: str, rows: int) -> dict[str, list[str | None]]:
    conditions = {"条件": [None, said]} if said else {}
    return {"内容": [None, what], "统计时点": [None, str(on)], "行数": [None, f"{rows:,}"], **conditions}


def _heading(organization: Organization, on: dt.date, counted_at: dt.datetime | None) -> str:
    past = "（历史数据）" if on < timezone.localdate() else ""
    known = f"　数据截至：{timezone.localtime(counted_at):%Y-%m-%d %H:%M}" if counted_at else ""
    return f"单位：{organization.full_name}　统计时点：{on}{past}{known}"


def _notes(by: User) -> list[str]:
    return [f"制表人：{by}　制表日期：{timezone.localdate()}", made_by(by, timezone.localtime())]


def _column(figure: Figure) -> Column:
    number_format = "@" if figure.words else (_RATE if figure.is_rate else _WHOLE)
    return Column(figure.heading, width=11, number_format=number_format, wrap=True)


def _value(cell: Cell) -> Value:
    if cell.value is None:
        return cell.text
    return in_tenths(cell.value) if cell.is_rate else cell.value


def _tree_rows(table: TreeTable) -> Iterator[list[Value]]:
    def values(cells: Iterable[Cell]) -> list[Value]:
        pairs = zip(table.asked.columns, cells, strict=True)
        return [cell.text if figure.words else _value(cell) for figure, cell in pairs]

    for number, row in enumerate(table.rows, 1):
        yield [number, row.organization.short_name, row.above, *values(row.on_paper)]
    if table.own_level:
        yield [None, table.own_name, None, *values(table.own_level)]
    if table.total:
        yield [None, table.sum_name, None, *values(table.total)]


def _sheet(table: Table, heading: str, against: dt.date | None, notes: list[str]) -> SheetPlan:
    columns = [Column("序号", width=6, number_format="0"), Column(table.name, width=26)]
    for name, cell in zip(table.headings, table.rows[0].cells if table.rows else (), strict=False):
        columns.append(Column(name, width=12, number_format=_RATE if cell.is_rate else _WHOLE, wrap=True))
        if against is not None:
            columns.append(Column(f"{name}较 {against}", width=12, wrap=True))
    return SheetPlan(
        title=table.title,
        columns=columns,
        rows=[_values(number, line, table, against) for number, line in enumerate(table.rows, 1)],
        heading_lines=[table.title, f"{heading}　{table.note}"],
        notes=[*table.notes, *notes],
    )


def _values(number: int, line: Line, table: Table, against: dt.date | None) -> list[Value]:
    values: list[Value] = [None if line is table.total else number, line.label]
    for cell in line.cells:
        values.append(_value(cell))
        if against is not None:
            values.append(cell.difference)
    return values
