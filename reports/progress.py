"""The completion of an organisation as its pages show it: lower organisations by state, and one of them opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction

from branches import audit
from branches.models import Organization, User
from branches.scoping import Sight
from reports.completion import STATES, Completion, Result, State, results_under, summed
from reports.completion_items import Group
from reports.missing import Missing, missing_among

# Lines of one group shown before 其余 N 项; the print page shows all.
SHOWN = 12

# Organisations with their own items, as ``results_under`` finds them.
Found = list[tuple[Organization, list[Result]]]


@dataclass(frozen=True)
class Asked:
    """What the table is asked for: items of one group, organisations of one state, every branch below."""

    group: Group | None = None
    state: State | None = None
    every_branch: bool = False

    @property
    def picks_organizations(self) -> bool:
        """Whether the lines are others than the direct lower organisations with the own level."""
        return self.state is not None or self.every_branch


EVERYTHING = Asked()


@dataclass(frozen=True)
class Band:
    """Organisations of one state, in the committee's own order. No ranking."""

    state: State
    bounds: str
    rows: list[Completion]


@dataclass(frozen=True)
class Opened:
    """One organisation with its subtree, opened into what is missing and what does not apply."""

    completion: Completion
    path: list[Organization]
    groups: list[tuple[Group, list[Missing], int, int]]
    inapplicable: list[Result]


@dataclass(frozen=True)
class Board:
    """The table: ``total`` is the whole subtree, ``listed`` what the lines add up to."""

    organization: Organization
    asked: Asked
    total: Completion
    own_level: Completion
    listed: Completion
    bands: list[Band]
    lower_count: int

    @property
    def rows(self) -> list[Completion]:
        """The organisations in the order of the table."""
        return [row for band in self.bands for row in band.rows]

    @property
    def sum_name(self) -> str:
        """What the last line sums."""
        if self.asked.picks_organizations:
            return f"合计（所列 {self.lower_count:,} 个组织）"
        return f"合计（{self.lower_count:,} 个直属下级及本级）"


def board_of(organization: Organization, on: dt.date, *, user: User, asked: Asked = EVERYTHING) -> Board:
    """Completion of an organisation, its own level and the organisations asked for, grouped by state."""
    return board_from(found_under(organization, on, asked), organization, user=user, asked=asked)


def found_under(organization: Organization, on: dt.date, asked: Asked) -> Found:
    """Every organisation of the subtree with those of its items that are asked for."""
    found = results_under([organization], on)
    if asked.group is None:
        return list(found)
    return [(each, [result for result in results if result.group == asked.group]) for each, results in found]


def board_from(found: Found, organization: Organization, *, user: User, asked: Asked) -> Board:
    """The table over what was found."""
    in_sight = Organization.objects.visible_to(user, sight=Sight.ROSTER).active()
    below = in_sight.under(organization).branches() if asked.every_branch else in_sight.children_of(organization)
    lower = list(below.in_screen_order())
    answers = summed(found, [organization, *lower])
    own_level = Completion(organization)
    for result in answers[organization.pk].own:
        own_level.add(result)
    rows = [answers[each.pk] for each in lower]
    rows = [row for row in rows if asked.state in (None, row.state)]
    return Board(
        organization=organization,
        asked=asked,
        total=answers[organization.pk],
        own_level=own_level,
        listed=_added_up(organization, rows) if asked.picks_organizations else answers[organization.pk],
        bands=_bands(rows),
        lower_count=len(rows),
    )


def _added_up(organization: Organization, rows: Iterable[Completion]) -> Completion:
    total = Completion(organization)
    for row in rows:
        total.include(row)
    return total


def _bands(rows: list[Completion]) -> list[Band]:
    bands = []
    for state in STATES:
        of_state = [row for row in rows if row.state is state]
        if of_state:
            bands.append(Band(state, bounds_of(state), of_state))
    return bands


def bounds_of(state: State) -> str:
    """The bounds of a state in words."""
    number = STATES.index(state)
    if number == 0:
        return f"低于 {STATES[1].from_rate:g}%"
    if number == len(STATES) - 1:
        return "100%"
    above = STATES[number + 1].from_rate
    return f"{state.from_rate:g}%–{99.9 if above == 100 else above:g}%"


def opened(
    organization: Organization, on: dt.date, *, user: User, asked: Asked = EVERYTHING, everything: bool = False
) -> Opened:
    """The organisation opened: missing facts by group, each cut after ``SHOWN`` lines unless everything is asked."""
    found = found_under(organization, on, asked)
    completion = summed(found, [organization])[organization.pk]
    groups = []
    for group, missing in groupby(missing_among(found, user=user), key=lambda line: line.group):
        lines = list(missing)
        shown = lines if everything else lines[:SHOWN]
        groups.append((group, shown, sum(line.count for line in lines), len(lines) - len(shown)))
    path = Organization.objects.visible_to(user).filter(
        pk__in=Organization.objects.ancestors_of(organization).order_by()
    )
    return Opened(
        completion=completion,
        path=list(path.in_screen_order()),
        groups=groups,
        inapplicable=[result for result in completion.own if not result.applies],
    )


@transaction.atomic
def printed(organization: Organization, on: dt.date, *, by: User) -> Opened:
    """The organisation opened in full for paper; what leaves the house on paper is logged."""
    audit.record(audit.Kind.PRINTED, organization, by=by, at=organization, reason="缺项清单")
    return opened(organization, on, user=by, everything=True)
