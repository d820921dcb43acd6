"""拟定调度: what is asked, of whom, until when; a draft can be changed and thrown away, and binds nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.models.organizations import OrganizationQuerySet
from reports.completion_items import GROUPS, ITEMS
from reports.models import Campaign, CampaignScope, CampaignStage

STALE = "stale"


@dataclass(frozen=True)
class Stage:
    """So many percent by the end of that day."""

    name: str
    on: dt.date
    percent: int


@dataclass(frozen=True)
class Terms:
    """What a campaign is to be: everything somebody fills in."""

    name: str
    scope: CampaignScope
    chosen: Sequence[Organization]
    items: Collection[str]
    starts_on: dt.date
    deadline_at: dt.datetime
    notice: str
    stages: Sequence[Stage]


@transaction.atomic
def draft(organization: Organization, terms: Terms, *, by: User) -> Campaign:
    """Set up a campaign as a draft.

    Refuses a branch, no items, no organisations, a deadline that is over or not after the first day, and stages that
    lie outside, fall, or share a day.
    """
    if organization.is_branch:
        raise ValidationError("团支部没有下级组织，请在上级组织拟定调度。")
    campaign = Campaign(organization=organization, made_by=by, made_at=timezone.now())
    _fill(campaign, terms)
    campaign.save(force_insert=True)
    _keep_stages(campaign, terms)
    changes = {label: [None, value] for label, value in in_words(campaign).items()}
    audit.record(audit.Kind.CREATED, campaign, by=by, at=organization, changes=changes)
    return campaign


@transaction.atomic
def change(campaign: Campaign, terms: Terms, *, version: int, by: User) -> Campaign:
    """Change a draft. Refuses what ``draft`` refuses, one that was started, and one changed since it was read."""
    stored = locked(campaign)
    if not stored.is_draft:
        raise ValidationError("调度已经启动，不能再修改；确需修改的，请先撤销这次调度，再另行拟定。", code=STALE)
    refuse_stale(stored, version)
    before = in_words(stored)
    _fill(stored, terms)
    stored.version += 1
    stored.save()
    stored.stages.all().delete()
    _keep_stages(stored, terms)
    changes = audit.difference(before, in_words(stored))
    audit.record(audit.Kind.CHANGED, stored, by=by, at=stored.organization, changes=changes)
    return stored


@transaction.atomic
def discard(campaign: Campaign, *, version: int, by: User) -> None:
    """Throw a draft away. Refuses one that was started, and one changed since it was read."""
    stored = locked(campaign)
    if not stored.is_draft:
        raise ValidationError("调度已经启动，不能删除；不再进行的，请撤销。")
    refuse_stale(stored, version)
    changes = {label: [value, None] for label, value in in_words(stored).items()}
    audit.record(audit.Kind.DELETED, stored, by=by, at=stored.organization, changes=changes)
    stored.delete()


def organizations_of(campaign: Campaign) -> OrganizationQuerySet:
    """The organisations a campaign would be about if it began now, in the committee's order."""
    below = Organization.objects.active().under(campaign.organization, include_self=False)
    if campaign.scope == CampaignScope.BRANCHES:
        return below.branches().in_screen_order()
    lower = below.children_of(campaign.organization).in_screen_order()
    return lower.filter(pk__in=campaign.chosen) if campaign.scope == CampaignScope.CHOSEN else lower


def locked(campaign: Campaign) -> Campaign:
    """The row as it stands, for a change of it."""
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("organization")
    return rows.get(pk=campaign.pk)


def refuse_stale(stored: Campaign, version: int) -> None:
    """Refuse what was decided about an earlier version."""
    if stored.version != version:
        raise ValidationError("这次调度在您打开以后有变动，请刷新后重新核对。", code=STALE)


def in_words(campaign: Campaign) -> dict[str, Any]:
    """What a campaign is, as the log says it."""
    stages = campaign.stages.all() if campaign.pk else []
    return {
        "名称": campaign.name,
        "范围": campaign.get_scope_display(),
        "选定的组织": "、".join(map(str, organizations_of(campaign))) if campaign.chosen else None,
        "项目": "、".join(items_in_words(campaign)),
        "开始日期": str(campaign.starts_on),
        "截止时间": f"{timezone.localtime(campaign.deadline_at):%Y-%m-%d %H:%M}",
        "阶段": "；".join(map(str, stages)) or None,
        "通知正文": campaign.notice or None,
    }


def items_in_words(campaign: Campaign) -> list[str]:
    """What is asked: whole groups by the name of the group, the rest item by item."""
    said = []
    for group in GROUPS:
        of_group = [item for item in ITEMS.values() if item.group is group]
        asked = [item.label for item in of_group if item.key in campaign.items]
        said += [group.label] if len(asked) == len(of_group) else asked
    return said


def _fill(campaign: Campaign, terms: Terms) -> None:
    chosen = terms.chosen if terms.scope == CampaignScope.CHOSEN else []
    campaign.name, campaign.scope = terms.name.strip(), terms.scope
    campaign.chosen = [each.pk for each in chosen]
    campaign.items = [key for key in ITEMS if key in terms.items]
    campaign.starts_on, campaign.deadline_at = terms.starts_on, terms.deadline_at
    campaign.notice = terms.notice.strip()
    if not campaign.name:
        raise ValidationError({"name": "请填写调度名称。"})
    if not campaign.items:
        raise ValidationError({"items": "请至少选择一类或一个项目。"})
    _refuse_chosen(campaign, chosen)
    _refuse_days(campaign)
    _refuse_stages(campaign, terms.stages)


def _refuse_chosen(campaign: Campaign, chosen: Sequence[Organization]) -> None:
    if campaign.scope != CampaignScope.CHOSEN:
        return
    if not chosen:
        raise ValidationError({"chosen": "请选择要调度的直属下级组织。"})
    lower = set(organizations_of(campaign).values_list("pk", flat=True))
    for each in chosen:
        if each.pk not in lower:
            raise ValidationError({"chosen": f"{each}不是现有的直属下级组织，请重新选择。"})


def _refuse_days(campaign: Campaign) -> None:
    if campaign.deadline_at <= timezone.now():
        raise ValidationError({"deadline_on": "截止时间已经过去，请改为以后的时间。"})
    if campaign.deadline_on <= campaign.starts_on:
        raise ValidationError({"deadline_on": "截止日期要晚于开始日期，请改正。"})


def _refuse_stages(campaign: Campaign, stages: Sequence[Stage]) -> None:
    days: set[dt.date] = set()
    percent = 0
    for stage in sorted(stages, key=lambda stage: stage.on):
        if not campaign.starts_on < stage.on <= campaign.deadline_on:
            raise ValidationError(f"阶段“{stage.name}”的截止日不在开始日期以后、截止日期以内，请改正。")
        if stage.on in days:
            raise ValidationError(f"有两个阶段都在 {stage.on} 截止，请只保留一个。")
        if stage.percent < percent:
            raise ValidationError(f"阶段“{stage.name}”的计划完成率低于前一阶段，请改正。")
        if not 0 < stage.percent <= 100:
            raise ValidationError(f"阶段“{stage.name}”的计划完成率请填 1 至 100 的整数。")
        days.add(stage.on)
        percent = stage.percent


def _keep_stages(campaign: Campaign, terms: Terms) -> None:
    CampaignStage.objects.bulk_create(
        CampaignStage(campaign=campaign, name=stage.name, on=stage.on, percent=stage.percent) for stage in terms.stages
    )
