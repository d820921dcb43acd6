"""Plan → database, the only writer of an import. All or nothing, in one transaction, exactly once."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Right
from members.models.roster import ImportState, RosterImport, RosterRow
from members.roster.plan import Plan
from members.roster.planning import plan_rows
from members.roster.staging import staged
from members.roster.writing import Writing
from tuanjian import bulk
from tuanjian.locks import Lock, hold

MOVED: Final = "moved"
LEASE: Final = dt.timedelta(minutes=5)
_MOVED_SENTENCE = "检查之后数据有变动，没有写入任何内容，请重新检查后再确认。"
_logger = logging.getLogger(__name__)


def apply_plan(roster: RosterImport, *, by: User) -> dict[str, int]:
    """Write what was checked, and return how many objects of which kind were created and updated.

    Plans again inside the transaction with the rights ``by`` has now, row for row, and refuses – with the code MOVED –
    if that is no longer the plan that was shown. Everything written can be taken back. Refuses an import that is not
    waiting for confirmation: of two people who confirm at once one writes.
    """
    _begin(roster)
    try:
        with transaction.atomic():
            counts = _write(roster, by)
    except IntegrityError as conflict:
        # Somebody entered one of these people at the same moment, past the plan.
        _give_back(roster)
        raise ValidationError(_MOVED_SENTENCE, code=MOVED) from conflict
    except ValidationError:
        _give_back(roster)
        raise
    except Exception:
        _logger.exception("Writing import %s failed; nothing of it was kept.", roster.pk)
        _give_back(roster)
        raise
    roster.refresh_from_db()
    return counts


def _begin(roster: RosterImport) -> None:
    waiting = RosterImport.objects.filter(pk=roster.pk, state=ImportState.TO_CONFIRM)
    if not waiting.update(state=ImportState.WRITING, lease_until=timezone.now() + LEASE, done=0):
        now = RosterImport.objects.get(pk=roster.pk)
        raise ValidationError(f"这次导入的状态是“{now.get_state_display()}”，不能写入。")


def _give_back(roster: RosterImport) -> None:
    """The import waits for confirmation again, as if nobody had tried."""
    RosterImport.objects.filter(pk=roster.pk, state=ImportState.WRITING).update(
        state=ImportState.TO_CONFIRM, lease_until=None
    )


def _write(roster: RosterImport, by: User) -> dict[str, int]:
    # Also keeps two imports from entering the same people at once.
    hold(Lock.TREE)
    roster = RosterImport.objects.select_for_update(of=("self",)).select_related("organization").get(pk=roster.pk)
    if roster.state != ImportState.WRITING:
        raise ValidationError("这次导入已经由他人处理，请刷新页面查看结果。")
    organization = roster.organization
    if organization.is_closed:
        raise ValidationError(f"{organization.short_name}已撤销，不能再导入。")
    if not Organization.objects.manageable_by(by, right=Right.PEOPLE).filter(pk=organization.pk).exists():
        raise ValidationError("您现在没有在这里录入人员的权限，请联系上级管理员。")
    keys, rows = [], []
    for key, row in staged(roster):
        keys.append(key)
        rows.append(row)
    plan = plan_rows(rows, organization=organization, by=by, update_existing=roster.update_existing, lock=True)
    if plan.fingerprint != roster.fingerprint:
        raise ValidationError(_MOVED_SENTENCE, code=MOVED)
    counts = Writing(roster, by=by).write(plan)
    _note_targets(keys, plan)
    _finish(roster, by, counts)
    return counts


def _note_targets(keys: list[int], plan: Plan) -> None:
    created = [(key, row.target_id) for key, row in zip(keys, plan.rows, strict=True) if row.state == "new"]
    bulk.update_rows(RosterRow, "id", ["target_id"], created)


def _finish(roster: RosterImport, by: User, counts: dict[str, int]) -> None:
    roster.state, roster.lease_until = ImportState.DONE, None
    roster.written_at, roster.written_by = timezone.now(), by
    roster.counts = {**roster.counts, "written": counts}
    roster.done = roster.total
    roster.save(update_fields=["state", "lease_until", "written_at", "written_by", "counts", "done"])
    changes = {"文件": [None, roster.file_name]} | {WORDS[name]: [None, count] for name, count in counts.items()}
    kind = audit.Kind.IMPORTED
    audit.record(kind, roster, by=by, at=roster.organization, changes=changes, reason=roster.note, job=job_of(roster))


WORDS: Final = {
    "organizations_created": "新建团组织",
    "organizations_updated": "更新团组织",
    "people_created": "新增人员",
    "people_updated": "更新人员",
    "posts_created": "新增任职",
    "posts_updated": "更新任职",
}


def job_of(roster: RosterImport) -> str:
    """How the log names this import."""
    return f"名册导入 {roster.pk}"
