"""调度 under way: starting it, letting an organisation finish later, calling it off, closing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from reports.campaigns import closing, sums
from reports.campaigns.counting import Counted, counted_now, gone_among
from reports.campaigns.drafting import STALE, locked, organizations_of, refuse_stale
from reports.models import (
    Campaign,
    CampaignCount,
    CampaignExtension,
    CampaignState,
    CampaignTarget,
)

Moment = CampaignCount.Moment


@transaction.atomic
def start(campaign: Campaign, *, version: int, by: User) -> Campaign:
    """Begin: the organisations it is about and what they have are kept, and it stands among their to-dos.

    A first day that is over becomes today. Refuses what is no draft any more, one changed since it was read, one whose
    first day is still to come or whose deadline is over, and one that would ask nothing of anybody.
    """
    stored = locked(campaign)
    if not stored.is_draft:
        raise ValidationError(f"这次调度{_stands(stored)}，不能再启动。", code=STALE)
    refuse_stale(stored, version)
    _refuse_untimely(stored)
    asked = list(organizations_of(stored))
    if not asked:
        raise ValidationError("范围内没有可以调度的下级组织，请修改范围后再启动。")
    counted = counted_now(stored, [each.pk for each in asked])
    began = counted.total
    if not began.expected:
        raise ValidationError("所选项目现在没有应录的内容，请修改项目后再启动。")
    keep(_make_targets(stored, asked), counted, Moment.START)
    stored.starts_on = timezone.localdate()
    stored.started_by, stored.started_at = by, timezone.now()
    _turn(stored, CampaignState.RUNNING, by, {"组织数": [None, len(asked)], "启动时": [None, said(began)]})
    return stored


@transaction.atomic
def take_in(campaign: Campaign, *, organizations: Collection[int], by: User) -> int:
    """Have those of these that came into the scope since the start take part, too, for good; returns how many.

    What stands there begins with what it has now. Of one that took over others that take part, they keep where they
    began, and it adds the rest to the sums. Refuses one that is not under way, one that nobody has joined, and ids of
    which none is to be taken in any more.
    """
    stored = locked(campaign)
    _refuse_over(stored)
    offered = newcomers(stored)
    if not offered:
        raise ValidationError("启动后范围内没有新增的组织。")
    new = [each for each in offered if each.pk in organizations]
    if not new:
        raise ValidationError("所列的组织已经列入，或者不再属于范围，请刷新后重新核对。", code=STALE)
    known = list(stored.targets.all())
    before = {target.organization_id for target in known}
    counted = counted_now(stored, [*before, *(each.pk for each in new)])
    elsewhere = {each.pk: counted.counted_below(each.pk, before) for each in new}
    keep(_make_targets(stored, new), counted, Moment.START, among=known, elsewhere=elsewhere)
    stored.version += 1
    stored.save(update_fields=["version"])
    changes = {"列入的组织": [None, "、".join(map(str, new))]}
    audit.record(audit.Kind.CHANGED, stored, by=by, at=stored.organization, changes=changes)
    return len(new)


def newcomers(campaign: Campaign) -> list[Organization]:
    """Organisations that would be asked, too, if it began now."""
    known = campaign.targets.values_list("organization_id", flat=True)
    return list(organizations_of(campaign).exclude(pk__in=list(known)))


@transaction.atomic
def extend(
    campaign: Campaign, *, target: CampaignTarget, until_on: dt.date, reason: str, by: User
) -> CampaignExtension:
    """Let an organisation finish later, with the reason, until the end of a day. The newest such word counts.

    What stood there at the common deadline is kept all the same. Refuses one that is neither under way nor frozen, an
    organisation that is not asked, no reason, a day that is over or not after the deadline, and one whose own later
    deadline has already been frozen.
    """
    stored = locked(campaign)
    if not (stored.is_running or stored.is_frozen):
        raise ValidationError(f"这次调度{_stands(stored)}，不能再延期。", code=STALE)
    if target.campaign_id != stored.pk:
        raise ValidationError({"target": "请选择参加这次调度的组织。"})
    if not reason.strip():
        raise ValidationError({"reason": "请填写延期的原因。"})
    if until_on <= stored.deadline_on:
        raise ValidationError({"until_on": f"延期的最后一天要在截止日期 {stored.deadline_on} 以后，请改正。"})
    if until_on < timezone.localdate():
        raise ValidationError({"until_on": "延期的最后一天已经过去，请改为今天或以后。"})
    if target.counts.filter(moment=Moment.EXTENSION).exists():
        raise ValidationError({"target": f"{target}的延期已经截止，不能再延期。"})
    known = target.extensions.last()
    granted = CampaignExtension.objects.create(
        target=target, until_on=until_on, reason=reason.strip(), granted_by=by, granted_at=timezone.now()
    )
    stored.version += 1
    stored.save(update_fields=["version"])
    changes = {
        "组织": [None, str(target)],
        "延期至": [str(known.until_on) if known else None, str(until_on)],
    }
    audit.record(audit.Kind.CHANGED, stored, by=by, at=stored.organization, changes=changes, reason=granted.reason)
    return granted


@transaction.atomic
def withdraw(campaign: Campaign, *, reason: str, version: int | None = None, by: User) -> None:
    """Call a campaign off before its deadline: it leaves the to-dos, nothing is frozen.

    ``version`` is the one somebody decided about; None where the row has just been read. Refuses one that is over, and
    one changed since it was read.
    """
    stored = locked(campaign)
    _refuse_over(stored)
    if version is not None:
        refuse_stale(stored, version)
    if not reason.strip():
        raise ValidationError({"reason": "请填写撤销的原因。"})
    stored.reason = reason.strip()[:200]
    stored.ended_by, stored.ended_at = by, timezone.now()
    _turn(stored, CampaignState.WITHDRAWN, by, {}, reason=stored.reason)


@transaction.atomic
def end(campaign: Campaign, *, version: int | None = None, by: User) -> None:
    """Close a campaign: what was entered after the deadline is kept as it stands now, and does not change any more.

    The causes, deeds and names of the closing report are kept with it. ``version`` is the one somebody decided about;
    None where the row has just been read. Refuses one whose deadline has not been frozen, one in which somebody may
    still finish later, and one changed since it was read.
    """
    stored = locked(campaign)
    if not stored.is_frozen:
        raise ValidationError(f"这次调度{_stands(stored)}，截止数据保存后才能结束。", code=STALE)
    if version is not None:
        refuse_stale(stored, version)
    open_ones = still_extended(stored)
    if open_ones:
        last = max(extension.until_on for extension in open_ones)
        raise ValidationError(f"还有 {len(open_ones)} 个组织在延期，最后一天是 {last}，请在延期都截止后结束。")
    targets = list(stored.targets.all())
    counted = counted_now(stored, [target.organization_id for target in targets])
    keep(targets, counted, Moment.END)
    stored.ended_by, stored.ended_at = by, timezone.now()
    stored.report = closing.kept_of(stored)
    changes: dict[str, list[str | int | None]] = {
        "结束时": [None, said(counted.total)],
        **said_within(targets, counted),
    }
    _turn(stored, CampaignState.ENDED, by, changes)


def still_extended(campaign: Campaign) -> list[CampaignExtension]:
    """Words that hold: the newest of each organisation whose own later deadline has not been frozen yet."""
    newest: dict[int, CampaignExtension] = {}
    rows = CampaignExtension.objects.filter(target__campaign=campaign)
    for extension in rows.exclude(target__counts__moment=Moment.EXTENSION).select_related("target").order_by("id"):
        newest[extension.target_id] = extension
    return list(newest.values())


def keep(
    targets: list[CampaignTarget],
    counted: Counted,
    moment: CampaignCount.Moment,
    *,
    among: Sequence[CampaignTarget] = (),
    elsewhere: Mapping[int, dict[str, int]] | None = None,
) -> None:
    """Store what was counted of these targets, and within which of them and ``among`` it is counted too, for good."""
    gone = gone_among(targets, counted)
    outer = {target.organization_id: target for target in (*among, *targets)}
    CampaignCount.objects.bulk_create(
        [
            CampaignCount(
                target=target,
                moment=moment,
                figures=counted.figures.get(target.organization_id, {}),
                gone=gone.get(target.organization_id, ""),
                within=outer.get(counted.within.get(target.organization_id, 0)),
                elsewhere=(elsewhere or {}).get(target.organization_id, {}),
                counted_at=counted.counted_at,
            )
            for target in targets
        ],
        batch_size=500,
    )


def said_within(targets: list[CampaignTarget], counted: Counted) -> dict[str, list[str | int | None]]:
    """For the log: whose figures are in the sums with those of another; nothing where there are none."""
    names = {target.organization_id: str(target) for target in targets}
    told = [f"{names[pk]}（已计入{names[outer]}）" for pk, outer in counted.within.items()]
    return {"不重复合计": [None, "、".join(told)]} if told else {}


def said(total: sums.Sums) -> str:
    """Sums in words."""
    return f"应录 {total.expected:,} 项，已录 {total.actual:,} 项"


def _stands(stored: Campaign) -> str:
    return "还是草稿" if stored.is_draft else stored.word


def _refuse_untimely(stored: Campaign) -> None:
    if stored.starts_on > timezone.localdate():
        raise ValidationError(f"开始日期 {stored.starts_on} 还没有到，请到那天再启动，或先修改开始日期。")
    if stored.deadline_at <= timezone.now() or stored.deadline_on <= timezone.localdate():
        raise ValidationError("截止日期不在今天以后，请修改后再启动。")
    if stored.stages.filter(on__lte=timezone.localdate()).exists():
        raise ValidationError("有阶段的截止日不在今天以后，请修改后再启动。")


def _refuse_over(stored: Campaign) -> None:
    if not stored.is_running or stored.is_freezing:
        raise ValidationError(f"这次调度{_stands(stored)}，不能再办理。", code=STALE)


def _make_targets(stored: Campaign, asked: list[Organization]) -> list[CampaignTarget]:
    targets = []
    for organization in asked:
        target = CampaignTarget(campaign=stored, organization=organization)
        target.name_after(organization)
        targets.append(target)
    return CampaignTarget.objects.bulk_create(targets, batch_size=500)


def _turn(
    stored: Campaign, state: CampaignState, by: User, changes: dict[str, list[str | int | None]], reason: str = ""
) -> None:
    words: dict[str, list[str | int | None]] = {"状态": [stored.get_state_display(), state.label]}
    stored.state = state
    stored.version += 1
    stored.save()
    audit.record(audit.Kind.CHANGED, stored, by=by, at=stored.organization, changes=words | changes, reason=reason)
