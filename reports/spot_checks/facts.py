"""What a drawn record says now, fact by fact: what is printed, held against the file, and compared later on.

Which facts are asked of a record is said where completeness says it (``members.completeness``,
``reports.completion_items``); a fact nobody asks for is checked where it is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from branches.models import Organization, User
from members import completeness, wording
from members.dictionaries import LeaguePost
from members.models import CadreTerm, Member
from members.records import LOCKED
from reports.completion_items import PARTICULAR_ITEMS
from reports.models import SpotKind, SpotRecord
from tuanjian.officedates import OfficeDate

MEMBER_FACTS: Final = (
    *("name", "gender", "birth_on", "ethnicity", "id_number", "political_status", "education", "league_status"),
    *("joined_on", "member_no", "phone", "work_unit"),
)
CADRE_FACTS: Final = (
    *("name", "gender", "birth_on", "ethnicity", "id_number", "political_status", "education", "phone"),
)
TERM_FACTS: Final = {"post": "团内职务", "nature": "团干部性质", "manner": "任职方式", "started_on": "任现职年月"}
ORGANIZATION_FACTS: Final = {"full_name": "组织全称", "short_name": "组织简称", "org_type": "组织类别"}
SECRETARY: Final = "secretary"
_ALWAYS: Final = {"name", "id_number", "league_status"}


@dataclass(frozen=True)
class Fact:
    """A fact as it is entered now. ``entered`` is in words, numbers masked; ``in_clear`` is for comparing only."""

    key: str
    label: str
    entered: str
    is_expected: bool
    is_present: bool
    url: str
    in_clear: str = ""
    # What is asked of it, where what is entered does not do.
    why: str = ""

    @property
    def is_sealed(self) -> bool:
        """Whether it is a number that nobody may write down beside the record."""
        return self.key in wording.SEALED

    @property
    def is_missing(self) -> bool:
        return self.is_expected and not self.is_present


@dataclass(frozen=True)
class Seen:
    """A drawn record as this person may see it. ``gone`` says why there is nothing to see."""

    record: SpotRecord
    name: str
    facts: tuple[Fact, ...]
    gone: str = ""

    @property
    def missing(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.is_missing]


def seen_by(user: User, records: Iterable[SpotRecord]) -> list[Seen]:
    """These records of one draw, each with its facts of now, as far as the user may look. Constant queries."""
    records = list(records)
    people = _people(user, [record.person_id for record in records if record.person_id])
    terms = _terms(user, [record.term_id for record in records if record.term_id])
    own = [record.organization_id for record in records if not record.person_id and record.organization_id]
    organizations = _organizations(user, own)
    return [_seen(record, people, terms, organizations) for record in records]


def _seen(
    record: SpotRecord,
    people: Mapping[int, Member],
    terms: Mapping[int, CadreTerm],
    organizations: Mapping[int, Organization],
) -> Seen:
    if not record.person_id:
        found = organizations.get(record.organization_id or 0)
        if found is None:
            return Seen(record, record.organization_name, (), "组织已不在管理范围内")
        gone = "组织已撤销" if found.is_closed else ""
        return Seen(record, found.short_name, tuple(_of_organization(found)), gone)
    person = people.get(record.person_id)
    if person is None:
        return Seen(record, "", (), "人员已不在管理范围内")
    gone = "" if person.is_on_roster else person.get_status_display()
    if not record.term_id:
        return Seen(record, person.name, tuple(_of_person(person, MEMBER_FACTS)), gone)
    term = terms.get(record.term_id)
    if term is None or term.ended_on:
        return Seen(record, person.name, (), "已不再担任这一职务")
    return Seen(record, person.name, (*_of_person(person, CADRE_FACTS), *_of_term(term)), gone)


def _people(user: User, keys: list[int]) -> dict[int, Member]:
    if not keys:
        return {}
    rows = Member.objects.visible_to(user).filter(pk__in=keys).select_related("branch")
    return {person.pk: person for person in completeness.with_gaps(rows)}


def _terms(user: User, keys: list[int]) -> dict[int, CadreTerm]:
    rows = CadreTerm.objects.visible_to(user).filter(pk__in=keys) if keys else ()
    return {term.pk: term for term in rows}


def _organizations(user: User, keys: list[int]) -> dict[int, Organization]:
    if not keys:
        return {}
    rows = list(
        Organization.objects.visible_to(user).filter(pk__in=keys).select_related("unit_nature", "unit_category")
    )
    posts = CadreTerm.objects.current().filter(post=LeaguePost.SECRETARY, organization__in=rows)
    secretaries: dict[int, list[str]] = {}
    for term in posts.select_related("person").in_office_order():
        secretaries.setdefault(term.organization_id, []).append(term.person.name)
    for row in rows:
        row.__dict__["secretary_names"] = "、".join(secretaries.get(row.pk, []))
    return {row.pk: row for row in rows}


def _of_person(person: Member, names: tuple[str, ...]) -> Iterable[Fact]:
    lacking = {fact.field: fact.why for fact in completeness.gaps_of(person)}
    for name in names:
        entered = wording.said(person, name)
        present = bool(entered) and name not in lacking
        yield Fact(
            key=name,
            label=wording.label_of(name),
            entered=entered,
            is_expected=present or name in lacking or name in _ALWAYS,
            is_present=present,
            url=_mends(person, name),
            in_clear=str(getattr(person, name)) if name in wording.SEALED else "",
            why=lacking.get(name, "") if entered else "",
        )


def _mends(person: Member, name: str) -> str:
    if person.is_verified and name in LOCKED:
        return reverse("members:ask_correction", args=[person.pk])
    return f"{reverse('members:edit', args=[person.pk])}?field={name}#id_{name}"


def _of_term(term: CadreTerm) -> Iterable[Fact]:
    edit = reverse("members:cadre_edit", args=[term.pk])
    said = {
        "post": term.title,
        "nature": term.get_nature_display(),
        "manner": term.get_manner_display(),
        "started_on": str(OfficeDate(term.started_on, is_month=term.started_on_is_month)) if term.started_on else "",
    }
    for name, label in TERM_FACTS.items():
        yield Fact(name, label, said[name], True, bool(said[name]), f"{edit}#id_{name}")


def _of_organization(organization: Organization) -> Iterable[Fact]:
    said = {
        "full_name": organization.full_name,
        "short_name": organization.short_name,
        "org_type": organization.get_org_type_display(),
    }
    pages = {"full_name": "apply_name", "short_name": "apply_name", "org_type": "apply_type"}
    for name, label in ORGANIZATION_FACTS.items():
        yield Fact(name, label, said[name], True, True, reverse(f"branches:{pages[name]}", args=[organization.pk]))
    edit = reverse("branches:edit", args=[organization.pk])
    for item in PARTICULAR_ITEMS:
        name = item.field.removesuffix("_id")
        entered = _particular(organization, name)
        asked = organization.org_type in item.types
        if asked or entered:
            yield Fact(name, item.label, entered, asked, bool(entered), f"{edit}#id_{name}")
    names = organization.__dict__.get("secretary_names", "")
    cadres = reverse("members:organization_cadres", args=[organization.pk])
    yield Fact(SECRETARY, "书记", names, True, bool(names), cadres)


def _particular(organization: Organization, name: str) -> str:
    value = getattr(organization, name)
    if value in (None, ""):
        return ""
    if name in ("founded_on", "last_election_on"):
        return str(OfficeDate(value, is_month=getattr(organization, f"{name}_is_month")))
    return str(value)


def labels_of(kind: str) -> dict[str, str]:
    """Keys and labels of the facts of such records, in the order of the sheet."""
    if kind == SpotKind.MEMBERS:
        return {name: wording.label_of(name) for name in MEMBER_FACTS}
    if kind == SpotKind.CADRES:
        return {name: wording.label_of(name) for name in CADRE_FACTS} | TERM_FACTS
    particulars = {item.field.removesuffix("_id"): item.label for item in PARTICULAR_ITEMS}
    return ORGANIZATION_FACTS | particulars | {SECRETARY: "书记"}
