"""Writing a list as a workbook, row by row: what a list of 100,000 people needs in memory is a few thousand of them."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Sight
from members.lists import kinds
from members.lists.kinds import ListKind, Queried
from members.models import Export, ExportFile, ExportState, Member
from members.privacy import own_branches
from tuanjian.spreadsheets.writing import SheetPlan, Value, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

LEASE: Final = timedelta(minutes=3)
CHUNK: Final = 2_000
OUT_OF_SIGHT: Final = "您现在不能查看这个组织的人员，没有生成。"
NOT_UNDERSTOOD: Final = "查询条件已不能使用，请返回名单重新查询后导出。"
_UNFINISHED: Final = "生成没有完成，请重新生成；如仍不行，请联系系统管理员。"
_LOST: Final = "后台任务中断，请重新生成。"
_logger = logging.getLogger(__name__)


@dataclass
class Written:
    """What went into a workbook. ``people`` are keys of the people it tells of."""

    rows: int = 0
    people: set[int] = field(default_factory=set)


def queried(kind: ListKind, organization: Organization, query: QueryDict, *, by: User) -> Queried:
    """What the query finds for this person now. Refuses conditions that are not understood."""
    found = kind.query(query, organization, by)
    if not found.is_understood:
        raise ValidationError(NOT_UNDERSTOOD)
    return found


def write(
    kind: ListKind,
    organization: Organization,
    found: Queried,
    target: Path,
    *,
    by: User,
    progress: Callable[[int], None] = lambda done: None,
) -> Written:
    """Write all rows of a query to ``target``; ``progress`` hears after each ``CHUNK`` how many are done.

    One query, and those of its prefetches for each chunk.
    """
    written, now = Written(), timezone.localtime()
    asked = f"　条件：{found.asked}" if found.asked else ""
    # Filled when the rows are through: only then their number is known for certain.
    notes: list[str] = []
    plan = SheetPlan(
        title=kind.sheet,
        columns=kind.columns,
        rows=_rows(kind, found, written, notes, now, by, progress),
        heading_lines=[
            f"{organization.short_name}{kind.title}",
            f"单位：{organization.full_name}　统计时点：{now:%Y-%m-%d %H:%M}{asked}",
        ],
        notes=notes,
    )
    write_workbook(WorkbookPlan([plan]), target)
    return written


def _rows(
    kind: ListKind,
    found: Queried,
    written: Written,
    notes: list[str],
    now: datetime,
    by: User,
    progress: Callable[[int], None],
) -> Iterator[Sequence[Value]]:
    def noted() -> Iterator[Any]:
        for row in found.rows.iterator(chunk_size=CHUNK):
            written.rows += 1
            written.people.update(kind.people_of(row))
            if written.rows % CHUNK == 0:
                progress(written.rows)
            yield row

    yield from kind.write(noted(), by)
    notes.append(made_by(by, now, more=f"共 {written.rows:,} {kind.unit}"))


@transaction.atomic
def at_once(kind: ListKind, organization: Organization, query: QueryDict, *, by: User) -> bytes:
    """The list as a workbook, now. Refuses conditions that are not understood; the log notes what left."""
    found = queried(kind, organization, query, by=by)
    with tempfile.TemporaryDirectory(prefix="list-") as folder:
        path = Path(folder) / "list.xlsx"
        written = write(kind, organization, found, path, by=by)
        content = path.read_bytes()
    changes = _said(kind, found.asked, written, content)
    about = kinds.stand_ins(sorted(written.people), Member)
    audit.record(audit.Kind.EXPORTED, organization, by=by, at=organization, changes=changes, about=about)
    return content


def make(export_id: int) -> None:
    """Make the file of an export with the rights its maker has now.

    What stands against it becomes the reason of 没有生成. Does nothing if the export is not waiting, so the job may run
    twice.
    """
    waiting = Export.objects.filter(pk=export_id, state=ExportState.WAITING)
    if not waiting.update(state=ExportState.MAKING, lease_until=timezone.now() + LEASE, done=0):
        return
    export = Export.objects.select_related("organization", "made_by").get(pk=export_id)
    try:
        _make(export)
    except ValidationError as refusal:
        _fail(export, refusal.messages[0])
    except Exception:
        _logger.exception("Making export %s failed.", export_id)
        _fail(export, _UNFINISHED)
        raise


def _make(export: Export) -> None:
    kind, user, organization = kinds.of(export.list_key), export.made_by, export.organization
    if not Organization.objects.visible_to(user, sight=Sight.ROSTER).filter(pk=organization.pk).exists():
        raise ValidationError(OUT_OF_SIGHT)
    found = queried(kind, organization, QueryDict(export.query), by=user)
    scope = scope_of(organization, user)
    _progress(export, 0, total=found.rows.order_by().count())
    with tempfile.TemporaryDirectory(prefix="list-") as folder:
        path = Path(folder) / "list.xlsx"
        written = write(kind, organization, found, path, by=user, progress=lambda done: _progress(export, done))
        content = path.read_bytes()
    _keep(export, kind, found.asked, written, content, scope)


@transaction.atomic
def _keep(
    export: Export, kind: ListKind, asked: str, written: Written, content: bytes, scope: dict[str, list[int]]
) -> None:
    file = ExportFile(export=export)
    file.content = content
    file.save()
    export.state, export.lease_until, export.made_at = ExportState.READY, None, timezone.now()
    export.rows = export.done = export.total = written.rows
    export.size, export.sha256, export.scope = len(content), hashlib.sha256(content).hexdigest(), scope
    export.save()
    changes = _said(kind, asked, written, content)
    about = kinds.stand_ins(sorted(written.people), Member)
    where, by = export.organization, export.made_by
    audit.record(audit.Kind.EXPORTED, export, by=by, at=where, changes=changes, about=about, job=export.job)


def scope_of(organization: Organization, user: User) -> dict[str, list[int]]:
    """What of this organisation the user sees now. Two queries."""
    seen = Organization.objects.visible_to(user, sight=Sight.ROSTER).under(organization)
    keys = list(seen.order_by("pk").values_list("pk", flat=True))
    return {"seen": keys, "own": sorted(own_branches(user).intersection(keys))}


def _said(kind: ListKind, asked: str, written: Written, content: bytes) -> dict[str, list[Any]]:
    return {
        "内容": [None, kind.title],
        "行数": [None, written.rows],
        "条件": [None, asked or "全部"],
        "列": [None, "、".join(column.heading for column in kind.columns)],
        "文件 SHA-256": [None, hashlib.sha256(content).hexdigest()],
    }


def _progress(export: Export, done: int, *, total: int | None = None) -> None:
    values: dict[str, Any] = {"done": done, "lease_until": timezone.now() + LEASE}
    if total is not None:
        values["total"] = total
    Export.objects.filter(pk=export.pk).update(**values)


@transaction.atomic
def _fail(export: Export, why: str) -> None:
    if not Export.objects.filter(pk=export.pk, state=ExportState.MAKING).update(
        state=ExportState.FAILED, lease_until=None, error=why[:300]
    ):
        return
    changes = {"结果": [None, ExportState.FAILED.label]}
    where, by = export.organization, export.made_by
    audit.record(audit.Kind.JOB, export, by=by, at=where, changes=changes, reason=why, job=export.job)


def return_lost(*, now: datetime | None = None) -> int:
    """Give up exports whose worker is gone; they are made again with one click. Returns how many there were.

    Belongs in the housekeeping of every minute.
    """
    lost = Export.objects.filter(state=ExportState.MAKING, lease_until__lt=now or timezone.now())
    rows = list(lost.select_related("organization", "made_by"))
    for export in rows:
        _fail(export, _LOST)
    return len(rows)
