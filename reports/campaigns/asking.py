"""What a campaign under way still asks of an organisation and those below it: exactly what its figures count."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from branches.models import Organization
from branches.models.organizations import OrganizationStatus
from branches.scoping import within
from reports.campaigns import sums
from reports.completion.gaps import Wanted
from reports.facts.keys import Figures
from reports.models import Campaign, CampaignState, CampaignTarget


def asking(organization: Organization) -> QuerySet[Campaign]:
    """Campaigns under way of it and of what stands above that ask something there, above or below.

    Asks nothing about rights: whoever may look at what an organisation lacks may know who asks for it.
    """
    upward = Organization.objects.ancestors_of(organization, include_self=True).order_by()
    there = Q(organization__in=upward) | within([organization.path], "organization__path")
    targets = CampaignTarget.objects.filter(there, organization__status=OrganizationStatus.ACTIVE)
    under_way = Campaign.objects.filter(state__in=[CampaignState.RUNNING, CampaignState.FROZEN])
    return under_way.filter(organization__in=upward, pk__in=targets.order_by().values("campaign")).order_by("-pk")


def wanted_by(campaign: Campaign, organization: Organization) -> Wanted:
    """What it asks there: its items, after the deadline of the periods of then only, where it asks anybody."""
    targets = campaign.targets.filter(organization__status=OrganizationStatus.ACTIVE).order_by()
    paths = list(targets.values_list("organization__path", flat=True))
    is_whole = any(organization.path.startswith(path) for path in paths)
    return Wanted(
        items=frozenset(campaign.items),
        periods=_periods_of(campaign),
        places=None if is_whole else tuple(path for path in paths if path.startswith(organization.path)),
    )


def still_asked(campaign: Campaign, figures: Figures) -> dict[str, int]:
    """The figures of what it still asks."""
    periods = _periods_of(campaign)
    asked = sums.of_items(figures, campaign.items)
    return {key: value for key, value in asked.items() if periods is None or sums.period_of(key) in {"", *periods}}


def _periods_of(campaign: Campaign) -> frozenset[str] | None:
    return sums.periods_on(campaign.deadline_on) if campaign.has_result else None
