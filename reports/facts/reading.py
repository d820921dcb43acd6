"""Figures of organisations, today or on any day since figures are kept: one query, whatever the size of what is below.

A reader stores nothing. For today the few organisations that wait to be settled are counted at once and added; when
many wait, or the day has not been opened yet, the figures say the moment of the last settlement. Before the first
settlement ever, today is counted from the records, and of days that are over nothing is known.

Nobody keeps the settler out while figures are read. What waits is therefore read before what is kept, and where
differences were counted, the moment of the last settlement is read once more at the end: another one means again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from branches.models import Organization, OrganizationStatus, Touched
from branches.scoping import topmost, within
from reports.facts import counting, keys
from reports.facts.changing import Change, changes_of
from reports.facts.composition import TWICE
from reports.facts.keys import Part
from reports.models import FactsDay, Standing
from reports.models.facts import StandingQuerySet, stood_in

# So many waiting organisations a page counts by itself; more would keep the reader waiting.
MOST_WAITING: Final = 50
# So many that wait anywhere are asked for by their ids.
MOST_NAMED: Final = 500
# So many subtrees one query names: SQLite reads no more than a thousand conditions in a row.
MOST_SUBTREES: Final = 300
# So often figures are read again because something was settled meanwhile.
MOST_READINGS: Final = 4


@dataclass
class Known:
    """Figures of one organisation: its own, and those of everything below it."""

    own: dict[str, int] = field(default_factory=dict)
    below: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> dict[str, int]:
        """With everything below."""
        return keys.added(self.own, self.below)

    @property
    def here(self) -> dict[str, int]:
        """The own level by itself: whoever holds a post here counts, though below they may hold another."""
        figures = {key: value for key, value in self.own.items() if not key.startswith(TWICE)}
        keys.add(figures, {key.removeprefix(TWICE): value for key, value in self.own.items() if key.startswith(TWICE)})
        return figures


@dataclass(frozen=True)
class Reading:
    """``of`` is by the id of the organisation; one that was not in force then is not in it.

    ``counted_at`` is the moment the figures stand for (数据截至), None where none were kept that day; ``day`` the day
    whose figures they are, earlier than the one asked for where the worker did not run – today, too: ages and terms are
    then those of that day.
    """

    of: dict[int, Known]
    counted_at: dt.datetime | None
    day: dt.date | None
    waiting: int = 0


def figures_of(organizations: Iterable[Organization], on: dt.date, part: Part = Part.EVERYTHING) -> Reading:
    """Figures of these organisations on that day, today's as they are now. Asks nothing about rights.

    Those of other parts may be there too, but are not brought up to now.
    """
    tops, today = list(organizations), timezone.localdate()
    latest = _latest(on)
    if latest is None:
        if on < today:
            # Today's records do not tell how things stood then.
            return Reading({}, None, None)
        return Reading(_from_zero(tops, on, part), timezone.now(), on)
    if on < today:
        kept = Standing.objects.on(on).filter(organization_id__in=[top.pk for top in tops])
        return Reading(_known(kept), latest.settled_at, latest.day)
    for _ in range(MOST_READINGS):
        waiting = waiting_in(tops)
        known = _known(Standing.objects.now().filter(organization_id__in=[top.pk for top in tops]))
        if not waiting or len(waiting) > MOST_WAITING:
            break
        _bring_up(known, {top.pk for top in tops}, changes_of(waiting, on, part))
        before, latest = latest, _latest(on) or latest
        if (latest.day, latest.settled_at) == (before.day, before.settled_at):
            break
    is_of_now = latest.day >= today and len(waiting) <= MOST_WAITING
    return Reading(known, timezone.now() if is_of_now else latest.settled_at, latest.day, len(waiting))


def _latest(on: dt.date) -> FactsDay | None:
    return FactsDay.objects.filter(day__lte=on).order_by("-day").first()


def first_day() -> dt.date | None:
    """The first day for which figures were kept."""
    return FactsDay.objects.order_by("day").values_list("day", flat=True).first()


def lower_on(organization: Organization, on: dt.date) -> list[Standing]:
    """What stood directly below on a day that is over, in the committee's order of that day; names without figures."""
    return list(Standing.objects.on(on).filter(parent=organization).defer("own", "below").order_by("screen_order"))


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
    paths = [within([path]) for path in topmost(top.path for top in tops)]
    # What has left the subtrees, or is gone, still stands in their figures.
    kept = Standing.objects.now()
    lineages = kept.filter(organization_id__in=[top.pk for top in tops]).values_list("lineage", flat=True)
    before = [stood_in(lineage) for lineage in topmost(lineages)]
    now = _first_ids(Organization.objects.filter(pk__in=touched), "pk", paths)
    return now | _first_ids(kept.filter(organization_id__in=touched), "organization_id", before)


def _first_ids(rows: QuerySet[Any], name: str, subtrees: list[Q]) -> set[int]:
    """Ids in any of these subtrees, until they are more than a page counts."""
    found: set[int] = set()
    for start in range(0, len(subtrees), MOST_SUBTREES):
        inside = reduce(or_, subtrees[start : start + MOST_SUBTREES])
        found |= {*rows.filter(inside).order_by().values_list(name, flat=True)[: MOST_WAITING + 1]}
        if len(found) > MOST_WAITING:
            break
    return found


def own_below(organization: Organization) -> Iterator[tuple[int, dict[str, int]]]:
    """Own figures as they are kept of an organisation and of everything below it, in the committee's order, by id.

    Below it now: what has moved since the last settlement stands where it moved to.
    """
    inside = Standing.objects.now().filter(
        within([organization.path], "organization__path"), organization__status=OrganizationStatus.ACTIVE
    )
    below = inside.order_by("organization__screen_order", "organization_id")
    yield from below.values_list("organization_id", "own").iterator(chunk_size=200)


def _known(rows: StandingQuerySet) -> dict[int, Known]:
    return {pk: Known(own, below) for pk, own, below in rows.values_list("organization_id", "own", "below")}


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
