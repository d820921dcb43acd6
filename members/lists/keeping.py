"""An export from being asked for to being deleted: starting, fetching, starting again, deleting."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Sight
from members.lists import making
from members.lists.kinds import ListKind
from members.models import Export, ExportFile, ExportState
from members.models.releases import LONGEST_QUERY
from members.tasks import make_list

NOT_YOURS = "只有生成这份名单的人可以下载。"
SEES_LESS = "您的权限或组织设置在名单生成以后有变动，这份文件不再提供，请重新生成。"
_UNDER_WAY = (ExportState.WAITING, ExportState.MAKING)


def start(kind: ListKind, organization: Organization, query: QueryDict, *, by: User) -> Export:
    """Have the list made in the background.

    Refuses an organisation out of sight, conditions that are not understood or too long, and the same list while it is
    being made.
    """
    if not Organization.objects.visible_to(by, sight=Sight.ROSTER).filter(pk=organization.pk).exists():
        raise ValidationError(making.OUT_OF_SIGHT)
    text = query.urlencode()
    if len(text) > LONGEST_QUERY:
        raise ValidationError("查询条件太长，请返回名单简化条件再导出。")
    asked = making.queried(kind, organization, query, by=by).asked
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
        same = Export.objects.filter(made_by=by, list_key=kind.key, organization=organization, query=text)
        if same.filter(state__in=_UNDER_WAY).exists():
            raise ValidationError("同样的名单正在生成，请到“我的导出”查看。")
        export = Export.objects.create(
            list_key=kind.key, organization=organization, made_by=by, query=text, asked=asked
        )
        changes = {"内容": [None, kind.title], "条件": [None, asked or "全部"]}
        audit.record(audit.Kind.CREATED, export, by=by, at=organization, changes=changes, job=export.job)
    make_list.enqueue(export.pk)
    export.refresh_from_db()
    return export


def why_not(export: Export, *, by: User) -> str:
    """Why the file is not handed to this person now, "" if it is. Up to three queries."""
    if export.made_by_id != by.pk:
        return NOT_YOURS
    if export.state != ExportState.READY:
        return f"这份名单{export.get_state_display()}，不能下载。"
    now = making.scope_of(export.organization, by)
    less = any(not set(export.scope.get(name, [])).issubset(now[name]) for name in ("seen", "own"))
    return SEES_LESS if less or export.organization_id not in now["seen"] else ""


@transaction.atomic
def fetch(export: Export, *, by: User) -> bytes:
    """The file, for whoever had it made, with the rights of now; the log notes each time.

    Refuses everybody else, a file that is not there, and whoever sees less by now than when it was made.
    """
    stored = Export.objects.select_related("organization").get(pk=export.pk)
    if why := why_not(stored, by=by):
        raise ValidationError(why)
    content = stored.file.content
    changes = {"内容": [None, "下载"], "行数": [None, stored.rows], "文件 SHA-256": [None, stored.sha256]}
    audit.record(audit.Kind.EXPORTED, stored, by=by, at=stored.organization, changes=changes, job=stored.job)
    return content


@transaction.atomic
def delete(export: Export, *, by: User) -> None:
    """Delete the file before its time. Refuses everybody but its maker, and an export without a file."""
    rows = Export.objects.select_for_update(of=("self",), no_key=True).select_related("organization")
    stored = rows.get(pk=export.pk)
    if stored.made_by_id != by.pk:
        raise ValidationError("只有生成这份名单的人可以删除。")
    if stored.state != ExportState.READY:
        raise ValidationError(f"这份名单{stored.get_state_display()}，不需要删除。")
    _delete(stored, by=by)


@transaction.atomic
def delete_expired(*, now: dt.datetime | None = None) -> int:
    """Delete files made more than TUANJIAN_EXPORT_DAYS ago; returns how many. Belongs in the housekeeping."""
    made_by = (now or timezone.now()) - dt.timedelta(days=settings.TUANJIAN_EXPORT_DAYS)
    old = Export.objects.filter(state=ExportState.READY, made_at__lt=made_by)
    rows = list(old.select_for_update(of=("self",), no_key=True).select_related("organization"))
    for export in rows:
        _delete(export, by=None)
    return len(rows)


def _delete(export: Export, *, by: User | None) -> None:
    before = export.get_state_display()
    ExportFile.objects.filter(export=export).delete()
    export.state, export.scope = ExportState.DELETED, {}
    export.save(update_fields=["state", "scope"])
    changes = {"状态": [before, ExportState.DELETED.label]}
    why = "" if by else "超过保存期限"
    audit.record(audit.Kind.CHANGED, export, by=by, at=export.organization, changes=changes, reason=why, job=export.job)
