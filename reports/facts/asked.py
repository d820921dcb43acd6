"""Organisations about which figures are asked, with what several kinds of figures need to know of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from branches.models import Organization
from branches.models.organizations import OrganizationQuerySet
from reports.facts import rosters
from reports.facts.crediting import with_closed

# The id of an organisation, a key, and what is to be added to the figure with that key.
Lines = Iterator[tuple[int, str, int]]


@dataclass(frozen=True)
class Asked:
    """Organisations in force, ``rows`` which asks for the same ones, and the day on which they are counted.

    What is read of them is read once.
    """

    organizations: Sequence[Organization]
    rows: OrganizationQuerySet
    on: dt.date

    @cached_property
    def people(self) -> dict[int, rosters.Sums]:
        """Who is on their rosters, by their ids."""
        return rosters.sums_of(self.rows, self.on)

    @property
    def places(self) -> OrganizationQuerySet:
        """They and the closed ones that are credited to one of them."""
        return self._with_closed[0]

    def credited(self, place: int) -> int:
        """Which of them has what one of the ``places`` holds."""
        return self._with_closed[1].get(place, place)

    @cached_property
    def _with_closed(self) -> tuple[OrganizationQuerySet, dict[int, int]]:
        return with_closed(self.rows)
