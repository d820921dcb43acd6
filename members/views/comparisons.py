"""Pages of 与国家系统核对: the list with the upload, one comparison, its lines, its workbook."""

from __future__ import annotations

import io

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.http import AuthenticatedHttpRequest, current_organization, get_manageable, get_visible
from branches.scoping import Right, Sight, has_right_somewhere, sees_somewhere
from members.export_tables import ComparisonTable
from members.forms.comparing import CompareForm, ResultForm
from members.models import Comparison
from members.national_check import keeping, showing
from members.views.waiting import how_far
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, page_of, paged, size_of
from tuanjian.refusals import rule_accepts


@access(Access.SEE_ROSTER)
@require_safe
def comparisons(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Every comparison somebody may look at, latest first."""
    if not sees_somewhere(request.user, Sight.ROSTER):
        raise PermissionDenied
    rows = Comparison.objects.visible_to(request.user).select_related("organization", "made_by")
    context = {"table": paged(request, ComparisonTable(rows)), "size": size_of(request), "sizes": SIZES}
    context |= {"may": has_right_somewhere(request.user, Right.PEOPLE), "days": settings.TUANJIAN_COMPARISON_DAYS}
    return render(request, "members/comparisons/list.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def comparison_new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Hand in a list of the other system."""
    if not has_right_somewhere(request.user, Right.PEOPLE):
        raise PermissionDenied
    current = current_organization(request)
    form = CompareForm(request.POST or None, request.FILES or None, user=request.user, current=current)
    if form.is_valid() and rule_accepts(form, form.start) and form.comparison is not None:
        return redirect(form.comparison)
    context = {"form": form, "days": settings.TUANJIAN_COMPARISON_DAYS}
    return render(request, "members/comparisons/new.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def comparison(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """A comparison as it stands: under way, or its lines as asked for."""
    seen = get_visible(Comparison, request.user, pk=pk)
    may = Comparison.objects.manageable_by(request.user, right=Right.PEOPLE).filter(pk=pk).exists()
    context = {"comparison": seen, "may": may, "days": settings.TUANJIAN_COMPARISON_DAYS}
    form = ResultForm(request.GET)
    rows = page_of(request, showing.rows_asked(seen, form.asked, user=request.user))
    context |= {"form": form, "asked": form.asked, "page": rows, "size": size_of(request), "sizes": SIZES}
    context |= {"lines": showing.shown(list(rows), user=request.user), "sums": showing.sums(seen)}
    context |= {"asked_query": request.GET.urlencode()}
    return render(request, "members/comparisons/comparison.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def comparison_progress(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """How far the comparison is."""
    seen = get_visible(Comparison, request.user, pk=pk)
    context = {"comparison": seen}
    return how_far(request, "members/comparisons/_progress.html", context, under_way=seen.is_under_way)


@access(Access.SEE_ROSTER)
@require_safe
def comparison_export(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The lines asked for as a workbook."""
    seen = get_visible(Comparison, request.user, pk=pk)
    try:
        content = keeping.as_workbook(seen, ResultForm(request.GET).asked, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(seen)
    name = f"{seen.organization.short_name}国家系统核对结果{timezone.localdate():%Y%m%d}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


@access(Access.MANAGE_PEOPLE)
@require_POST
def comparison_delete(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Delete the result before its time."""
    seen = get_manageable(Comparison, request.user, right=Right.PEOPLE, pk=pk)
    try:
        keeping.delete(seen, by=request.user)
        messages.success(request, "已删除核对结果。", extra_tags="saved")
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect(seen)
