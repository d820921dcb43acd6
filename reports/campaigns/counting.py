"""What the organisations of a campaign have now, or had at the end of a day that is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils import timezone

from branches.models import Organization
from reports.campaigns import sums
from reports.facts import reading
from reports.facts.keys import Part
from reports.models import Campaign, CampaignCount, CampaignTarget

Gone = CampaignCount.Gone


@dataclass(frozen=True)
class Counted:
    """Figures of the items asked for, by the id of the organisation, of those that stand below the committee.

    ``organizations`` has their names of that day, ``counted_at`` is the moment the figures stand for (数据截至).
    """

    figures: dict[int, dict[str, int]]
    organizations: dict[int, Organization]
    counted_at: dt.datetime


def counted_now(campaign: Campaign, wanted: Collection[int]) -> Counted:
    """What these organisations have now, those that have left the committee or are closed left out."""
    today = timezone.localdate()
    below = Organization.objects.active().under(campaign.organization, include_self=False)
    return _counted(campaign, list(below.filter(pk__in=wanted)), today)


def counted_at_end_of(campaign: Campaign, wanted: Collection[int], day: dt.date) -> Counted:
    """What they had at the end of that day; where nothing was kept then, what they have now."""
    if day >= timezone.localdate():
        return counted_now(campaign, wanted)
    below = [row.as_organization() for row in reading.below_on(campaign.organization, day)]
    there = [each for each in below if each.pk in wanted]
    return _counted(campaign, there, day) if there else counted_now(campaign, wanted)


def gone_among(targets: Iterable[CampaignTarget], counted: Counted) -> dict[int, str]:
    """Why nothing is counted of a target, by its organisation: closed, or no longer below the committee. One query."""
    missing = [target.organization_id for target in targets if target.organization_id not in counted.figures]
    if not missing:
        return {}
    # Closed ones have no figures, whatever they stand under; one that is not there at all has been taken back.
    still = set(Organization.objects.active().filter(pk__in=missing).values_list("pk", flat=True))
    return {pk: Gone.MOVED if pk in still else Gone.CLOSED for pk in missing}


def _counted(campaign: Campaign, there: list[Organization], on: dt.date) -> Counted:
    # With the committee itself among those asked about, all of them are one subtree for the reader of facts.
    read = reading.figures_of([campaign.organization, *there], on, Part.COMPLETION)
    figures = {each.pk: sums.of_items(read.of[each.pk].total, campaign.items) for each in there if each.pk in read.of}
    return Counted(figures, {each.pk: each for each in there}, read.counted_at or timezone.now())
