"""Figures against goals: what a benchmark prints, and what it ends with."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

MET: Final = 0
MISSED: Final = 1
KNOWN_MISSED: Final = 3


class Goal(NamedTuple):
    """A figure that must not come out on the wrong side of ``limit``.

    A ``counted`` one (statements, bytes, rows) is the same on every machine. The others go by the clock, and so by what
    else the machine does.
    """

    limit: float
    at_least: bool = False
    counted: bool = False

    def is_met_by(self, figure: float) -> bool:
        return figure >= self.limit if self.at_least else figure <= self.limit


def at_most(limit: float, *, counted: bool = False) -> Goal:
    return Goal(limit, counted=counted)


def at_least(limit: float) -> Goal:
    return Goal(limit, at_least=True)


def missed_goals(figures: Mapping[str, float], goals: Mapping[str, Goal]) -> list[str]:
    """The goals these figures miss. A figure that was not measured meets its goal; none measured at all is an error."""
    measured = figures.keys() & goals.keys()
    if goals and not measured:
        raise ValueError("no figure any goal speaks of was measured")
    return sorted(name for name in measured if not goals[name].is_met_by(figures[name]))


def tell(
    name: str,
    figures: Mapping[str, Mapping[str, float]],
    goals: Mapping[str, Goal],
    *,
    known_missed: Collection[str] = (),
    quick: bool = False,
) -> int:
    """Print one JSON object and return what the script ends with.

    MET when every group of figures (one a database) meets every goal; KNOWN_MISSED when only goals are missed whose
    missing a decision record explains; MISSED for any other. A quick run measures once, beside whatever else runs: it
    tells what the clock says, and is judged by what is counted.
    """
    missed = {group: each for group, measured in figures.items() if (each := missed_goals(measured, goals))}
    everything = {goal for each in missed.values() for goal in each}
    excused = {*known_missed, *(goal for goal, each in goals.items() if quick and not each.counted)}
    result = {
        "name": name,
        "figures": figures,
        "goals": {goal: {"at_least" if each.at_least else "at_most": each.limit} for goal, each in goals.items()},
        "missed": missed,
        "known_missed": sorted(known_missed),
        "ok": not missed,
    }
    print(json.dumps(result, ensure_ascii=False))
    if not missed:
        return MET
    return KNOWN_MISSED if everything <= excused else MISSED
