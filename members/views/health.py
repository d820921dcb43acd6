"""组织健康: which organisations need somebody's attention, and where that is mended."""

import io

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest
from branches.models import Organization
from branches.models.organizations import OrganizationQuerySet
from branches.scoping import Sight
from members import health, health_papers
from members.health_tables import HealthFilter, HealthTable
from members.http import get_roster_organization
from tuanjian.access import Access, access
from tuanjian.paging import paged


@access(Access.SEE_ROSTER)
@require_safe
def organizations_health(request: AuthenticatedHttpRequest) -> HttpResponse:
    """An organisation and all below it: how many have which flag, then those organisations."""
    organization, today = get_roster_organization(request), timezone.localdate()
    below, query = _asked(request, organization)
    table = paged(request, HealthTable(query.qs, user=request.user))
    context = {
        "organization": organization,
        "organization_key": str(organization.pk),
        "counts": health.counts(below, today),
        "query": query,
        "chosen": request.GET.get("flag", ""),
        "table": table,
        "on": today,
        "asked_query": request.GET.urlencode(),
    }
    return render(request, "members/health.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def health_print(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The organisations queried, on paper."""
    organization = get_roster_organization(request)
    _, query = _asked(request, organization)
    rows = health_papers.health_on_paper(query.qs, organization, asked=query.in_words, by=request.user)
    context = {"organization": organization, "rows": rows, "asked": query.in_words, "now": timezone.localtime()}
    return render(request, "members/health_print.html", context | {"flags": health.FLAGS})


@access(Access.SEE_ROSTER)
@require_safe
def health_export(request: AuthenticatedHttpRequest) -> FileResponse:
    """The organisations queried, as a workbook."""
    organization, on = get_roster_organization(request), timezone.localdate()
    _, query = _asked(request, organization)
    content = health_papers.health_as_workbook(query.qs, organization, asked=query.in_words, on=on, by=request.user)
    name = f"{organization.short_name}{health_papers.TITLE}{on:%Y%m%d}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


def _asked(request: AuthenticatedHttpRequest, organization: Organization) -> tuple[OrganizationQuerySet, HealthFilter]:
    """What lies below, and the query over those of them with something to mend."""
    below = Organization.objects.visible_to(request.user, sight=Sight.ROSTER).under(organization)
    return below, HealthFilter(request.GET, health.flagged(below, timezone.localdate()).in_screen_order())
