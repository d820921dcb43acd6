"""工作台: what a person sees first about the organisation worked in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from branches.models import Organization, User
from branches.permissions import Permissions, permissions_on
from members.filters import LATELY
from reports.completion import schemes
from reports.completion.gaps import Step, may_mend, steps_among
from reports.completion.missing import missing_among
from reports.completion.moved import Moves, moves_in, week_before
from reports.completion.progress import Band, Board, board_of
from reports.completion.sums import Completion, completion_of
from reports.counts import Counts, counts_of
from reports.facts import reading
from reports.facts.attention import ENTERED, HELD
from reports.facts.items import results_under
from reports.facts.keys import Part
from reports.todos import Todo, todos_for

# A branch's own gaps are named on its workbench; more than this is a list of its own.
NAMED = 5
# Lower organisations of one state named on the workbench; the table of completion has them all.
SHOWN_OF_A_STATE = 20


@dataclass(frozen=True)
class Gap:
    """A step of 逐项补录 as the workbench names it; ``url`` is empty for those who may not mend it."""

    step: Step
    url: str


@dataclass(frozen=True)
class StateBand:
    """Lower organisations of one state, as many as are shown, and how many more there are."""

    band: Band
    rows: list[Completion]
    rest: int


@dataclass(frozen=True)
class Week:
    """What is known to have moved in the last seven days."""

    since: dt.date
    entered: int
    activities: int


@dataclass(frozen=True)
class Workbench:
    """The page. ``completion`` is None for those who see no people; ``board`` for them and for branches.

    ``counted_at`` is the moment the figures stand for; to-dos are always those of now.
    """

    organization: Organization
    may: Permissions
    counts: Counts
    todos: list[Todo]
    lower: list[Organization]
    completion: Completion | None
    board: Board | None
    counted_at: dt.datetime
    scheme_by: str
    bands: list[StateBand]
    week: Week | None
    moves: Moves | None
    gaps: list[Gap]
    gap_steps: int


def workbench_of(user: User, organization: Organization, on: dt.date) -> Workbench:
    """Everything the page shows, in a number of queries that does not grow with organisations or people."""
    may = permissions_on(organization, user)
    sees_people = may.sees_roster
    board, moves = _board(user, organization, on) if sees_people and not organization.is_branch else (None, None)
    completion, gaps = _own(user, organization, on, may) if sees_people and organization.is_branch else (None, [])
    return Workbench(
        organization=organization,
        may=may,
        counts=counts_of([organization], on, people=sees_people)[organization.pk],
        todos=todos_for(user, organization, on),
        lower=[] if sees_people or organization.is_branch else _lower(user, organization),
        completion=board.total if board else completion,
        board=board,
        counted_at=(board.counted_at if board else None) or timezone.now(),
        scheme_by=schemes.name_of(board.scheme, user=user) if board else "",
        bands=[_shown(band) for band in board.bands] if board else [],
        week=_week(organization, on) if sees_people else None,
        moves=moves,
        gaps=gaps[:NAMED],
        gap_steps=len(gaps),
    )


def _board(user: User, organization: Organization, on: dt.date) -> tuple[Board, Moves]:
    since = week_before(on)
    board = board_of(organization, on, user=user, against=since)
    return board, moves_in(board, since, on)


def _own(user: User, branch: Organization, on: dt.date, may: Permissions) -> tuple[Completion, list[Gap]]:
    steps = steps_among(missing_among(results_under([branch], on), user=user))
    gaps = [Gap(step, step.lines[0].url_from("/") if may_mend(step, may.rights) else "") for step in steps]
    return completion_of([branch], on).get(branch.pk, Completion(branch)), gaps


def _shown(band: Band) -> StateBand:
    rows = band.rows[:SHOWN_OF_A_STATE]
    return StateBand(band, rows, len(band.rows) - len(rows))


def _lower(user: User, organization: Organization) -> list[Organization]:
    return list(Organization.objects.visible_to(user).children_of(organization).active().in_screen_order())


def _week(organization: Organization, on: dt.date) -> Week:
    known = reading.figures_of([organization], on, Part.ATTENTION).of.get(organization.pk)
    counted = known.total if known else {}
    return Week(on - LATELY, counted.get(ENTERED, 0), counted.get(HELD, 0))
