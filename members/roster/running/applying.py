"""Plan → database, the only writer of an import. All or nothing, in one transaction, exactly once."""

from __future__ import annotations

import datetime as dt
import logging
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import remembering
from members.models.roster import ImportState, RosterImport, RosterRow
from members.roster import purposes
from members.roster.plans.plan import Plan, RosterPlan
from members.roster.preview import pieces
from members.roster.preview.replanning import MOVED, plan_again
from members.roster.preview.staging import read_again, staged
from members.roster.purposes import PlanningPieces
from members.roster.reading.rows import CleanRow
from members.roster.running.parking import ParkedPlan
from members.tasks import write_roster
from tuanjian import bulk, collecting
from tuanjian.announcing import announce
from tuanjian.locks import Lock, hold

# Of very many rows that came out otherwise it does not help to name each.
MOST_NAMED: Final = 1_000
LEASE: Final = dt.timedelta(minutes=5)
_UNFINISHED = "写入没有完成，没有写入任何内容，请重试；如仍不行，请联系系统管理员。"
_MOVED_SENTENCE = "检查之后数据有变动，没有写入任何内容，请重新检查后再确认。"
# About how much of the work is done by then, in percent.
_PLANNED, _WRITTEN = 45, 90
Targets = Callable[[], Iterable[tuple[int, int | None]]]
_logger = logging.getLogger(__name__)


def apply_plan(roster: RosterImport, *, by: User) -> dict[str, int]:
    """Write what was checked, and return how many objects of which kind were created and updated.

    Plans again inside the transaction with the rights ``by`` has now, row for row, and refuses – with the code MOVED –
    if that is no longer the plan that was shown. What would be written now is planned then, to be shown, and the import
    knows the rows that came out otherwise. Everything written can be taken back. Refuses an import that is not waiting
    for confirmation: of two people who confirm at once one writes.
    """
    _begin(roster)
    return _carry_out(roster, by)


def confirm(roster: RosterImport, *, by: User) -> None:
    """Have the import written in the background, as ``apply_plan`` does it.

    Refuses an import that is not waiting for confirmation. What the writing refuses later stands in ``error`` and
    ``error_code``, and the import waits for confirmation again.
    """
    _begin(roster)
    write_roster.enqueue(roster.pk, by.pk)
    roster.refresh_from_db()


def write(import_id: int, user_id: int) -> None:
    """The background job of ``confirm``; running it twice writes once. Does nothing about an import not confirmed."""
    roster = RosterImport.objects.filter(pk=import_id, state=ImportState.WRITING).first()
    if roster is None:
        return
    # The refusal is kept where the page shows it.
    with suppress(ValidationError):
        _carry_out(roster, User.objects.get(pk=user_id))


def announcement(roster: RosterImport) -> str:
    """The name under which the writing of an import tells how far it is (``tuanjian.announcing``)."""
    return f"import {roster.pk}"


def _carry_out(roster: RosterImport, by: User) -> dict[str, int]:
    try:
        with collecting.paused():
            # Opened before the transaction: on SQLite it keeps everybody else from writing. Rows that are changed
            # after this change the fingerprint of the import as well.
            rows = _Rows(roster)
            with transaction.atomic(), remembering(by):
                counts = _write(roster, rows, by)
    except IntegrityError as conflict:
        # Somebody entered one of these people at the same moment, past the plan.
        _give_back_moved(roster, by)
        raise ValidationError(_MOVED_SENTENCE, code=MOVED) from conflict
    except ValidationError as refusal:
        if getattr(refusal, "code", None) == MOVED:
            _give_back_moved(roster, by)
        else:
            _give_back(roster, refusal.messages[0], getattr(refusal, "code", None) or "")
        raise
    except Exception:
        _logger.exception("Writing import %s failed; nothing of it was kept.", roster.pk)
        _give_back(roster, _UNFINISHED)
        raise
    return counts


def _begin(roster: RosterImport) -> None:
    waiting = RosterImport.objects.filter(pk=roster.pk, state=ImportState.TO_CONFIRM)
    lease = timezone.now() + LEASE
    if not waiting.update(state=ImportState.WRITING, lease_until=lease, done=0, error="", error_code=""):
        now = RosterImport.objects.get(pk=roster.pk)
        raise ValidationError(f"这次导入的状态是“{now.get_state_display()}”，不能写入。")


def _give_back(roster: RosterImport, error: str, code: str = "") -> None:
    """The import waits for confirmation again, with what stood against it."""
    RosterImport.objects.filter(pk=roster.pk, state=ImportState.WRITING).update(
        state=ImportState.TO_CONFIRM, lease_until=None, error=error[:300], error_code=code
    )
    roster.refresh_from_db()


def _give_back_moved(roster: RosterImport, by: User) -> None:
    """The import waits for confirmation again, planned as things stand now, and knows which rows are not as shown."""
    try:
        with collecting.paused(), transaction.atomic(), remembering(by):
            _plan_anew(roster, by)
    finally:
        _give_back(roster, _MOVED_SENTENCE, MOVED)


