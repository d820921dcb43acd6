"""The rows a plan turns into: organisations, people, their history, their posts, log entries, before-images.

Set-based: the number of statements depends on the kinds of rows, hardly on their number.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import starmap
from operator import itemgetter
from typing import Any, Final, NamedTuple, Protocol

from django.db import models
from django.utils import timezone

from branches import audit, freshness
from branches.founding import New, add_many
from branches.models import AuditEntry, Organization, User
from members import counted
from members.cadres import in_words as post_in_words
from members.models import BranchMembership, CadreTerm, Correction, DifferentPeople, Member, StatusChange
from members.models.roster import RosterChange, RosterImport
from members.roster.plans.logged import created_in_words
from members.roster.plans.plan import PlannedOrganization, PlannedPerson, PlannedTerm, new_member
from members.wording import SEALED
from tuanjian import bulk, sealing
from tuanjian.officedates import OfficeDate

_ALL: Final = tuple(field.attname for field in Member._meta.concrete_fields)
_all_of: Final = itemgetter(*_ALL)
# Every column an import may set on a known person; all of them are written, so that one statement serves all rows.
PERSON_COLUMNS: Final = (
    *("name", "pinyin", "initials", "gender", "birth_on", "birth_on_is_month", "ethnicity", "education"),
    *("political_status", "joined_on", "joined_on_is_month", "member_no", "phone_sealed", "phone_index"),
    *("phone_tail_index", "email", "work_unit", "income_band", "remark", "league_status", "branch_id"),
    *("id_type", "id_number_sealed", "id_number_index", "id_number_tail_index", "id_number_head"),
)
# Those of them that follow from ``SEALED``.
OWN_SEALS: Final = frozenset(
    {"phone_sealed", "phone_index", "phone_tail_index"}
    | {"id_number_sealed", "id_number_index", "id_number_tail_index", "id_number_head"}
)
TERM_COLUMNS: Final = ("nature", "started_on", "started_on_is_month")
ORGANIZATION_COLUMNS: Final = ("unit_category_id", "founded_on", "founded_on_is_month", "contact_phone")
_TERM: Final = (
    *("id", "person", "organization", "post", "post_title", "rank", "nature", "manner", "is_party_committee_member"),
    *("started_on", "started_on_is_month", "ended_on", "end_reason", "recorded_at", "recorded_by", "version"),
)
_MEMBERSHIP: Final = ("id", "person", "branch", "effective_from", "recorded_at", "recorded_by")
_STATUS: Final = (*("id", "person", "league_status", "status", "effective_on", "recorded_at", "recorded_by", "reason"),)
_CHANGE: Final = (
    *("roster", "number", "object_type", "object_id", "created", "version", "label", "branch", "before_sealed"),
    *("written", "kept_because"),
)
# What ``Writing.write`` counts, in words.
COUNT_WORDS: Final = {
    "organizations_created": "新建团组织",
    "organizations_updated": "更新团组织",
    "people_created": "新增人员",
    "people_updated": "更新人员",
    "posts_created": "新增任职",
    "posts_updated": "更新任职",
    "corrections_asked": "提出更正申请",
}
# Before-images wait until it is worth the statements, as log entries do.
_AT_LEAST: Final = audit.AT_ONCE


class Change(NamedTuple):
    """One thing an import wrote, at which version it left it; ``before`` are the columns of what was there already."""

    subject: models.Model
    created: bool
    version: int
    place: Organization | None
    before: dict[str, Any] = {}
    written: dict[str, int] = {}


class Writable(Protocol):
    """A plan whose people come in pieces: ``RosterPlan`` as a whole, ``ParkedPlan`` piece by piece."""

    organizations: list[PlannedOrganization]

    @property
    def new_people(self) -> int:
        """How many people are new, or a few more."""
        ...

    @property
    def new_terms(self) -> int:
        """How many posts are new, or a few more."""
        ...

    def people_in_pieces(self) -> Iterator[list[PlannedPerson]]:
        """The people, as many at a time as are written together."""
        ...


def keep_changes(roster: RosterImport, changes: Iterable[Change]) -> None:
    """Keep what an import wrote, so that it can be taken back. Belongs in the transaction of the writing."""
    bulk.insert_rows(RosterChange, _CHANGE, starmap(partial(_kept, roster), enumerate(changes, start=1)))


def _kept(roster: RosterImport, number: int, change: Change) -> tuple[Any, ...]:
    sealed = sealing.seal("roster.change", json.dumps(change.before)) if change.before else ""
    place = change.place.pk if change.place is not None else None
    return (
        *(roster.pk, number, change.subject._meta.label_lower, change.subject.pk, change.created),
        *(change.version, str(change.subject)[:120], place, sealed, change.written, ""),
    )


class Writing:
    """Writes one plan. Belongs in a transaction that holds the tree lock."""

    def __init__(self, roster: RosterImport, *, by: User, log: audit.Recording) -> None:
        self.roster, self.by, self._log = roster, by, log
        self.moment, self.today = timezone.now(), timezone.localdate()
        # As they will be kept: the records themselves need not stay.
        self._changes: list[tuple[Any, ...]] = []
        self._touched: set[int] = set()
        self._kept = 0
        self._counts: Counter[str] = Counter()
        self._memberships: list[tuple[Any, ...]] = []
        self._statuses: list[tuple[Any, ...]] = []
        self._ids: dict[type[models.Model], list[int]] = {}
        # Who was known and has changed, and phones that were or are theirs, until it is asked where they count.
        self._known: list[int] = []
        self._phones: set[str | None] = set()

    def write(self, plan: Writable) -> dict[str, int]:
        """Write everything the plan names and return the counts."""
        self._counts["organizations_created"] = self._create_organizations([o for o in plan.organizations if o.is_new])
        self._counts["organizations_updated"] = self._update_organizations([o for o in plan.organizations if o.columns])
        everybody = dict.fromkeys((Member, BranchMembership, StatusChange), plan.new_people)
        self._ids |= bulk.reserve_ids_of(everybody | {CadreTerm: plan.new_terms})
        for people in plan.people_in_pieces():
            self._write_piece(people)
        bulk.insert_rows(BranchMembership, _MEMBERSHIP, self._memberships)
        bulk.insert_rows(StatusChange, _STATUS, self._statuses)
        self._settle()
        freshness.touch(sorted(self._touched))
        return {name: self._counts[name] for name in COUNT_WORDS}

    def _write_piece(self, people: list[PlannedPerson]) -> None:
        new = [person for person in people if person.is_new]
        changed = [person for person in people if not person.is_new and person.is_changed]
        self._phones |= {person.member.phone_index for person in changed}
        self._write_people(new, changed)
        posts = [(person, term) for person in people for term in person.terms]
        posts_created = self._create_terms([each for each in posts if each[1].is_new])
        posts_updated = self._update_terms([each for each in posts if not each[1].is_new and each[1].changes])
        self._phones |= {person.member.phone_index for person in (*new, *changed)}
        self._known += (p.member.pk for p in people if not p.is_new and (p.is_changed or p.terms))
        asked = self._ask_for_corrections([person for person in people if person.corrections])
        self._counts.update(
            people_created=len(new),
            people_updated=len(changed),
            posts_created=posts_created,
            posts_updated=posts_updated,
            corrections_asked=asked,
        )
        if len(self._changes) >= _AT_LEAST:
            self._settle()

    def _take_ids(self, model: type[models.Model], count: int) -> list[int]:
        """Keys for new rows. What everybody new needs is reserved already."""
        kept = self._ids[model]
        if len(kept) < count:
            kept += bulk.reserve_ids(model, count - len(kept))
        self._ids[model] = kept[count:]
        return kept[:count]

    def _note(self, change: Change) -> None:
        self._changes.append(_kept(self.roster, self._kept + len(self._changes) + 1, change))

    def _settle(self) -> None:
        """Keep before-images of what was written since the last time, and find out where it counts."""
        bulk.insert_rows(RosterChange, _CHANGE, self._changes)
        self._kept += len(self._changes)
        self._changes.clear()
        self._touched |= counted.places_of(self._known, phones=self._phones)
        self._known.clear()
        self._phones.clear()

    def _create_organizations(self, planned: list[PlannedOrganization]) -> int:
        if planned:
            new = [New(each.organization, each.parent) for each in planned]
            add_many(new, by=self.by, reason=self.roster.note, job=self.roster.job)
        for each in planned:
            self._note(Change(each.organization, True, 1, each.organization, {}, {}))
        return len(planned)

    def _update_organizations(self, planned: list[PlannedOrganization]) -> int:
        rows = []
        for each in planned:
            organization = each.organization
            before = _image(organization, ORGANIZATION_COLUMNS)
            for column, value in each.columns.items():
                setattr(organization, column, value)
            organization.version += 1
            values = [getattr(organization, column) for column in ORGANIZATION_COLUMNS]
            rows.append((organization.pk, *values, organization.version, self.moment))
            self._note(Change(organization, False, organization.version, organization, before, {}))
            changes = each.row.changes if each.row is not None else {}
            self._log.add([(AuditEntry.Kind.CHANGED, organization, organization, changes)])
            self._touched.add(organization.pk)
        bulk.update_rows(Organization, "id", [*ORGANIZATION_COLUMNS, "version", "updated_at"], rows)
        return len(rows)

    def _write_people(self, new: list[PlannedPerson], changed: list[PlannedPerson]) -> None:
        images = [_image_of(person.member) for person in changed]
        ended = self._end_memberships([each for each in changed if each.branch is not None and each.member.branch_id])
        entered = {"created_by_id": self.by.pk, "created_at": self.moment}
        for person, key in zip(new, self._take_ids(Member, len(new)), strict=True):
            person.member = new_member(id=key, **entered)
        for person in (*new, *changed):
            self._fill(person)
        bulk.insert_rows(Member, _ALL, (_all_of(person.member.__dict__) for person in new))
        columns = [*PERSON_COLUMNS, "version", "updated_at", "updated_by_id"]
        updates = [
            (person.member.pk, *(getattr(person.member, column) for column in PERSON_COLUMNS), person.member.version)
            for person in changed
        ]
        bulk.update_rows(Member, "id", columns, [(*row, self.moment, self.by.pk) for row in updates])
        memberships = self._write_memberships([p for p in (*new, *changed) if p.branch is not None])
        statuses = self._write_statuses([p for p in (*new, *changed) if p.league_status is not None])
        for person, before in (*((person, {}) for person in new), *zip(changed, images, strict=True)):
            self._note_person(person, before, {"membership": memberships, "status": statuses, "ended": ended})
        self._call_different(new)

    def _end_memberships(self, moving: list[PlannedPerson]) -> dict[int, int]:
        """End the stay in the branch somebody leaves; says which row of history that was."""
        people = {person.member.pk: person.member for person in moving}
        if not people:
            return {}
        self._touched |= {member.branch_id for member in people.values() if member.branch_id}
        rows = list(BranchMembership.objects.filter(person__in=people, effective_to=None).order_by("pk"))
        ends = [(row.pk, max(self.today, row.effective_from), self.moment) for row in rows]
        bulk.update_rows(BranchMembership, "id", ["effective_to", "ended_recorded_at"], ends)
        return {row.person_id: row.pk for row in rows}

    def _call_different(self, new: list[PlannedPerson]) -> None:
        """Remember who somebody said not to be whom: the pairs are not asked about again."""
        pairs = [DifferentPeople(first=o, second=p.member, said_by=self.by) for p in new for o in p.different]
        DifferentPeople.objects.bulk_create(pairs)

    def _ask_for_corrections(self, people: list[PlannedPerson]) -> int:
        """Ask a level above for what is not changed in verified records."""
        made = []
        for person in people:
            asked = Correction(
                person=person.member, changes=person.asked, made_by=self.by, made_at=self.moment, reason=self.roster.job
            )
            asked.values = person.corrections
            made.append(asked)
        Correction.objects.bulk_create(made)
        for asked in made:
            place = asked.person.branch
            self._log.add([(AuditEntry.Kind.CREATED, asked, place, asked.changes)])
            self._note(Change(asked, True, 1, place))
        return len(made)

    def _fill(self, person: PlannedPerson) -> None:
        """Put the planned values into the record."""
        member = person.member
        for attribute, value in person.values.items():
            if isinstance(value, OfficeDate):
                setattr(member, attribute, value.day)
                setattr(member, f"{attribute}_is_month", value.is_month)
            else:
                setattr(member, attribute, value)
        if "name" in person.values:
            member.spell_name()
        if person.branch is not None:
            member.branch = person.branch
        if person.league_status is not None:
            member.league_status = person.league_status
        member.updated_by_id, member.updated_at = self.by.pk, self.moment
        if not person.is_new:
            member.version += 1

    def _write_memberships(self, people: list[PlannedPerson]) -> dict[int, int]:
        keys = self._take_ids(BranchMembership, len(people))
        written = dict(zip((person.member.pk for person in people), keys, strict=True))
        self._memberships += (
            (key, of, person.member.branch_id, self._since(person), self.moment, self.by.pk)
            for (of, key), person in zip(written.items(), people, strict=True)
        )
        return written

    def _write_statuses(self, people: list[PlannedPerson]) -> dict[int, int]:
        keys = self._take_ids(StatusChange, len(people))
        written = dict(zip((person.member.pk for person in people), keys, strict=True))
        self._statuses += (
            (
                *(key, of, person.member.league_status, person.member.status),
                *(self._since(person), self.moment, self.by.pk, "名册导入"),
            )
            for (of, key), person in zip(written.items(), people, strict=True)
        )
        return written

    def _since(self, person: PlannedPerson) -> dt.date:
        """From when branch and status count, as ``records.enter`` has it."""
        return (person.member.joined_on if person.is_new else None) or self.today

    def _note_person(
        self, person: PlannedPerson, before: dict[str, Any], history: Mapping[str, Mapping[int, int]]
    ) -> None:
        member = person.member
        key = member.pk
        written = {name: keys[key] for name, keys in history.items() if key in keys}
        place = member.branch or (person.terms[0].organization if person.terms else None)
        changes: Mapping[str, Any] = person.changes if before else created_in_words(person)
        kind = AuditEntry.Kind.CHANGED if before else AuditEntry.Kind.CREATED
        self._log.add([(kind, member, place, changes)])
        self._note(Change(member, not before, member.version, place, before, written))
        if member.branch_id is not None:
            self._touched.add(member.branch_id)

    def _create_terms(self, posts: list[tuple[PlannedPerson, PlannedTerm]]) -> int:
        terms = []
        for (person, planned), key in zip(posts, self._take_ids(CadreTerm, len(posts)), strict=True):
            term = CadreTerm(
                id=key,
                person=person.member,
                organization=planned.organization,
                post=planned.post,
                post_title=planned.title,
                rank=CadreTerm.rank_of(planned.post),
                nature=planned.nature,
                started_on=planned.started.day if planned.started else None,
                started_on_is_month=bool(planned.started and planned.started.is_month),
                recorded_at=self.moment,
                recorded_by=self.by,
            )
            terms.append(term)
            changes = audit.difference({}, {name: word for name, word in post_in_words(term).items() if word})
            self._note_term(AuditEntry.Kind.CREATED, term, {}, changes)
        bulk.insert_rows(CadreTerm, _TERM, ([_value(term, column) for column in _TERM] for term in terms))
        return len(terms)

    def _update_terms(self, posts: list[tuple[PlannedPerson, PlannedTerm]]) -> int:
        rows = []
        for person, planned in posts:
            term = planned.existing
            assert term is not None  # the caller chose those
            term.person = person.member
            before = _image(term, TERM_COLUMNS)
            term.nature = planned.nature or term.nature
            if planned.started is not None:
                term.started_on, term.started_on_is_month = planned.started.day, planned.started.is_month
            term.version += 1
            rows.append((term.pk, *(getattr(term, column) for column in TERM_COLUMNS), term.version))
            self._note_term(AuditEntry.Kind.CHANGED, term, before, planned.changes)
        bulk.update_rows(CadreTerm, "id", [*TERM_COLUMNS, "version"], rows)
        return len(rows)

    def _note_term(
        self, kind: AuditEntry.Kind, term: CadreTerm, before: dict[str, Any], changes: Mapping[str, Any]
    ) -> None:
        self._log.add([(kind, term, term.organization, changes)])
        self._note(Change(term, not before, term.version, term.organization, before, {}))
        self._touched |= {term.organization_id} | ({term.person.branch_id} if term.person.branch_id else set())


def _image_of(member: Member) -> dict[str, Any]:
    """The person as they are. What is sealed stands here in clear – the image is sealed as a whole – so that it can be
    put back after sealing and index keys were changed."""
    image = _image(member, [column for column in PERSON_COLUMNS if column not in OWN_SEALS])
    return image | {name: getattr(member, name) for name in SEALED}


def _image(row: models.Model, columns: Iterable[str]) -> dict[str, Any]:
    """The columns as they are, ready to be written as JSON."""
    values = ((column, getattr(row, column)) for column in columns)
    return {column: value.isoformat() if isinstance(value, dt.date) else value for column, value in values}


def _value(row: models.Model, column: str) -> Any:
    field = row._meta.get_field(column)
    return getattr(row, field.attname if isinstance(field, models.ForeignKey) else column)
