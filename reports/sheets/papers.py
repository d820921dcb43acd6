"""Statistical sheets out of the system: as a workbook and on paper, exactly as they stand, and logged."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from typing import Final

from django.db import models, transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from reports.models import IssuedSheet
from reports.sheets.making import sheet_on
from reports.sheets.tables import Sheet, sheet_in
from tuanjian.spreadsheets.writing import Column, SheetPlan, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

_WHOLE: Final = "#,##0"


@dataclass(frozen=True)
class Paper:
    """A sheet with what stands around it. ``maker`` and ``made_on`` are 制表人 and 制表日期."""

    sheet: Sheet
    unit: str
    title: str
    on: dt.date
    counted_at: dt.datetime
    maker: str
    made_on: dt.date
    is_issued: bool

    @property
    def file_name(self) -> str:
        return f"{self.title}{self.on:%Y%m%d}.xlsx"


def of_now(organization: Organization, kind: str, on: dt.date, *, by: User) -> Paper:
    """The sheet counted now. Refuses what ``making.sheet_on`` refuses."""
    sheet = sheet_on(organization, kind, on)
    return Paper(
        sheet=sheet,
        unit=organization.full_name,
        title=f"{organization.short_name}{sheet.title}",
        on=on,
        counted_at=timezone.now(),
        maker=str(by),
        made_on=timezone.localdate(),
        is_issued=False,
    )


def as_issued(issued: IssuedSheet) -> Paper:
    """The sheet as it was, whatever has happened since."""
    stored = dict(issued.content)
    unit, short = stored.pop("organization"), stored.pop("short")
    sheet = sheet_in(stored)
    return Paper(
        sheet=sheet,
        unit=unit,
        title=f"{short}{sheet.title}",
        on=issued.on,
        counted_at=issued.counted_at,
        maker=str(issued.issued_by),
        made_on=timezone.localdate(issued.issued_at),
        is_issued=True,
    )


@transaction.atomic
def printed(paper: Paper, organization: Organization, *, of: models.Model, by: User) -> Paper:
    """The sheet for printing; the log notes it. ``of`` is the issued sheet, or the organisation itself."""
    audit.record(audit.Kind.PRINTED, of, by=by, at=organization, changes=_said(paper))
    return paper


@transaction.atomic
def as_workbook(paper: Paper, organization: Organization, *, of: models.Model, by: User) -> bytes:
    """The sheet as XLSX; the log notes who took it and the SHA-256 of the file."""
    file = io.BytesIO()
    write_workbook(WorkbookPlan([_plan(paper, by)]), file)
    content = file.getvalue()
    changes = _said(paper) | {"文件 SHA-256": [None, hashlib.sha256(content).hexdigest()]}
    audit.record(audit.Kind.EXPORTED, of, by=by, at=organization, changes=changes)
    return content


def _said(paper: Paper) -> dict[str, list[str | None]]:
    return {"内容": [None, paper.sheet.title], "统计时点": [None, str(paper.on)]}


def _plan(paper: Paper, by: User) -> SheetPlan:
    sheet = paper.sheet
    counted = f"{timezone.localtime(paper.counted_at):%Y-%m-%d %H:%M}"
    return SheetPlan(
        title=sheet.title,
        columns=[
            Column("序号", width=6, number_format="0"),
            *(
                Column(each.label, width=each.width, number_format=_WHOLE if each.is_number else "@", wrap=True)
                for each in sheet.headings
            ),
        ],
        rows=[[number if number <= len(sheet.rows) else None, *line] for number, line in enumerate(sheet.lines, 1)],
        heading_lines=[
            paper.title,
            f"单位：{paper.unit}　统计时点：{paper.on}　数据截至：{counted}　计量单位：{sheet.unit}",
        ],
        notes=[
            *sheet.notes,
            f"制表人：{paper.maker}　制表日期：{paper.made_on}",
            made_by(by, timezone.localtime()),
        ],
    )
