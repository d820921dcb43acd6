"""Everything that is counted in organisations, from the records as they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Final

from branches.models import Organization
from branches.models.organizations import OrganizationQuerySet
from reports.facts import items, keys, rosters
from reports.facts.asked import Asked, Lines
from reports.facts.attention import attention_of
from reports.facts.composition import composition_of
from reports.facts.keys import Part
from tuanjian.among import among

_FAMILIES: Final[dict[Part, tuple[Callable[[Asked], Lines], ...]]] = {
    Part.EVERYTHING: (composition_of, attention_of),
    Part.COMPLETION: (),
    Part.ATTENTION: (attention_of,),
}


def own_figures(
    organizations: Iterable[Organization], on: dt.date, part: Part = Part.EVERYTHING
) -> dict[int, dict[str, int]]:
    """Figures of each of these organisations in force alone, by their ids.

    A constant number of queries. Ages, periods and terms are those of ``on``, everything else as it stands now.
    """
    several = list(organizations)
    rows = Organization.objects.get_queryset().filter(among("pk", (each.pk for each in several)))
    return _figures_of(Asked(several, rows, on), part)


def counted_in(
    rows: OrganizationQuerySet, on: dt.date, part: Part = Part.EVERYTHING
) -> list[tuple[Organization, dict[str, int]]]:
    """Each of these organisations with its ``own_figures``, in screen order; none for those not in force."""
    rows = rows.active()
    asked = Asked(list(rows.in_screen_order()), rows, on)
    own = _figures_of(asked, part)
    return [(each, own[each.pk]) for each in asked.organizations]


def _figures_of(asked: Asked, part: Part) -> dict[int, dict[str, int]]:
    own: dict[int, dict[str, int]] = {each.pk: {} for each in asked.organizations}
    if part is not Part.ATTENTION:
        alone = part is Part.COMPLETION
        people = rosters.sums_of(asked.rows, asked.on, by_age=False) if alone else asked.people
        found = items.find(asked.rows, asked.on, people)
        own = {each.pk: keys.of_results(items.items_of(each, found, asked.on)) for each in asked.organizations}
    for family in _FAMILIES[part]:
        for pk, key, number in family(asked):
            figures = own[pk]
            figures[key] = figures.get(key, 0) + number
    return {pk: {key: number for key, number in figures.items() if number} for pk, figures in own.items()}
