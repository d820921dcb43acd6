"""应录尽录: where every lower organisation stands, and why."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from branches.http import AuthenticatedHttpRequest
from branches.permissions import permissions_on
from members.http import get_roster, get_roster_organization
from reports import progress
from tuanjian.access import Access, access


@access(Access.SEE_ROSTER)
def completion(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The table of direct lower organisations; a branch is opened at once."""
    organization = get_roster_organization(request)
    today = timezone.localdate()
    if organization.is_branch:
        return completion_of(request, organization.pk)
    board = progress.board_of(organization, today, user=request.user)
    context = {"organization": organization, "board": board, "opened": None, "on": today, "counted_at": timezone.now()}
    return render(request, "reports/completion.html", context)


@access(Access.SEE_ROSTER)
def completion_of(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """One organisation opened into its missing facts, beside its sisters."""
    organization = get_roster(request.user, pk)
    today = timezone.localdate()
    detail = progress.opened(organization, today, user=request.user)
    above = detail.path[-1] if detail.path else None
    board = progress.board_of(above, today, user=request.user) if above else None
    context = {
        "organization": organization,
        "board": board,
        "opened": detail,
        "may": permissions_on(organization, request.user),
        "on": today,
        "counted_at": timezone.now(),
    }
    return render(request, "reports/completion.html", context)


@access(Access.SEE_ROSTER)
def completion_print(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """还差 N 项 on one page for a secretary."""
    organization = get_roster(request.user, pk)
    today = timezone.localdate()
    detail = progress.printed(organization, today, by=request.user)
    context = {"organization": organization, "opened": detail, "on": today, "watermark": f"{request.user} {today}"}
    return render(request, "reports/completion_print.html", context)
