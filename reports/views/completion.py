"""应录尽录: where every lower organisation stands, and why."""

import datetime as dt
import io
from typing import Any

from django.contrib import messages
from django.core.paginator import Page
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
from reports import known_days
from reports.completion import gap_list, gaps, moved, opening, papers, progress, schemes
from reports.forms.completion import CompletionQuery, GapQuery, MovesQuery, StepQuery
from tuanjian.access import Access, access
from tuanjian.paging import DEFAULT_SIZE, page_of


@access(Access.SEE_ROSTER)
@require_safe
def completion(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The table of lower organisations; a branch is opened at once."""
    organization = get_roster_organization(request)
    if organization.is_branch:
        return _opened(request, organization)
    return _page(request, organization, board_at=organization)


@access(Access.SEE_ROSTER)
@require_safe
def completion_of(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """One organisation opened into its missing facts, beside the table it was opened from, or its sisters."""
    return _opened(request, get_roster(request.user, pk))


def _opened(request: AuthenticatedHttpRequest, organization: Organization) -> HttpResponse:
    path = opening.path_of(organization, user=request.user)
    above = [each for each in path if str(each.pk) == request.GET.get("organization")] or path[-1:]
    return _page(request, organization, board_at=above[0] if above else None, path=path)


def _page(
    request: AuthenticatedHttpRequest,
    organization: Organization,
    *,
    board_at: Organization | None,
    path: list[Organization] | None = None,
) -> HttpResponse:
    """The table, and the organisation opened if the path to it is given."""
    query = CompletionQuery(request.GET)
    asked: dict[str, Any] = {"user": request.user, "asked": query.asked}
    board = (
        progress.board_of(board_at, query.day, **asked, against=query.compared, with_trends=True) if board_at else None
    )
    # Beside a table it is measured as the table is.
    asked["scheme"] = scheme = board.scheme if board else schemes.scheme_of(organization, query.day)
    opened = None if path is None else opening.opened(organization, query.day, **asked, path=path, tab=query.chosen_tab)
    # Direct lower organisations stand on one page; all branches of a county do not.
    page = page_of(request, board.rows) if board and board.asked.every_branch else None
    carried = query.carried(board_at) + _place(page)
    context: dict[str, Any] = {
        "organization": organization,
        "board": board,
        "page": page,
        "bands": board.among(page or board.rows) if board else [],
        "opened": opened,
        "tabs": _tabs(opened, carried) if opened else [],
        "query": query,
        "carried": carried,
        "may": permissions_on(organization, request.user),
        "may_set": board is not None and permissions_on(board.organization, request.user).structure,
        "known": _known(query, board, opened),
        "scheme": scheme,
        "set_by": schemes.name_of(scheme, user=request.user),
        "here": request.get_full_path(),
    }
    return render(request, "reports/completion.html", context)


def _place(page: Page[Any] | None) -> str:
    """The page of the table as the links of the page carry it, so that an organisation opens beside its own line."""
    if page is None or (page.number == 1 and page.paginator.per_page == DEFAULT_SIZE):
        return ""
    return f"&page={page.number}&size={page.paginator.per_page}"


def _tabs(opened: opening.Opened, carried: str) -> list[dict[str, Any]]:
    address = reverse("reports:completion_of", args=[opened.completion.organization.pk])
    return [
        {
            "label": f"{tab.value} {opened.count_on(tab)}".strip(),
            "url": f"{address}?{carried}&tab={tab.key}#panel",
            "active": tab is opened.tab,
        }
        for tab in opening.Tab
    ]


def _known(
    query: CompletionQuery,
    board: progress.Board | None,
    opened: opening.Opened | None = None,
    *,
    against: dt.date | None = None,
) -> known_days.KnownDay:
    shown = board or opened
    return known_days.known_day(
        query.day,
        counted_at=shown.counted_at if shown else None,
        day=shown.day if shown else None,
        against=against or query.compared,
        is_compared=board is None or board.total.earlier is not None,
    )


@access(Access.SEE_ROSTER)
@require_safe
def completion_moves(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What moved below between two days."""
    organization, query = get_roster_organization(request), MovesQuery(request.GET)
    moves = moved.moves_of(organization, query.since, query.day, user=request.user, group=query.asked.group)
    known = _known(query, moves.board, against=query.since)
    context = {"organization": organization, "moves": moves, "query": query, "known": known}
    return render(request, "reports/completion_moves.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def missing(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """缺项清单: everything missing today, organisation by organisation; of a branch step by step."""
    organization, today = get_roster(request.user, pk), timezone.localdate()
    query = GapQuery(request.GET, organization=organization, user=request.user)
    if organization.is_branch:
        steps = gap_list.steps_of(organization, today, asked=query.asked, user=request.user)
        lacking, page = sum(step.count for step in steps), page_of(request, steps)
        sections = gap_list.one_section(organization, steps, page)
    else:
        owing = gap_list.owing_in(organization, today, asked=query.asked)
        lacking, page = sum(each.count for each in owing), page_of(request, owing)
        sections = gap_list.sections_of(page, today, asked=query.asked, user=request.user)
    context: dict[str, Any] = {
        "organization": organization,
        "query": query,
        "campaign": query.asked_by,
        "page": page,
        "sections": sections,
        "lacking": lacking,
        "may": permissions_on(organization, request.user),
        "today": today,
        "here": request.get_full_path(),
    }
    return render(request, "reports/missing.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def completion_print(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """还差 N 项 on one page for a secretary."""
    organization = get_roster(request.user, pk)
    today = timezone.localdate()
    detail = opening.printed(organization, today, by=request.user)
    context = {"organization": organization, "opened": detail, "on": today, "watermark": f"{request.user} {today}"}
    return render(request, "reports/completion_print.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def completion_table(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The table as queried, on paper."""
    organization, query = get_roster_organization(request), CompletionQuery(request.GET)
    on, said = query.day, query.in_words
    board = papers.completion_on_paper(
        organization, on, asked=query.asked, said=said, by=request.user, against=query.compared
    )
    context = {"organization": organization, "board": board, "said": said, "now": timezone.localtime()}
    context["known"] = _known(query, board)
    context["set_by"] = schemes.name_of(board.scheme, user=request.user)
    context["watermark"] = f"{request.user} {context['now']:%Y-%m-%d %H:%M}"
    return render(request, "reports/completion_table.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def completion_export(request: AuthenticatedHttpRequest) -> FileResponse:
    """The table as queried, with the missing facts behind it, as a workbook."""
    organization, query = get_roster_organization(request), CompletionQuery(request.GET)
    on = query.day
    content = papers.completion_as_workbook(
        organization, on, asked=query.asked, said=query.in_words, by=request.user, against=query.compared
    )
    name = f"{organization.short_name}{papers.TITLE}{on:%Y%m%d}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


@access(Access.MANAGE_PEOPLE)
@require_safe
def next_gap(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """逐项补录: to the form of the next missing facts; back to the list when there are none left."""
    organization = get_manageable(Organization, request.user, right=Right.PEOPLE, pk=get_roster(request.user, pk).pk)
    query = GapQuery(request.GET, organization=organization, user=request.user)
    listed = reverse("reports:missing", args=[pk])
    if not query.is_valid():
        # The campaign is over: its list says so.
        return redirect(f"{listed}?{request.GET.urlencode()}")
    asked, step = query.asked, StepQuery(request.GET).place
    back = f"{listed}?{asked.of_campaign}" if asked.campaign else reverse("reports:completion_of", args=[pk])
    kept: dict[str, Any] = {"wanted": asked.within, "carried": asked.of_campaign, "back": back}
    address = gaps.address_after(organization, timezone.localdate(), **step, **kept, user=request.user)
    if address is None:
        messages.info(request, f"{organization.short_name}的缺项已逐项看过一遍。")
    return redirect(address or back)
