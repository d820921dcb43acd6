"""截止: what stands there at the deadline is kept, by the worker; pages only say that it is about to be.

Only the result is frozen, never the records: entering goes on, and counts as later. Where the worker came late, the
figures are those of the end of the day of the deadline, and say of when.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from branches import audit
from reports.campaigns import sums
from reports.campaigns.counting import counted_at_end_of
from reports.campaigns.drafting import locked
from reports.campaigns.running import keep, said, said_within
from reports.facts import settling
from reports.models import Campaign, CampaignCount, CampaignExtension, CampaignState, CampaignTarget
from reports.models.campaigns import NAMES

Moment = CampaignCount.Moment


def freeze_due() -> int:
    """Freeze every campaign whose deadline is over, then every later deadline of its own; returns how many.

    The worker's chore, every minute. Doing it twice, or in two processes at once, freezes nothing twice.
    """
    due = list(Campaign.objects.running().filter(deadline_at__lte=timezone.now()))
    if not due and not _extensions_over():
        return 0
    # The worker settles what waits: the figures are those of this moment.
    settling.settle()
    frozen = sum(_freeze(campaign) for campaign in due)
    return frozen + sum(_freeze_extended(extension) for extension in _extensions_over())


def _extensions_over() -> list[CampaignExtension]:
    open_ones = CampaignExtension.objects.filter(
        target__campaign__state=CampaignState.FROZEN, until_on__lt=timezone.localdate()
    ).exclude(target__counts__moment=Moment.EXTENSION)
    newest: dict[int, CampaignExtension] = {}
    every = CampaignExtension.objects.filter(target__in=open_ones.values("target"))
    for extension in every.select_related("target__campaign__organization").order_by("id"):
        newest[extension.target_id] = extension
    return [extension for extension in newest.values() if extension.is_over]


@transaction.atomic
def _freeze(campaign: Campaign) -> bool:
    stored = locked(campaign)
    if not stored.is_freezing:
        return False
    targets = list(stored.targets.all())
    counted = counted_at_end_of(stored, [target.organization_id for target in targets], stored.deadline_on)
    for target in targets:
        if (organization := counted.organizations.get(target.organization_id)) is not None:
            target.name_after(organization)
    CampaignTarget.objects.bulk_update(targets, NAMES, batch_size=200)
    keep(targets, counted, Moment.DEADLINE)
    stored.state, stored.frozen_at = CampaignState.FROZEN, timezone.now()
    stored.version += 1
    stored.save(update_fields=["state", "frozen_at", "version"])
    changes = {
        "状态": [CampaignState.RUNNING.label, CampaignState.FROZEN.label],
        "截止时": [None, said(counted.total)],
        "数据截至": [None, _minute(counted.counted_at)],
        **said_within(targets, counted),
    }
    audit.record(audit.Kind.CHANGED, stored, by=None, at=stored.organization, changes=changes)
    return True


@transaction.atomic
def _freeze_extended(extension: CampaignExtension) -> bool:
    target = extension.target
    stored = locked(target.campaign)
    if not stored.is_frozen or target.counts.filter(moment=Moment.EXTENSION).exists():
        return False
    newest = target.extensions.last()
    if newest is None or not newest.is_over:
        return False
    everybody = list(stored.targets.values_list("organization_id", flat=True))
    counted = counted_at_end_of(stored, everybody, newest.until_on)
    pk = target.organization_id
    came = counted.counted_below(pk, _not_within(target))
    keep([target], counted, Moment.EXTENSION, elsewhere={pk: came})
    changes = {
        "组织": [None, str(target)],
        "延期截止时": [None, said(sums.sums_of(counted.figures.get(pk, {})))],
        "数据截至": [None, _minute(counted.counted_at)],
    }
    audit.record(audit.Kind.CHANGED, stored, by=None, at=stored.organization, changes=changes)
    return True


def _not_within(target: CampaignTarget) -> list[int]:
    """Organisations that did not stand below it at the deadline: what they bring along was entered elsewhere."""
    then = CampaignCount.objects.filter(target__campaign=target.campaign_id, moment=Moment.DEADLINE)
    others = then.exclude(within=target).exclude(target=target)
    return list(others.values_list("target__organization_id", flat=True))


def _minute(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
