"""What was in force in a subtree on a day, by 生效日期: organisations, people, posts, activities of the year.

Constant queries. Organisations stand as they stood at the end of the day; one that was entered later, but founded by
then, stands where it was first put. 学历, 政治面貌 and 行业类别 have no history: they are those of now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from activities.models import Activity, ActivityResult, Attendance, ExternalParticipants
from branches.models import Organization, OrganizationStatus, OrgType, Placement
from members.models import BranchMembership, CadreTerm, LeagueStatus, MemberStatus, StatusChange
from members.models.people import IN_LEAGUE


class Person(NamedTuple):
    """Somebody on the roster of a branch on that day."""

    pk: int
    branch: int
    league: str
    sex: str
    birth_on: dt.date | None
    education: str
    political: str
    joined_on: dt.date | None

    @property
    def is_member(self) -> bool:
        return self.league in IN_LEAGUE


class Post(NamedTuple):
    """A post held on that day."""

    person: int
    organization: int
    post: str
    nature: str
    birth_on: dt.date | None


@dataclass
class Stood:
    """An organisation with what stood below it."""

    placement: Placement
    below: list[Stood] = field(default_factory=list)

    @property
    def pk(self) -> int:
        return self.placement.organization_id

    @cached_property
    def subtree(self) -> list[Stood]:
        """Itself and everything below, in the committee's order."""
        return [self, *(each for lower in self.below for each in lower.subtree)]

    @cached_property
    def ids(self) -> frozenset[int]:
        return frozenset(each.pk for each in self.subtree)

    @property
    def is_branch(self) -> bool:
        return self.placement.org_type == OrgType.BRANCH


def tree_on(organization: Organization, on: dt.date) -> Stood | None:
    """The organisation and what stood below it on that day; None where it was not there yet."""
    moment = min(timezone.now(), timezone.make_aware(dt.datetime.combine(on + dt.timedelta(days=1), dt.time())))
    inside = Placement.objects.filter(lineage__contains=f"/{organization.pk}/")
    then = inside.filter(Q(to_at=None) | Q(to_at__gt=moment), from_at__lte=moment)
    found = {row.organization_id: row for row in then.filter(status=OrganizationStatus.ACTIVE)}
    late = inside.filter(from_at__gt=moment, organization__founded_on__lte=on, status=OrganizationStatus.ACTIVE)
    entered_before = Placement.objects.filter(from_at__lte=moment).values("organization_id")
    for row in late.exclude(organization_id__in=entered_before).order_by("from_at", "id"):
        found.setdefault(row.organization_id, row)
    nodes = {pk: Stood(row) for pk, row in sorted(found.items(), key=lambda item: item[1].screen_order)}
    for pk, node in nodes.items():
        above = nodes.get(node.placement.parent_id or 0)
        if above is not None and pk != organization.pk:
            above.below.append(node)
    return nodes.get(organization.pk)


def people_on(branches: Iterable[int], on: dt.date) -> list[Person]:
    """Everybody on the rosters of these branches on that day, with the League status of that day."""
    changes = StatusChange.objects.filter(person=OuterRef("person"), effective_on__lte=on)
    latest = changes.exclude(status=MemberStatus.VOID).order_by("-effective_on", "-id").values("league_status")[:1]
    rosters = BranchMembership.objects.filter(
        Q(effective_to=None) | Q(effective_to__gt=on), branch__in=list(branches), effective_from__lte=on
    )
    rows = rosters.exclude(person__status=MemberStatus.VOID).order_by()
    fields = ("gender", "birth_on", "education", "political_status", "joined_on")
    known = rows.annotate(league=Coalesce(Subquery(latest), F("person__league_status"))).values_list(
        "person_id", "branch_id", "league", *(f"person__{name}" for name in fields)
    )
    return [Person(*row)._replace(league=_before_leaving(row[2])) for row in known]


def _before_leaving(league: str) -> str:
    # On a roster that day, and nothing noted but that they left later: members until then.
    return str(LeagueStatus.MEMBER) if league == LeagueStatus.LEFT else league


def posts_on(organizations: Iterable[int], on: dt.date) -> list[Post]:
    """Posts held there on that day; where the start is not known, since ever."""
    held = CadreTerm.objects.filter(
        Q(started_on=None) | Q(started_on__lte=on),
        Q(ended_on=None) | Q(ended_on__gt=on),
        organization__in=list(organizations),
    ).exclude(person__status=MemberStatus.VOID)
    rows = held.order_by("id").values_list("person_id", "organization_id", "post", "nature", "person__birth_on")
    return [Post(*row) for row in rows]


class Held(NamedTuple):
    """Activities of a kind: how many, and how many attended (人次)."""

    kind: str
    number: int
    times: int


@dataclass(frozen=True)
class Belonging:
    """What belonged to a subtree in the course of a year, up to a day.

    ``at_start`` are those in force there when the year began. ``spells`` are the ids by the days from which (None: the
    beginning of the year) and before which (None: the day itself and on) they stood there, closed ones included.
    """

    at_start: frozenset[int]
    spells: dict[tuple[dt.date | None, dt.date | None], list[int]]


