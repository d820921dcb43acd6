"""团内大数据: what organisations are made of, counted from the records: people, cadres, activities, flags.

People count where their branch is, activities and movements where they were, persons covered where their branch is.
Activities and movements of a closed organisation count in its nearest superior in force (``crediting``). A cadre
counts once in every subtree that holds a post of theirs: at each organisation of a post, less once where the ways up
from two of them meet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from django.db.models import Case, CharField, Count, F, IntegerField, Max, Min, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, ExtractMonth, ExtractYear

from activities.models import Activity, Attendance
from branches.models import Headcount, Organization, UnitCategory
from members import health
from members.dictionaries import LeaguePost, PostNature
from members.filters import AGE_BANDS
from members.leaving import month_of
from members.models import BranchMembership, CadreTerm, Member, MemberStatus
from members.models.people import IN_LEAGUE
from reports.facts.asked import Asked, Lines
from reports.facts.rosters import LEAGUE, aged
from tuanjian import ages
from tuanjian.among import among

# Months kept one by one, the running one included.
MONTHS = 13
UNKNOWN = "none"
# Before the name of what was taken off because it counts below twice, so that the own level can be told by itself.
TWICE = "twice:"
_BANDS = {"0-": (0, min(low for low, _, _ in AGE_BANDS.values()) - 1)} | {
    key: (low, high) for key, (low, high, _) in AGE_BANDS.items()
}

_OF_ROSTERS = ("members", "youth", "young_members", "party_under_28", "party_under_28_retained")
# What is asked of a post to describe who holds it.
_TERM = ("person_id", "nature", "person__gender", "person__birth_on")


def composition_of(asked: Asked) -> Lines:
    """What each of these organisations is made of; a constant number of queries."""
    for family in (_organizations, _flags, _staff, _people, _turning, _cadres, _coverage):
        yield from family(asked)
    for family in (_activities, _moves):
        yield from ((asked.credited(pk), key, value) for pk, key, value in family(asked))


def _organizations(asked: Asked) -> Lines:
    categories: dict[int | None, str] = dict(UnitCategory.objects.order_by().values_list("pk", "code"))
    for each in asked.organizations:
        yield each.pk, "organizations", 1
        yield each.pk, f"type:{each.org_type}", 1
        yield each.pk, f"category:{categories.get(each.unit_category_id) or UNKNOWN}", 1


def _flags(asked: Asked) -> Lines:
    for pk, flags in health.flags_by_id(asked.rows, asked.on):
        yield from ((pk, f"flag:{flag.key}", 1) for flag in flags)


def _staff(asked: Asked) -> Lines:
    """职工总数; what a level above has declared covers everything below it."""
    step = Organization.steplen
    paths = [each.path for each in asked.organizations]
    lineages = {path[:end] for path in paths for end in range(step, len(path) + 1, step)}
    standing = Organization.objects.filter(path__in=lineages).order_by().values("pk")
    declared = Headcount.objects.filter(kind=Headcount.Kind.STAFF, as_of_on__lte=asked.on, organization__in=standing)
    latest = dict(declared.order_by("as_of_on", "id").values_list("organization__path", "value"))
    for each in asked.organizations:
        if (here := latest.get(each.path)) is not None:
            yield each.pk, "staff_here", here
            if not any(each.path[:end] in latest for end in range(step, len(each.path), step)):
                yield each.pk, "staff", here


def _people(asked: Asked) -> Lines:
    for pk, sums in asked.people.items():
        yield pk, "people", sums["everybody"]
        yield from ((pk, name, sums[name]) for name in sums if name in _OF_ROSTERS or name.startswith(LEAGUE))
    members = Member.objects.on_roster().filter(branch__in=asked.rows, league_status__in=IN_LEAGUE).order_by()
    kinds = members.annotate(band=_band(asked.on)).values_list(
        "branch_id", "gender", "education", "political_status", "band"
    )
    for pk, sex, education, political, band, number in kinds.annotate(number=Count("pk")):
        yield pk, f"sex:{sex or UNKNOWN}", number
        yield pk, f"education:{education or UNKNOWN}", number
        yield pk, f"political:{political or UNKNOWN}", number
        yield pk, f"age:{band}:{sex or UNKNOWN}", number


def _turning(asked: Asked) -> Lines:
    people = Member.objects.reaching_leave_age(*month_of(asked.on)).filter(branch__in=asked.rows).order_by()
    for pk, number in people.values_list("branch_id").annotate(number=Count("pk")):
        yield pk, "turning_28_without_post", number


def _cadres(asked: Asked) -> Lines:
    standing = CadreTerm.objects.current().exclude(person__status=MemberStatus.VOID).order_by()
    elsewhere = _in_several_places(standing)
    persons: dict[int, set[int]] = {}
    terms = []
    for pk, post, *term in standing.filter(organization__in=asked.rows).values_list("organization_id", "post", *_TERM):
        persons.setdefault(pk, set()).add(term[0])
        if term[0] not in elsewhere:
            terms.append(term)
        yield pk, "posts", 1
        if post == LeaguePost.SECRETARY:
            yield pk, "secretaries", 1
    # An entry for each person says the same wherever they count, so that what counts twice can be taken off again.
    described = _described(terms, asked.on)
    met = _met_twice(elsewhere, asked)
    wanted = {person for found in persons.values() for person in found} | {person for _, person in met}
    described |= _described((term for pk in wanted & elsewhere.keys() for _, *term in elsewhere[pk]), asked.on)
    for pk, found in persons.items():
        for person in found:
            yield from ((pk, key, 1) for key in described[person])
    for pk, person in met:
        for key in described[person]:
            yield pk, key, -1
            yield pk, f"{TWICE}{key}", 1


def _in_several_places(standing: QuerySet[CadreTerm]) -> dict[int, list[tuple[Any, ...]]]:
    """The current posts of everybody who holds some in several organisations: the path, and ``_TERM``."""
    # Nothing but the index of current posts is read for it, however many there are.
    held = CadreTerm.objects.current().order_by().values("person")
    several = held.annotate(first=Min("organization"), last=Max("organization")).filter(first__lt=F("last"))
    # Asked one after the other: in one query PostgreSQL counts anew for every post where it knows no figures of the
    # table yet.
    persons = list(several.values_list("person", flat=True))
    found: dict[int, list[tuple[Any, ...]]] = {}
    for term in standing.filter(among("person", persons)).values_list("organization__path", *_TERM):
        found.setdefault(term[1], []).append(term)
    return found


def _met_twice(elsewhere: dict[int, list[tuple[Any, ...]]], asked: Asked) -> list[tuple[int, int]]:
    """At which of these organisations the ways up from two posts of a person meet, by ids; once each time they do."""
    known = {each.path: each.pk for each in asked.organizations}
    found = []
    for person, terms in elsewhere.items():
        order = sorted({path for path, *_ in terms})
        meetings = (_meet(first, second) for first, second in pairwise(order))
        found += [(known[path], person) for path in meetings if path in known]
    return found


def _meet(first: str, second: str) -> str:
    """The path at which the ways up from two organisations meet; "" in different trees."""
    step = Organization.steplen
    ends = range(min(len(first), len(second)), 0, -step)
    return next((first[:end] for end in ends if first[:end] == second[:end]), "")


def _described(terms: Iterable[Sequence[Any]], on: dt.date) -> dict[int, list[str]]:
    """What counts of each cadre, the same wherever the person counts; ``terms`` are all current posts, as ``_TERM``."""
    natures: dict[int, set[str]] = {}
    found: dict[int, list[str]] = {}
    for person, nature, gender, birth in terms:
        if person not in found:
            found[person] = ["cadres", f"cadre_sex:{gender or UNKNOWN}", f"cadre_age:{_band_of(birth, on)}"]
        natures.setdefault(person, set()).add(nature)
    for person, held in natures.items():
        # Of several the one that binds most, in the order of the dictionary.
        nature = next((each.value for each in PostNature if each in held), UNKNOWN)
        found[person].append(f"nature:{nature}")
    return found


def _activities(asked: Asked) -> Lines:
    on, since = asked.on, _months_back(asked.on, MONTHS - 1)
    # The months kept one by one are all of this year and the last.
    held = Activity.objects.standing().filter(
        organization__in=asked.places, held_on__lte=on, held_on__year__gte=on.year - 1
    )
    kinds = held.order_by().annotate(month=_month("held_on")).values_list("organization_id", "kind__code", "month")
    for pk, kind, month, number, counted in kinds.annotate(number=Count("pk"), counted=Sum("attended")):
        year, month = divmod(month, 12)
        if (year, month + 1) >= (since.year, since.month):
            yield pk, f"activities@{year}-{month + 1:02}", number
        yield pk, f"activities:{kind}@{year}", number
        yield pk, f"times:{kind}@{year}", counted or 0
    present = _present(on).filter(activity__organization__in=asked.places)
    named = present.values_list("activity__organization", "activity__kind__code", "year")
    for pk, kind, year, number in named.annotate(number=Count("pk")):
        yield pk, f"times:{kind}@{year}", number


def _coverage(asked: Asked) -> Lines:
    """Persons on the roster who took part at least once, where their branch is now; a person is one, however often.

    Who has left is not among them, so that never more took part than there are.
    """
    present = _present(asked.on).filter(person__in=Member.objects.on_roster().filter(branch__in=asked.rows))
    for pk, year, number in present.values_list("person__branch", "year").annotate(
        number=Count("person", distinct=True)
    ):
        yield pk, f"persons@{year}", number
    kinds = present.values_list("person__branch", "activity__kind__code", "year")
    for pk, kind, year, number in kinds.annotate(number=Count("person", distinct=True)):
        yield pk, f"persons:{kind}@{year}", number


def _moves(asked: Asked) -> Lines:
    on, since = asked.on, _months_back(asked.on, MONTHS - 1)
    rosters = BranchMembership.objects.filter(branch__in=asked.places).exclude(person__status=MemberStatus.VOID)
    for name, field in (("joined", "effective_from"), ("left", "effective_to")):
        moved = rosters.order_by().filter(**{f"{field}__gte": since, f"{field}__lte": on})
        months = moved.annotate(month=_month(field)).values_list("branch_id", "month")
        for pk, month, number in months.annotate(number=Count("pk")):
            yield pk, f"{name}@{month // 12}-{month % 12 + 1:02}", number


def _month(day: str) -> Cast:
    """Months since the year 0. A number: a month as a date is made into a date row by row."""
    return Cast(ExtractYear(day) * 12 + ExtractMonth(day) - 1, IntegerField())


def _present(on: dt.date) -> QuerySet[Any]:
    noted = Attendance.objects.filter(
        state=Attendance.State.PRESENT,
        activity__is_void=False,
        activity__held_on__lte=on,
        activity__held_on__year__gte=on.year - 1,
    )
    return noted.order_by().annotate(year=ExtractYear("activity__held_on"))


def _band(on: dt.date) -> Case:
    bands = [When(aged(low, high, on), then=Value(key)) for key, (low, high) in _BANDS.items()]
    return Case(*bands, default=Value(UNKNOWN), output_field=CharField())


def _band_of(birth: dt.date | None, on: dt.date) -> str:
    if birth is None:
        return UNKNOWN
    age = ages.age_on(birth, on)
    return next((key for key, (low, high) in _BANDS.items() if low <= age <= high), UNKNOWN)


def _months_back(on: dt.date, months: int) -> dt.date:
    number = on.year * 12 + on.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)
