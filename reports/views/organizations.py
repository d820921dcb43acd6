"""The home page of an organisation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest, get_visible
from branches.models import Organization
from reports.card import printed_card
from reports.portrait import portrait_of
from tuanjian.access import Access, access


@access(Access.SEE_ORGANIZATION)
@require_safe
def organization(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    shown = get_visible(Organization, request.user, pk=pk)
    portrait = portrait_of(shown, request.user, timezone.localdate())
    return render(request, "reports/organization.html", {"portrait": portrait, "organization": shown})


@access(Access.SEE_ORGANIZATION)
@require_safe
def card(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """组织信息卡 for printing."""
    shown = get_visible(Organization, request.user, pk=pk)
    now = timezone.localtime()
    printed = printed_card(shown, now.date(), by=request.user)
    context = {"card": printed, "portrait": printed.portrait, "organization": shown, "now": now}
    return render(request, "reports/card.html", context | {"watermark": f"{request.user} {now:%Y-%m-%d %H:%M}"})
