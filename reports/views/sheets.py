"""统计表: for a 统计时点, on the screen, on paper, as a workbook; and those that were issued."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable, get_visible
from branches.models import Organization
from branches.scoping import Right
from members.http import get_roster, get_roster_organization
from reports.forms.sheets import SheetForm, SheetQuery
from reports.models import IssuedSheet
from reports.sheets import issuing, papers
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, page_of, size_of
from tuanjian.refusals import rule_accepts


@access(Access.SEE_ROSTER)
@require_safe
def sheets(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A sheet counted now, and the issued ones of the organisation."""
    organization = get_roster_organization(request)
    query = SheetQuery(request.GET, organization=organization)
    may = Organization.objects.manageable_by(request.user, right=Right.REPORTS).filter(pk=organization.pk).exists()
    context: dict[str, Any] = {"organization": organization, "query": query, "kind": query.shown_kind, "on": query.day}
    context |= {"page": page_of(request, issuing.issued_by(organization)), "may": may}
    context |= {"size": size_of(request), "sizes": SIZES, "paper": None, "refusal": ""}
    try:
        context["paper"] = papers.of_now(organization, query.shown_kind, query.day, by=request.user)
    except ValidationError as refusal:
        context["refusal"] = refusal.messages[0]
    return render(request, "reports/sheets/sheets.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def sheets_export(request: AuthenticatedHttpRequest) -> HttpResponse | FileResponse:
    """The sheet counted now as a workbook."""
    organization = get_roster_organization(request)
    query = SheetQuery(request.GET, organization=organization)
    try:
        paper = papers.of_now(organization, query.shown_kind, query.day, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("reports:sheets")
    content = papers.as_workbook(paper, organization, of=organization, by=request.user)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=paper.file_name)


@access(Access.SEE_ROSTER)
@require_safe
def sheets_print(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The sheet counted now on paper."""
    organization = get_roster_organization(request)
    query = SheetQuery(request.GET, organization=organization)
    try:
        paper = papers.of_now(organization, query.shown_kind, query.day, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("reports:sheets")
    papers.printed(paper, organization, of=organization, by=request.user)
    return render(request, "reports/sheets/print.html", {"paper": paper})


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def sheet_issue(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """定稿: freeze the sheet."""
    seen = get_roster(request.user, pk)
    organization = get_manageable(Organization, request.user, right=Right.REPORTS, pk=seen.pk)
    query = SheetQuery(request.GET, organization=organization)
    form = SheetForm(request.POST or None, organization=organization, user=request.user, query=query)
    if form.is_valid() and rule_accepts(form, form.issue) and form.issued is not None:
        messages.success(request, "已定稿，以后可以原样查看和打印。", extra_tags="saved")
        return redirect(form.issued)
    return render(request, "reports/sheets/issue.html", {"organization": organization, "form": form})


@access(Access.SEE_ROSTER)
@require_safe
def sheet(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """An issued sheet as it was."""
    issued = get_visible(IssuedSheet, request.user, pk=pk)
    return render(request, "reports/sheets/sheet.html", {"issued": issued, "paper": papers.as_issued(issued)})


@access(Access.SEE_ROSTER)
@require_safe
def sheet_export(request: AuthenticatedHttpRequest, pk: int) -> FileResponse:
    """An issued sheet as a workbook."""
    issued = get_visible(IssuedSheet, request.user, pk=pk)
    paper = papers.as_issued(issued)
    content = papers.as_workbook(paper, issued.organization, of=issued, by=request.user)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=paper.file_name)


@access(Access.SEE_ROSTER)
@require_safe
def sheet_print(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """An issued sheet on paper once more."""
    issued = get_visible(IssuedSheet, request.user, pk=pk)
    paper = papers.printed(papers.as_issued(issued), issued.organization, of=issued, by=request.user)
    return render(request, "reports/sheets/print.html", {"paper": paper})
