"""The clock of the days that a demo replays: rules that are asked on such a day note its date, not today's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils import timezone

from reports.demo.days import days_before


@dataclass(frozen=True)
class Deed:
    """Something that was done so many days before the day of the demo, at this time of the day."""

    days_back: int
    at: dt.time
    do: Callable[[], object]

    def happen(self, as_of: dt.date) -> None:
        """Do it, the clock standing at its moment."""
        with standing_at(timezone.make_aware(dt.datetime.combine(days_before(as_of, self.days_back), self.at))):
            self.do()


@contextmanager
def standing_at(moment: dt.datetime) -> Iterator[None]:
    """Within it, Django's clock stands at this moment, for the whole process: for loading a demo, never for pages.

    Everything here asks ``timezone.now`` for the time, so rules write the history they would have written then.
    """
    kept = timezone.now
    stands = moment.astimezone(dt.UTC)
    setattr(timezone, "now", lambda: stands)  # noqa: B010  # a plain assignment is refused as one to a function
    try:
        yield
    finally:
        setattr(timezone, "now", kept)  # noqa: B010
