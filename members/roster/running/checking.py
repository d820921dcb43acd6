"""The background job: read, lay out, clean, plan, keep. Asks the rights of whoever started it again."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from branches import audit
from branches.models import Organization
from branches.scoping import remembering
from members.models.roster import ImportState, RosterFile, RosterImport
from members.roster import purposes
from members.roster.preview import pieces
from members.roster.preview.pieces import Tally
from members.roster.preview.staging import forget, read_again, read_of, store, warn_late
from members.roster.purposes import PlanningPieces
from members.roster.reading.layouts import SheetLayout
from members.roster.reading.rows import CleanRow, numbers_in
from members.roster.running.rereading import about, can_be_asked, lay_out, remember_shapes, shapes_of
from tuanjian import collecting
from tuanjian.sealing import SealBroken
from tuanjian.spreadsheets import FileRefused, Workbook
from tuanjian.spreadsheets.reading import Told, read_workbook

LEASE: Final = dt.timedelta(minutes=3)
_UNFINISHED = "检查没有完成，请重新上传；如仍不行，请联系系统管理员。"
_NO_RIGHT = "您现在没有在这里导入的权限，请联系上级管理员。"
# Reading, laying out and cleaning, planning, keeping: about a third of the work each but the keeping.
_READ, _PLANNED = 1, 3
# Rows after which others are told how far it is, so that it takes hardly any statements. While the file is read that
# is at most once a second, and after some seconds whatever their number.
_TOLD_AFTER, _READ_TOLD_AFTER = 10_000, 20_000
_SHORTEST_SILENCE, LONGEST_SILENCE = 1.0, 5.0
STEPS: Final = 4
_logger = logging.getLogger(__name__)


def check(import_id: int) -> None:
    """Check an uploaded file: its rows are kept with what is planned for them, and the import waits for confirmation.

    A file that cannot be used makes the import 失败 with the reason. Does nothing if the import is not waiting for a
    check, so the job may run twice.
    """
    waiting = RosterImport.objects.filter(pk=import_id, state=ImportState.UPLOADED)
    if not waiting.update(state=ImportState.CHECKING, lease_until=timezone.now() + LEASE, done=0):
        return
    roster = RosterImport.objects.select_related("organization", "started_by").get(pk=import_id)
    try:
        with collecting.paused(), remembering(roster.started_by):
            _check(roster)
    except FileRefused as refusal:
        _fail(roster, refusal.code, refusal.message)
    except SealBroken as broken:
        _fail(roster, "", str(broken))
    except Exception:
        _logger.exception("Checking import %s failed.", import_id)
        _fail(roster, "", _UNFINISHED)
        raise


def return_lost(*, now: dt.datetime | None = None) -> int:
    """Give back imports whose worker is gone: a check can start again, a write that never ended wrote nothing.

    Belongs in the housekeeping of every minute. Returns how many there were.
    """
    now = now or timezone.now()
    lost = RosterImport.objects.filter(lease_until__lt=now)
    returned = 0
    for roster in list(lost.select_related("organization", "started_by")):
        returned += _return(roster, lost)
    return returned


@transaction.atomic
def _return(roster: RosterImport, lost: QuerySet[RosterImport]) -> int:
    this = lost.filter(pk=roster.pk)
    count = this.filter(state=ImportState.CHECKING).update(
        state=ImportState.FAILED, lease_until=None, error="后台任务中断，请点“重新检查”。"
    )
    count += this.filter(state=ImportState.WRITING).update(state=ImportState.TO_CONFIRM, lease_until=None)
    if count:
        _note_job(roster, "后台任务中断")
    return count


def _check(roster: RosterImport) -> None:
    user, purpose = roster.started_by, purposes.of(roster)
    managed = Organization.objects.active().manageable_by(user, right=purpose.right)
    if not managed.filter(pk=roster.organization_id).exists():
        _fail(roster, "R_OUT_OF_SCOPE", _NO_RIGHT)
        return
    workbook = read_file(roster, told=_Reading(roster).tell)
    shapes = shapes_of(roster, workbook)
    remember_shapes(roster, workbook, shapes)
    try:
        layouts = lay_out(roster, workbook)
    except FileRefused as refusal:
        if not can_be_asked(roster, refusal, workbook):
            raise
        _ask(roster, refusal, about(roster, workbook, (), shapes), workbook.warnings)
        return
    total = sum(len(layout.rows) for layout in layouts)
    _progress(roster, done=_READ * total, total=STEPS * total)
    tally = _Planning(roster, layouts, total).run()
    roster.state, roster.lease_until = ImportState.TO_CONFIRM, None
    roster.error_code = roster.error = ""
    tally.note(roster, by=user)
    roster.sheets = about(roster, workbook, layouts, shapes)
    roster.warnings = list(workbook.warnings)
    roster.checked_at = timezone.now()
    roster.done = roster.total = STEPS * total
    with transaction.atomic():
        roster.save()
        _note_job(roster, roster.get_state_display())


class _Planning:
    """Cleaning, planning and keeping the rows of a file, piece by piece."""

    def __init__(self, roster: RosterImport, layouts: Sequence[SheetLayout], total: int) -> None:
        self._roster, self._layouts, self._total = roster, layouts, total
        self._purpose = purposes.of(roster)
        self._tally = Tally(roster.purpose)
        self._planner: PlanningPieces | None = None
        self._done = self._told = 0

    def run(self) -> Tally:
        # Before anything is kept for the first time, the rows are counted.
        if self._roster.total:
            forget(self._roster)
        rows = self._purpose.clean(self._layouts, self._roster.as_of_on)
        for piece, is_last in pieces.cut(self._purpose, rows):
            self._plan(piece, is_last=is_last)
        return self._tally

    def _plan(self, rows: Sequence[CleanRow], *, is_last: bool) -> None:
        if self._planner is None:
            self._planner = pieces.planner_of(
                self._roster,
                by=self._roster.started_by,
                earlier=self._read_again,
                numbers=None if is_last else self._numbers,
            )
        read = [read_of(row) for row in rows]
        plan = self._planner.plan(rows)
        first = self._done + 1
        late = pieces.settle(self._planner.late_warnings(), plan, first) if is_last else {}
        for row in warn_late(self._roster, late) if late else ():
            self._tally.add_warning(row, late[row.number])
        if is_last and not self._done:
            # Of a file in several pieces each of them tells how far it has come.
            self._tell(len(rows), kept=0)
        store(self._roster, plan.rows, read, first=first)
        self._tally.add(plan)
        self._done += len(rows)
        if not is_last and self._done - self._told >= _TOLD_AFTER:
            self._told = self._done
            self._tell(self._done, kept=self._done)

    def _tell(self, planned: int, *, kept: int) -> None:
        _progress(self._roster, done=_READ * self._total + (_PLANNED - _READ) * planned + kept)

    def _read_again(self, numbers: Collection[int]) -> Iterator[tuple[int, CleanRow]]:
        return ((number, row) for _, number, row in read_again(self._roster, numbers))

    def _numbers(self) -> Iterator[str]:
        return numbers_in(self._layouts, on=self._roster.as_of_on)


class _Reading:
    """Tells how far the reading of a file has come."""

    def __init__(self, roster: RosterImport) -> None:
        self._roster = roster
        self._told, self._told_at = 0, time.monotonic()

    def tell(self, rows: int, permille: int) -> None:
        silence, are_many = time.monotonic() - self._told_at, rows - self._told >= _READ_TOLD_AFTER
        if silence >= (_SHORTEST_SILENCE if are_many else LONGEST_SILENCE):
            self._told, self._told_at = rows, time.monotonic()
            total = max(rows, rows * 1_000 // permille) if permille else 0
            _progress(self._roster, done=_READ * rows, total=STEPS * total)


def read_file(roster: RosterImport, *, told: Told | None = None) -> Workbook:
    """Read the kept file again; raises ``FileRefused``, and ``RosterFile.DoesNotExist`` once it has been deleted.

    ``told`` is as for ``read_workbook``.
    """
    content = RosterFile.objects.get(roster=roster).content
    # In a folder only this process may enter, for as long as the reader needs it.
    with tempfile.TemporaryDirectory(prefix="roster-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        limits = settings.TUANJIAN_IMPORT_LIMITS
        return read_workbook(path, name=roster.file_name, limits=limits, told=told)


def _progress(roster: RosterImport, *, done: int, total: int | None = None) -> None:
    values: dict[str, Any] = {"done": done, "lease_until": timezone.now() + LEASE}
    if total is not None:
        values["total"] = total
    RosterImport.objects.filter(pk=roster.pk).update(**values)


@transaction.atomic
def _ask(roster: RosterImport, refusal: FileRefused, sheets: list[dict[str, Any]], warnings: Sequence[str]) -> None:
    """Wait for somebody to say how the sheets are to be read."""
    roster.rows.all().delete()
    roster.state, roster.lease_until, roster.counts, roster.fingerprint = ImportState.TO_ARRANGE, None, {}, ""
    roster.sheets, roster.warnings = sheets, list(warnings)
    roster.error_code, roster.error = refusal.code, refusal.message[:300]
    roster.save()
    _note_job(roster, roster.get_state_display(), refusal.message)


@transaction.atomic
def _fail(roster: RosterImport, code: str, message: str) -> None:
    RosterImport.objects.filter(pk=roster.pk).update(
        state=ImportState.FAILED, lease_until=None, error_code=code, error=message[:300], done=F("total")
    )
    _note_job(roster, "失败", message)


def _note_job(roster: RosterImport, result: str, why: str = "") -> None:
    """What became of the job, in the log; it worked for whoever started it."""
    changes = {"结果": [None, result]}
    kind, by = audit.Kind.JOB, roster.started_by
    audit.record(kind, roster, by=by, at=roster.organization, changes=changes, reason=why, job=roster.job)
