"""Settling: what was touched is counted anew and added to everything above, outside the transactions that touched it.

One settler at a time, under the tree lock: the worker, every second. A day closes at the first settlement after
midnight; then everything is counted anew for the new day, because ages, periods and terms change with the calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from branches import freshness
from branches.models import Organization, Touched
from reports.facts import keys
from reports.facts.changing import Change, changes_of, in_words
from reports.models import FactsDay, Standing
from tuanjian.among import among
from tuanjian.locks import Lock, hold

# Organisations counted in one transaction: the tree lock is never held for long.
PIECE: Final = 1_000


def settle() -> int:
    """Count what was touched, until nothing waits; returns how many organisations were counted.

    What was touched before midnight and is settled after it still belongs to the day it was touched on. A process
    that dies between two pieces loses nothing: what it had not counted still waits.
    """
    today = timezone.localdate()
    latest = FactsDay.objects.order_by("-day").first()
    if latest is not None:
        # A clock set back must not write into days that are over.
        today = max(today, latest.day)
    counted = 0
    if latest is not None and latest.day < today:
        midnight = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
        last = Touched.objects.filter(at__lt=midnight).aggregate(last=Max("at"))["last"]
        if last is not None:
            counted += _settle_until(midnight, max(latest.day, timezone.localdate(last)))
    if latest is None or latest.day < today:
        _open(today)
    return counted + _settle_until(None, today)


def _open(day: dt.date) -> None:
    """Begin a day: everything in force, and whatever is kept without being in force any more, is to be counted.

    Until a first piece of it is, the figures are those of the day before, and the day says so. The first day of all
    begins with its first piece: figures are counted from the records until then.
    """
    with transaction.atomic():
        hold(Lock.TREE)
        now = timezone.now()
        before = FactsDay.objects.order_by("-day").first()
        everything = set(Organization.objects.active().values_list("pk", flat=True))
        everything |= set(Standing.objects.now().values_list("organization_id", flat=True))
        if before is not None or not everything:
            settled_at = before.settled_at if before else now
            FactsDay.objects.get_or_create(day=day, defaults={"opened_at": now, "settled_at": settled_at})
        # What waits already is among them and need not be counted twice.
        Touched.objects.all().delete()
        freshness.touch(sorted(everything))


@transaction.atomic
def keep_anew(day: dt.date) -> None:
    """Forget what is kept from that day on and count everything from zero; earlier days stay as they were."""
    hold(Lock.TREE)
    now = Standing.objects.now()
    now.filter(from_day__gte=day).delete()
    now.update(to_day=day)
    freshness.touch_everything()
    _settle_until(None, day)


def _settle_until(moment: dt.datetime | None, day: dt.date) -> int:
    counted = 0
    while number := _settle_piece(moment, day):
        counted += number
    return counted


@transaction.atomic
def _settle_piece(moment: dt.datetime | None, day: dt.date) -> int:
    waiting = Touched.objects.order_by("pk")
    if moment is not None:
        waiting = waiting.filter(at__lt=moment)
    if not waiting.exists():
        return 0
    hold(Lock.TREE)
    seen, touched = _first(waiting.values_list("pk", "organization_id").iterator(chunk_size=4 * PIECE))
    # Only what was seen: a row with a smaller key may still be on its way in another transaction.
    Touched.objects.filter(among("pk", seen)).delete()
    keep(changes_of(touched, day), day)
    now = timezone.now()
    FactsDay.objects.update_or_create(
        day=day, defaults={"settled_at": now}, create_defaults={"settled_at": now, "opened_at": now}
    )
    return len(touched)


def _first(waiting: Iterable[tuple[int, int]]) -> tuple[list[int], set[int]]:
    """Keys of the first waiting rows, and the organisations they name: a piece of them."""
    seen: list[int] = []
    touched: set[int] = set()
    for pk, organization in waiting:
        if len(touched) == PIECE and organization not in touched:
            break
        seen.append(pk)
        touched.add(organization)
        if len(seen) == 20 * PIECE:
            break
    return seen, touched


@transaction.atomic
def keep(changes: list[Change], day: dt.date) -> None:
    """Write what changed, as of that day, into the organisations and everything above them.

    A day that is over keeps its rows. Belongs under the tree lock.
    """
    if not changes:
        return
    below: dict[int, dict[str, int]] = {}
    for change in changes:
        for above, difference in change.differences:
            keys.add(below.setdefault(above, {}), difference)
    moved = {pk for pk, difference in below.items() if difference}
    changed = {change.pk: change for change in changes}
    open_rows = Standing.objects.now()
    rows = {row.organization_id: row for row in open_rows.filter(among("organization", moved | changed.keys()))}
    fresh: list[Standing] = []
    for pk in sorted(moved | changed.keys()):
        row, one = rows.get(pk), changed.get(pk)
        total = keys.added(row.below if row else {}, below.get(pk, {}))
        if one is not None and one.organization is not None:
            fresh.append(_described(one, total))
        elif one is None and row is not None:
            row.pk, row.below = None, total
            fresh.append(row)
    begun = [row.organization_id for row in rows.values() if row.from_day >= day]
    open_rows.filter(among("organization", begun)).delete()
    open_rows.filter(among("organization", rows.keys() - set(begun))).update(to_day=day)
    for each in fresh:
        each.from_day, each.to_day = day, None
    Standing.objects.bulk_create(fresh, batch_size=500)


def _described(change: Change, below: dict[str, int]) -> Standing:
    organization = change.organization
    assert organization is not None
    return Standing(
        organization_id=change.pk,
        parent_id=change.lineage[-2] if len(change.lineage) > 1 else None,
        code=organization.code,
        full_name=organization.full_name,
        short_name=organization.short_name,
        org_type=organization.org_type,
        screen_order=organization.screen_order,
        lineage=in_words(change.lineage),
        own=change.own,
        below=below,
    )
