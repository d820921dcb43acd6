"""Sums over subtrees: one grouped query per fact, however many organisations are asked about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Aggregate, F, Q, QuerySet
from django.db.models.functions import Substr

from branches.models import Organization
from branches.scoping import within

# Beyond this many ranges in one WHERE the range of what they have in common is quicker.
MOST_RANGES = 20


def sums_by_subtree(
    rows: QuerySet[Any], organizations: Iterable[Organization], /, *, lookup: str = "path", **sums: Aggregate
) -> dict[int, dict[str, int]]:
    """For each organisation, by its id, the sums over the rows of its whole subtree.

    ``lookup`` leads from a row to the path of its organisation. One query per depth that occurs among the
    organisations, so a list of sisters costs one. Organisations without any row are left out.
    """
    levels: dict[int, dict[str, int]] = {}
    for organization in organizations:
        levels.setdefault(organization.depth, {})[organization.path] = organization.pk
    found: dict[int, dict[str, int]] = {}
    for paths in levels.values():
        length = len(next(iter(paths)))
        # Not called like any field of the rows, whichever model they are of.
        grouped = (
            rows.filter(_covering(list(paths), lookup)).order_by().annotate(subtree_path=Substr(F(lookup), 1, length))
        )
        for row in grouped.values("subtree_path").annotate(**sums):
            top = row.pop("subtree_path")
            if top in paths:
                found[paths[top]] = row
    return found


def _covering(paths: list[str], lookup: str) -> Q:
    if len(paths) <= MOST_RANGES:
        return within(paths, lookup)
    # What the first and the last of sorted paths share, all of them share.
    first, last = min(paths), max(paths)
    ends = range(len(first), 0, -Organization.steplen)
    common = next((first[:end] for end in ends if last.startswith(first[:end])), "")
    return within([common], lookup) if common else Q()
