"""Figures of organisations, today or on any day since figures are kept: one query, whatever the size of what is below.

A reader stores nothing. For today the few organisations that wait to be settled are counted at once and added; when
many wait, the figures are those of the last settlement, and say of when. Before the first settlement ever, today is
counted from the records, and of days that are over nothing is known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q
from django.utils import timezone

from branches.models import Organization, Touched
from branches.scoping import topmost, within
from reports.facts import counting, keys
from reports.facts.changing import Change, changes_of
from reports.facts.keys import Part
from reports.models import FactsDay, Standing

# So many waiting organisations a page counts by itself; more would keep the reader waiting.
MOST_WAITING: Final = 50
# So many that wait anywhere are asked for by their ids.
MOST_NAMED: Final = 500


@dataclass
class Known:
    """Figures of one organisation: its own, and those of everything below it."""

    own: dict[str, int] = field(default_factory=dict)
    below: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> dict[str, int]:
        """With everything below."""
        return keys.added(self.own, self.below)


@dataclass(frozen=True)
class Reading:
    """``of`` is by the id of the organisation; one that was not in force then is not in it.

    ``counted_at`` is the moment the figures stand for (数据截至), None where none were kept that day; ``day`` the day
    whose figures they are, earlier than the one asked for where the worker did not run.
    """

    of: dict[int, Known]
    counted_at: dt.datetime | None
    day: dt.date | None
    waiting: int = 0


def figures_of(organizations: Iterable[Organization], on: dt.date, part: Part = Part.EVERYTHING) -> Reading:
    """Figures of these organisations on that day, today's as they are now. Asks nothing about rights.

    Those of other parts may be there too, but are not brought up to now.
    """
    tops = list(organizations)
    latest = FactsDay.objects.filter(day__lte=on).order_by("-day").first()
    if latest is None:
        if on < timezone.localdate():
            # Today's records do not tell how things stood then.
            return Reading({}, None, None)
        return Reading(_from_zero(tops, on, part), timezone.now(), on)
    if on < timezone.localdate():
        kept = Standing.objects.on(on).filter(organization_id__in=[top.pk for top in tops])
        return Reading(_known(kept), latest.settled_at, latest.day)
    known = _known(Standing.objects.now().filter(organization_id__in=[top.pk for top in tops]))
    waiting = waiting_in(tops)
    if len(waiting) > MOST_WAITING:
        return Reading(known, latest.settled_at, latest.day, len(waiting))
    if waiting:
        _bring_up(known, {top.pk for top in tops}, changes_of(waiting, on, part))
    return Reading(known, timezone.now(), latest.day, len(waiting))


def first_day() -> dt.date | None:
    """The first day for which figures were kept."""
    return FactsDay.objects.order_by("day").values_list("day", flat=True).first()


def lower_on(organization: Organization, on: dt.date) -> list[Standing]:
    """What stood directly below on a day that is over, in the committee's order of that day."""
    return list(Standing.objects.on(on).filter(parent=organization).order_by("screen_order"))


def below_on(organization: Organization, on: dt.date) -> list[Standing]:
    """Everything that stood below on a day that is over, in the committee's order of that day."""
    top = Standing.objects.on(on).filter(organization=organization).first()
    return list(Standing.objects.on(on).below(top).order_by("screen_order")) if top else []


def waiting_in(tops: Collection[Organization]) -> set[int]:
    """Organisations of these subtrees that were touched and not settled yet; more than ``MOST_WAITING`` not all."""
    waiting = Touched.objects.order_by().values_list("organization_id", flat=True).distinct()
    named = list(waiting[: MOST_NAMED + 1])
    if not named:
        return set()
    # Usually a handful; many are left to the database.
    touched = named if len(named) <= MOST_NAMED else waiting
    now = Organization.objects.filter(within(topmost(top.path for top in tops)), pk__in=touched)
    # What has left the subtrees, or is gone, still stands in their figures.
    before = Q(pk__in=())
    lineages = Standing.objects.now().filter(organization_id__in=[top.pk for top in tops])
    for lineage in topmost(lineages.values_list("lineage", flat=True)):
        before |= Q(lineage__gte=lineage, lineage__lt=lineage[:-1] + "0")
    gone = Standing.objects.now().filter(before, organization_id__in=touched)
    found = {*now.order_by().values_list("pk", flat=True)[: MOST_WAITING + 1]}
    return found | {*gone.order_by().values_list("organization_id", flat=True)[: MOST_WAITING + 1]}


def own_below(organization: Organization) -> Iterator[tuple[int, dict[str, int]]]:
    """Own figures of an organisation and of everything below it as they are kept, in the committee's order, by id."""
    top = Standing.objects.now().filter(organization=organization).first()
    if top is not None:
        yield top.organization_id, top.own
        below = Standing.objects.now().below(top).order_by("screen_order", "pk")
        yield from below.values_list("organization_id", "own").iterator(chunk_size=200)


def _known(rows: Iterable[Standing]) -> dict[int, Known]:
    return {row.organization_id: Known(row.own, row.below) for row in rows}


def _bring_up(known: dict[int, Known], tops: set[int], changes: Iterable[Change]) -> None:
    for change in changes:
        if change.pk in tops:
            if change.organization is None:
                known.pop(change.pk, None)
            else:
                known.setdefault(change.pk, Known()).own = change.own
        for above, difference in change.differences:
            if above in tops:
                keys.add(known.setdefault(above, Known()).below, difference)


def _from_zero(tops: Collection[Organization], on: dt.date, part: Part) -> dict[int, Known]:
    rows = Organization.objects.active().filter(within(topmost(top.path for top in tops)))
    counted = counting.counted_in(rows, on, part)
    wanted, known = {top.pk for top in tops}, {}
    for organization, own in counted:
        if organization.pk in wanted:
            known[organization.path] = Known(own)
    for organization, own in counted:
        for end in range(Organization.steplen, len(organization.path), Organization.steplen):
            if (above := known.get(organization.path[:end])) is not None:
                keys.add(above.below, own)
    return {organization.pk: known[organization.path] for organization, _ in counted if organization.pk in wanted}
