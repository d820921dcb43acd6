"""The home page of an organisation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from branches.http import AuthenticatedHttpRequest, get_visible
from branches.models import Organization
from reports.portrait import portrait_of
from tuanjian.access import Access, access


@access(Access.SEE_ORGANIZATION)
def organization(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    shown = get_visible(Organization, request.user, pk=pk)
    portrait = portrait_of(shown, request.user, timezone.localdate())
    return render(request, "reports/organization.html", {"portrait": portrait, "organization": shown})
