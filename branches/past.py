"""组织树历史: the tree as it stood at the end of a day, as far as it lay in the reader's scope then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from branches.models import Organization, OrganizationStatus, Placement, User
from branches.models.audit import placements_seen_by
from branches.scoping import Sight
from branches.tree import PlacedNode, as_of

# Beyond, only the first two levels are shown and the rest is opened one organisation at a time.
MOST_NODES = 300


@dataclass(frozen=True)
class PastTree:
    """The tree of a day. ``cut`` says that only two levels are shown; ``existing`` are ids that can be opened today."""

    on: dt.date
    nodes: list[PlacedNode]
    top: Placement | None
    count: int
    cut: bool
    existing: frozenset[int]


def first_day(user: User) -> dt.date | None:
    """Since when anything is known about the organisations in the user's scope."""
    first = placements_seen_by(user, Sight.ORGANIZATIONS).order_by("from_at").values_list("from_at", flat=True).first()
    return timezone.localdate(first) if first else None


def tree_on(day: dt.date, user: User, *, top: int | None = None) -> PastTree:
    """Organisations in force at the end of that day – of today: now –, with ``top`` only that one and all below it.

    Who could look at an organisation's place then, by today's grants, sees it; ids of organisations of which nothing
    was in sight give an empty tree. Constant queries.
    """
    moment = min(timezone.now(), timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time())))
    seen = _in_force(placements_seen_by(user, Sight.ORGANIZATIONS))
    if top is not None:
        seen = seen.filter(lineage__contains=f"/{top}/")
    nodes = as_of(moment, among=seen)
    ids = {node.placement.organization_id for node in _all(nodes)}
    cut = len(ids) > MOST_NODES
    if cut:
        for node in nodes:
            for child in node.children:
                child.below = len(list(_all(child.children)))
                child.children = []
        shown = {node.placement.organization_id for node in _all(nodes)}
    else:
        shown = ids
    existing = Organization.objects.visible_to(user).filter(pk__in=shown).values_list("pk", flat=True)
    opened = nodes[0].placement if top is not None and nodes else None
    return PastTree(day, nodes, opened, len(ids), cut, frozenset(existing))


def _in_force(placements: QuerySet[Placement]) -> QuerySet[Placement]:
    return placements.filter(status=OrganizationStatus.ACTIVE)


def _all(nodes: Iterable[PlacedNode]) -> Iterable[PlacedNode]:
    for node in nodes:
        yield node
        yield from _all(node.children)
