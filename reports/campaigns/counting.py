"""What the organisations of a campaign have now, or had at the end of a day that is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone

from branches.models import Organization
from reports.campaigns import sums
from reports.campaigns.sums import Sums
from reports.facts import keys, reading
from reports.facts.keys import Part
from reports.models import Campaign, CampaignCount, CampaignTarget

Gone = CampaignCount.Gone


@dataclass(frozen=True)
class Counted:
    """Figures of the items asked for, by the id of the organisation, of those that stand below the committee.

    ``organizations`` has their names of that day, ``counted_at`` is the moment the figures stand for (数据截至).
    ``places`` says where they stood, a prefix of what stood below; ``within`` names, of one that stood below another,
    the outermost that has its figures among its own.
    """

    figures: dict[int, dict[str, int]]
    organizations: dict[int, Organization]
    counted_at: dt.datetime
    places: dict[int, str] = field(default_factory=dict)
    within: dict[int, int] = field(default_factory=dict)

    @property
    def total(self) -> Sums:
        """All together, nothing counted twice."""
        return sums.added(sums.sums_of(figures) for pk, figures in self.figures.items() if pk not in self.within)

    def counted_below(self, organization: int, among: Collection[int]) -> dict[str, int]:
        """The part of its figures that is counted in these too."""
        place = self.places.get(organization)
        if place is None:
            return {}
        below = {pk: at for pk, at in self.places.items() if pk in among and at != place and at.startswith(place)}
        inner = outermost(below)
        return keys.added(*(self.figures[pk] for pk in below if pk not in inner))


def outermost(places: Mapping[int, str]) -> dict[int, int]:
    """Of organisations at these places, those that stand below another one, with the outermost they stand below."""
    found: dict[int, int] = {}
    outer: int | None = None
    # A prefix sorts right before everything that begins with it.
    for pk, place in sorted(places.items(), key=lambda each: each[1]):
        if outer is not None and place.startswith(places[outer]):
            found[pk] = outer
        else:
            outer = pk
    return found


def counted_now(campaign: Campaign, wanted: Collection[int]) -> Counted:
    """What these organisations have now, those that have left the committee or are closed left out."""
    today = timezone.localdate()
    below = Organization.objects.active().under(campaign.organization, include_self=False)
    there = list(below.filter(pk__in=wanted))
    return _counted(campaign, there, {each.pk: each.path for each in there}, today)


def counted_at_end_of(campaign: Campaign, wanted: Collection[int], day: dt.date) -> Counted:
    """What they had at the end of that day; where nothing was kept then, what they have now."""
    if day >= timezone.localdate():
        return counted_now(campaign, wanted)
    rows = [row for row in reading.below_on(campaign.organization, day) if row.organization_id in wanted]
    if not rows:
        return counted_now(campaign, wanted)
    places = {row.organization_id: row.lineage for row in rows}
    return _counted(campaign, [row.as_organization() for row in rows], places, day)


def gone_among(targets: Iterable[CampaignTarget], counted: Counted) -> dict[int, str]:
    """Why nothing is counted of a target, by its organisation: closed, or no longer below the committee. One query."""
    missing = [target.organization_id for target in targets if target.organization_id not in counted.figures]
    if not missing:
        return {}
    # Closed ones have no figures, whatever they stand under; one that is not there at all has been taken back.
    still = set(Organization.objects.active().filter(pk__in=missing).values_list("pk", flat=True))
    return {pk: Gone.MOVED if pk in still else Gone.CLOSED for pk in missing}


def _counted(campaign: Campaign, there: list[Organization], places: Mapping[int, str], on: dt.date) -> Counted:
    # With the committee itself among those asked about, all of them are one subtree for the reader of facts.
    read = reading.figures_of([campaign.organization, *there], on, Part.COMPLETION)
    figures = {each.pk: sums.of_items(read.of[each.pk].total, campaign.items) for each in there if each.pk in read.of}
    found = {pk: place for pk, place in places.items() if pk in figures}
    counted_at = read.counted_at or timezone.now()
    return Counted(figures, {each.pk: each for each in there}, counted_at, found, outermost(found))
