"""团内大数据: what organisations are made of, counted from the records: people, cadres, activities, flags.

People count where their branch is, activities and movements where they were, persons covered where their branch is.
Activities and movements of a closed organisation count in its nearest superior in force (``crediting``). A cadre
counts once in every subtree that holds a post of theirs: at each organisation of a post, less once where the ways up
from two of them meet.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from django.db.models import Case, CharField, Count, F, Max, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import ExtractMonth, ExtractYear

from activities.models import Activity, Attendance
from branches.models import Headcount, Organization
from branches.models.organizations import OrganizationQuerySet
from members import health
from members.dictionaries import PARTY, LeaguePost, PostNature
from members.filters import AGE_BANDS
from members.leaving import month_of
from members.models import AgeRule, BranchMembership, CadreTerm, Member, MemberStatus
from members.models.people import IN_LEAGUE
from members.models.rules import age_rules
from reports.facts.crediting import with_closed
from tuanjian import ages

# Months kept one by one, the running one included.
MONTHS = 13
UNKNOWN = "none"
_BANDS = {"0-": (0, min(low for low, _, _ in AGE_BANDS.values()) - 1)} | {
    key: (low, high) for key, (low, high, _) in AGE_BANDS.items()
}

Own = dict[int, Counter[str]]


def composition_of(rows: OrganizationQuerySet, on: dt.date) -> Own:
    """What each of these organisations is made of on that day, by its id; a constant number of queries."""
    own: Own = defaultdict(Counter)
    for family in (_organizations, _flags, _staff, _people, _turning, _cadres, _coverage):
        for pk, key, value in family(rows, on):
            own[pk][key] += value
    places, credited = with_closed(rows)
    for family in (_activities, _moves):
        for pk, key, value in family(places, on):
            own[credited.get(pk, pk)][key] += value
    return dict(own)


Lines = Iterator[tuple[int, str, int]]


def _organizations(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    for pk, org_type, category in rows.order_by().values_list("pk", "org_type", "unit_category__code"):
        yield pk, "organizations", 1
        yield pk, f"type:{org_type}", 1
        yield pk, f"category:{category or UNKNOWN}", 1


def _flags(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    for organization in health.flagged(rows, on).order_by():
        for flag in health.flags_of(organization):
            yield organization.pk, f"flag:{flag.key}", 1


def _staff(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    """职工总数; what a level above has declared covers everything below it."""
    paths = dict(rows.order_by().values_list("pk", "path"))
    step = Organization.steplen
    lineages = {path[:end] for path in paths.values() for end in range(step, len(path) + 1, step)}
    declared = Headcount.objects.filter(kind=Headcount.Kind.STAFF, as_of_on__lte=on, organization__path__in=lineages)
    latest = dict(declared.order_by("as_of_on", "id").values_list("organization__path", "value"))
    for pk, path in paths.items():
        if path in latest:
            yield pk, "staff_here", latest[path]
            if not any(path[:end] in latest for end in range(step, len(path), step)):
                yield pk, "staff", latest[path]


def _people(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    people = Member.objects.on_roster().filter(branch__in=rows).order_by()
    rules = age_rules(on)
    young = Q(pk__in=())
    if {AgeRule.Kind.YOUTH_FROM, AgeRule.Kind.YOUTH_TO} <= rules.keys():
        young = _aged(rules[AgeRule.Kind.YOUTH_FROM], rules[AgeRule.Kind.YOUTH_TO], on)
    in_league, party = Q(league_status__in=IN_LEAGUE), Q(political_status__in=PARTY) & _aged(0, 27, on)
    sums: dict[str, Any] = {
        "people": Count("pk"),
        "members": Count("pk", filter=in_league),
        "youth": Count("pk", filter=young),
        "young_members": Count("pk", filter=young & in_league),
        "party_under_28": Count("pk", filter=party),
        "party_under_28_retained": Count("pk", filter=party & Q(league_status="retained")),
    }
    grouped: QuerySet[Any, Any] = people.values_list("branch_id").annotate(**sums)
    for pk, *numbers in grouped:
        yield from ((pk, key, number) for key, number in zip(sums, numbers, strict=True))
    yield from _grouped(people, "branch_id", "league", "league_status")
    members = people.filter(in_league)
    yield from _grouped(members, "branch_id", "sex", "gender")
    yield from _grouped(members, "branch_id", "education", "education")
    yield from _grouped(members, "branch_id", "political", "political_status")
    yield from _grouped(members.annotate(band=_band(on)), "branch_id", "age", "band", "gender")


def _turning(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    people = Member.objects.reaching_leave_age(*month_of(on)).filter(branch__in=rows).order_by()
    for pk, number in people.values_list("branch_id").annotate(number=Count("pk")):
        yield pk, "turning_28_without_post", number


def _cadres(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    standing = CadreTerm.objects.current().exclude(person__status=MemberStatus.VOID).order_by()
    persons: dict[int, set[int]] = {}
    terms = standing.filter(organization__in=rows)
    for pk, person, post in terms.values_list("organization_id", "person_id", "post"):
        persons.setdefault(pk, set()).add(person)
        yield pk, "posts", 1
        if post == LeaguePost.SECRETARY:
            yield pk, "secretaries", 1
    # An entry for each person says the same wherever they count, so that what counts twice can be taken off again.
    described = _described(standing, {person for found in persons.values() for person in found}, on)
    for pk, found in persons.items():
        for person in found:
            yield from ((pk, key, 1) for key in described[person])
    yield from _met_twice(standing, rows, on)


def _met_twice(standing: QuerySet[CadreTerm], rows: OrganizationQuerySet, on: dt.date) -> Lines:
    # Nothing but the index of current posts is read for it, however many there are.
    held = CadreTerm.objects.current().order_by().values("person")
    several = held.annotate(first=Min("organization"), last=Max("organization")).filter(first__lt=F("last"))
    # Asked one after the other: in one query PostgreSQL counts anew for every post where it knows no figures of the
    # table yet.
    persons = list(several.values_list("person", flat=True))
    places: dict[int, set[str]] = {}
    posts = standing.filter(person__in=persons).values_list("person_id", "organization__path")
    for person, path in posts:
        places.setdefault(person, set()).add(path)
    meetings: list[tuple[str, int]] = []
    for person, paths in places.items():
        order = sorted(paths)
        meetings += [(_meet(first, second), person) for first, second in pairwise(order)]
    known = dict(rows.filter(path__in={path for path, _ in meetings}).order_by().values_list("path", "pk"))
    wanted = [(known[path], person) for path, person in meetings if path in known]
    described = _described(standing, {person for _, person in wanted}, on)
    for pk, person in wanted:
        yield from ((pk, key, -1) for key in described[person])


def _meet(first: str, second: str) -> str:
    """The path at which the ways up from two organisations meet; "" in different trees."""
    step = Organization.steplen
    ends = range(min(len(first), len(second)), 0, -step)
    return next((first[:end] for end in ends if first[:end] == second[:end]), "")


def _described(standing: QuerySet[CadreTerm], persons: Iterable[int], on: dt.date) -> dict[int, list[str]]:
    """What counts of each cadre, the same wherever the person counts."""
    natures: dict[int, set[str]] = {}
    found: dict[int, list[str]] = {}
    fields = ("person_id", "nature", "person__gender", "person__birth_on")
    for person, nature, gender, birth in standing.filter(person__in=persons).values_list(*fields):
        natures.setdefault(person, set()).add(nature)
        found[person] = ["cadres", f"cadre_sex:{gender or UNKNOWN}", f"cadre_age:{_band_of(birth, on)}"]
    for person, held in natures.items():
        # Of several the one that binds most, in the order of the dictionary.
        nature = next((each.value for each in PostNature if each in held), UNKNOWN)
        found[person].append(f"nature:{nature}")
    return found


def _activities(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    since = _months_back(on, MONTHS - 1)
    held = Activity.objects.standing().filter(organization__in=rows, held_on__lte=on).order_by()
    for pk, month, number in _by_month(held.filter(held_on__gte=since), "organization_id", "held_on"):
        yield pk, f"activities@{month}", number
    years = held.filter(held_on__year__gte=on.year - 1).annotate(year=ExtractYear("held_on"))
    kinds = years.values_list("organization", "kind__code", "year")
    for pk, kind, year, number, counted in kinds.annotate(number=Count("pk"), counted=Sum("attended")):
        yield pk, f"activities:{kind}@{year}", number
        yield pk, f"times:{kind}@{year}", counted or 0
    present = _present(on).filter(activity__organization__in=rows)
    named = present.values_list("activity__organization", "activity__kind__code", "year")
    for pk, kind, year, number in named.annotate(number=Count("pk")):
        yield pk, f"times:{kind}@{year}", number


def _coverage(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    """Persons who took part at least once, where their branch is now; however many activities, a person is one."""
    present = _present(on).filter(person__branch__in=rows)
    for pk, year, number in present.values_list("person__branch", "year").annotate(
        number=Count("person", distinct=True)
    ):
        yield pk, f"persons@{year}", number
    kinds = present.values_list("person__branch", "activity__kind__code", "year")
    for pk, kind, year, number in kinds.annotate(number=Count("person", distinct=True)):
        yield pk, f"persons:{kind}@{year}", number


def _moves(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    since = _months_back(on, MONTHS - 1)
    rosters = BranchMembership.objects.filter(branch__in=rows).exclude(person__status=MemberStatus.VOID).order_by()
    for name, field in (("joined", "effective_from"), ("left", "effective_to")):
        moved = rosters.filter(**{f"{field}__gte": since, f"{field}__lte": on})
        for pk, month, number in _by_month(moved, "branch_id", field):
            yield pk, f"{name}@{month}", number


def _by_month(rows: QuerySet[Any, Any], place: str, day: str) -> Lines:
    # Year and month as numbers: a month as a date is made into a date row by row.
    months = rows.annotate(year=ExtractYear(day), month=ExtractMonth(day)).values_list(place, "year", "month")
    for pk, year, month, number in months.annotate(number=Count("pk")):
        yield pk, f"{year}-{month:02}", number


def _present(on: dt.date) -> QuerySet[Any]:
    noted = Attendance.objects.filter(
        state=Attendance.State.PRESENT,
        activity__is_void=False,
        activity__held_on__lte=on,
        activity__held_on__year__gte=on.year - 1,
    )
    return noted.order_by().annotate(year=ExtractYear("activity__held_on"))


def _grouped(rows: QuerySet[Any], place: str, name: str, *fields: str) -> Lines:
    for pk, *values, number in rows.values_list(place, *fields).annotate(number=Count("pk")):
        yield pk, ":".join([name, *(str(value or UNKNOWN) for value in values)]), number


def _aged(low: int, high: int, on: dt.date) -> Q:
    earliest, latest = ages.born_between(from_age=low, to_age=high, on=on)
    return Q(birth_on__gte=earliest, birth_on__lte=latest)


def _band(on: dt.date) -> Case:
    bands = [When(_aged(low, high, on), then=Value(key)) for key, (low, high) in _BANDS.items()]
    return Case(*bands, default=Value(UNKNOWN), output_field=CharField())


def _band_of(birth: dt.date | None, on: dt.date) -> str:
    if birth is None:
        return UNKNOWN
    age = ages.age_on(birth, on)
    return next((key for key, (low, high) in _BANDS.items() if low <= age <= high), UNKNOWN)


def _months_back(on: dt.date, months: int) -> dt.date:
    number = on.year * 12 + on.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)
