"""Everything that is counted in organisations, from the records as they stand."""

from __future__ import annotations

import datetime as dt

from branches.models.organizations import OrganizationQuerySet
from reports.facts import keys
from reports.facts.attention import attention_of
from reports.facts.composition import composition_of
from reports.facts.items import results_of
from reports.facts.keys import Part


def own_figures(rows: OrganizationQuerySet, on: dt.date, part: Part = Part.EVERYTHING) -> dict[int, dict[str, int]]:
    """Figures of each of these organisations alone, by its id; none for those not in force.

    A constant number of queries. Ages, periods and terms are those of ``on``, everything else as it stands now.
    """
    rows = rows.active()
    own: dict[int, dict[str, int]] = {pk: {} for pk in rows.order_by().values_list("pk", flat=True)}
    if part in (Part.EVERYTHING, Part.COMPLETION):
        for organization, results in results_of(rows, on):
            own[organization.pk] = keys.of_results(results)
    families = {Part.EVERYTHING: (composition_of, attention_of), Part.ATTENTION: (attention_of,)}
    for family in families.get(part, ()):
        for pk, figures in family(rows, on).items():
            keys.add(own[pk], figures)
    return own
