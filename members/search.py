"""Finding people and organisations by what somebody remembers: a name, its initials, the end of a phone, a number.

Sealed values are compared by their keyed indexes. Everything is asked inside the scope, so a person elsewhere and a
person who does not exist give the same answer.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q

from branches.models import FormerName, Organization, Placement, User
from members.models import CadreTerm, Member
from members.models.people import MemberQuerySet
from tuanjian import idnumbers, names, phones, sealing
from tuanjian.placeholders import visible

MOST_PEOPLE = 50
MOST_ORGANIZATIONS = 20
LONGEST_TEXT = 60

LAST_CODE = "\U0010ffff"

_FOUR = re.compile(r"[0-9]{3}[0-9X]")
_LETTERS = re.compile(r"[A-Za-z]+")
_CODE = re.compile(r"[0-9A-Z]{6,20}")
_DOCUMENT = re.compile(r"(?=[0-9A-Z]*[0-9])[0-9A-Z]{5,20}")


@dataclass(frozen=True)
class Line:
    """An organisation found, with the names of what stands above it as far as the reader may see them."""

    organization: Organization
    above: list[str]


@dataclass(frozen=True)
class Found:
    """What a search gives. Each person carries ``posts`` held now; ``more`` says that something was left out."""

    people: list[Member] = field(default_factory=list)
    organizations: list[Line] = field(default_factory=list)
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.people or self.organizations)


def find(text: str, *, user: User) -> Found:
    """Search people and organisations in the user's scope; at most MOST_PEOPLE and MOST_ORGANIZATIONS.

    Reads an ID number, a mobile number, the last four characters of either, the beginning of a name, pinyin or its
    initials, a part of an organisation's present or former name, an organisation's code.
    """
    text = tidy(text)
    if not text:
        return Found()
    people = _people(text, user)
    organizations = _organizations(text, user)
    more = len(people) > MOST_PEOPLE or len(organizations) > MOST_ORGANIZATIONS
    return Found(
        people=sorted(people[:MOST_PEOPLE], key=lambda person: (person.pinyin, person.pk)),
        organizations=_lines(organizations[:MOST_ORGANIZATIONS], user),
        more=more,
    )


def tidy(text: str) -> str:
    """The text without control and invisible characters and blanks at the ends, cut to LONGEST_TEXT."""
    words = visible(text[: 2 * LONGEST_TEXT]).split()
    return "".join(mark for mark in " ".join(words) if unicodedata.category(mark) != "Cc")[:LONGEST_TEXT]


def people_matching(text: str) -> Q:
    """Condition for the people somebody means by this text; served by an index whatever was typed."""
    plain = idnumbers.tidy(text)
    if _FOUR.fullmatch(plain.upper()):
        return Q(phone_tail_index=sealing.blind_index("member.phone_tail", plain.upper())) | Q(
            id_number_tail_index=sealing.blind_index("member.id_number_tail", plain.upper())
        )
    if _LETTERS.fullmatch(plain):
        return starts_with("initials", plain.lower()) | starts_with("pinyin", plain.lower()) | starts_with("name", text)
    if _mobile(text) or _DOCUMENT.fullmatch(plain.upper()):
        return Q(phone_index=sealing.blind_index("member.phone", _mobile(text) or plain)) | Q(
            id_number_index=sealing.blind_index("member.id_number", plain.upper())
        )
    return starts_with("name", _as_name(text))


def people_containing(text: str) -> Q:
    """Condition for a part of the name or of the former name. No index serves it: only where nothing else was found."""
    return Q(name__contains=_as_name(text)) | Q(former_name__contains=_as_name(text))


def with_posts(people: MemberQuerySet, *, user: User) -> MemberQuerySet:
    """The people, each with ``posts``: those held now, as far as the user may see them."""
    posts = CadreTerm.objects.visible_to(user).current().in_office_order().select_related("organization")
    return people.prefetch_related(Prefetch("terms", posts, to_attr="posts"))


def starts_with(lookup: str, text: str) -> Q:
    """Condition that the column begins with the text.

    SQLite skips its index for LIKE, so there it is a range; on PostgreSQL a range follows the collation of the
    database, which for Chinese need not be that of the characters' codes, so there it stays LIKE.
    """
    if connection.vendor == "postgresql":
        return Q(**{f"{lookup}__startswith": text})
    return Q(**{f"{lookup}__gte": text, f"{lookup}__lte": text + LAST_CODE})


def _people(text: str, user: User) -> list[Member]:
    in_sight = with_posts(Member.objects.visible_to(user).select_related("branch"), user=user)
    found = list(in_sight.filter(people_matching(text)).order_by("name", "id")[: MOST_PEOPLE + 1])
    if not found and _is_part_of_name(text):
        found = list(in_sight.filter(people_containing(text)).order_by("id")[: MOST_PEOPLE + 1])
    return found


def _organizations(text: str, user: User) -> list[Organization]:
    named = starts_with("short_name", text) | starts_with("short_name_initials", text.lower())
    if _CODE.fullmatch(text.upper()):
        named |= Q(code=text.upper())
    if len(text) >= 2:
        former = FormerName.objects.filter(Q(short_name__contains=text) | Q(full_name__contains=text))
        named |= Q(short_name__contains=text) | Q(full_name__contains=text)
        named |= Q(Exists(former.filter(organization=OuterRef("pk"))))
    in_sight = Organization.objects.visible_to(user)
    return list(in_sight.filter(named).order_by("screen_order")[: MOST_ORGANIZATIONS + 1])


def _lines(organizations: list[Organization], user: User) -> list[Line]:
    placements = Placement.objects.filter(organization__in=organizations, to_at=None)
    lineages = {
        organization_id: [int(pk) for pk in lineage.strip("/").split("/")][:-1]
        for organization_id, lineage in placements.values_list("organization_id", "lineage")
    }
    wanted = {pk for lineage in lineages.values() for pk in lineage}
    called = dict(Organization.objects.visible_to(user).filter(pk__in=wanted).values_list("pk", "short_name"))
    return [
        Line(organization, [called[pk] for pk in lineages.get(organization.pk, []) if pk in called])
        for organization in organizations
    ]


def _mobile(text: str) -> str:
    try:
        return phones.read_mobile(text)
    except phones.PhoneRefused:
        return ""


def _as_name(text: str) -> str:
    """As names are stored, so that any dot between the parts of a name will do."""
    try:
        return names.read_person_name(text)
    except names.NameRefused:
        return text


def _is_part_of_name(text: str) -> bool:
    return len(text) >= 2 and not any(character.isascii() and character.isalnum() for character in text)
