"""A campaign as its page shows it: every organisation beside the plan, by state, in the committee's order."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
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
from reports.facts import keys
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
CALLED_OFF: Final = State("启动时有缺项", "neutral")
OPEN: Final = State("截止时未完成", "care")
EXTENDED: Final = State("延期中", "busy")
DONE_LATE: Final = State("截止后补齐", "busy")
DONE_EXTENDED: Final = State("延期内完成", "good")
DONE_IN_TIME: Final = State("按期完成", "good")
NOTHING_ASKED: Final = State("不适用", "neutral")
GONE: Final = State("不再参加", "neutral")
# In the order of the page.
STATES: Final = (
    *(BEHIND, ON_PLAN, CALLED_OFF, DONE, OPEN, EXTENDED, DONE_LATE, DONE_EXTENDED, DONE_IN_TIME),
    *(NOTHING_ASKED, GONE),
)


@dataclass(frozen=True)
class Line:
    """An organisation of the campaign: what it had at each moment and has now, None where nothing was counted.

    Once the deadline is frozen, ``now`` leaves out what began later (a new month's meeting). ``late`` is how much was
    entered after the deadline, after the own one where it was put off; ``in_extension`` what was entered between the
    two. ``within`` and ``within_then`` name another organisation of the campaign whose figures hold these, now and at
    the deadline: the sums have them once.
    """

    target: CampaignTarget
    name: str
    figures: Mapping[str, Figures] = field(repr=False)
    now_figures: Figures = field(repr=False)
    now: Sums | None
    late: int
    in_extension: int
    state: State
    extension: CampaignExtension | None
    approver: str
    gone: str
    within: str
    within_then: str

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
    def over(self) -> int:
        """How much of what is missing was asked for a period that is over: no list of today has it."""
        return sums.over_in(self.now_figures, timezone.localdate())

    @property
    def listed(self) -> int:
        """How much is missing of what is asked today still (``asking.wanted_by``)."""
        return self.shown.missing - self.over

    @property
    def within_in_words(self) -> str:
        """Whose figures hold these; empty where they stand for themselves in all sums."""
        if Moment.DEADLINE not in self.figures or self.within == self.within_then:
            return f"已计入{self.within}" if self.within else ""
        then = f"截止时已计入{self.within_then}" if self.within_then else ""
        return "，".join(filter(None, (then, f"现已计入{self.within}" if self.within else "")))

    @property
    def is_late_apart(self) -> bool:
        """Whether what was entered late is in no other line."""
        return not self.within or self.within != self.within_then

    @property
    def expected_change(self) -> int:
        """How much more or less is expected now than at the start."""
        return self.now.expected - self.start.expected if self.now and self.start else 0


@dataclass(frozen=True)
class Band:
    """Organisations of one state, in the committee's own order. No ranking.

    ``rows`` may be those of one page; ``number`` is how many there are.
    """

    state: State
    rows: list[Line]
    number: int


def bands_of(shown: Iterable[Line], listed: Iterable[Line]) -> list[Band]:
    """What is shown of what is listed, by state."""
    by_state: dict[State, list[Line]] = {}
    for row in shown:
        by_state.setdefault(row.state, []).append(row)
    numbers = Counter(row.state for row in listed)
    return [Band(state, by_state[state], numbers[state]) for state in STATES if state in by_state]


def narrowed(rows: Iterable[Line], *, state: str = "", name: str = "") -> list[Line]:
    """Those in a state, called so in part."""
    return [row for row in rows if state in ("", row.state.word) and name in row.name]


@dataclass(frozen=True)
class CampaignBoard:
    """The page of a campaign: ``planned`` is the percent planned for today, of all together and of each.

    Of one that was called off it is that of the day this was done.
    """

    campaign: Campaign
    stages: list[CampaignStage]
    plan: Plan
    planned: float
    lines: list[Line]
    total: Sums
    start: Sums
    deadline: Sums | None
    late: int
    in_extension: int
    counted_at: dt.datetime
    newcomers: list[Organization]

    @property
    def planned_label(self) -> str:
        """Of which day the plan is."""
        return "撤销时计划" if self.campaign.is_withdrawn else "今天计划"

    @property
    def bands(self) -> list[Band]:
        return bands_of(self.lines, self.lines)

    @property
    def rows(self) -> list[Line]:
        """The organisations in the order of the page."""
        return [row for band in self.bands for row in band.rows]

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
    return Draft(campaign, list(campaign.stages.all()), asked, counted.total)


def last_day_of(campaign: Campaign) -> dt.date:
    """The last day there is anything to compare with the plan: today, the deadline, or when it was called off."""
    today = timezone.localdate(campaign.ended_at) if campaign.ended_at else timezone.localdate()
    return min(today, campaign.deadline_on)


def board_of(campaign: Campaign) -> CampaignBoard:
    """A campaign that was started, as it stands now or as it ended. A constant number of queries."""
    targets = list(campaign.targets.prefetch_related("counts", "extensions__granted_by"))
    approvers = {int(pk): name for pk, name in (campaign.report or {}).get("approvers", {}).items()}
    stages = list(campaign.stages.all())
    kept = {target.pk: {count.moment: count for count in target.counts.all()} for target in targets}
    start = _sum_at(Moment.START, kept)
    plan = plan_of(campaign, stages, from_rate=start.rate)
    planned = plan.on(last_day_of(campaign))
    counted = _counted(campaign, targets, kept)
    gone = _gone(campaign, targets, kept, counted)
    then = _within(Moment.DEADLINE, targets, kept)
    known = _Known(campaign, kept, counted, gone, then, planned, approvers, _names(campaign, targets, counted))
    lines = [_line(known, target) for target in targets]
    return CampaignBoard(
        campaign=campaign,
        stages=stages,
        plan=plan,
        planned=planned,
        lines=lines,
        # Of one called off nothing is known but the start.
        total=start if campaign.is_withdrawn else sums.added(line.shown for line in lines if not line.within),
        start=start,
        deadline=_sum_at(Moment.DEADLINE, kept) if campaign.has_result else None,
        late=sum(line.late for line in lines if line.is_late_apart),
        in_extension=sum(line.in_extension for line in lines if line.is_late_apart),
        counted_at=counted.counted_at,
        newcomers=newcomers(campaign) if campaign.is_running and not campaign.is_freezing else [],
    )


Kept = dict[str, CampaignCount]


@dataclass(frozen=True)
class _Known:
    """What all lines of a board are made of; besides ``kept`` and ``approvers`` everything goes by the organisation.

    ``then`` says, as ``counted.within`` does for now, which stood below another at the deadline.
    """

    campaign: Campaign
    kept: Mapping[int, Kept]
    counted: Counted
    gone: Mapping[int, str]
    then: Mapping[int, int]
    planned: float
    approvers: Mapping[int, str]
    names: Mapping[int, str]


def _sum_at(moment: str, kept: Mapping[int, Kept]) -> Sums:
    return sums.added(sums.sums_of(each[moment].apart) for each in kept.values() if moment in each)


def _names(campaign: Campaign, targets: list[CampaignTarget], counted: Counted) -> dict[int, str]:
    # Until the deadline is frozen under the names of then, an organisation is called what it is called now.
    now = {} if campaign.has_result else counted.organizations
    return {target.organization_id: now.get(target.organization_id, target).short_name for target in targets}


def _counted(campaign: Campaign, targets: list[CampaignTarget], kept: dict[int, Kept]) -> Counted:
    """What they have now; of one that has ended, what they had then; of one called off, what they had at the start."""
    if campaign.is_running or campaign.is_frozen:
        return counted_now(campaign, [target.organization_id for target in targets])
    last = Moment.END if campaign.state == CampaignState.ENDED else Moment.START
    rows = {target.organization_id: kept[target.pk][last] for target in targets if last in kept[target.pk]}
    figures = {pk: row.figures for pk, row in rows.items() if not row.gone}
    counted_at = max((row.counted_at for row in rows.values()), default=timezone.now())
    return Counted(figures, {}, counted_at, within=_within(last, targets, kept))


def _within(moment: str, targets: list[CampaignTarget], kept: Mapping[int, Kept]) -> dict[int, int]:
    by_pk = {target.pk: target.organization_id for target in targets}
    counts = {by_pk[pk]: each[moment] for pk, each in kept.items() if moment in each}
    return {pk: by_pk[count.within_id] for pk, count in counts.items() if count.within_id is not None}


def _gone(campaign: Campaign, targets: list[CampaignTarget], kept: dict[int, Kept], counted: Counted) -> dict[int, str]:
    if campaign.is_running or campaign.is_frozen:
        return gone_among(targets, counted)
    ended = {target.organization_id: kept[target.pk].get(Moment.END) for target in targets}
    return {pk: row.gone for pk, row in ended.items() if row is not None and row.gone}


def _line(known: _Known, target: CampaignTarget) -> Line:
    campaign, counted, kept = known.campaign, known.counted, known.kept[target.pk]
    gone = known.gone.get(target.organization_id, "")
    figures: dict[str, Figures] = {moment: count.figures for moment, count in kept.items() if not count.gone}
    extension = max(target.extensions.all(), key=lambda each: each.pk, default=None)
    now = counted.figures.get(target.organization_id)
    due = apart = figures.get(Moment.DEADLINE, figures.get(Moment.EXTENSION))
    late = in_extension = 0
    if due is not None and Moment.EXTENSION in figures:
        extended = kept[Moment.EXTENSION]
        day = timezone.localdate(extended.counted_at)
        in_extension = sums.entered_since(due, extended.apart, day)
        figures[Moment.EXTENSION], apart = sums.since(due, extended.figures, day), sums.since(due, extended.apart, day)
        due = figures[Moment.EXTENSION]
    if now is not None and due is not None and apart is not None:
        day = timezone.localdate(counted.counted_at)
        # What has come below it since brought along what was entered elsewhere: that is not late.
        late = sums.entered_since(apart, sums.less(now, _joined_since(known, target)), day)
        now = sums.since(due, now, day)
    if extension is not None and Moment.EXTENSION not in figures:
        in_extension, late = late, 0
    has = sums.sums_of(now) if now is not None else None
    return Line(
        target=target,
        name=known.names[target.organization_id],
        figures=figures,
        now_figures=now or {},
        now=has,
        late=late,
        in_extension=in_extension,
        state=_state(campaign, figures, has, extension, known.planned),
        extension=extension,
        approver=known.approvers.get(extension.pk, str(extension.granted_by)) if extension else "",
        gone=Gone(gone).label if gone else "",
        within=known.names.get(counted.within.get(target.organization_id, 0), ""),
        within_then=known.names.get(known.then.get(target.organization_id, 0), ""),
    )


def _joined_since(known: _Known, target: CampaignTarget) -> Figures:
    """What organisations have now that came to stand below this one after the deadline."""
    pk, now = target.organization_id, known.counted.within
    joined = [each for each, outer in now.items() if outer == pk and known.then.get(each) != pk]
    return keys.added(*(known.counted.figures[each] for each in joined))


def _state(
    campaign: Campaign,
    figures: Mapping[str, Figures],
    now: Sums | None,
    extension: CampaignExtension | None,
    planned: float,
) -> State:
    if now is None and (not campaign.has_result or Moment.DEADLINE not in figures):
        return GONE
    deadline = sums.sums_of(figures.get(Moment.DEADLINE, {}))
    if not deadline.expected and (now is None or not now.expected):
        return NOTHING_ASKED
    if now is not None and not campaign.has_result:
        if not now.missing:
            return DONE
        if campaign.is_withdrawn:
            # Only the start is known: no plan was missed by then.
            return CALLED_OFF
        return ON_PLAN if now.rate is not None and now.rate >= planned - 1e-9 else BEHIND
    if Moment.DEADLINE in figures and not deadline.missing:
        return DONE_IN_TIME
    if Moment.EXTENSION in figures:
        if not sums.sums_of(figures[Moment.EXTENSION]).missing:
            return DONE_EXTENDED
    elif extension is not None and campaign.is_frozen and now is not None:
        return EXTENDED
    # What was closed or moved away since the deadline keeps what stood there.
    return OPEN if now is None or now.missing else DONE_LATE
