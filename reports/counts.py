"""Figures of organisations with everything below them, on any day; and the ages of 团员 as they stand now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Q

from branches.models import Organization, OrgType
from members.dictionaries import PostNature
from members.filters import AGE_BANDS
from members.models import LeagueStatus, Member
from reports import known_days
from reports.completion_items import COMMITTEES
from reports.facts import reading
from reports.facts.keys import Figures
from tuanjian import ages
from tuanjian.idnumbers import Gender

# Figures that are called here as they are kept.
OF_PEOPLE: Final = (
    *("members", "youth", "young_members", "party_under_28", "party_under_28_retained"),
    *("turning_28_without_post", "cadres"),
)


@dataclass(frozen=True)
class Counts:
    """Figures of an organisation and everything below it. People are counted where their branch is, cadres by post.

    ``organizations`` are those in force, itself included; ``committees`` are 团委, 团工委 and leading bodies.
    ``members`` are 团员 on the roster, those who keep their membership as Party members (``retained``) included;
    ``young_members`` are those of them within the ages of 青年; a cadre with several posts counts once, by the nature
    of the post that binds most.
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
    activities_this_year: int = 0

    @property
    def share_of_youth(self) -> float | None:
        """团青比: 团员 among 青年, in per cent; None where there are no young people."""
        return self.young_members * 100 / self.youth if self.youth else None


def counts_of(organizations: Iterable[Organization], on: dt.date, *, people: bool = True) -> dict[int, Counts]:
    """Figures of each organisation on that day, by its id: those kept of it, however much stands below.

    Without ``people`` only organisations are counted: for those who may not look at rosters. Organisations that were
    not in force that day count nothing. Refuses a day before figures were kept.
    """
    known_days.refuse_unkept(on)
    tops = list(organizations)
    read = reading.figures_of(tops, on)
    return {top.pk: _counts(read.of[top.pk].total, on, people) if top.pk in read.of else Counts() for top in tops}


def _counts(figures: Figures, on: dt.date, people: bool) -> Counts:
    organizations = {
        "organizations": figures.get("organizations", 0),
        "committees": sum(figures.get(f"type:{kind.value}", 0) for kind in COMMITTEES),
        "general_branches": figures.get(f"type:{OrgType.GENERAL_BRANCH.value}", 0),
        "branches": figures.get(f"type:{OrgType.BRANCH.value}", 0),
    }
    if not people:
        return Counts(**organizations)
    return Counts(
        **organizations,
        **{key: figures.get(key, 0) for key in OF_PEOPLE},
        retained=figures.get(f"league:{LeagueStatus.RETAINED.value}", 0),
        part_time_cadres=figures.get(f"nature:{PostNature.PART_TIME.value}", 0),
        activities_this_year=sum(
            number for key, number in figures.items() if key.startswith("activities:") and key.endswith(f"@{on.year}")
        ),
    )


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
