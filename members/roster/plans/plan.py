"""What an import is going to do, row by row and object by object. Only data: ``planning`` makes it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.db import models
from django.db.models.base import ModelState

from branches.models import Organization
from members.models import CadreTerm, LeagueStatus, Member
from members.models.roster import Choice, RowState
from members.roster.reading.findings import Finding
from members.roster.reading.rows import CleanRow
from tuanjian import sealing
from tuanjian.officedates import OfficeDate

_MARKS: Final = 1 << 256
_written = json.JSONEncoder(ensure_ascii=True, sort_keys=True, check_circular=False).encode


@dataclass(eq=False, slots=True)
class PlannedRow:
    """A row with what becomes of it. ``changes`` are labels with [before, after], numbers and phones masked.

    ``person`` or ``organization`` is what the row is about, also of a row that is refused, if it is known and in reach.
    ``place`` is the organisation a row of people belongs to. ``recognised`` is who is meant by a covered number,
    ``offers`` what a person may decide about the row.
    """

    clean: CleanRow
    state: RowState = RowState.SAME
    changes: dict[str, list[str | None]] = field(default_factory=dict)
    person: PlannedPerson | None = None
    organization: Organization | None = None
    place: Organization | None = None
    recognised: Member | None = None
    offers: tuple[Choice, ...] = ()

    @property
    def problems(self) -> list[Finding]:
        return self.clean.problems

    @property
    def warnings(self) -> list[Finding]:
        return self.clean.warnings

    @property
    def values(self) -> dict[str, str]:
        """The values as they will be kept, by field."""
        return self.clean.shown

    @property
    def label(self) -> str:
        """The name of whoever or whatever the row lists, as far as it could be read."""
        facts = self.clean.facts
        return str(facts.get("full_name") or facts.get("name") or "")[:120]

    @property
    def subject(self) -> models.Model | None:
        """The record the row is about, known or to be created."""
        if self.organization is not None:
            return self.organization
        return self.person.member if self.person is not None else None

    @property
    def target_id(self) -> int | None:
        """The key of what the row is about, None while it is not saved."""
        return self.subject.pk if self.subject is not None else None

    @property
    def seen_version(self) -> int | None:
        """The version of the record the row was held against, None where there is none or nothing will be done."""
        if self.state == RowState.INVALID or self.subject is None or self.subject.pk is None:
            return None
        version: int = self.subject.version  # type: ignore[attr-defined]  # every record imported into has one
        return version


@dataclass(eq=False)
class PlannedOrganization:
    """An organisation to be created below ``parent``, or one that is known with the columns to be set.

    ``row`` is None where no row lists it: somebody wants it because rows of people name it.
    """

    organization: Organization
    row: PlannedRow | None
    parent: Organization | None = None
    columns: dict[str, Any] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.organization._state.adding


# Stands for everybody who is not recorded yet: a record for each of a hundred thousand of them is made when they are
# written. Nobody changes it.
NOBODY_YET: Final = Member()


def new_member(**columns: Any) -> Member:
    """A record with its defaults and these columns, as ``Member()`` makes one, without asking sixty fields for theirs
    each time."""
    member = Member.__new__(Member)
    member.__dict__.update(NOBODY_YET.__dict__, **columns)
    member._state = ModelState()
    return member


@dataclass(eq=False)
class PlannedTerm:
    """A post to be held, or one that is held with the facts to be set."""

    organization: Organization
    post: str
    title: str
    existing: CadreTerm | None = None
    nature: str = ""
    started: OfficeDate | None = None
    changes: dict[str, list[str | None]] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.existing is None


@dataclass(eq=False, slots=True)
class PlannedPerson:
    """A person to be entered, or one who is known with the facts to be set.

    ``values`` are attributes of ``Member``; dates come as ``OfficeDate``. ``branch`` and ``league_status`` are set only
    where they change. ``corrections`` are facts of a verified record a level above is asked to correct, ``asked`` the
    same in words; ``different`` are people somebody said this is not. ``first`` is the number of the first row about
    them.
    """

    member: Member
    values: dict[str, Any] = field(default_factory=dict)
    branch: Organization | None = None
    league_status: LeagueStatus | None = None
    terms: list[PlannedTerm] = field(default_factory=list)
    changes: dict[str, list[str | None]] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    corrections: dict[str, str] = field(default_factory=dict)
    asked: dict[str, list[str | None]] = field(default_factory=dict)
    different: tuple[Member, ...] = ()
    first: int = 0

    @property
    def is_new(self) -> bool:
        return self.member._state.adding

    @property
    def is_changed(self) -> bool:
        return bool(self.values or self.branch is not None or self.league_status is not None)

    @property
    def place(self) -> Organization | None:
        """The branch the person will belong to."""
        return self.branch if self.branch is not None else self.member.branch


def mark_of(row: PlannedRow) -> int:
    """A number that stands for what is planned with the row; nothing can be read from it."""
    said = [
        row.clean.sheet,
        row.clean.line,
        row.state,
        row.target_id,
        row.seen_version,
        row.changes,
        row.clean.facts,
        [finding.code for finding in row.problems],
        row.values.get("branch", row.values.get("parent", "")),
    ]
    return int(sealing.blind_index("roster.plan", _written(said)), 16)


def fingerprint_of(marks: int) -> str:
    """The name of a plan whose rows have marks of this sum. A sum, so that a few rows can be replaced in it."""
    return f"{marks % _MARKS:064x}"


@dataclass
class Plan:
    """Everything an import is going to do, row by row. Each purpose adds its objects."""

    rows: list[PlannedRow]

    @cached_property
    def fingerprint(self) -> str:
        """Names the plan: equal plans over an unchanged database have one name, and nothing can be read from it."""
        return fingerprint_of(sum(map(mark_of, self.rows)))

    @property
    def totals(self) -> dict[str, int]:
        """How many rows come to which state; every row is in exactly one."""
        counted = Counter(row.state for row in self.rows)
        return {state.value: counted[state] for state in RowState}


@dataclass
class RosterPlan(Plan):
    """A plan of organisations and people. Objects come in the order in which they have to be written.

    Of a plan of a piece ``first`` is the number of its first row in the file. ``people`` are then those its rows are
    about, with what rows of earlier pieces say about them.
    """

    organizations: list[PlannedOrganization] = field(default_factory=list)
    people: list[PlannedPerson] = field(default_factory=list)
    first: int = 1

    @property
    def new_people(self) -> int:
        """How many people are new."""
        return sum(person.is_new for person in self.people)

    @property
    def new_terms(self) -> int:
        """How many posts are new."""
        return sum(term.is_new for person in self.people for term in person.terms)

    def people_in_pieces(self) -> Iterator[list[PlannedPerson]]:
        """The people, as many at a time as are written together."""
        yield self.people
