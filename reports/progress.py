"""The completion of an organisation as its pages show it: lower organisations by state, and one of them opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction

from branches import audit
from branches.models import Organization, User
from branches.scoping import Sight
from reports.completion import STATES, Completion, Result, State, completion_of
from reports.completion_items import Group
from reports.missing import Missing, missing_in

# Lines of one group shown before 其余 N 项; the print page shows all.
SHOWN = 12


@dataclass(frozen=True)
class Band:
    """Lower organisations of one state, in the committee's own order. No ranking."""

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
    organization: Organization
    total: Completion
    own_level: Completion
    bands: list[Band]
    lower_count: int


def board_of(organization: Organization, on: dt.date, *, user: User) -> Board:
    """Completion of an organisation, its own level and its direct lower organisations grouped by state."""
    in_sight = Organization.objects.visible_to(user, sight=Sight.ROSTER)
    lower = list(in_sight.children_of(organization).active().in_screen_order())
    answers = completion_of([organization, *lower], on)
    own_level = Completion(organization)
    for result in answers[organization.pk].own:
        own_level.add(result)
    rows = [answers[each.pk] for each in lower]
    return Board(organization, answers[organization.pk], own_level, _bands(rows), len(lower))


def _bands(rows: list[Completion]) -> list[Band]:
    bands = []
    for number, state in enumerate(STATES):
        of_state = [row for row in rows if row.state is state]
        if of_state:
            bands.append(Band(state, _bounds(number), of_state))
    return bands


def _bounds(number: int) -> str:
    state = STATES[number]
    if number == 0:
        return f"低于 {STATES[1].from_rate:g}%"
    if number == len(STATES) - 1:
        return "100%"
    above = STATES[number + 1].from_rate
    return f"{state.from_rate:g}%–{99.9 if above == 100 else above:g}%"


def opened(organization: Organization, on: dt.date, *, user: User, everything: bool = False) -> Opened:
    """The organisation opened: missing facts by group, each cut after ``SHOWN`` lines unless everything is asked."""
    completion = completion_of([organization], on)[organization.pk]
    groups = []
    for group, found in groupby(missing_in(organization, on, user=user), key=lambda line: line.group):
        lines = list(found)
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
