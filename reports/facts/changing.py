"""What organisations count now against what is kept of them: the one calculation behind settling and reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from branches.models import Organization
from reports.facts import counting, keys
from reports.facts.keys import Part
from reports.models import Standing
from tuanjian.among import among


@dataclass(frozen=True)
class Change:
    """An organisation whose own figures, names or place differ from what is kept.

    ``own`` and ``kept_own`` are those figures now and as they are kept. ``kept`` is None for one that is new,
    ``organization`` None for one that is gone or closed. ``lineage`` and ``kept_lineage`` are the ids from the root
    down to itself, empty where it does not stand in the tree.
    """

    pk: int
    organization: Organization | None
    kept: Standing | None
    own: dict[str, int]
    kept_own: dict[str, int]
    lineage: tuple[int, ...]

    @property
    def kept_lineage(self) -> tuple[int, ...]:
        return ids_in(self.kept.lineage) if self.kept else ()

    @property
    def differences(self) -> Iterator[tuple[int, dict[str, int]]]:
        """What is to be added to whatever stands above, by id."""
        if self.kept is not None and self.kept_lineage == self.lineage:
            difference = dict(self.own)
            keys.add(difference, self.kept_own, -1)
            if difference:
                yield from ((above, difference) for above in self.lineage[:-1])
            return
        if self.kept is not None:
            gone: dict[str, int] = {}
            keys.add(gone, self.kept_own, -1)
            yield from ((above, gone) for above in self.kept_lineage[:-1])
        yield from ((above, self.own) for above in self.lineage[:-1])

    @property
    def is_real(self) -> bool:
        """Whether anything differs."""
        if self.kept is None or self.organization is None:
            return (self.kept is None) != (self.organization is None)
        described = (self.kept.full_name, self.kept.short_name, self.kept.org_type, self.kept.screen_order)
        now = self.organization
        if described != (now.full_name, now.short_name, now.org_type, now.screen_order):
            return True
        return self.kept_lineage != self.lineage or self.kept_own != self.own


def changes_of(touched: Collection[int], on: dt.date, part: Part = Part.EVERYTHING) -> list[Change]:
    """Count these organisations and everything above them anew, as of ``on``, and say which of them changed.

    What stands above counts too: its flags, and the cadres that count twice, depend on what is below. An organisation
    that moved brings everything below it, a closed one what it is credited to.
    """
    named = list(Organization.objects.filter(among("pk", touched)))
    rows = {row.pk: row for row in named if not row.is_closed}
    kept = {row.organization_id: row for row in Standing.objects.now().filter(among("organization", touched))}
    rows |= {row.pk: row for row in _below_moved(rows, kept)}
    above = {path for row in (*named, *rows.values()) for path in _paths_above(row)}
    rows |= {row.pk: row for row in Organization.objects.active().filter(path__in=above)}
    # Where something stood until now, and what is above that now.
    former = {pk for row in kept.values() for pk in ids_in(row.lineage)} - rows.keys()
    rows |= {row.pk: row for row in Organization.objects.active().filter(among("pk", former))}
    wanted = rows.keys() - kept.keys()
    kept |= {row.organization_id: row for row in Standing.objects.now().filter(among("organization", wanted))}
    ids = _ids_by_path(rows.values())
    own = counting.own_figures(rows.values(), on, part)
    changes = [
        Change(
            pk=pk,
            organization=rows.get(pk),
            kept=kept.get(pk),
            own=own.get(pk, {}),
            kept_own=keys.part_of(kept[pk].own, part) if pk in kept else {},
            lineage=_lineage(rows[pk], ids) if pk in rows else (),
        )
        for pk in sorted({*touched, *rows})
    ]
    return [change for change in changes if change.is_real]


def ids_in(lineage: str) -> tuple[int, ...]:
    """ "/1/4/9/" → (1, 4, 9)"""
    return tuple(int(each) for each in lineage.strip("/").split("/") if each)


def in_words(lineage: tuple[int, ...]) -> str:
    """(1, 4, 9) → "/1/4/9/"."""
    return "".join(f"/{pk}" for pk in lineage) + "/"


def _below_moved(rows: dict[int, Organization], kept: dict[int, Standing]) -> Iterator[Organization]:
    parents = dict(
        Organization.objects.filter(path__in=[row.parent_path for row in rows.values() if row.depth > 1]).values_list(
            "path", "pk"
        )
    )
    for pk, row in rows.items():
        if pk in kept and kept[pk].parent_id != parents.get(row.parent_path):
            yield from Organization.objects.active().under(row)


def _paths_above(row: Organization) -> list[str]:
    return [row.path[: depth * row.steplen] for depth in range(1, row.depth)]


def _ids_by_path(rows: Collection[Organization]) -> dict[str, int]:
    wanted = {path for row in rows for path in [*_paths_above(row), row.path]}
    return dict(Organization.objects.filter(path__in=wanted).order_by().values_list("path", "pk"))


def _lineage(row: Organization, ids: dict[str, int]) -> tuple[int, ...]:
    return tuple(ids[path] for path in [*_paths_above(row), row.path])
