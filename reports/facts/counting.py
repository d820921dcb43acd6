"""Everything that is counted in organisations, from the records as they stand."""

from __future__ import annotations

import datetime as dt

from branches.models import Organization
from branches.models.organizations import OrganizationQuerySet
from reports.facts import keys
from reports.facts.attention import attention_of
from reports.facts.composition import composition_of
from reports.facts.items import results_of
from reports.facts.keys import Part


def own_figures(rows: OrganizationQuerySet, on: dt.date, part: Part = Part.EVERYTHING) -> dict[int, dict[str, int]]:
    """``counted_in`` by the ids of the organisations."""
    return {organization.pk: figures for organization, figures in counted_in(rows, on, part)}


def counted_in(
    rows: OrganizationQuerySet, on: dt.date, part: Part = Part.EVERYTHING
) -> list[tuple[Organization, dict[str, int]]]:
    """Figures of each of these organisations alone; none for those not in force.

    A constant number of queries. Ages, periods and terms are those of ``on``, everything else as it stands now.
    """
    rows = rows.active()
    if part is Part.ATTENTION:
        counted: list[tuple[Organization, dict[str, int]]] = [(each, {}) for each in rows.only("pk", "path")]
    else:
        counted = [(each, keys.of_results(results)) for each, results in results_of(rows, on)]
    families = {Part.EVERYTHING: (composition_of, attention_of), Part.ATTENTION: (attention_of,)}
    own = {organization.pk: figures for organization, figures in counted}
    for family in families.get(part, ()):
        for pk, figures in family(rows, on).items():
            keys.add(own[pk], figures)
    return counted
