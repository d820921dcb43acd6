"""提醒: what a campaign asks of an organisation, as its to-do and its own page, and the text for the chat group.

The text names organisations and how much they still have to enter, never people, and judges nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils import timezone

from branches.models import Organization
from branches.models.organizations import OrganizationStatus
from branches.scoping import within
from reports.campaigns import asking, sums
from reports.campaigns.board import CampaignBoard, Line
from reports.campaigns.counting import outermost
from reports.campaigns.sums import Sums
from reports.facts import keys, reading
from reports.facts.keys import Figures, Part
from reports.models import Campaign, CampaignExtension, CampaignState, CampaignTarget

# More names than fit into one message of a chat group.
MOST_NAMES: Final = 200
PRESSING: Final = dt.timedelta(days=3)


@dataclass(frozen=True)
class ItemLine:
    """One item with its figures."""

    label: str
    group: str
    sums: Sums


@dataclass(frozen=True)
class Asked:
    """What a campaign from above asks of an organisation and everything below it.

    ``due_at`` is the own deadline where it was put off; ``through`` the organisation that was asked, where it is
    another one than this; ``lower`` how many below were asked.
    """

    campaign: Campaign
    sums: Sums
    items: list[ItemLine]
    extension: CampaignExtension | None
    through: str
    lower: int

    @property
    def due_at(self) -> dt.datetime:
        if self.extension is None:
            return self.campaign.deadline_at
        return timezone.make_aware(dt.datetime.combine(self.extension.until_on, dt.time(23, 59)))

    @property
    def is_over(self) -> bool:
        return self.due_at <= timezone.now()

    @property
    def lacking(self) -> list[ItemLine]:
        """The items of which something is missing."""
        return [item for item in self.items if item.sums.missing]

    @property
    def pressing(self) -> tuple[str, str]:
        """Colour and word of its chip."""
        if not self.sums.missing:
            return "good", "已完成"
        if self.is_over:
            return "care", "已截止"
        soon = timezone.localdate(self.due_at) - timezone.localdate() <= PRESSING
        return ("care", "临近期限") if soon else ("busy", "进行中")


def asked_of(organization: Organization) -> list[Asked]:
    """What campaigns from above ask of an organisation now, the nearest deadline first, until they are closed.

    One query where nothing is asked, a constant number otherwise.
    """
    above = Organization.objects.ancestors_of(organization).order_by()
    asking = Campaign.objects.filter(
        state__in=[CampaignState.RUNNING, CampaignState.FROZEN], organization__in=above
    ).select_related("organization")
    campaigns = {campaign.pk: campaign for campaign in asking.order_by("pk")}
    if not campaigns:
        return []
    concerned = _concerned(organization, campaigns)
    below = [target.organization for targets in concerned.values() for target in targets]
    read = reading.figures_of(
        list({each.pk: each for each in (organization, *below)}.values()), timezone.localdate(), Part.COMPLETION
    )
    asked = [_asked(campaigns[pk], organization, targets, read) for pk, targets in concerned.items()]
    return sorted(asked, key=lambda each: each.due_at)


def _concerned(organization: Organization, campaigns: Collection[int]) -> dict[int, list[CampaignTarget]]:
    """The targets of each campaign at, above or below the organisation; what stands below only where no other is."""
    upward = Organization.objects.ancestors_of(organization, include_self=True).order_by()
    there = Q(organization__in=upward) | within([organization.path], "organization__path")
    targets = CampaignTarget.objects.filter(
        there, campaign__in=list(campaigns), organization__status=OrganizationStatus.ACTIVE
    )
    found: dict[int, list[CampaignTarget]] = {}
    for target in targets.select_related("organization").prefetch_related("extensions"):
        found.setdefault(target.campaign_id, []).append(target)
    return found


def _asked(
    campaign: Campaign, organization: Organization, targets: list[CampaignTarget], read: reading.Reading
) -> Asked:
    # Asked itself, or with everything below the nearest one that was asked.
    above = [target for target in targets if organization.path.startswith(target.organization.path)]
    whole = max(above, key=lambda target: len(target.organization.path), default=None)
    inner = outermost({target.organization_id: target.organization.path for target in targets})
    counted = (
        [organization.pk] if whole else [each.organization_id for each in targets if each.organization_id not in inner]
    )
    figures = keys.added(*(asking.still_asked(campaign, read.of[pk].total) for pk in counted if pk in read.of))
    return Asked(
        campaign=campaign,
        sums=sums.sums_of(figures),
        items=item_lines(figures),
        extension=max(whole.extensions.all(), key=lambda each: each.pk, default=None) if whole else None,
        through=str(whole) if whole is not None and whole.organization_id != organization.pk else "",
        lower=0 if whole else len(targets),
    )


def item_lines(figures: Figures) -> list[ItemLine]:
    """The figures item by item."""
    return [
        ItemLine(result.label, result.group.label, Sums(result.expected, result.actual, result.on_time))
        for result in keys.results_in(figures)
    ]


def chat_text(board: CampaignBoard) -> str:
    """The text for the chat group: who still has how much to enter, until when, and where that is done."""
    campaign = board.campaign
    incomplete = board.incomplete
    asked = [line for line in board.lines if line.now is not None]
    lines = [
        f"【{campaign.organization}】{campaign.name}",
        f"截至 {moment_in_words(board.counted_at)}，{len(asked)} 个组织中已有 {len(asked) - len(incomplete)} 个录齐。",
    ]
    if incomplete:
        until = "请抓紧补录" if campaign.has_result else f"请在 {moment_in_words(campaign.deadline_at)} 前补录"
        lines.append(f"以下 {len(incomplete)} 个组织还有缺项，{until}：")
        lines += [_named(line) for line in incomplete[:MOST_NAMES]]
        if len(incomplete) > MOST_NAMES:
            lines.append(f"其余 {len(incomplete) - MOST_NAMES} 个组织见系统“调度”页面。")
        lines.append("登录后在“待办事项”里点“去补录”，可以看到缺哪些项、在哪里补。")
    return "\n".join(lines)


def moment_in_words(moment: dt.datetime) -> str:
    """ "11 月 30 日 18:00"."""
    local = timezone.localtime(moment)
    return f"{local.month} 月 {local.day} 日 {local:%H:%M}"


def _named(line: Line) -> str:
    later = f"（延期至 {line.extension.until_on:%m-%d}）" if line.extension and not line.extension.is_over else ""
    within = f"（已计入{line.within}）" if line.within else ""
    return f"{line.name}：还差 {line.shown.missing:,} 项{within}{later}"