def _plan_anew(roster: RosterImport, by: User) -> None:
    imports = RosterImport.objects.select_for_update(of=("self",), no_key=True).select_related("organization")
    mine = imports.filter(pk=roster.pk, state=ImportState.WRITING).first()
    if mine is None:
        # Somebody else has it by now.
        return
    moved = plan_again(mine, by=by)
    mine.counts["moved"] = {"rows": len(moved), "named": moved[:MOST_NAMED]}
    mine.save(update_fields=["counts"])


def _write(roster: RosterImport, rows: _Rows, by: User) -> dict[str, int]:
    # Also keeps two imports from entering the same people at once.
    hold(Lock.TREE)
    imports = RosterImport.objects.select_for_update(of=("self",), no_key=True).select_related("organization")
    roster.refresh_from_db(from_queryset=imports)
    if roster.state != ImportState.WRITING:
        raise ValidationError("这次导入已经由他人处理，请刷新页面查看结果。")
    organization = roster.organization
    if organization.is_closed:
        raise ValidationError(f"{organization.short_name}已撤销，不能再导入。")
    purpose = purposes.of(roster)
    if not Organization.objects.manageable_by(by, right=purpose.right).filter(pk=organization.pk).exists():
        raise ValidationError("您现在没有在这里导入的权限，请联系上级管理员。")
    plan, targets = _plan(roster, rows, by)
    announce(announcement(roster), _PLANNED)
    log = audit.Recording(by=by, reason=roster.note, job=roster.job)
    counts = purpose.write(roster, plan, by=by, log=log)
    announce(announcement(roster), _WRITTEN)
    bulk.update_rows(RosterRow, "id", ["target_id"], [(rows.keys[number - 1], key) for number, key in targets()])
    _finish(roster, by, counts, log)
    return counts


def _plan(roster: RosterImport, rows: _Rows, by: User) -> tuple[Plan | ParkedPlan, Targets]:
    """The plan, and what tells what its rows have created once it is written; refuses one that is not the one shown."""
    fingerprints: list[str] = []
    parked = ParkedPlan()
    planner: PlanningPieces | None = None
    for piece, is_last in pieces.cut(purposes.of(roster), rows):
        is_only = planner is None and is_last
        if planner is None:
            numbers = None if is_only else rows.numbers
            planner = pieces.planner_of(roster, by=by, earlier=rows.again, numbers=numbers, lock=True)
        plan = planner.plan(piece)
        fingerprints.append(plan.fingerprint)
        if is_only:
            _refuse_moved(roster, fingerprints)
            return plan, partial(_targets, plan)
        assert isinstance(plan, RosterPlan)  # other purposes plan all rows at once
        parked.add(plan)
        # Not to be there while the next piece is read.
        del plan
    _refuse_moved(roster, fingerprints)
    return parked, parked.targets


def _refuse_moved(roster: RosterImport, fingerprints: list[str]) -> None:
    if pieces.joined(fingerprints) != roster.fingerprint:
        raise ValidationError(_MOVED_SENTENCE, code=MOVED)


def _targets(plan: Plan) -> Iterator[tuple[int, int | None]]:
    return ((number, row.target_id) for number, row in enumerate(plan.rows, start=1) if row.state == "new")


class _Rows(Iterable[CleanRow]):
    """The rows of an import as they were read, to be gone through once; those of the first piece are open already."""

    def __init__(self, roster: RosterImport) -> None:
        self._roster = roster
        self.keys = array("q")
        self._opened = list(staged(roster, most=pieces.PIECE))

    def __iter__(self) -> Iterator[CleanRow]:
        opened, self._opened = self._opened, []
        count = len(opened)
        opened.reverse()
        while opened:
            key, row = opened.pop()
            self.keys.append(key)
            yield row
        for key, row in staged(self._roster, after=count) if count == pieces.PIECE else ():
            self.keys.append(key)
            yield row

    def again(self, numbers: Collection[int]) -> Iterator[tuple[int, CleanRow]]:
        """Rows gone through already, by their numbers."""
        return ((number, row) for _, number, row in read_again(self._roster, numbers))

    def numbers(self) -> Iterator[str]:
        """All ID numbers."""
        return (told["number"] for _, row in staged(self._roster) if (told := row.facts.get("id_number")))


def _finish(roster: RosterImport, by: User, counts: dict[str, int], log: audit.Recording) -> None:
    roster.state, roster.lease_until = ImportState.DONE, None
    roster.written_at, roster.written_by = timezone.now(), by
    roster.counts = {**roster.counts, "written": counts}
    roster.done = roster.total
    roster.save(update_fields=["state", "lease_until", "written_at", "written_by", "counts", "done"])
    words = purposes.of(roster).count_words
    changes = {"文件": [None, roster.file_name]} | {words[name]: [None, count] for name, count in counts.items()}
    log.add([(audit.Kind.IMPORTED, roster, roster.organization, changes)])
    log.close()
