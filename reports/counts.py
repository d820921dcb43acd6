"""Figures of organisations as they stand now, counted live: one grouped query per fact over whole subtrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from branches.models import Organization, OrgType
from branches.subtrees import sums_by_subtree
from members.dictionaries import PARTY, PostNature
from members.filters import AGE_BANDS
from members.leaving import month_of
from members.models import AgeRule, CadreTerm, LeagueStatus, Member, MemberStatus
from members.models.people import IN_LEAGUE
from members.models.rules import age_rules
from tuanjian import ages
from tuanjian.idnumbers import Gender

COMMITTEES = (OrgType.LEADING_BODY, OrgType.BASE_COMMITTEE, OrgType.WORK_COMMITTEE)


@dataclass(frozen=True)
class Counts:
    """Figures of an organisation and everything below it. People are counted where their branch is, cadres by post.

    ``organizations`` are those in force, itself included; ``committees`` are 团委, 团工委 and leading bodies.
    ``members`` are 团员 on the roster, those who keep their membership as Party members (``retained``) included;
    ``young_members`` are those of them within the ages of 青年; a cadre with several posts counts once.
    """

    organizations: int = 0
    committees: int = 0
    general_branches: int = 0
    branches: int = 0
    members: int = 0
    retained: int = 0
    youth: int = 0
    young_members: int = 0
    party_under_28: int = 0
    party_under_28_retained: int = 0
    turning_28_without_post: int = 0
    cadres: int = 0
    part_time_cadres: int = 0

    @property
    def share_of_youth(self) -> float | None:
        """团青比: 团员 among 青年, in per cent; None where there are no young people."""
        return self.young_members * 100 / self.youth if self.youth else None


def counts_of(organizations: Iterable[Organization], on: dt.date, *, people: bool = True) -> dict[int, Counts]:
    """Figures of each organisation, by its id; ages as of ``on``, everything else as it stands now.

    Costs a query per fact and per depth that occurs among the organisations, whatever their number. Without
    ``people`` only organisations are counted: for those who may not look at rosters.
    """
    organizations = list(organizations)
    figures: dict[int, dict[str, int]] = {organization.pk: {} for organization in organizations}
    facts = [_organizations(organizations)]
    if people:
        facts += [_people(organizations, on), _turning_28(organizations, on), _cadres(organizations)]
    for fact in facts:
        for pk, sums in fact.items():
            figures[pk] |= sums
    return {pk: Counts(**sums) for pk, sums in figures.items()}


Sums = dict[int, dict[str, int]]


def _organizations(organizations: list[Organization]) -> Sums:
    sums: dict[str, Any] = {
        "organizations": Count("pk"),
        "committees": Count("pk", filter=Q(org_type__in=COMMITTEES)),
        "general_branches": Count("pk", filter=Q(org_type=OrgType.GENERAL_BRANCH)),
        "branches": Count("pk", filter=Q(org_type=OrgType.BRANCH)),
    }
    return sums_by_subtree(Organization.objects.active(), organizations, **sums)


def _people(organizations: list[Organization], on: dt.date) -> Sums:
    rules = age_rules(on)
    youngest, oldest = rules[AgeRule.Kind.YOUTH_FROM], rules[AgeRule.Kind.YOUTH_TO]
    earliest, latest = ages.born_between(from_age=youngest, to_age=oldest, on=on)
    young = Q(birth_on__gte=earliest, birth_on__lte=latest)
    in_league = Q(league_status__in=IN_LEAGUE)
    retained = Q(league_status=LeagueStatus.RETAINED)
    born_after, born_until = ages.born_between(from_age=0, to_age=27, on=on)
    party = Q(political_status__in=PARTY, birth_on__gte=born_after, birth_on__lte=born_until)
    sums: dict[str, Any] = {
        "members": Count("pk", filter=in_league),
        "retained": Count("pk", filter=retained),
        "youth": Count("pk", filter=young),
        "young_members": Count("pk", filter=young & in_league),
        "party_under_28": Count("pk", filter=party),
        "party_under_28_retained": Count("pk", filter=party & retained),
    }
    return sums_by_subtree(Member.objects.on_roster(), organizations, lookup="branch__path", **sums)


def _turning_28(organizations: list[Organization], on: dt.date) -> Sums:
    """Members without a post who reach the leaving age in the month of that day."""
    people = Member.objects.reaching_leave_age(*month_of(on))
    return sums_by_subtree(people, organizations, lookup="branch__path", turning_28_without_post=Count("pk"))


def _cadres(organizations: list[Organization]) -> Sums:
    terms = CadreTerm.objects.current().exclude(person__status=MemberStatus.VOID)
    sums = {
        "cadres": Count("person", distinct=True),
        "part_time_cadres": Count("person", distinct=True, filter=Q(nature=PostNature.PART_TIME)),
    }
    return sums_by_subtree(terms, organizations, lookup="organization__path", **sums)


@dataclass(frozen=True)
class AgeLine:
    """How many 团员 of an age are men, women, or of unknown sex."""

    label: str
    men: int
    women: int
    unknown: int

    @property
    def total(self) -> int:
        return self.men + self.women + self.unknown


def ages_of_members(organization: Organization, on: dt.date) -> list[AgeLine]:
    """团员 of the subtree by age and sex as of that day, ages without anybody left out, the sum last; one query."""
    youngest = min(low for low, _, _ in AGE_BANDS.values())
    bands: dict[str, Any] = {f"不满 {youngest} 周岁": _aged(0, youngest - 1, on)}
    bands |= {label: _aged(low, high, on) for low, high, label in AGE_BANDS.values()}
    bands |= {"出生日期未填": Q(birth_on=None), "合计": Q()}
    grouped = (
        Member.objects.league_members()
        .under(organization)
        .order_by()
        .values("gender")
        .annotate(**{f"band_{number}": Count("pk", filter=band) for number, band in enumerate(bands.values())})
    )
    by_sex: dict[str, dict[str, Any]] = {row["gender"]: dict(row) for row in grouped}
    lines = []
    for number, label in enumerate(bands):
        found = {sex: row[f"band_{number}"] for sex, row in by_sex.items()}
        men, women = found.pop(Gender.MALE, 0), found.pop(Gender.FEMALE, 0)
        lines.append(AgeLine(label, men, women, sum(found.values())))
    return [line for line in lines[:-1] if line.total] + lines[-1:]


def _aged(low: int, high: int, on: dt.date) -> Q:
    earliest, latest = ages.born_between(from_age=low, to_age=high, on=on)
    return Q(birth_on__gte=earliest, birth_on__lte=latest)
