"""组织健康: which organisations need somebody's attention, and where that is mended."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest
from branches.models import Organization
from branches.scoping import Sight
from members import health
from members.health_tables import HealthFilter, HealthTable
from members.http import get_roster_organization
from tuanjian.access import Access, access
from tuanjian.paging import paged


@access(Access.SEE_ROSTER)
@require_safe
def organizations_health(request: AuthenticatedHttpRequest) -> HttpResponse:
    """An organisation and all below it: how many have which flag, then those organisations."""
    organization, today = get_roster_organization(request), timezone.localdate()
    below = Organization.objects.visible_to(request.user, sight=Sight.ROSTER).under(organization)
    query = HealthFilter(request.GET, health.flagged(below, today).in_screen_order())
    table = paged(request, HealthTable(query.qs, user=request.user))
    context = {
        "organization": organization,
        "organization_key": str(organization.pk),
        "counts": health.counts(below, today),
        "query": query,
        "chosen": request.GET.get("flag", ""),
        "table": table,
        "on": today,
    }
    return render(request, "members/health.html", context)
