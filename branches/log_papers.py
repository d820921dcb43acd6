"""The log out of the system: entries as queried in a workbook, the daily 校验值 on paper. Both are noted in the log."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches import audit
from branches.accounts import filed_under
from branches.log import Reader
from branches.models import AuditEntry, Organization, User
from tuanjian.spreadsheets.writing import Column, SheetPlan, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

# One workbook holds no more: narrower queries, month by month, are kept more easily, too.
MOST: Final = 10_000


@transaction.atomic
def log_as_workbook(
    entries: QuerySet[AuditEntry], place: Organization | None, *, reader: Reader, asked: str, by: User
) -> bytes:
    """The newest ``MOST`` of the entries as XLSX, each as ``reader`` may read it; the log notes who took how many.

    It notes the SHA-256 of the file, too.
    """
    rows = list(_lines(entries, reader))
    now = timezone.localtime()
    plan = SheetPlan(
        title="操作日志",
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("时间", width=20),
            Column("操作人", width=12),
            Column("操作", width=10),
            Column("对象类别", width=10),
            Column("对象", width=26),
            Column("组织", width=26),
            Column("内容", width=50, wrap=True),
            Column("原因", width=26, wrap=True),
            Column("任务", width=16),
            Column("编号", width=12),
        ],
        rows=rows,
        heading_lines=["操作日志", f"条件：{asked or '全部'}　共 {len(rows)} 条"],
        notes=[made_by(by, now)],
    )
    file = io.BytesIO()
    write_workbook(WorkbookPlan([plan]), file)
    changes = {
        "内容": [None, "操作日志"],
        "条数": [None, len(rows)],
        "条件": [None, asked or "全部"],
        "文件 SHA-256": [None, hashlib.sha256(file.getvalue()).hexdigest()],
    }
    place = place or filed_under(by)
    audit.record(audit.Kind.EXPORTED, place or by, by=by, at=place, changes=changes)
    return file.getvalue()


def _lines(entries: QuerySet[AuditEntry], reader: Reader) -> Iterator[list[str | int]]:
    for number, entry in enumerate(entries.select_related("placement")[:MOST], 1):
        told = reader.tell(entry)
        at = f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"
        said = [entry.actor_name, entry.get_kind_display(), told.type_word, told.label, told.place, told.summary]
        yield [number, at, *said, entry.reason, entry.job, entry.request_number]


def record_printed_anchors(month: str, *, by: User) -> None:
    """Note in the log that the 校验值 of a month were put on paper."""
    place = filed_under(by)
    changes = {"内容": [None, f"{month} 每日校验值"]}
    audit.record(audit.Kind.PRINTED, place or by, by=by, at=place, changes=changes)
