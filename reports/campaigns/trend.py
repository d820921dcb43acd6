"""走势: how far the organisations of a campaign were together on the days since its start, beside the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from branches.models import OrgType
from reports.campaigns import sums
from reports.campaigns.board import CampaignBoard, last_day_of
from reports.campaigns.counting import outermost
from reports.campaigns.sums import Sums
from reports.facts import keys
from reports.models import Campaign, CampaignStage, FactsDay, Standing

# One common window: more days than these are shown by some of them.
POINTS: Final = 12
WIDTH, HEIGHT = 560, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 12, 24


@dataclass(frozen=True)
class Point:
    """A day: percent planned, and what there was at its end; None where no figures were kept or it is to come."""

    on: dt.date
    planned: float
    has: Sums | None

    @property
    def rate(self) -> float | None:
        return self.has.rate if self.has else None


@dataclass(frozen=True)
class Reached:
    """A stage that is over: what was planned for its last day, and what there was."""

    stage: CampaignStage
    point: Point


@dataclass(frozen=True)
class Mark:
    """Where a point stands in the drawing."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Drawing:
    """The lines as an SVG wants them."""

    planned: str
    actual: str
    marks: list[Mark]
    days: list[Mark]
    levels: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT


def trend_of(board: CampaignBoard) -> list[Point]:
    """From the first day to today, to the deadline where that is over, or to the day it was called off.

    At most ``POINTS`` days, in two queries. Of the day it was called off only what was kept is known.
    """
    campaign = board.campaign
    days = _days(campaign.starts_on, last_day_of(campaign))
    last = days[-1]
    known = _known(campaign, [line.target.organization_id for line in board.lines], days[1:])
    known[days[0]] = board.start
    if last == campaign.deadline_on and board.deadline is not None:
        known[last] = board.deadline
    elif last == timezone.localdate() and len(days) > 1 and not campaign.ended_at:
        known[last] = board.total
    return [Point(day, board.plan.on(day), known.get(day)) for day in days]


def reached_in(board: CampaignBoard) -> list[Reached]:
    """The stages that are over, in their order. Two queries; none where there are no stages."""
    over = [stage for stage in board.stages if stage.on < timezone.localdate()]
    known = _known(board.campaign, [line.target.organization_id for line in board.lines], [each.on for each in over])
    if board.deadline is not None:
        known[board.campaign.deadline_on] = board.deadline
    return [Reached(stage, Point(stage.on, board.plan.on(stage.on), known.get(stage.on))) for stage in over]


def drawn(board: CampaignBoard, points: list[Point]) -> Drawing:
    """The plan from the first day to the deadline, and what there was as far as it is known.

    The lower end of the scale is the last round ten below everything shown: most campaigns begin far above zero.
    """
    first, span = board.campaign.starts_on, max(1, (board.campaign.deadline_on - board.campaign.starts_on).days)
    rates = [point.rate for point in points if point.rate is not None]
    low = int(min([percent for _, percent in board.plan.points] + rates) // 10 * 10)
    low = min(low, 90)

    def x(day: dt.date) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (day - first).days / span, 1)

    def y(percent: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * (percent - low) / (100 - low), 1)

    marks = [Mark(x(point.on), y(point.rate), f"{point.rate:.1f}") for point in points if point.rate is not None]
    planned = [Mark(x(day), y(percent), f"{day:%m-%d}") for day, percent in board.plan.points]
    levels = [Mark(_LEFT, y(percent), f"{percent:g}%") for percent in (low, (low + 100) / 2, 100)]
    return Drawing(_line(planned), _line(marks), marks, planned, levels)


def _line(marks: Iterable[Mark]) -> str:
    return " ".join(f"{mark.x},{mark.y}" for mark in marks)


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    span = (last - first).days
    steps = min(span, POINTS - 1)
    return (
        [first + dt.timedelta(days=round(span * step / steps)) for step in range(steps + 1)] if steps > 0 else [first]
    )


def _known(campaign: Campaign, wanted: Collection[int], days: list[dt.date]) -> dict[dt.date, Sums]:
    """What the kept figures of these organisations were on those days, while they stood below the committee."""
    if not days:
        return {}
    kept = set(FactsDay.objects.filter(day__in=days).values_list("day", flat=True))
    standings = Standing.objects.on_any(days).filter(organization_id__in=wanted)
    rows = standings.filter(lineage__contains=f"/{campaign.organization_id}/").values_list(
        "organization_id", "lineage", "from_day", "to_day", "org_type", "own", "below"
    )
    found: dict[dt.date, dict[int, tuple[str, Sums]]] = {day: {} for day in days if day in kept}
    for pk, lineage, from_day, to_day, org_type, own, below in rows.iterator(chunk_size=500):
        total = own if org_type == OrgType.BRANCH else keys.added(own, below)
        has = sums.sums_of(sums.of_items(total, campaign.items))
        for day, parts in found.items():
            if from_day <= day and (to_day is None or to_day > day):
                parts[pk] = (lineage, has)
    return {day: _together(parts) for day, parts in found.items()}


def _together(parts: dict[int, tuple[str, Sums]]) -> Sums:
    # What stood below another on that day is in its figures already.
    inner = outermost({pk: lineage for pk, (lineage, _) in parts.items()})
    return sums.added(has for pk, (_, has) in parts.items() if pk not in inner)
