"""People on the rosters of branches, added up once for all that is counted of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import reduce
from operator import add
from typing import Final

from django.db.models import Case, Count, Q, When

from branches.models.organizations import OrganizationQuerySet
from members import completeness
from members.dictionaries import PARTY
from members.models import AgeRule, LeagueStatus, Member
from members.models.people import IN_LEAGUE
from members.models.rules import age_rules
from tuanjian import ages

# By name: everybody, members, those of each 团籍 ("league:member"), youth, who lacks what ("no_phone"), …
Sums = dict[str, int]

LEAGUE: Final = "league:"
_GAPS: Final = {f"no_{fact.field}": fact.missing for fact in completeness.FACTS}


def sums_of(rows: OrganizationQuerySet, on: dt.date, *, by_age: bool = True) -> dict[int, Sums]:
    """How many people of each kind are on the roster of each of these branches, by its id. Two queries.

    One where nothing is asked that depends on age, which 应录尽录 does not.

    What is true of somebody is one number, a bit for each trait, and people are grouped by it: so the database finds
    out every trait once, however many sums depend on it, and few people of a branch differ.
    """
    traits = _traits() | (_traits_of_age(on) if by_age else {})
    cases = [Case(When(condition, then=1 << bit), default=0) for bit, condition in enumerate(traits.values())]
    grouped = (
        Member.objects.on_roster()
        .filter(branch__in=rows)
        .order_by()
        .annotate(traits=reduce(add, cases[1:], cases[0]))
        .values_list("branch_id", "league_status", "traits")
        .annotate(number=Count("pk"))
    )
    found: dict[int, Sums] = {}
    known: dict[tuple[str, int], list[str]] = {}
    for branch, league, bits, number in grouped:
        names = known.get((league, bits))
        if names is None:
            true = {name for bit, name in enumerate(traits) if bits >> bit & 1}
            names = known[league, bits] = list(_counted_as(league, true))
        sums = found.setdefault(branch, {})
        for name in names:
            sums[name] = sums.get(name, 0) + number
    return found


def _traits() -> dict[str, Q]:
    numbered = Q(joined_on__year__gte=completeness.NUMBERED_FROM) | ~Q(member_no="")
    return {name: missing() for name, missing in _GAPS.items()} | {
        "numbered": numbered & Q(joined_on__isnull=False),
        "with_unit": ~Q(work_unit=""),
        "without_number": Q(id_number_index=None),
    }


def _traits_of_age(on: dt.date) -> dict[str, Q]:
    return {"youth": _youth(on), "party_under_28": Q(political_status__in=PARTY) & aged(0, 27, on)}


def _counted_as(league: str, true: set[str]) -> Iterator[str]:
    """In which sums somebody counts with this 团籍 of whom these traits are true."""
    yield "everybody"
    yield LEAGUE + (league or LeagueStatus.NONE)
    yield from true - {"numbered"}
    incomplete = not true.isdisjoint(_GAPS)
    if league in IN_LEAGUE:
        yield "members"
        yield from true & {"numbered"}
        if "youth" in true:
            yield "young_members"
        if incomplete:
            yield "incomplete_members"
    if league == LeagueStatus.RETAINED and "party_under_28" in true:
        yield "party_under_28_retained"
    if league == LeagueStatus.NONE and incomplete and "youth" in true:
        yield "incomplete_others"


def aged(low: int, high: int, on: dt.date) -> Q:
    """Condition on people: so many full years old on that day, both included."""
    earliest, latest = ages.born_between(from_age=low, to_age=high, on=on)
    return Q(birth_on__gte=earliest, birth_on__lte=latest)


def _youth(on: dt.date) -> Q:
    rules = age_rules(on)
    if not {AgeRule.Kind.YOUTH_FROM, AgeRule.Kind.YOUTH_TO} <= rules.keys():
        return Q(pk__in=())
    return aged(rules[AgeRule.Kind.YOUTH_FROM], rules[AgeRule.Kind.YOUTH_TO], on)