def belonging_in_year(organization: int, on: dt.date) -> Belonging:
    """What stood in the subtree at any time from 1 January to that day, and when; one query.

    A day belongs to where an organisation stood at its end. One that was entered during the year stood since ever
    where it was first put; one entered after the day counts where it was founded by then.
    """
    first, after = on.replace(month=1, day=1), on + dt.timedelta(days=1)
    start, end = (timezone.make_aware(dt.datetime.combine(day, dt.time())) for day in (first, after))
    earlier = Placement.objects.filter(organization=OuterRef("organization"), pk__lt=OuterRef("pk"))
    entered = ~Exists(earlier)
    rows = Placement.objects.annotate(entered=entered).filter(
        Q(to_at=None) | Q(to_at__gt=start),
        Q(from_at__lt=end) | Q(entered=True, organization__founded_on__lte=on),
        lineage__contains=f"/{organization}/",
    )
    at_start: set[int] = set()
    stood: dict[int, list[tuple[dt.date | None, dt.date | None]]] = {}
    fields = ("organization_id", "status", "entered", "from_at", "to_at")
    for pk, status, is_entered, from_at, to_at in rows.order_by("pk").values_list(*fields):
        since = None if is_entered or from_at <= start else timezone.localdate(from_at)
        until = None if to_at is None or to_at >= end else timezone.localdate(to_at)
        if since is None and status == OrganizationStatus.ACTIVE:
            at_start.add(pk)
        held = stood.setdefault(pk, [])
        if held and held[-1][1] == since:
            since = held.pop()[0]
        held.append((since, until))
    spells: dict[tuple[dt.date | None, dt.date | None], list[int]] = {}
    for pk, held in stood.items():
        for spell in held:
            spells.setdefault(spell, []).append(pk)
    return Belonging(frozenset(at_start), spells)


def activities_of_year(belonging: Belonging, on: dt.date) -> list[Held]:
    """What was held from 1 January to that day, by kind, in the order of the kinds.

    Activities of an organisation that moved count while it stood in the subtree, those of one that was merged or
    closed stay.
    """
    held = _held_in_year(belonging, on)
    present = Attendance.objects.filter(activity__in=held.order_by().values("pk"), state=Attendance.State.PRESENT)
    named = dict(
        present.order_by()
        .values_list("activity__kind__name")
        .annotate(number=Count("pk"))
        .values_list("activity__kind__name", "number")
    )
    kinds = held.order_by("kind__order_number", "kind_id").values_list("kind__name", "kind__order_number", "kind_id")
    counted = kinds.annotate(number=Count("pk"), counted=Coalesce(Sum("attended"), 0))
    return [Held(name, number, counted + named.get(name, 0)) for name, _, _, number, counted in counted]


def results_of_year(belonging: Belonging, on: dt.date) -> list[tuple[str, str, int]]:
    """What came of the same activities: label, unit and sum; what has the same label and unit is added up."""
    noted = ActivityResult.objects.filter(activity__in=_held_in_year(belonging, on).order_by().values("pk"))
    # Sorted here: databases differ in how they sort Chinese.
    return sorted(noted.order_by().values_list("label", "unit").annotate(total=Sum("count")))


def guests_of_year(belonging: Belonging, on: dt.date) -> int:
    """How many people from outside were there at the same activities (人次)."""
    noted = ExternalParticipants.objects.filter(activity__in=_held_in_year(belonging, on).order_by().values("pk"))
    return int(noted.aggregate(total=Coalesce(Sum("count"), 0))["total"])


def _held_in_year(belonging: Belonging, on: dt.date) -> QuerySet[Activity]:
    there = Q(pk__in=())
    for (since, until), ids in belonging.spells.items():
        spell = Q(organization__in=ids)
        if since is not None:
            spell &= Q(held_on__gte=since)
        if until is not None:
            spell &= Q(held_on__lt=until)
        there |= spell
    return Activity.objects.standing().filter(there, held_on__gte=on.replace(month=1, day=1), held_on__lte=on)


def moved_in_year(at_start: Iterable[int], branches: Iterable[int], on: dt.date) -> tuple[int, int]:
    """People who came and who left from 1 January to that day: on no roster of ``at_start`` when the year began and on
    one of ``branches`` on the day, or the other way round.

    Moves and merges among what belonged at both ends are not counted. Whoever came or went with an organisation that
    moved into or out of the subtree is.
    """
    first = on.replace(month=1, day=1)
    rosters = BranchMembership.objects.exclude(person__status=MemberStatus.VOID)
    then, now = rosters.filter(branch__in=list(at_start)), rosters.filter(branch__in=list(branches))
    began = _persons(then.filter(Q(effective_to=None) | Q(effective_to__gte=first), effective_from__lt=first))
    stayed = _persons(now.filter(Q(effective_to=None) | Q(effective_to__gt=on), effective_from__lte=on))
    return len(stayed - began), len(began - stayed)


def _persons(rosters: QuerySet[BranchMembership]) -> set[int]:
    return set(rosters.order_by().values_list("person_id", flat=True))
