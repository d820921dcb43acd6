"""走势: completion over the last twelve weeks, from figures kept by day; nothing is made up for days without any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from reports.completion.sums import Completion, Point, points_from
from reports.completion_items import Group
from reports.facts import reading
from reports.models import Standing

POINTS: Final = 12
STEP: Final = dt.timedelta(days=7)
# Lines in one table; more would read more than a page may.
MOST: Final = 100
# A line that moves by less than so many percentage points looks flat.
LEAST_SPAN: Final = 5.0


def window(until: dt.date) -> list[dt.date]:
    """The days of the common window, the last one included."""
    return [until - STEP * back for back in range(POINTS - 1, -1, -1)]


def add_trends(rows: Collection[Completion], on: dt.date, *, group: Group | None = None) -> None:
    """Give each row its points of the window, the last of them its own figures. Two queries, whatever their number.

    All points are measured by the row's scheme, so that a line moves only when figures do.
    """
    kept = _kept([row.organization.pk for row in rows], window(on)[:-1])
    for row in rows:
        row.trend = points_from(kept.get(row.organization.pk, {}), row.scheme, group=group)
        row.trend.append(Point(on, row.rate, row.expected, row.actual))


def _kept(organizations: list[int], days: list[dt.date]) -> dict[int, dict[dt.date, reading.Known]]:
    first = reading.first_day()
    days = [day for day in days if first is not None and day >= first]
    if not days:
        return {}
    found: dict[int, dict[dt.date, reading.Known]] = {}
    rows = Standing.objects.on_any(days).filter(organization__in=organizations).order_by()
    for pk, own, below, begun, ended in rows.values_list("organization_id", "own", "below", "from_day", "to_day"):
        for day in days:
            if begun <= day and (ended is None or day < ended):
                found.setdefault(pk, {})[day] = reading.Known(own, below)
    return found


@dataclass(frozen=True)
class Line:
    """A row's points drawn: an SVG polyline and its last point, and the same in words."""

    path: str
    last_x: str
    last_y: str
    words: str


@dataclass(frozen=True)
class Scale:
    """What a drawing spans: one scale for every line of a table, so that they can be compared."""

    lowest: float
    highest: float
    until: dt.date
    width: int = 84
    height: int = 22
    margin: int = 3

    def line(self, points: Iterable[Point]) -> Line | None:
        """The points that have a rate; None where there is none of today."""
        drawn = [(self._place(point), point) for point in points if point.rate is not None]
        if not drawn or drawn[-1][1].day != self.until:
            return None
        (last_x, last_y), _ = drawn[-1]
        path = " ".join(f"{x},{y}" for (x, y), _ in drawn)
        words = "，".join(f"{point.day:%m-%d} {point.rate:.1f}%" for _, point in drawn)
        return Line(path, last_x, last_y, words)

    def _place(self, point: Point) -> tuple[str, str]:
        weeks = (self.until - point.day) / STEP
        x = self.width - self.margin - weeks * (self.width - 2 * self.margin) / (POINTS - 1)
        share = ((point.rate or 0) - self.lowest) / (self.highest - self.lowest)
        y = self.height - self.margin - share * (self.height - 2 * self.margin)
        return f"{x:.1f}", f"{y:.1f}"


def scale_of(rows: Iterable[Completion], on: dt.date, *, width: int = 84, height: int = 22, margin: int = 3) -> Scale:
    """The scale on which all these rows find room."""
    rates = [point.rate for row in rows for point in row.trend if point.rate is not None] or [100.0]
    highest = max(rates)
    return Scale(min(*rates, highest - LEAST_SPAN), highest, on, width, height, margin)
