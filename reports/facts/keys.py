"""How figures are named, and how they are added up.

Figures map keys to whole numbers; what is 0 is left out. Keys of completion begin with what is said of the item:
expected, actual, late, not asked and why; those of attention (``facts.attention``) with "w:". A key that belongs to a
period ends in it: "a:branch_assembly@2026Q4".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Final

from reports.completion_items import ITEMS
from reports.facts.items import Result

Figures = Mapping[str, int]


class Part(Enum):
    """Which figures a page is about; what it does not show need not be counted while it waits."""

    EVERYTHING = "everything"
    COMPLETION = "completion"
    ATTENTION = "attention"

    def holds(self, key: str) -> bool:
        """Whether the figure with this key is among them."""
        return self is Part.EVERYTHING or key[:2] in _PREFIXES[self]


EXPECTED: Final = "e:"
ACTUAL: Final = "a:"
LATE: Final = "l:"
NOT_ASKED: Final = "n:"
_PREFIXES: Final = {Part.COMPLETION: (EXPECTED, ACTUAL, LATE, NOT_ASKED), Part.ATTENTION: ("w:",)}


def of_results(results: Iterable[Result]) -> dict[str, int]:
    """The items of one organisation as figures."""
    figures: dict[str, int] = {}
    for result in results:
        name = f"{result.key}@{result.period}" if result.period else result.key
        if result.why:
            figures[f"{NOT_ASKED}{name}:{result.why}"] = 1
            continue
        figures[EXPECTED + name] = result.expected
        figures[ACTUAL + name] = result.actual
        figures[LATE + name] = result.actual - result.on_time
    return {key: value for key, value in figures.items() if value}


def results_in(figures: Figures) -> Iterator[Result]:
    """The items in figures, in the order of the items; of a subtree only what is asked, of one level also what is not.

    Where an item was not asked of some organisations of a subtree and asked of others, it is asked.
    """
    found: dict[tuple[str, str], dict[str, int]] = {}
    reasons: dict[tuple[str, str], str] = {}
    for key, value in figures.items():
        kind, name = key[:2], key[2:]
        if kind == NOT_ASKED:
            name, _, why = name.rpartition(":")
            item, _, period = name.partition("@")
            reasons[item, period] = why
        elif kind in (EXPECTED, ACTUAL, LATE):
            item, _, period = name.partition("@")
            found.setdefault((item, period), {})[kind] = value
    order = list(ITEMS)
    # An item that was asked when the day was kept and is not asked any more has no place on today's pages.
    for item, period in sorted({*found, *reasons}, key=lambda each: (_place(order, each[0]), each[1])):
        if item in ITEMS:
            sums = found.get((item, period))
            if sums is None:
                yield Result(ITEMS[item], 0, 0, 0, period, reasons[item, period])
            else:
                actual = sums.get(ACTUAL, 0)
                yield Result(ITEMS[item], sums.get(EXPECTED, 0), actual, actual - sums.get(LATE, 0), period)


def part_of(figures: Figures, part: Part) -> dict[str, int]:
    """Those of the figures that belong to the part."""
    if part is Part.EVERYTHING:
        return dict(figures)
    return {key: value for key, value in figures.items() if part.holds(key)}


def _place(order: list[str], item: str) -> int:
    return order.index(item) if item in order else len(order)


def add(into: dict[str, int], figures: Figures, times: int = 1) -> None:
    """Add figures so many times; what comes to 0 is left out."""
    for key, value in figures.items():
        total = into.get(key, 0) + times * value
        if total:
            into[key] = total
        else:
            into.pop(key, None)


def added(*several: Figures) -> dict[str, int]:
    """The sum."""
    first, *others = several or ({},)
    total = {key: value for key, value in first.items() if value}
    for figures in others:
        add(total, figures)
    return total
