"""A file of many rows goes through in pieces, so that the memory it takes does not grow with it.

A piece is planned and kept before the next one is read. What the import is to know of all of them – its name for the
plan, its counts – is added up here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any, Final

from branches.models import User
from members.models.roster import ImportPurpose, RosterImport, RosterRow, RowKind, RowState
from members.roster import purposes
from members.roster.plans.absent import covered_branches
from members.roster.plans.answers import answers_to
from members.roster.plans.plan import Plan, fingerprint_of
from members.roster.plans.planning import Earlier
from members.roster.preview.classifying import FindingCounts
from members.roster.purposes import PlanningPieces, Purpose
from members.roster.reading.findings import Finding
from members.roster.reading.rows import CleanRow

# 10 kB a row are taken while it is worked on; each piece takes four statements to check and to write.
PIECE: Final = 7_000


def cut(purpose: Purpose, rows: Iterable[CleanRow]) -> Iterator[tuple[list[CleanRow], bool]]:
    """The rows in pieces, and whether each is the last. Rows of organisations are never parted.

    Of a purpose that plans all at once there is one piece.
    """
    waiting = iter(rows)
    if purpose.planner is None:
        yield list(waiting), True
        return
    piece = list(islice(waiting, PIECE))
    while True:
        following = next(waiting, None)
        while following is not None and following.kind == RowKind.ORGANIZATIONS:
            piece.append(following)
            following = next(waiting, None)
        yield piece, following is None
        if following is None:
            return
        # The one before is not to wait for this one to be read.
        piece.clear()
        piece = [following, *islice(waiting, PIECE - 1)]


def planner_of(
    roster: RosterImport,
    *,
    by: User,
    earlier: Earlier,
    numbers: Callable[[], Iterable[str]] | None,
    lock: bool = False,
) -> PlanningPieces:
    """What plans the rows of an import with everything decided about it, as somebody with the rights of ``by`` may
    carry it out.

    ``earlier`` reads rows of earlier pieces again; ``numbers`` gives all ID numbers of the file, None for one of one
    piece. With ``lock`` whoever it is about stays as they are until the transaction ends.
    """
    purpose = purposes.of(roster)
    said: dict[str, Any] = {"answers": answers_to(roster)} if purpose.asks else {}
    said |= {"organization": roster.organization, "by": by, "update_existing": roster.update_existing, "lock": lock}
    if purpose.planner is None:
        return _AtOnce(partial(purpose.plan, **said))
    return purpose.planner(earlier=earlier, numbers=numbers, **said)


def settle(late: Mapping[int, Finding], plan: Plan, first: int) -> dict[int, Finding]:
    """Add late warnings to the rows of the last piece, which begins with number ``first``; returns those of others."""
    for number, finding in late.items():
        if number >= first:
            plan.rows[number - first].clean.warnings.append(finding)
    return {number: finding for number, finding in late.items() if number < first}


class _AtOnce:
    """A plan of all rows as the plan of the only piece."""

    def __init__(self, plan: Callable[[Iterable[CleanRow]], Plan]) -> None:
        self.plan = plan

    def late_warnings(self) -> dict[int, Finding]:
        """None: the plan of all rows says everything."""
        return {}


class Tally:
    """What all pieces of a plan come to."""

    def __init__(self, purpose: str) -> None:
        self._lists_branches = purpose == ImportPurpose.ROSTER
        self._fingerprints: list[str] = []
        self._rows: Counter[tuple[str, str]] = Counter()
        self._branches: set[int] = set()
        self._findings = FindingCounts()

    def add(self, plan: Plan) -> None:
        """Count the plan of the next piece."""
        self._fingerprints.append(plan.fingerprint)
        self._rows.update((row.clean.kind, row.state) for row in plan.rows)
        self._findings.add(plan.rows)
        if self._lists_branches:
            self._branches |= covered_branches(plan)

    def add_warning(self, row: RosterRow, finding: Finding) -> None:
        """Count a warning that comes to a row counted before."""
        self._findings.add_warning(row, finding)

    def note(self, roster: RosterImport, *, by: User) -> None:
        """Put name and counts of the plan into the import, and with whose rights it was made; saving it is the
        caller's."""
        roster.fingerprint, roster.planned_by = joined(self._fingerprints), by
        roster.counts = {
            "rows": self._by_kind(),
            "branches": sorted(self._branches),
            "findings": self._findings.kept(),
        }

    def _by_kind(self) -> dict[str, dict[str, int]]:
        """How many rows of each kind that occurs come to which state; every row is in exactly one."""
        kinds = {kind for kind, _ in self._rows}
        return {
            kind.value: {state.value: self._rows[kind, state] for state in RowState}
            for kind in RowKind
            if kind in kinds
        }


def joined(fingerprints: Iterable[str]) -> str:
    """The name of a plan, by the names of its pieces."""
    return fingerprint_of(sum(int(each, 16) for each in fingerprints))
