"""结束报告: what a campaign asked for, planned and came to – by organisation at the deadline and after.

Page, print and workbook show this, and circulars quote it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from reports.campaigns import board as boards
from reports.campaigns.board import Band, CampaignBoard, Line
from reports.campaigns.closing import Closing, Deed, closing_of
from reports.campaigns.lowering import Lowered
from reports.campaigns.reminding import ItemLine, item_lines
from reports.campaigns.sums import Sums
from reports.campaigns.trend import Reached, reached_in
from reports.facts import keys
from reports.models import Campaign, CampaignStage

Moment = boards.Moment


@dataclass(frozen=True)
class ReportItem:
    """One item over all organisations: at the start, at the deadline, and what is still missing of that."""

    label: str
    group: str
    start: Sums
    deadline: Sums
    now: Sums


@dataclass(frozen=True)
class Report:
    """``on`` is the moment of the deadline (统计时点), ``counted_at`` when its figures were known (数据截至).

    ``until`` is the moment of what is called now: today's, or when it was closed. Causes, deeds and names are those of
    ``closing``, kept since it was closed.
    """

    campaign: Campaign
    stages: list[CampaignStage]
    reached: list[Reached]
    lines: list[Line]
    bands: list[Band]
    items: list[ReportItem]
    start: Sums
    deadline: Sums
    now: Sums
    late: int
    in_extension: int
    extended: list[Line]
    closing: Closing
    on: dt.datetime
    counted_at: dt.datetime
    until: dt.datetime

    @property
    def rows(self) -> list[Line]:
        """The organisations in the order of the table."""
        return [row for band in self.bands for row in band.rows]

    @property
    def deeds(self) -> list[Deed]:
        """Who made it when, from the draft to the end; the deadline is frozen by the system."""
        return self.closing.deeds

    @property
    def lowered(self) -> list[Lowered] | None:
        """Why less is expected; None where the items depend on no declared number and on no roster."""
        return None if self.closing.causes is None else self.closing.causes.lines

    @property
    def unlisted(self) -> str:
        """How many more causes there were, in words; empty where all are listed."""
        return "" if self.closing.causes is None else self.closing.causes.unlisted

    @property
    def changed(self) -> int:
        """How much more is missing now than the entries since the deadline explain: what was asked has changed."""
        return self.now.missing - (self.deadline.missing - self.in_extension - self.late)

    @property
    def changed_in_words(self) -> str:
        """The same in words; empty where 截止时缺 = 延期内补录 + 截止后补录 + 还缺."""
        more = "增加" if self.changed > 0 else "减少"
        return f"截止后应录变动、资料更正使缺项{more} {abs(self.changed):,} 项" if self.changed else ""

    @property
    def now_missing(self) -> str:
        """What stands over what is missing now, or was when it was closed."""
        return "结束时还缺" if self.campaign.ended_at else "现在还缺"

    @property
    def complete(self) -> list[Line]:
        """Organisations with nothing missing at their deadline, the own later one included."""
        return [line for line in self.lines if line.state in (boards.DONE_IN_TIME, boards.DONE_EXTENDED)]

    @property
    def missing(self) -> list[Line]:
        """Organisations of which something is missing now."""
        return [line for line in self.lines if line.now is not None and line.now.missing]


def report_of(campaign: Campaign) -> Report:
    """The result of a campaign whose deadline has been frozen; what is called now changes until it is closed.

    Refuses one without a result. A constant number of queries.
    """
    if not campaign.has_result:
        raise ValidationError("截止数据保存后才有结束报告，请在截止时间以后再看。")
    board = boards.board_of(campaign)
    counts = [count for line in board.lines for count in line.target.counts.all()]
    frozen = [count.counted_at for count in counts if count.moment == Moment.DEADLINE]
    ended = [count.counted_at for count in counts if count.moment == Moment.END]
    return Report(
        campaign=campaign,
        stages=board.stages,
        reached=reached_in(board),
        lines=board.lines,
        bands=board.bands,
        items=_items(board),
        start=board.start,
        deadline=board.deadline or Sums(),
        now=board.total,
        late=board.late,
        in_extension=board.in_extension,
        extended=board.extended,
        closing=closing_of(campaign),
        on=campaign.deadline_at,
        counted_at=max(frozen, default=campaign.deadline_at),
        until=max(ended, default=board.counted_at) if campaign.ended_at else board.counted_at,
    )


def _items(board: CampaignBoard) -> list[ReportItem]:
    counts = [count for line in board.lines for count in line.target.counts.all()]
    start, deadline = (
        {item.label: item for item in item_lines(keys.added(*(each.apart for each in counts if each.moment == moment)))}
        for moment in (Moment.START, Moment.DEADLINE)
    )
    outer = [line.now_figures for line in board.lines if not line.within]
    now = {item.label: item for item in item_lines(keys.added(*outer))}
    none = ItemLine("", "", Sums())
    return [
        ReportItem(
            label=item.label,
            group=item.group,
            start=start.get(label, none).sums,
            deadline=item.sums,
            now=now.get(label, none).sums,
        )
        for label, item in deadline.items()
    ]
