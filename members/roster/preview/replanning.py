"""The kept rows planned anew, without the file: after a cell was mended or a person decided about a row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import transaction

from branches.models import User
from members.models.roster import RosterImport, RosterRow
from members.roster import purposes
from members.roster.plans.answers import Answers, answers_to
from members.roster.plans.plan import Plan, PlannedRow
from members.roster.preview import pieces
from members.roster.preview.pieces import Tally
from members.roster.preview.staging import (
    PLANNED,
    as_read,
    planned,
    read_again,
    read_of,
    sealed_of,
    staged,
    unpacked,
    warn_late,
)
from members.roster.purposes import PlanningPieces
from members.roster.reading.rows import CleanRow
from tuanjian import bulk

# Why an import is not written whose rows came out otherwise than they were shown.
MOVED: Final = "moved"


@transaction.atomic
def plan_again(
    roster: RosterImport, *, by: User, changed: Mapping[int, CleanRow] | None = None
) -> list[tuple[int, str]]:
    """Plan all rows of an import that waits for confirmation anew, with the rights of ``by``; ``changed`` rows, by key,
    take the place of what was read. Returns the number of each row that came out otherwise, with the state it had.

    Only rows that come out otherwise are written; counts and fingerprint follow. It is the plan of the whole file, so
    what is confirmed after it is what the writing finds.
    """
    tally = Tally(roster.purpose)
    planning = _Replanning(roster, by, changed or {}, tally)
    planning.run()
    roster.error = roster.error_code = ""
    tally.note(roster, by=by)
    roster.save(update_fields=["fingerprint", "counts", "planned_by", "error", "error_code"])
    return planning.otherwise


def plan_of(roster: RosterImport, rows: Sequence[CleanRow], *, by: User, answers: Answers | None = None) -> Plan:
    """The plan of some rows of an import by themselves, with everything decided about it (or these ``answers``), as
    somebody with the rights of ``by`` may carry it out."""
    purpose = purposes.of(roster)
    said: dict[str, Any] = {"answers": answers or answers_to(roster)} if purpose.asks else {}
    return purpose.plan(rows, organization=roster.organization, by=by, update_existing=roster.update_existing, **said)


_STATE: Final = PLANNED.index("state")


class _Stored(NamedTuple):
    """A row as it stands: its key, what was planned for it and its values as planned."""

    key: int
    before: tuple[Any, ...]
    shown: dict[str, str]


class _Replanning:
    """One planning anew, under way."""

    def __init__(self, roster: RosterImport, by: User, changed: Mapping[int, CleanRow], tally: Tally) -> None:
        self._roster, self._by, self._tally = roster, by, tally
        self._changed = changed
        # Planning adds to rows: as they were read they may be needed once more.
        self._untouched = {key: read_of(row) for key, row in changed.items()}
        self._stored: list[_Stored] = []
        self.otherwise: list[tuple[int, str]] = []
        self._planner: PlanningPieces | None = None
        self._done = 0

    def run(self) -> None:
        for rows, is_last in pieces.cut(purposes.of(self._roster), self._rows()):
            self._plan(rows, is_last=is_last)

    def _plan(self, rows: Sequence[CleanRow], *, is_last: bool) -> None:
        if self._planner is None:
            numbers = None if is_last else self._numbers
            self._planner = pieces.planner_of(self._roster, by=self._by, earlier=self._read_again, numbers=numbers)
        read = [read_of(row) for row in rows]
        plan = self._planner.plan(rows)
        first, self._done = self._done + 1, self._done + len(rows)
        late = pieces.settle(self._planner.late_warnings(), plan, first) if is_last else {}
        for row in warn_late(self._roster, late) if late else ():
            self._tally.add_warning(row, late[row.number])
        self._write(plan.rows, read, first)
        self._tally.add(plan)

    def _rows(self) -> Iterator[CleanRow]:
        """The rows, and beside them in ``_stored`` what stands of each."""
        for row in self._roster.rows.order_by("number").iterator(chunk_size=1_000):
            clean, shown = unpacked(row)
            self._stored.append(_Stored(row.pk, tuple(getattr(row, name) for name in PLANNED), shown))
            yield self._changed.get(row.pk, clean)

    def _write(self, rows: Sequence[PlannedRow], read: Sequence[dict[str, Any]], first: int) -> None:
        """Write the rows of a piece that come out otherwise."""
        differing = []
        for number, ((key, before, shown), row, was_read) in enumerate(
            zip(self._stored[: len(rows)], rows, read, strict=True), start=first
        ):
            values = planned(row)
            if key in self._changed or values != before or row.values != shown:
                differing.append((key, *values, sealed_of(row, was_read)))
                self.otherwise.append((number, before[_STATE]))
        # The row after the piece has been looked at already.
        del self._stored[: len(rows)]
        bulk.update_rows(RosterRow, "id", [*PLANNED, "sealed"], differing)

    def _read_again(self, numbers: Collection[int]) -> Iterator[tuple[int, CleanRow]]:
        for key, number, row in read_again(self._roster, numbers):
            yield number, self._as_read(key, row)

    def _numbers(self) -> Iterator[str]:
        for key, row in staged(self._roster):
            if told := self._as_read(key, row).facts.get("id_number"):
                yield told["number"]

    def _as_read(self, key: int, row: CleanRow) -> CleanRow:
        return as_read(self._changed[key], self._untouched[key]) if key in self._changed else row
