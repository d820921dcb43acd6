"""Figures of the items a campaign is about, and how later ones compare with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from reports.facts import keys
from reports.facts.items import Result, month_before, quarter_asked, quarter_name
from reports.facts.keys import Figures


@dataclass(frozen=True)
class Sums:
    """How many facts are expected, entered, entered in time."""

    expected: int = 0
    actual: int = 0
    on_time: int = 0

    @property
    def missing(self) -> int:
        return self.expected - self.actual

    @property
    def rate(self) -> float | None:
        """Percent, never rounded up to 100; None where nothing is expected."""
        if not self.expected:
            return None
        return 100.0 if not self.missing else min(99.9, 100 * self.actual / self.expected)


def of_items(figures: Figures, items: Collection[str]) -> dict[str, int]:
    """What the figures say of these items; what is not asked of somebody is left out."""
    return {
        key: value
        for key, value in figures.items()
        if key[:2] in (keys.EXPECTED, keys.ACTUAL, keys.LATE) and _name(key).partition("@")[0] in items
    }


def sums_of(figures: Figures) -> Sums:
    """The figures added up."""
    kinds = dict.fromkeys((keys.EXPECTED, keys.ACTUAL, keys.LATE), 0)
    for key, value in figures.items():
        kinds[key[:2]] += value
    actual = kinds[keys.ACTUAL]
    return Sums(kinds[keys.EXPECTED], actual, actual - kinds[keys.LATE])


def added(parts: Iterable[Sums]) -> Sums:
    """The sum of several."""
    listed = list(parts)
    return Sums(
        sum(part.expected for part in listed),
        sum(part.actual for part in listed),
        sum(part.on_time for part in listed),
    )


def less(figures: Figures, part: Figures) -> dict[str, int]:
    """The figures without a part of them."""
    return {key: value - part.get(key, 0) for key, value in figures.items()}


def by_item(figures: Figures) -> dict[tuple[str, str], Result]:
    """The figures item by item, in their order; the key is the item's with its period."""
    return {(result.key, result.period): result for result in keys.results_in(figures)}


def since(earlier: Figures, now: Mapping[str, int], on: dt.date) -> dict[str, int]:
    """The figures of now, as far as they are about the same things as the earlier ones.

    Of a meeting asked for a period that is over on that day nothing new is known: it stays as it was. Periods that
    began later are left out.
    """
    current = periods_on(on)
    comparable = {key: value for key, value in now.items() if _is_lasting(key)}
    periods = {_name(key) for key in earlier if not _is_lasting(key)}
    for name in periods:
        source = now if name.partition("@")[2] in current else earlier
        for kind in (keys.EXPECTED, keys.ACTUAL, keys.LATE):
            if value := source.get(kind + name):
                comparable[kind + name] = value
    return comparable


def entered_since(earlier: Figures, now: Mapping[str, int], on: dt.date) -> int:
    """How many facts were entered since, item by item: more of one does not hide less of another."""
    later = since(earlier, now, on)
    names = {_name(key) for key in (*earlier, *later)}
    return sum(max(0, later.get(keys.ACTUAL + name, 0) - earlier.get(keys.ACTUAL + name, 0)) for name in names)


def _name(key: str) -> str:
    return key[2:]


def _is_lasting(key: str) -> bool:
    return "@" not in key


def over_in(figures: Figures, on: dt.date) -> int:
    """How much is missing of periods that are over on that day: nothing asks for it any more."""
    current = {"", *periods_on(on)}
    return sums_of({key: value for key, value in figures.items() if period_of(key) not in current}).missing


def period_of(key: str) -> str:
    """The period a figure is about; "" where it is about none."""
    return key.partition("@")[2]


def periods_on(on: dt.date) -> frozenset[str]:
    """The periods meetings are asked for on that day."""
    return frozenset({quarter_name(quarter_asked(on)), f"{month_before(on)[0]:%Y-%m}"})
