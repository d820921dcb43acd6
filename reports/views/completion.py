"""应录尽录: where every lower organisation stands, and why."""

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.permissions import permissions_on
from branches.scoping import Right
from members.http import get_roster, get_roster_organization
from reports import gaps, papers, progress
from reports.forms import CompletionQuery, StepQuery
from tuanjian.access import Access, access


@access(Access.SEE_ROSTER)
@require_safe
def completion(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The table of lower organisations; a branch is opened at once."""
    organization = get_roster_organization(request)
    if organization.is_branch:
        return completion_of(request, organization.pk)
    return _page(request, organization, board_at=organization, opened=None)


@access(Access.SEE_ROSTER)
@require_safe
def completion_of(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """One organisation opened into its missing facts, beside the table it was opened from, or its sisters."""
    organization = get_roster(request.user, pk)
    query = CompletionQuery(request.GET)
    detail = progress.opened(organization, timezone.localdate(), user=request.user, asked=query.asked)
    above = [each for each in detail.path if str(each.pk) == request.GET.get("organization")] or detail.path[-1:]
    return _page(request, organization, board_at=above[0] if above else None, opened=detail)


def _page(
    request: AuthenticatedHttpRequest,
    organization: Organization,
    *,
    board_at: Organization | None,
    opened: progress.Opened | None,
) -> HttpResponse:
    today = timezone.localdate()
    query = CompletionQuery(request.GET)
    board = progress.board_of(board_at, today, user=request.user, asked=query.asked) if board_at else None
    context: dict[str, Any] = {
        "organization": organization,
        "board": board,
        "opened": opened,
        "query": query,
        "carried": query.carried(board_at),
        "may": permissions_on(organization, request.user),
        "on": today,
        "counted_at": timezone.now(),
        "here": request.get_full_path(),
    }
    return render(request, "reports/completion.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def completion_print(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """还差 N 项 on one page for a secretary."""
    organization = get_roster(request.user, pk)
    today = timezone.localdate()
    detail = progress.printed(organization, today, by=request.user)
    context = {"organization": organization, "opened": detail, "on": today, "watermark": f"{request.user} {today}"}
    return render(request, "reports/completion_print.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def completion_table(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The table as queried, on paper."""
    organization, query = get_roster_organization(request), CompletionQuery(request.GET)
    today = timezone.localdate()
    said = query.in_words
    board = papers.completion_on_paper(organization, today, asked=query.asked, said=said, by=request.user)
    context = {"organization": organization, "board": board, "said": said, "on": today, "now": timezone.localtime()}
    context["watermark"] = f"{request.user} {context['now']:%Y-%m-%d %H:%M}"
    return render(request, "reports/completion_table.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def completion_export(request: AuthenticatedHttpRequest) -> FileResponse:
    """The table as queried, with the missing facts behind it, as a workbook."""
    organization, query = get_roster_organization(request), CompletionQuery(request.GET)
    on = timezone.localdate()
    content = papers.completion_as_workbook(organization, on, asked=query.asked, said=query.in_words, by=request.user)
    name = f"{organization.short_name}{papers.TITLE}{on:%Y%m%d}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


@access(Access.MANAGE_PEOPLE)
@require_safe
def next_gap(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """逐项补录: to the form of the next missing facts; back to the list when there are none left."""
    organization = get_manageable(Organization, request.user, right=Right.PEOPLE, pk=get_roster(request.user, pk).pk)
    step = StepQuery(request.GET).place
    address = gaps.address_after(organization, timezone.localdate(), **step, user=request.user)
    if address is None:
        messages.info(request, f"{organization.short_name}的缺项已逐项看过一遍。")
    return redirect(address or reverse("reports:completion_of", args=[pk]))
