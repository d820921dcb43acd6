"""A circular before it is issued: made out of the figures of a day, edited, counted again, thrown away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from reports.circulars import wording
from reports.circulars.campaigns import result_of
from reports.circulars.figures import entry_on
from reports.circulars.org_life import org_life_in
from reports.models import Audience, Campaign, Circular, CircularKind, Listing

NOT_A_DRAFT = "通报已经印发，内容不能再改动。"
CHANGED_MEANWHILE = "这份通报刚刚被他人改动过，请重新打开后再修改。"


@transaction.atomic
def draft(
    organization: Organization,
    *,
    kind: str,
    on: dt.date,
    since: dt.date | None = None,
    month: dt.date | None = None,
    campaign: Campaign | None = None,
    listing: str = Listing.LOWER,
    audience: str = Audience.ALL,
    by: User,
) -> Circular:
    """A draft with the figures of that day and the text made of them; nobody is picked for praise or criticism.

    ``listing`` says what one about 信息录入进度 lists. One about a campaign has the figures of its deadline, whatever
    ``on`` is. Refuses a branch, which has nobody below it, a day in the future or without figures, a day compared with
    that is not earlier, a month that is not over, and a campaign of another organisation or without a result.
    """
    if organization.is_branch:
        raise ValidationError("团支部没有下级组织，不印发通报。")
    _days(kind, on, since, month)
    if kind == CircularKind.CAMPAIGN:
        if campaign is None or campaign.organization_id != organization.pk:
            raise ValidationError({"campaign": "请选择本组织的一次调度。"})
        on = timezone.localdate(campaign.deadline_at)
    listing = listing if kind == CircularKind.ENTRY else Listing.LOWER
    circular = Circular(
        organization=organization,
        kind=kind,
        audience=audience,
        title=_title(kind, on, month, campaign, listing),
        prefix=_prefix(organization),
        addressee="各下级团组织",
        signature=organization.full_name,
        on=on,
        since=since if kind == CircularKind.ENTRY else None,
        month=month if kind == CircularKind.ORG_LIFE else None,
        campaign=campaign if kind == CircularKind.CAMPAIGN else None,
        listing=listing,
        made_by=by,
    )
    _count(circular, by=by)
    circular.parts = wording.kept(_made(circular))
    circular.save(force_insert=True)
    changes = {"种类": [None, circular.get_kind_display()], "统计时点": [None, str(on)]}
    audit.record(audit.Kind.CREATED, circular, by=by, at=organization, changes=changes)
    return circular


def _days(kind: str, on: dt.date, since: dt.date | None, month: dt.date | None) -> None:
    if on > timezone.localdate():
        raise ValidationError({"on": "统计时点不能晚于今天。"})
    if since is not None and since >= on:
        raise ValidationError({"since": "对比时点要早于统计时点。"})
    if kind == CircularKind.ORG_LIFE and month is None:
        raise ValidationError({"month": "请选择通报哪个月份。"})


def _title(kind: str, on: dt.date, month: dt.date | None, campaign: Campaign | None, listing: str) -> str:
    if kind == CircularKind.CAMPAIGN and campaign is not None:
        return f"关于{wording.quoted(campaign.name)}情况的通报"
    if kind == CircularKind.ORG_LIFE and month is not None:
        return f"关于{month.year}年{month.month}月组织生活登记情况的通报"
    of_whom = "团支部" if listing == Listing.BRANCHES else ""
    return f"关于{on.year}年{on.month}月{of_whom}信息录入进度的通报"


def _prefix(organization: Organization) -> str:
    """What the organisation wrote last, else its own name."""
    last = Circular.objects.filter(organization=organization).order_by("-id").values_list("prefix", flat=True).first()
    return last or organization.short_name[:30]


def _count(circular: Circular, *, by: User) -> None:
    organization = circular.organization
    table: Any
    if circular.campaign is not None:
        table = result_of(circular.campaign)
    elif circular.kind == CircularKind.ENTRY:
        every_branch = circular.listing == Listing.BRANCHES
        table = entry_on(organization, circular.on, since=circular.since, by=by, every_branch=every_branch)
    else:
        table = org_life_in(organization, circular.month or circular.on, circular.on)
    circular.figures = {"issuer": organization.full_name, "short": organization.short_name, "table": table}
    circular.counted_at = dt.datetime.fromisoformat(table["counted_at"])


def _made(circular: Circular) -> list[wording.Part]:
    said = wording.Said(circular.figures["short"], circular.on, circular.since, circular.month)
    return wording.parts_of(circular.kind, circular.figures["table"], said, circular.chosen)


@transaction.atomic
def edit(
    circular: Circular,
    *,
    heads: Mapping[str, str],
    texts: Mapping[str, str],
    chosen: Mapping[str, Sequence[int]],
    version: int,
    by: User,
) -> Circular:
    """Write title, address, prefix, signature and the texts of the parts, and pick organisations.

    A text that was left as it was made follows what is picked; one that was written by hand stays. The figures do not
    change. Refuses what is no draft, what somebody else has changed meanwhile, an organisation that is not in the
    table, and one that is praised and criticised at once.
    """
    kept = _locked(circular)
    if kept.version != version:
        raise ValidationError(CHANGED_MEANWHILE)
    _pickable(kept, chosen)
    before = _in_words(kept)
    for name, value in heads.items():
        setattr(kept, name, value)
    typed = wording.parts_in(kept.parts)
    for part in typed:
        part.text = texts.get(part.key, part.text).strip()
    kept.chosen = {key: sorted(chosen.get(key, ())) for key in wording.PICKED}
    kept.parts = wording.kept(wording.renewed(typed, _made(kept)))
    _save(kept, audit.difference(before, _in_words(kept)), by)
    return kept


def _pickable(circular: Circular, chosen: Mapping[str, Sequence[int]]) -> None:
    known = set(wording.names_in(circular.kind, circular.figures["table"]))
    picked = [set(chosen.get(key, ())) for key in wording.PICKED]
    if not set().union(*picked) <= known:
        raise ValidationError("只能选择附件表格里的组织，请重新选择。")
    if set.intersection(*picked):
        raise ValidationError("同一个组织不能既表扬又批评，请去掉其中一处。")


@transaction.atomic
def count_again(circular: Circular, *, by: User) -> Circular:
    """Take the figures anew for the same days; text that was made of them follows, text written by hand stays."""
    kept = _locked(circular)
    before = f"{timezone.localtime(kept.counted_at):%Y-%m-%d %H:%M:%S}"
    _count(kept, by=by)
    names = wording.names_in(kept.kind, kept.figures["table"])
    kept.chosen = {key: [pk for pk in picked if pk in names] for key, picked in kept.chosen.items()}
    kept.parts = wording.kept(wording.renewed(wording.parts_in(kept.parts), _made(kept)))
    _save(kept, {"数据截至": [before, f"{timezone.localtime(kept.counted_at):%Y-%m-%d %H:%M:%S}"]}, by)
    return kept


@transaction.atomic
def discard(circular: Circular, *, version: int, by: User) -> None:
    """Throw a draft away. Refuses what was changed since it was looked at, and what is issued: withdraw that."""
    kept = _locked(circular)
    if kept.version != version:
        raise ValidationError(CHANGED_MEANWHILE)
    audit.record(audit.Kind.DELETED, kept, by=by, at=kept.organization)
    kept.delete()


def _locked(circular: Circular) -> Circular:
    kept = (
        Circular.objects.select_for_update(no_key=True, of=("self",)).select_related("organization").get(pk=circular.pk)
    )
    if not kept.is_draft:
        raise ValidationError(NOT_A_DRAFT)
    return kept


def _save(circular: Circular, changes: Mapping[str, Any], by: User) -> None:
    circular.version += 1
    circular.save()
    audit.record(audit.Kind.CHANGED, circular, by=by, at=circular.organization, changes=changes)


def _in_words(circular: Circular) -> dict[str, Any]:
    """What the log says of the draft: the heads in full, the text by its length, the picked by number."""
    names = ("title", "prefix", "addressee", "signature", "audience")
    heads = {str(Circular._meta.get_field(name).verbose_name): getattr(circular, name) for name in names}  # type: ignore[union-attr]  # plain fields
    parts = {part.heading: part.text[:200] for part in wording.parts_in(circular.parts) if part.is_edited}
    picked = {word: len(circular.chosen.get(key, ())) for key, word in wording.PICKED.items()}
    return heads | parts | picked
