"""计划线: how far a campaign should be on each day, from where it began over its stages to the deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from reports.models import Campaign, CampaignStage


@dataclass(frozen=True)
class Plan:
    """Days with the percent planned for their end; in between it rises evenly."""

    points: tuple[tuple[dt.date, float], ...]

    def on(self, day: dt.date) -> float:
        """Percent planned for the end of that day."""
        first, last = self.points[0], self.points[-1]
        if day <= first[0]:
            return first[1]
        for (from_day, low), (to_day, high) in pairwise(self.points):
            if day <= to_day:
                return low + (high - low) * (day - from_day).days / (to_day - from_day).days
        return last[1]


def plan_of(campaign: Campaign, stages: Iterable[CampaignStage], *, from_rate: float | None) -> Plan:
    """The plan of a campaign that stood at ``from_rate`` when it began.

    It never falls: a stage below what was reached at the beginning is planned as reached. Where no stage ends on the
    day of the deadline, everything is to be complete then.
    """
    reached = from_rate or 0.0
    points = [(campaign.starts_on, reached)]
    for stage in sorted(stages, key=lambda stage: stage.on):
        points.append((stage.on, max(float(stage.percent), points[-1][1])))
    if points[-1][0] < campaign.deadline_on:
        points.append((campaign.deadline_on, 100.0))
    return Plan(tuple(points))
