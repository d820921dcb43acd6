"""A campaign as its page shows it: every organisation beside the plan, by state, in the committee's order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils import timezone

from branches.models import Organization
from reports.campaigns import sums
from reports.campaigns.counting import Counted, Gone, counted_now, gone_among
from reports.campaigns.drafting import organizations_of
from reports.campaigns.planning import Plan, plan_of
from reports.campaigns.running import newcomers
from reports.campaigns.sums import Sums
from reports.models import Campaign, CampaignCount, CampaignExtension, CampaignStage, CampaignState, CampaignTarget

Moment = CampaignCount.Moment
Figures = Mapping[str, int]


@dataclass(frozen=True)
class State:
    """How an organisation stands to the plan, or to the deadline."""

    word: str
    chip: str


BEHIND: Final = State("落后于计划", "care")
ON_PLAN: Final = State("达到计划", "busy")
DONE: Final = State("已完成", "good")
OPEN: Final = State("截止时未完成", "care")
EXTENDED: Final = State("延期中", "busy")
DONE_LATE: Final = State("截止后补齐", "busy")
DONE_EXTENDED: Final = State("延期内完成", "good")
DONE_IN_TIME: Final = State("按期完成", "good")
NOTHING_ASKED: Final = State("不适用", "neutral")
GONE: Final = State("不再参加", "neutral")
# In the order of the page.
STATES: Final = (
    *(BEHIND, ON_PLAN, DONE, OPEN, EXTENDED, DONE_LATE, DONE_EXTENDED, DONE_IN_TIME),
    *(NOTHING_ASKED, GONE),
)


@dataclass(frozen=True)
class Line:
    """An organisation of the campaign: what it had at each moment and has now, None where nothing was counted.

    Once the deadline is frozen, ``now`` leaves out what began later (a new month's meeting). ``late`` is how much was
    entered after the deadline, after the own one where it was put off.
    """

    target: CampaignTarget
    name: str
    figures: Mapping[str, Figures] = field(repr=False)
    now_figures: Figures = field(repr=False)
    now: Sums | None
    late: int
    state: State
    extension: CampaignExtension | None
    gone: str

    def at(self, moment: str) -> Sums | None:
        return sums.sums_of(self.figures[moment]) if moment in self.figures else None

    @property
    def start(self) -> Sums | None:
        return self.at(Moment.START)

    @property
    def deadline(self) -> Sums | None:
        return self.at(Moment.DEADLINE)

    @property
    def extended(self) -> Sums | None:
        return self.at(Moment.EXTENSION)

    @property
    def shown(self) -> Sums:
        """What stands in the row: what it has now; nothing of one that has gone."""
        return self.now or Sums()

    @property
    def expected_change(self) -> int:
        """How much more or less is expected now than at the start."""
        return self.now.expected - self.start.expected if self.now and self.start else 0


@dataclass(frozen=True)
class Band:
    """Organisations of one state, in the committee's own order. No ranking."""

    state: State
    rows: list[Line]


@dataclass(frozen=True)
class CampaignBoard:
    """The page of a campaign: ``planned`` is the percent planned for today, of all together and of each."""

    campaign: Campaign
    stages: list[CampaignStage]
    plan: Plan
    planned: float
    lines: list[Line]
    total: Sums
    start: Sums
    deadline: Sums | None
    late: int
    counted_at: dt.datetime
    newcomers: list[Organization]

    @property
    def bands(self) -> list[Band]:
        return [Band(state, rows) for state in STATES if (rows := [row for row in self.lines if row.state is state])]

    @property
    def extended(self) -> list[Line]:
        """Organisations that may finish later, or were allowed to."""
        return [line for line in self.lines if line.extension is not None]

    @property
    def incomplete(self) -> list[Line]:
        """Organisations of which something is still missing."""
        return [line for line in self.lines if line.now is not None and line.now.missing]


@dataclass(frozen=True)
class Draft:
    """What a draft would be about, had it begun now."""

    campaign: Campaign
    stages: list[CampaignStage]
    organizations: list[Organization]
    now: Sums


def draft_of(campaign: Campaign) -> Draft:
    """A draft with the organisations it would be about and what they have now."""
    asked = list(organizations_of(campaign))
    counted = counted_now(campaign, [each.pk for each in asked])
    now = sums.added(sums.sums_of(figures) for figures in counted.figures.values())
    return Draft(campaign, list(campaign.stages.all()), asked, now)


def board_of(campaign: Campaign) -> CampaignBoard:
    """A campaign that was started, as it stands now or as it ended. A constant number of queries."""
    targets = list(campaign.targets.prefetch_related("counts", "extensions__granted_by"))
    stages = list(campaign.stages.all())
    kept = {target.pk: {count.moment: count for count in target.counts.all()} for target in targets}
    start = sums.added(sums.sums_of(each[Moment.START].figures) for each in kept.values() if Moment.START in each)
    plan = plan_of(campaign, stages, from_rate=start.rate)
    planned = plan.on(min(timezone.localdate(), campaign.deadline_on))
    counted = _counted(campaign, targets, kept)
    gone = _gone(campaign, targets, kept, counted)
    lines = [
        _line(campaign, target, kept[target.pk], counted, gone.get(target.organization_id, ""), planned)
        for target in targets
    ]
    return CampaignBoard(
        campaign=campaign,
        stages=stages,
        plan=plan,
        planned=planned,
        lines=lines,
        total=sums.added(line.shown for line in lines),
        start=start,
        deadline=sums.added(line.deadline or Sums() for line in lines) if campaign.has_result else None,
        late=sum(line.late for line in lines),
        counted_at=counted.counted_at,
        newcomers=newcomers(campaign) if campaign.is_running and not campaign.is_freezing else [],
    )


Kept = dict[str, CampaignCount]


def _counted(campaign: Campaign, targets: list[CampaignTarget], kept: dict[int, Kept]) -> Counted:
    """What they have now; of one that has ended, what they had then; of one called off, what they had at the start."""
    if campaign.is_running or campaign.is_frozen:
        return counted_now(campaign, [target.organization_id for target in targets])
    last = Moment.END if campaign.state == CampaignState.ENDED else Moment.START
    rows = {target.organization_id: kept[target.pk][last] for target in targets if last in kept[target.pk]}
    figures = {pk: row.figures for pk, row in rows.items() if not row.gone}
    return Counted(figures, {}, max((row.counted_at for row in rows.values()), default=timezone.now()))


def _gone(campaign: Campaign, targets: list[CampaignTarget], kept: dict[int, Kept], counted: Counted) -> dict[int, str]:
    if campaign.is_running or campaign.is_frozen:
        return gone_among(targets, counted)
    ended = {target.organization_id: kept[target.pk].get(Moment.END) for target in targets}
    return {pk: row.gone for pk, row in ended.items() if row is not None and row.gone}


def _line(campaign: Campaign, target: CampaignTarget, kept: Kept, counted: Counted, gone: str, planned: float) -> Line:
    figures: dict[str, Figures] = {moment: count.figures for moment, count in kept.items() if not count.gone}
    due = figures.get(Moment.EXTENSION, figures.get(Moment.DEADLINE))
    now = counted.figures.get(target.organization_id)
    late = 0
    if now is not None and due is not None:
        day = timezone.localdate(counted.counted_at)
        late, now = sums.entered_since(due, now, day), sums.since(due, now, day)
    current = counted.organizations.get(target.organization_id)
    extension = max(target.extensions.all(), key=lambda each: each.pk, default=None)
    has = sums.sums_of(now) if now is not None else None
    return Line(
        target=target,
        # Until the deadline is frozen under the names of then, an organisation is called what it is called now.
        name=current.short_name if current is not None and not campaign.has_result else target.short_name,
        figures=figures,
        now_figures=now or {},
        now=has,
        late=late,
        state=_state(campaign, figures, has, extension, planned),
        extension=extension,
        gone=Gone(gone).label if gone else "",
    )


def _state(
    campaign: Campaign,
    figures: Mapping[str, Figures],
    now: Sums | None,
    extension: CampaignExtension | None,
    planned: float,
) -> State:
    if now is None:
        return GONE
    deadline = sums.sums_of(figures.get(Moment.DEADLINE, {}))
    if not now.expected and not deadline.expected:
        return NOTHING_ASKED
    if not campaign.has_result:
        if not now.missing:
            return DONE
        return ON_PLAN if now.rate is not None and now.rate >= planned - 1e-9 else BEHIND
    if Moment.DEADLINE in figures and not deadline.missing:
        return DONE_IN_TIME
    if Moment.EXTENSION in figures:
        if not sums.sums_of(figures[Moment.EXTENSION]).missing:
            return DONE_EXTENDED
    elif extension is not None and campaign.is_frozen:
        return EXTENDED
    return OPEN if now.missing else DONE_LATE
