"""变化: what moved in the completion of the lower organisations between two days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, NamedTuple

from branches.models import Organization, User
from reports.completion.progress import Asked, Board, answers_on, board_of
from reports.completion.sums import Completion
from reports.completion_items import ITEMS, Group
from reports.facts import reading

WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True)
class Moved:
    """One organisation with what it had before; ``earlier`` is None for one that did not stand there then.

    Where it stood then is told by ``came``: elsewhere, or nowhere. What ``is_gone`` stood there then and has nothing
    there now. So the differences of the lines and of the own level add up to those of the whole.
    """

    now: Completion
    earlier: Completion | None
    came: bool = False
    is_gone: bool = False

    @property
    def change(self) -> float | None:
        """Percentage points between the two rates that are shown; None where one of them is not."""
        return None if self.earlier is None or self.is_gone else self.now.change

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
        return self.earlier is None and not self.came

    @property
    def newly_complete(self) -> bool:
        return self._stayed is not None and self._stayed.missing > 0 and not self.now.missing

    @property
    def newly_lacking(self) -> bool:
        return self._stayed is not None and not self._stayed.missing and self.now.missing > 0

    @property
    def is_real(self) -> bool:
        """Whether anything moved at all."""
        return self.earlier is None or bool(self.expected or self.actual)

    @property
    def _stayed(self) -> Completion | None:
        return None if self.is_gone else self.earlier


class ItemMoved(NamedTuple):
    """An item of the own level: how much more is expected of it and entered than before."""

    label: str
    expected: int
    actual: int

    @property
    def missing(self) -> int:
        return self.expected - self.actual


@dataclass(frozen=True)
class Moves:
    """``rows`` are those that moved, in the committee's order; ``gone`` stood below then and do not now.

    ``total`` and ``own`` are None where nothing was kept on the day compared with. The rows, what is gone and the own
    level, which ``items`` opens item by item, add up to the total.
    """

    board: Board
    since: dt.date
    until: dt.date
    total: Moved | None
    rows: list[Moved]
    still: int
    gone: list[Moved]
    own: Moved | None = None

    @property
    def items(self) -> list[ItemMoved]:
        """What moved of the own level, in the order of the items."""
        now, earlier = (self.total.now, self.total.earlier) if self.total else (None, None)
        if now is None or earlier is None:
            return []
        then = {(result.key, result.period): result for result in earlier.own}
        after = {(result.key, result.period): result for result in now.own}
        moved = []
        for key, known in {**then, **after}.items():
            before, later = then.get(key), after.get(key)
            expected = (later.expected if later else 0) - (before.expected if before else 0)
            actual = (later.actual if later else 0) - (before.actual if before else 0)
            if expected or actual:
                moved.append((known, ItemMoved(known.label, expected, actual)))
        order = list(ITEMS)
        return [each for known, each in sorted(moved, key=lambda one: (order.index(one[0].key), one[0].period))]

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
        return [row for row in self.rows if not row.newly_lacking and (row.change or 0) < 0]


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
    then = reading.lower_on(board.organization, since)
    stood, now = {row.organization_id for row in then}, {row.organization.pk for row in board.rows}
    moved = [
        Moved(row, row.earlier if row.organization.pk in stood else None, came=row.earlier is not None)
        for row in sorted(board.rows, key=lambda row: row.organization.screen_order)
    ]
    rows = [row for row in moved if row.is_real]
    gone = [row.as_organization() for row in then if row.organization_id not in now]
    had = answers_on(gone, since, board.scheme, board.asked)[0] if gone else {}
    return Moves(
        board=board,
        since=since,
        until=on,
        total=Moved(board.total, board.total.earlier),
        rows=rows,
        still=len(moved) - len(rows),
        gone=[
            Moved(Completion(each, scheme=board.scheme), had[each.pk], is_gone=True) for each in gone if each.pk in had
        ],
        own=Moved(board.own_level, board.own_level.earlier),
    )
