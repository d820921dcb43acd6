"""The proof: what is kept of every organisation equals a count from zero."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from branches.models import Organization
from reports.facts import counting, keys
from reports.facts.changing import in_words
from reports.models import Standing
from tuanjian.among import among

# Organisations counted at a time: memory does not grow with the tree.
PIECE = 2_000


@dataclass(frozen=True)
class Drift:
    """An organisation of which something else is kept than is counted; each figure as kept and as counted."""

    code: str
    short_name: str
    own: dict[str, tuple[int, int]]
    below: dict[str, tuple[int, int]]
    standing: str = ""

    def __str__(self) -> str:
        said = [f"{name} {key}: kept {kept}, counted {counted}" for name, key, kept, counted in self._lines()]
        return f"{self.code} {self.short_name}: " + "; ".join([self.standing] * bool(self.standing) + said)

    def _lines(self) -> Iterator[tuple[str, str, int, int]]:
        for name, figures in (("own", self.own), ("below", self.below)):
            for key, (kept, counted) in figures.items():
                yield name, key, kept, counted


@dataclass
class _Counted:
    """An organisation on the way down the tree, with the sum of what has been met below it."""

    organization: Organization
    kept: Standing | None
    own: dict[str, int]
    below: dict[str, int] = field(default_factory=dict)


def drifts(on: dt.date) -> Iterator[Drift]:
    """Count everything from zero, as of ``on``, and name every organisation whose kept figures differ.

    Belongs right after ``settling.settle``, in one transaction with it or while nobody writes: what waits to be
    settled is a difference, too. Reads the tree in pieces, depth first.
    """
    kept_only = set(Standing.objects.now().values_list("organization_id", flat=True))
    way: list[_Counted] = []
    for counted in _counted(on):
        while way and not counted.organization.path.startswith(way[-1].organization.path):
            yield from _left(way)
        way.append(counted)
        kept_only.discard(counted.organization.pk)
    while way:
        yield from _left(way)
    for row in Standing.objects.now().filter(among("organization", kept_only)):
        yield Drift(row.code, row.short_name, {}, {}, standing="kept, but not in force")


def _counted(on: dt.date) -> Iterator[_Counted]:
    last = ""
    while piece := list(Organization.objects.active().filter(path__gt=last).order_by("path")[:PIECE]):
        own = counting.own_figures(piece, on)
        kept = {row.organization_id: row for row in Standing.objects.now().filter(among("organization", own))}
        yield from (_Counted(each, kept.get(each.pk), own[each.pk]) for each in piece)
        last = piece[-1].path


def _left(way: list[_Counted]) -> Iterator[Drift]:
    """The one at the end of the way is complete: add it to what it stands under, and compare."""
    counted = way.pop()
    if way:
        keys.add(way[-1].below, counted.own)
        keys.add(way[-1].below, counted.below)
    kept = counted.kept
    lineage = in_words((*(each.organization.pk for each in way), counted.organization.pk))
    own = _differences(kept.own if kept else {}, counted.own)
    below = _differences(kept.below if kept else {}, counted.below)
    standing = "not kept" if kept is None else "" if kept.lineage == lineage else f"kept at {kept.lineage}"
    if own or below or standing:
        yield Drift(counted.organization.code, counted.organization.short_name, own, below, standing)


def _differences(kept: keys.Figures, counted: keys.Figures) -> dict[str, tuple[int, int]]:
    names = sorted(kept.keys() | counted.keys())
    pairs = {name: (kept.get(name, 0), counted.get(name, 0)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
