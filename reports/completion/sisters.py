"""同类比较: an organisation beside those of its type below the same superior. Nobody is named or placed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Final

from django.utils import timezone

from branches.models import Organization
from reports import completion_items as items
from reports.completion.schemes import DEFAULT
from reports.completion.sums import Completion, completion_of
from reports.facts import reading

# With fewer others the median would tell what one of them has.
LEAST: Final = 3


@dataclass(frozen=True)
class Beside:
    """One rate – of everything, or of a group of items – beside those of the sisters; None where nothing counts."""

    label: str
    own: float | None
    middle: float | None = None
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class Sisters:
    """``count`` others; ``lines`` are empty where they are too few to compare with."""

    count: int
    lines: list[Beside]
    least: int = LEAST


def beside_sisters(completion: Completion, on: dt.date, *, group: items.Group | None = None) -> Sisters:
    """The organisation beside its sisters on that day, all measured by its scheme. Asks nothing about rights."""
    organization = completion.organization
    others = _others(organization, on)
    if len(others) < LEAST:
        return Sisters(len(others), [])
    known = list(completion_of(others, on, group=group, scheme=completion.scheme).values())
    lines = [_beside("完成率", completion.rate, (other.rate for other in known))]
    for each in items.GROUPS if group is None else ():
        own, *rates = [DEFAULT.rate({each.key: row.by_group[each.key]}) for row in (completion, *known)]
        lines.append(_beside(each.label, own, rates))
    return Sisters(len(known), lines)


def _others(organization: Organization, on: dt.date) -> list[Organization]:
    above = Organization.objects.filter(path=organization.parent_path).first() if organization.depth > 1 else None
    if above is None:
        return []
    if on < timezone.localdate():
        rows = [row.as_organization() for row in reading.lower_on(above, on)]
    else:
        rows = list(Organization.objects.active().children_of(above))
    return [row for row in rows if row.org_type == organization.org_type and row.pk != organization.pk]


def _beside(label: str, own: float | None, others: Iterable[float | None]) -> Beside:
    rates = [rate for rate in others if rate is not None]
    if not rates:
        return Beside(label, own)
    return Beside(label, own, median(rates), min(rates), max(rates))
