"""Rows × database → plan. Writes nothing; the number of queries depends on the number of pieces, not of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from functools import cached_property

from branches.models import Organization, User
from branches.scoping import Right, managed_paths, within
from members.models import Member
from members.models.roster import RowKind
from members.roster.plans.answers import NONE, Answers
from members.roster.plans.directory import Directory
from members.roster.plans.enrolling import Enrolling
from members.roster.plans.meeting import Meeting, key_of_number
from members.roster.plans.organizing import Organizing
from members.roster.plans.people import NUMBER_FIELD, Known
from members.roster.plans.plan import PlannedOrganization, PlannedRow, RosterPlan
from members.roster.plans.second_secretaries import SecondSecretaries
from members.roster.reading.columns import PEOPLE_KINDS
from members.roster.reading.findings import Finding
from members.roster.reading.rows import CleanRow
from tuanjian import sealing

# Rows of a file, as they were read, by their numbers.
Earlier = Callable[[Collection[int]], Iterable[tuple[int, CleanRow]]]


def plan_rows(
    rows: Iterable[CleanRow],
    *,
    organization: Organization,
    by: User | None,
    update_existing: bool = True,
    lock: bool = False,
    answers: Answers = NONE,
) -> RosterPlan:
    """Plan what importing these rows under the organisation does, for somebody with the rights of ``by``.

    ``by`` None plans with full rights below the organisation (commands). Organisations come first, then members, cadres
    and young people: later rows may mean what earlier ones create. The rows' problems and warnings grow with what the
    database says about them. With ``lock`` the people found are locked until the transaction ends. ``answers`` are what
    people decided about the rows and the names in them; without one a doubtful row is 待确定.
    """
    planner = Planner(organization=organization, by=by, update_existing=update_existing, lock=lock, answers=answers)
    plan = planner.plan(list(rows))
    for number, finding in planner.late_warnings().items():
        plan.rows[number - 1].clean.warnings.append(finding)
    return plan


class Planner:
    """Plans the rows of one file piece by piece, each as if all were planned at once."""

    def __init__(
        self,
        *,
        organization: Organization,
        by: User | None,
        update_existing: bool = True,
        lock: bool = False,
        answers: Answers = NONE,
        earlier: Earlier | None = None,
        numbers: Callable[[], Iterable[str]] | None = None,
    ) -> None:
        """As for ``plan_rows``. ``earlier`` reads rows of earlier pieces again, ``numbers`` gives every ID number of
        the file; both are asked only if needed, and never by a file of one piece."""
        self._organization, self._by = organization, by
        self._update_existing, self._lock, self._answers = update_existing, lock, answers
        self._earlier, self._all_numbers = earlier, numbers
        self._directory = Directory(organization)
        self._meeting = Meeting()
        self._secretaries = SecondSecretaries()
        self._done = 0

    def plan(self, rows: Sequence[CleanRow]) -> RosterPlan:
        """Plan the next rows of the file. Rows of organisations all belong in the first piece."""
        first, self._done = self._done + 1, self._done + len(rows)
        planned = {number: PlannedRow(row) for number, row in enumerate(rows, start=first)}
        organizations: list[PlannedOrganization] = []
        if first == 1:
            organizations = self._plan_organizations(
                [row for row in planned.values() if row.clean.kind == RowKind.ORGANIZATIONS]
            )
        of_people = {number: row.clean for number, row in planned.items() if row.clean.kind != RowKind.ORGANIZATIONS}
        batch, enrolling = self._plan_people(of_people)
        planned |= {number: row for number, row in batch.items() if number >= first}
        self._secretaries.note(batch.items(), enrolling.people)
        concerned = {id(row.person) for row in planned.values()}
        people = [person for person in enrolling.people if id(person) in concerned]
        return RosterPlan(list(planned.values()), organizations, people, first=first)

    def late_warnings(self) -> dict[int, Finding]:
        """Warnings that only the whole file shows, by the number of the row; once all pieces are planned."""
        return self._secretaries.warnings()

    def _plan_organizations(self, rows: list[PlannedRow]) -> list[PlannedOrganization]:
        organizing = Organizing(
            self._directory,
            may_change=self._manages(Right.STRUCTURE),
            update_existing=self._update_existing,
        )
        organizing.plan(rows)
        return organizing.plan_wanted(self._answers)

    def _plan_people(self, rows: dict[int, CleanRow]) -> tuple[dict[int, PlannedRow], Enrolling]:
        """The rows planned, behind those of earlier pieces that mean the same people."""
        if not self._meeting:
            batch, enrolling, marks = self._enroll(rows)
        else:
            rows, untouched, missing = (
                dict(rows),
                _Untouched(),
                self._meeting.rows_of(map(key_of_number, rows.values())),
            )
            while True:
                # They come in the order of the file, and so before those of this piece.
                rows = dict(self._read_again(missing)) | rows if missing else rows
                untouched.restore(rows)
                batch, enrolling, marks = self._enroll(dict(sorted(rows.items())))
                missing = self._meeting.rows_of(mark for _, mark in marks) - rows.keys()
                if not missing:
                    break
        for number, mark in marks:
            self._meeting.note(number, mark)
        return batch, enrolling

    def _enroll(self, rows: dict[int, CleanRow]) -> tuple[dict[int, PlannedRow], Enrolling, list[tuple[int, Hashable]]]:
        """Plan rows of people, and tell by which marks others may mean the same people."""
        known = Known(
            rows.values(),
            self._organization,
            by=self._by,
            lock=self._lock,
            listed=self._listed if self._is_long else None,
            anybody=self._is_anybody_there if self._is_long else True,
        )
        enrolling = Enrolling(
            self._directory, known, update_existing=self._update_existing, decisions=self._answers.decisions
        )
        if not self._manages(Right.PEOPLE):
            for row in rows.values():
                row.refuse("R_OUT_OF_SCOPE", "您现在没有在这里录入人员的权限，请联系上级管理员。", "branch")
        batch = {number: PlannedRow(row) for number, row in rows.items()}
        marks: list[tuple[int, Hashable]] = []
        for kind in PEOPLE_KINDS:
            for number, planned in batch.items():
                if planned.clean.kind != kind:
                    continue
                key, person = enrolling.plan(planned), planned.person
                if key is not None:
                    marks.append((number, key))
                if person is not None and enrolling.is_planned(person):
                    person.first = person.first or number
                    if person.member.pk is not None:
                        marks.append((number, person.member.pk))
        return batch, enrolling, marks

    def _read_again(self, numbers: Collection[int]) -> Iterable[tuple[int, CleanRow]]:
        if self._earlier is None:
            raise RuntimeError("rows of earlier pieces are needed, and there is nobody to ask for them")
        return self._earlier(numbers)

    @property
    def _is_long(self) -> bool:
        return self._all_numbers is not None

    @cached_property
    def _is_anybody_there(self) -> bool:
        return Member.objects.filter(within([self._organization.path], "branch__path")).exists()

    def _listed(self) -> Collection[str]:
        return self._indexes

    @cached_property
    def _indexes(self) -> frozenset[str]:
        numbers = self._all_numbers() if self._all_numbers is not None else ()
        return frozenset(sealing.blind_index(NUMBER_FIELD, number) for number in numbers)

    def _manages(self, right: Right) -> bool:
        if self._by is None:
            return True
        return any(self._organization.path.startswith(path) for path in managed_paths(self._by, right))


class _Untouched:
    """What planning adds to, as it was, so that rows can be planned once more."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[dict[str, str], list[Finding], list[Finding]]] = {}

    def restore(self, rows: dict[int, CleanRow]) -> None:
        """Make the rows what they were when they came here first."""
        for number, row in rows.items():
            if number in self._kept:
                shown, problems, warnings = self._kept[number]
                row.shown, row.problems, row.warnings = dict(shown), list(problems), list(warnings)
            else:
                self._kept[number] = dict(row.shown), list(row.problems), list(row.warnings)
