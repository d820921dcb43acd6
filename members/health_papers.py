"""组织健康 out of the system: the list as queried, on paper and as a workbook, and logged. No people are named."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from members import health
from tuanjian.spreadsheets.writing import Column, SheetPlan, Value, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

TITLE = "组织健康清单"
# One list holds no more; larger ones are taken out by lower organisation.
MOST = 10_000


@transaction.atomic
def health_on_paper(
    flagged: QuerySet[Organization], organization: Organization, *, asked: str, by: User
) -> list[tuple[Organization, list[health.Flag]]]:
    """The organisations of ``health.flagged`` with what each has, at most ``MOST``; the log notes the printing."""
    rows = [(row, health.flags_of(row)) for row in flagged[:MOST]]
    changes = {"内容": [None, TITLE], "组织数": [None, len(rows)], "条件": [None, asked or "全部"]}
    audit.record(audit.Kind.PRINTED, organization, by=by, at=organization, changes=changes)
    return rows


@transaction.atomic
def health_as_workbook(
    flagged: QuerySet[Organization], organization: Organization, *, asked: str, on: dt.date, by: User
) -> bytes:
    """The same as XLSX, with what each word means; the log notes who took how many lines, and the file's SHA-256."""
    rows = list(flagged[:MOST])
    condition = f"　条件：{asked}" if asked else ""
    plan = SheetPlan(
        title=TITLE,
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("组织", width=28),
            Column("组织全称", width=48),
            Column("类别", width=12),
            Column("团员", width=8, number_format="#,##0"),
            Column("问题", width=32, wrap=True),
            Column("处理情况", width=24),
        ],
        rows=_lines(rows),
        heading_lines=[
            f"{organization.short_name}{TITLE}",
            f"单位：{organization.full_name}　统计时点：{on}　共 {len(rows)} 个组织{condition}",
        ],
        notes=[
            *(f"{flag.word}：{flag.meaning}" for flag in health.FLAGS),
            made_by(by, timezone.localtime(), more=f"共 {len(rows)} 个组织"),
            f"制表人：{by}　制表日期：{on}",
        ],
    )
    file = io.BytesIO()
    write_workbook(WorkbookPlan([plan]), file)
    changes = {
        "内容": [None, TITLE],
        "组织数": [None, len(rows)],
        "条件": [None, asked or "全部"],
        "文件 SHA-256": [None, hashlib.sha256(file.getvalue()).hexdigest()],
    }
    audit.record(audit.Kind.EXPORTED, organization, by=by, at=organization, changes=changes)
    return file.getvalue()


def _lines(rows: Sequence[Organization]) -> Iterator[list[Value]]:
    for number, row in enumerate(rows, 1):
        # Counted by ``health.flagged``, for branches only: people are members of nothing else.
        members: Value = getattr(row, "league_members", None) if row.is_branch else None
        words = "、".join(flag.word for flag in health.flags_of(row))
        yield [number, row.short_name, row.full_name, row.get_org_type_display(), members, words, None]
