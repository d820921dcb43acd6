"""缺项清单: everything that is missing in a subtree today, organisation by organisation, a page at a time.

Which organisations lack something, and how much, is told by the figures kept of each; the records are read only of
those on the page. So 1,500 branches cost hardly more than one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from branches.browsing import matching
from branches.models import Organization, User
from reports import completion_items as items
from reports.completion.gaps import EVERYTHING, Step, Wanted, owed_below, steps_in
from tuanjian.paging import CAP

# Steps of one organisation shown among others; its own list has them all.
SHOWN = 12


@dataclass(frozen=True)
class Asked:
    """Items of one group, or one item; one of the direct lower organisations; organisations that answer to a text.

    ``within`` is what a campaign asks, ``campaign`` its id.
    """

    group: items.Group | None = None
    item: items.Item | None = None
    lower: int | None = None
    text: str = ""
    within: Wanted = EVERYTHING
    campaign: int | None = None

    @property
    def wanted(self) -> Wanted:
        """What is asked for."""
        every = items.ITEMS.values()
        return self.within.only(
            item.key for item in every if self.group in (None, item.group) and self.item in (None, item)
        )

    @property
    def of_campaign(self) -> str:
        """The campaign as the address names it; "" for none."""
        return f"campaign={self.campaign}" if self.campaign else ""

    @property
    def carried(self) -> str:
        """The items and the campaign as links to the list of a single organisation name them; "" for everything."""
        asked = {"item": self.chosen, "campaign": self.campaign}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def chosen(self) -> str:
        """The items as the address names them; "" for all."""
        if self.item is not None:
            return f"{self.item.group.key}.{self.item.key}"
        return f"{self.group.key}." if self.group is not None else ""


@dataclass(frozen=True)
class Owing:
    """An organisation of the list, by its id, with how many facts it lacks itself."""

    organization: int
    count: int


@dataclass(frozen=True)
class Section:
    """An organisation on the page: the steps shown, how many facts it lacks, how many of them are not shown."""

    organization: Organization
    steps: Sequence[Step]
    count: int

    @property
    def rest(self) -> int:
        return max(0, self.count - sum(step.count for step in self.steps))


def owing_in(organization: Organization, on: dt.date, *, asked: Asked) -> list[Owing]:
    """Organisations of the subtree that lack something of what is asked, in the committee's order.

    As many as a list counts, and one more. Asks nothing about rights.
    """
    chosen = _chosen(organization, asked)
    found = (
        Owing(pk, count)
        for pk, count in owed_below(organization, on, wanted=asked.wanted)
        if count > 0 and (chosen is None or pk in chosen)
    )
    return list(islice(found, CAP + 1))


def _chosen(organization: Organization, asked: Asked) -> set[int] | None:
    """Ids of the organisations asked for; None where all are."""
    if asked.lower is None and not asked.text:
        return None
    rows = Organization.objects.active().under(organization)
    if asked.lower is not None:
        top = rows.filter(pk=asked.lower).first()
        rows = rows.under(top) if top else rows.none()
    if asked.text:
        rows = rows.filter(matching(asked.text))
    return set(rows.order_by().values_list("pk", flat=True))


def sections_of(owing: Iterable[Owing], on: dt.date, *, asked: Asked, user: User) -> list[Section]:
    """The organisations of a page with the first steps of each, as far as the user may look. Constant queries."""
    counts = {each.organization: each.count for each in owing}
    steps = steps_in(counts, on, user=user, wanted=asked.wanted)
    return [
        Section(found[0].lines[0].organization, found[:SHOWN], counts[pk]) for pk in counts if (found := steps.get(pk))
    ]


def one_section(branch: Organization, steps: Sequence[Step], shown: Iterable[Step]) -> list[Section]:
    """A branch with those of its steps that stand on the page; none where there are none."""
    return [Section(branch, list(shown), sum(step.count for step in steps))] if steps else []


def steps_of(branch: Organization, on: dt.date, *, asked: Asked, user: User) -> list[Step]:
    """Everything a branch lacks of what is asked, step by step."""
    return steps_in([branch.pk], on, user=user, wanted=asked.wanted).get(branch.pk, [])
