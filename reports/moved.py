"""变化: what moved in the completion of the lower organisations between two days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from branches.models import Organization, User
from reports.completion import Completion
from reports.completion_items import Group
from reports.facts import reading
from reports.progress import Asked, Board, board_of

WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True)
class Moved:
    """One organisation with what it had before; ``earlier`` is None for one of which nothing was kept then."""

    now: Completion
    earlier: Completion | None

    @property
    def expected(self) -> int:
        return self.now.expected - (self.earlier.expected if self.earlier else 0)

    @property
    def actual(self) -> int:
        return self.now.actual - (self.earlier.actual if self.earlier else 0)

    @property
    def missing(self) -> int:
        return self.expected - self.actual

    @property
    def is_new(self) -> bool:
        return self.earlier is None

    @property
    def newly_complete(self) -> bool:
        return self.earlier is not None and self.earlier.missing > 0 and not self.now.missing

    @property
    def newly_lacking(self) -> bool:
        return self.earlier is not None and not self.earlier.missing and self.now.missing > 0

    @property
    def is_real(self) -> bool:
        """Whether anything moved at all."""
        return self.is_new or bool(self.expected or self.actual)


@dataclass(frozen=True)
class Moves:
    """``rows`` are those that moved, in the committee's order; ``gone`` stood below then and do not now.

    ``total`` is None where nothing was kept on the day compared with.
    """

    board: Board
    since: dt.date
    until: dt.date
    total: Moved | None
    rows: list[Moved]
    still: int
    gone: list[Organization]

    @property
    def is_a_week(self) -> bool:
        return self.until - self.since == WEEK

    @property
    def entered(self) -> list[Moved]:
        """Those that have more than before."""
        return [row for row in self.rows if row.actual > 0]

    @property
    def newly_complete(self) -> list[Moved]:
        return [row for row in self.rows if row.newly_complete]

    @property
    def newly_lacking(self) -> list[Moved]:
        return [row for row in self.rows if row.newly_lacking]

    @property
    def fallen(self) -> list[Moved]:
        """Those whose rate went down, though they were lacking before already."""
        return [row for row in self.rows if not row.newly_lacking and (row.now.change or 0) < 0]


def week_before(on: dt.date) -> dt.date:
    """The day compared with where none is chosen: a week before, or the first day of which figures are kept."""
    first, week = reading.first_day(), on - WEEK
    return first if first is not None and week < first < on else week


def moves_of(
    organization: Organization, since: dt.date, on: dt.date, *, user: User, group: Group | None = None
) -> Moves:
    """What moved below an organisation from the end of one day to another."""
    return moves_in(board_of(organization, on, user=user, asked=Asked(group=group), against=since), since, on)


def moves_in(board: Board, since: dt.date, on: dt.date) -> Moves:
    """The same out of a table that was compared with that day already."""
    if board.total.earlier is None:
        return Moves(board, since, on, None, [], 0, [])
    moved = [Moved(row, row.earlier) for row in sorted(board.rows, key=lambda row: row.organization.screen_order)]
    rows = [row for row in moved if row.is_real]
    now = {row.organization.pk for row in board.rows}
    then = reading.lower_on(board.organization, since)
    return Moves(
        board=board,
        since=since,
        until=on,
        total=Moved(board.total, board.total.earlier),
        rows=rows,
        still=len(moved) - len(rows),
        gone=[row.as_organization() for row in then if row.organization_id not in now],
    )
