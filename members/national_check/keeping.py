"""A comparison from the upload to its end: starting, taking the result out, deleting it."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import PurePath
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Right
from members.lists.kinds import stand_ins
from members.models import Comparison, ComparisonFile, ComparisonRow, ComparisonState, Member
from members.national_check.comparing import NO_RIGHT
from members.national_check.showing import COLUMNS, Asked, lines_of, rows_asked
from members.roster.running.starting import content_of
from members.tasks import compare_national
from tuanjian.spreadsheets.writing import SheetPlan, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

# A workbook that is made while somebody waits.
MOST_LINES: Final = 20_000
_ENDED: Final = (ComparisonState.DONE, ComparisonState.FAILED)


def start(file: File[bytes], *, organization: Organization, by: User) -> Comparison:
    """Keep the file until it has been read, and have it compared.

    Refuses an organisation where ``by`` does not keep the records of people, a closed one, an empty file and one larger
    than the limit. Everything else about the file is found out by the job.
    """
    managed = Organization.objects.active().manageable_by(by, right=Right.PEOPLE)
    if not managed.filter(pk=organization.pk).exists():
        raise ValidationError(NO_RIGHT)
    content = content_of(file)
    with transaction.atomic():
        name = PurePath(file.name or "名单").name[-255:]
        comparison = Comparison.objects.create(organization=organization, made_by=by, file_name=name)
        kept = ComparisonFile(comparison=comparison)
        kept.content = content
        kept.save()
        changes = {"内容": [None, "与国家系统核对"], "文件": [None, name]}
        audit.record(audit.Kind.CREATED, comparison, by=by, at=organization, changes=changes, job=comparison.job)
    compare_national.enqueue(comparison.pk)
    comparison.refresh_from_db()
    return comparison


@transaction.atomic
def as_workbook(comparison: Comparison, asked: Asked, *, by: User) -> bytes:
    """The lines asked for as XLSX, as far as ``by`` may see their people; the log notes who took how many.

    Refuses a comparison without a result, and more lines than can be waited for.
    """
    if comparison.state != ComparisonState.DONE:
        raise ValidationError(f"这次核对{comparison.get_state_display()}，没有可以下载的结果。")
    rows, now = rows_asked(comparison, asked, user=by), timezone.localtime()
    place, count = comparison.organization, rows.count()
    if count > MOST_LINES:
        raise ValidationError(f"结果超过 {MOST_LINES:,} 行，请先按结果、项目或姓名筛选，分几次导出。")
    plan = SheetPlan(
        title="核对结果",
        columns=COLUMNS,
        rows=lines_of(rows, user=by),
        heading_lines=[
            f"{place.short_name}与国家系统核对结果",
            f"单位：{place.full_name}　文件：{comparison.file_name}",
        ],
        notes=[made_by(by, now, more=f"共 {count:,} 行")],
    )
    file = io.BytesIO()
    write_workbook(WorkbookPlan([plan]), file)
    changes = {
        "内容": [None, "与国家系统核对的结果"],
        "行数": [None, count],
        "条件": [None, asked.in_words or "全部"],
    }
    keys = rows.exclude(target_id=None).values_list("target_id", flat=True)
    about = stand_ins((key for key in keys if key is not None), Member)
    kind = audit.Kind.EXPORTED
    audit.record(kind, comparison, by=by, at=place, changes=changes, about=about, job=comparison.job)
    return file.getvalue()


@transaction.atomic
def delete(comparison: Comparison, *, by: User) -> None:
    """Delete the result before its time; that there was such a comparison stays.

    Refuses whoever does not keep the records of people there, and a comparison under way or deleted already.
    """
    rows = Comparison.objects.select_for_update(of=("self",), no_key=True).select_related("organization")
    stored = rows.get(pk=comparison.pk)
    if not Comparison.objects.manageable_by(by, right=Right.PEOPLE).filter(pk=stored.pk).exists():
        raise ValidationError(NO_RIGHT)
    if stored.state not in _ENDED:
        raise ValidationError(f"这次核对{stored.get_state_display()}，不能删除结果。")
    _delete(stored, by=by)


@transaction.atomic
def delete_expired(*, now: dt.datetime | None = None) -> int:
    """Delete results uploaded more than TUANJIAN_COMPARISON_DAYS ago; returns how many. Belongs in the housekeeping."""
    before = (now or timezone.now()) - dt.timedelta(days=settings.TUANJIAN_COMPARISON_DAYS)
    old = Comparison.objects.filter(created_at__lt=before, state__in=[*_ENDED, ComparisonState.WAITING])
    rows = list(old.select_for_update(of=("self",), no_key=True).select_related("organization"))
    for comparison in rows:
        _delete(comparison, by=None)
    return len(rows)


def _delete(comparison: Comparison, *, by: User | None) -> None:
    before, at = comparison.get_state_display(), comparison.organization
    ComparisonRow.objects.filter(comparison=comparison).delete()
    ComparisonFile.objects.filter(comparison=comparison).delete()
    comparison.state = ComparisonState.DELETED
    comparison.save(update_fields=["state"])
    changes = {"状态": [before, ComparisonState.DELETED.label]}
    why, job = "" if by else "超过保存期限", comparison.job
    audit.record(audit.Kind.CHANGED, comparison, by=by, at=at, changes=changes, reason=why, job=job)
