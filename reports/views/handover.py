"""交接单 on paper."""

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.scoping import Right
from reports.handing_over import printed_sheet
from tuanjian.access import Access, access
from tuanjian.officedates import is_sensible


@access(Access.MANAGE_STRUCTURE)
@require_safe
def handover_sheet(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The sheet of the day in ``?on=``, else of today."""
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, pk=pk)
    now = timezone.localtime()
    on = _day(request.GET.get("on", "")) or now.date()
    sheet = printed_sheet(organization, on, today=now.date(), by=request.user)
    context = {"sheet": sheet, "organization": organization, "now": now}
    context["watermark"] = f"{request.user} {now:%Y-%m-%d %H:%M}"
    return render(request, "reports/handover_sheet.html", context)


def _day(text: str) -> dt.date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and is_sensible(day) else None
