"""People of pieces that are planned, put aside until all are: small, because there may be a hundred thousand of them.

Nothing is written before the last piece is planned and the whole found to be what was shown. So no piece sees in the
database what an earlier one wrote.
"""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, models

from branches.models import Organization
from members.models import CadreTerm, LeagueStatus, Member
from members.models.roster import RowState
from members.roster.plans.plan import (
    NOBODY_YET,
    PlannedOrganization,
    PlannedPerson,
    PlannedTerm,
    RosterPlan,
    new_member,
)
from tuanjian.officedates import OfficeDate

_NOWHERE: Final = -1
_Record = TypeVar("_Record", bound=models.Model)


class ParkedPlan:
    """A plan of several pieces, to be written as a ``RosterPlan`` is."""

    def __init__(self) -> None:
        self.organizations: list[PlannedOrganization] = []
        self.new_people = self.new_terms = 0
        self._places = _Places()
        self._pieces: list[bytes] = []
        # People whom rows of a later piece mean as well: the number of the last piece they came out of.
        self._last: dict[int, int] = {}
        # Of each row the number of the first row about the person it creates, 0 where it creates nobody.
        self._creates = array("I")
        self._founds: dict[int, Organization] = {}
        self._keys: dict[int, int] = {}

    def add(self, plan: RosterPlan) -> None:
        """Put the people of the next piece aside."""
        self.organizations += plan.organizations
        for number, row in enumerate(plan.rows, start=plan.first):
            is_new, person = row.state == RowState.NEW, row.person
            self._creates.append(person.first if is_new and person is not None else 0)
            if is_new and row.organization is not None:
                self._founds[number] = row.organization
        self._last |= {person.first: len(self._pieces) for person in plan.people if person.first < plan.first}
        packed = [_packed(person, self._places) for person in plan.people if _has_to_be_written(person)]
        self.new_people += plan.new_people
        self.new_terms += plan.new_terms
        self._pieces.append(pickle.dumps(packed, protocol=pickle.HIGHEST_PROTOCOL))

    def people_in_pieces(self) -> Iterator[list[PlannedPerson]]:
        """The people, as many at a time as are written together; only once."""
        for at, piece in enumerate(self._pieces):
            # Made by ``add`` in this process, and never outside of it.
            packed = [_Packed(*each) for each in pickle.loads(piece)]  # noqa: S301
            self._pieces[at] = b""
            people = [_unpacked(each, self._places) for each in packed if self._last.get(each.first, at) == at]
            del packed
            created = [person for person in people if person.is_new]
            yield people
            self._keys.update((person.first, person.member.pk) for person in created)
            del people, created

    def targets(self) -> Iterator[tuple[int, int]]:
        """What rows have created, by their numbers; once everything is written."""
        for number, first in enumerate(self._creates, start=1):
            if first:
                yield number, self._keys[first]
            elif number in self._founds:
                yield number, self._founds[number].pk


class _Places:
    """Organisations by number. Those that are not saved yet are told apart by identity."""

    def __init__(self) -> None:
        self._all: list[Organization] = []
        self._numbers: dict[tuple[bool, int], int] = {}

    def number(self, organization: Organization | None) -> int:
        if organization is None:
            return _NOWHERE
        key = (True, organization.pk) if organization.pk else (False, id(organization))
        if key not in self._numbers:
            self._numbers[key] = len(self._all)
            self._all.append(organization)
        return self._numbers[key]

    def of(self, number: int) -> Organization | None:
        return None if number == _NOWHERE else self._all[number]

    def known(self, number: int) -> Organization:
        return self._all[number]


class _Packed(NamedTuple):
    """A person in plain values: columns of whoever is known, numbers for organisations, pairs for dates."""

    first: int
    member: list[Any] | None
    belongs_to: int
    values: dict[str, Any]
    branch: int
    league_status: str | None
    terms: list[tuple[Any, ...]]
    changes: dict[str, list[str | None]]
    corrections: dict[str, str]
    asked: dict[str, list[str | None]]
    different: list[int]


def _has_to_be_written(person: PlannedPerson) -> bool:
    said = person.is_new or person.is_changed or person.corrections
    return bool(said) or any(term.is_new or term.changes for term in person.terms)


def _packed(person: PlannedPerson, places: _Places) -> tuple[Any, ...]:
    member = None if person.is_new else person.member
    return (
        person.first,
        None if member is None else _columns(member),
        _NOWHERE if member is None else places.number(member.branch),
        {name: _plain(value) for name, value in person.values.items()},
        places.number(person.branch),
        None if person.league_status is None else person.league_status.value,
        [_packed_term(term, places) for term in person.terms],
        person.changes,
        person.corrections,
        person.asked,
        [other.pk for other in person.different],
    )


def _packed_term(term: PlannedTerm, places: _Places) -> tuple[Any, ...]:
    existing = term.existing
    held = None if existing is None else (_columns(existing), places.number(existing.organization))
    place = places.number(term.organization)
    return place, str(term.post), term.title, held, term.nature, _plain(term.started), term.changes


def _unpacked(packed: _Packed, places: _Places) -> PlannedPerson:
    if packed.member is None:
        member = NOBODY_YET
    else:
        member = _record(Member, packed.member)
        member.branch = places.of(packed.belongs_to)
    return PlannedPerson(
        member,
        {name: _date(value) for name, value in packed.values.items()},
        places.of(packed.branch),
        None if packed.league_status is None else LeagueStatus(packed.league_status),
        [_unpacked_term(term, places) for term in packed.terms],
        packed.changes,
        corrections=packed.corrections,
        asked=packed.asked,
        different=tuple(_known(key) for key in packed.different),
        first=packed.first,
    )


def _unpacked_term(packed: tuple[Any, ...], places: _Places) -> PlannedTerm:
    place, post, title, held, nature, started, changes = packed
    existing = None
    if held is not None:
        existing = _record(CadreTerm, held[0])
        existing.organization = places.known(held[1])
    return PlannedTerm(places.known(place), post, title, existing, nature, _date(started), changes)


def _plain(value: Any) -> Any:
    return (value.day, value.is_month) if type(value) is OfficeDate else value


def _date(value: Any) -> Any:
    return OfficeDate(*value) if type(value) is tuple else value


def _columns(record: models.Model) -> list[Any]:
    return [getattr(record, field.attname) for field in record._meta.concrete_fields]


def _record(model: type[_Record], columns: list[Any]) -> _Record:
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in model._meta.concrete_fields], columns)


def _known(key: int) -> Member:
    """Somebody of whom no more than the key is needed."""
    member = new_member()
    member.pk, member._state.adding = key, False
    return member
