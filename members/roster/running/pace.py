"""进度: how far the check or the writing of an import has come, how fast, and whether anybody is at work at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from members.models.roster import ImportState, RosterImport
from members.roster.running import applying, checking
from tuanjian.announcing import announced

UNDER_WAY: Final = (ImportState.UPLOADED, ImportState.CHECKING, ImportState.WRITING)
PATIENCE: Final = dt.timedelta(seconds=15)


@dataclass(frozen=True)
class Pace:
    """An import as seen by somebody who has been watching it since a moment, or since the writing began.

    ``percent`` is how far the present step has come, None while it cannot be told.
    """

    roster: RosterImport
    now: dt.datetime
    since: dt.datetime
    percent: int | None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.roster.state not in UNDER_WAY

    @property
    def is_writing(self) -> bool:
        return self.roster.state == ImportState.WRITING

    @property
    def is_reading(self) -> bool:
        """Whether the rows are still being counted: how many there are is then known about."""
        roster = self.roster
        is_counted = roster.total and roster.done * checking.STEPS >= roster.total
        return roster.state == ImportState.CHECKING and not is_counted

    @property
    def seconds(self) -> int:
        return max(0, int((self.now - self.since).total_seconds()))

    @property
    def rows(self) -> int:
        """Rows of the file, 0 while nobody has counted them."""
        return self.roster.total // checking.STEPS

    @property
    def rows_done(self) -> int:
        """How many of them the present step is done with."""
        if self.is_reading or self.is_writing:
            return self.roster.done if self.is_reading else self.rows * (self.percent or 0) // 100
        return max(0, self.roster.done - self.rows) // (checking.STEPS - 1)

    @property
    def rate(self) -> int:
        """Rows a second, 0 while it cannot be told."""
        return self.rows_done // self.seconds if self.seconds else 0

    @property
    def seconds_left(self) -> int:
        """About, 0 while it cannot be told."""
        return -(-self.seconds * (100 - self.percent) // self.percent) if self.percent else 0

    @property
    def waits_in_vain(self) -> bool:
        """Whether nobody has begun, though there was time: the background worker is probably not running."""
        return self.roster.state == ImportState.UPLOADED and self.now - self.since > PATIENCE

    @property
    def is_lost(self) -> bool:
        """Whether whoever worked on it is gone."""
        return self.roster.has_lost_its_worker(self.now)


def pace_of(roster: RosterImport, *, now: dt.datetime, since: str = "") -> Pace:
    """The pace of an import for somebody who watches ``since`` then (seconds since 1970), else since ``now``.

    One query on PostgreSQL while it is being written: there the transaction tells how far it is. On SQLite nobody can
    tell, and nobody else writes meanwhile.
    """
    if roster.state == ImportState.WRITING:
        began = roster.lease_until - applying.LEASE if roster.lease_until else now
        return Pace(roster, now, min(began, now), announced(applying.announcement(roster)))
    percent = roster.percent if roster.total or roster.state not in UNDER_WAY else None
    if since.isascii() and since.isdigit() and len(since) < 12:
        watched = dt.datetime.fromtimestamp(int(since), tz=dt.UTC)
        return Pace(roster, now, min(watched, now), percent)
    return Pace(roster, now, now, percent)
