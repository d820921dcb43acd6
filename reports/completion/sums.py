"""应录尽录: what an organisation should have entered, what it has, what is missing and where that is mended.

``completion_of`` answers for today and for every day figures were kept, in a constant number of queries. Today every
percentage opens into ``missing_in``: the facts listed there are expected − actual, item by item (a test walks random
trees to hold the two together). What does not apply is left out of both figures and named with its reason. The rate
weighs groups of items as the committee has set (``schemes``); expected, actual and on time are plain counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from branches.models import Organization
from reports import completion_items as items
from reports import known_days
from reports.completion import schemes
from reports.completion.schemes import DEFAULT, Scheme, State
from reports.facts import keys, reading
from reports.facts.items import Result
from reports.facts.keys import ACTUAL, EXPECTED, LATE, Figures, Part

__all__ = ["STATES", "Completion", "Point", "State", "completion_of", "completions_from", "points_from"]

# Where nobody has set other bounds; words and chips are the same everywhere.
STATES = DEFAULT.states


@dataclass(frozen=True)
class Point:
    """Completion on one day of a series; ``rate`` is None where nothing was expected."""

    day: dt.date
    rate: float | None
    expected: int
    actual: int

    @property
    def missing(self) -> int:
        return self.expected - self.actual


@dataclass
class Completion:
    """Sums over an organisation and everything below it, with its own level's items one by one.

    ``earlier`` is the same on the day compared with, None where nothing was kept then; ``place`` is there only where
    the committee lists places; ``trend`` only where it was asked for.
    """

    organization: Organization
    # Of the own level alone, as they are kept; and the group of items that was asked for.
    own_figures: Figures = field(default_factory=dict)
    group: items.Group | None = None
    expected: int = 0
    actual: int = 0
    on_time: int = 0
    by_group: dict[str, list[int]] = field(default_factory=lambda: {group.key: [0, 0] for group in items.GROUPS})
    scheme: Scheme = DEFAULT
    earlier: Completion | None = None
    place: int | None = None
    # The same figures are the same, whether or not somebody asked how they came about.
    trend: list[Point] = field(default_factory=list, compare=False)

    @property
    def own(self) -> list[Result]:
        """The items of the own level, those that are not asked of it included."""
        return [result for result in keys.results_in(self.own_figures) if self.group in (None, result.group)]

    def add(self, result: Result) -> None:
        self._add(result.group.key, result.expected, result.actual, result.on_time)

    def include(self, other: Completion) -> None:
        """Add what another organisation has summed up."""
        self.expected += other.expected
        self.actual += other.actual
        self.on_time += other.on_time
        for key, (expected, actual) in other.by_group.items():
            self.by_group[key][0] += expected
            self.by_group[key][1] += actual

    def without(self, part: Completion) -> Completion:
        """What is left of these sums when those of a part are taken off, measured alike."""
        rest = Completion(self.organization, scheme=self.scheme)
        for key, (expected, actual) in self.by_group.items():
            rest._add(key, expected - part.by_group[key][0], actual - part.by_group[key][1], 0)
        rest.on_time = self.on_time - part.on_time
        return rest

    def _add(self, group: str, expected: int, actual: int, on_time: int) -> None:
        self.expected += expected
        self.actual += actual
        self.on_time += on_time
        self.by_group[group][0] += expected
        self.by_group[group][1] += actual

    def missing_of(self, group: items.Group) -> int:
        """How much of one group of items is missing."""
        expected, actual = self.by_group[group.key]
        return expected - actual

    @property
    def missing(self) -> int:
        return self.expected - self.actual

    @property
    def rate(self) -> float | None:
        """Percent as the scheme weighs it, never rounded up to 100; None where nothing is expected that counts."""
        return self.scheme.rate(self.by_group)

    @property
    def state(self) -> State:
        return self.scheme.state_of(self.rate, self.missing)

    @property
    def change(self) -> float | None:
        """Percentage points between the two rates as they are printed; None where one of the two has no rate."""
        if self.earlier is None or self.rate is None or self.earlier.rate is None:
            return None
        return points_between(self.earlier.rate, self.rate)

    def measured_by(self, scheme: Scheme) -> Completion:
        """The same figures under another scheme."""
        return replace(self, scheme=scheme)


def in_tenths(rate: float) -> float:
    """A rate as pages and papers print it: one decimal, halves upwards."""
    return float(Decimal(repr(rate)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def points_between(earlier: float, later: float) -> float:
    """How much later is more: the difference of what is printed, so that whoever subtracts finds the same."""
    return round(in_tenths(later) - in_tenths(earlier), 1)


def completion_of(
    organizations: Iterable[Organization],
    on: dt.date,
    *,
    group: items.Group | None = None,
    scheme: Scheme | None = None,
) -> dict[int, Completion]:
    """Completion of each organisation with its subtree on that day, by its id; of one group of items if one is named.

    Each is measured by the scheme that holds for it on that day, unless one is given for all. Organisations that
    were not in force that day are left out. Refuses a day before figures were kept. Asks nothing about rights.
    """
    known_days.refuse_unkept(on)
    tops = list(organizations)
    known = reading.figures_of(tops, on, Part.COMPLETION).of
    if scheme is not None:
        return completions_from(known, tops, scheme, group=group)
    governing = schemes.governing(tops, on)
    return {top.pk: _completion(top, known[top.pk], governing[top.pk], group) for top in tops if top.pk in known}


def completions_from(
    known: Mapping[int, reading.Known],
    organizations: Iterable[Organization],
    scheme: Scheme,
    *,
    group: items.Group | None = None,
) -> dict[int, Completion]:
    """The same out of figures that were read already, all measured by one scheme."""
    return {
        organization.pk: _completion(organization, known[organization.pk], scheme, group)
        for organization in organizations
        if organization.pk in known
    }


def sums_in(*several: Figures) -> dict[str, list[int]]:
    """Expected, actual and late by the key of the group of items; what is not asked any more is left out."""
    sums = {group.key: [0, 0, 0] for group in items.GROUPS}
    for figures in several:
        for key, value in figures.items():
            if (place := _place_of(key)) is not None:
                group, which = place
                sums[group][which] += value
    return sums


@lru_cache(maxsize=4096)
def _place_of(key: str) -> tuple[str, int] | None:
    """Group and kind of a figure; a table asks the same few hundred keys for each of its lines."""
    which = {EXPECTED: 0, ACTUAL: 1, LATE: 2}.get(key[:2])
    item = items.ITEMS.get(key[2:].partition("@")[0])
    return None if which is None or item is None else (item.group.key, which)


def points_from(
    known: Mapping[dt.date, reading.Known], scheme: Scheme, *, group: items.Group | None = None
) -> list[Point]:
    """Completion of one organisation on several days, all measured by the same scheme."""
    points = []
    for day, figures in sorted(known.items()):
        sums = _only(sums_in(figures.own, figures.below), group)
        expected, actual = (sum(numbers[place] for numbers in sums.values()) for place in (0, 1))
        points.append(Point(day, (scheme.for_one_group if group else scheme).rate(sums), expected, actual))
    return points


def _completion(
    organization: Organization, figures: reading.Known, scheme: Scheme, group: items.Group | None
) -> Completion:
    measure = scheme.for_one_group if group else scheme
    completion = Completion(organization, figures.own, group, scheme=measure)
    for key, (expected, actual, late) in _only(sums_in(figures.own, figures.below), group).items():
        completion._add(key, expected, actual, actual - late)
    return completion


def _only(sums: dict[str, list[int]], group: items.Group | None) -> dict[str, list[int]]:
    return sums if group is None else {group.key: sums[group.key]}
