"""明文导出申请: the list, one request, deciding about it, fetching the file."""

from __future__ import annotations

import io

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.scoping import Right, has_right_somewhere
from members import releases
from members.filters import MemberFilter, as_listed
from members.forms.releases import RefuseForm
from members.models import ExportRequest, Member
from members.release_tables import ExportRequestTable
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, paged, size_of
from tuanjian.refusals import rule_accepts


@access(Access.EXPORT_CLEAR)
@require_safe
def export_requests(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Every request somebody may decide about, and the own ones; ``?waiting=1`` only those still to be decided."""
    if not has_right_somewhere(request.user, Right.CLEAR_EXPORT):
        raise PermissionDenied
    rows = ExportRequest.objects.manageable_by(request.user, right=Right.CLEAR_EXPORT)
    waiting = "waiting" in request.GET
    rows = rows.waiting() if waiting else rows
    table = paged(request, ExportRequestTable(rows.select_related("organization", "profile", "requested_by")))
    context = {"table": table, "waiting": waiting, "size": size_of(request), "sizes": SIZES}
    return render(request, "members/export_requests.html", context)


@access(Access.EXPORT_CLEAR)
@require_safe
def export_request(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """One request as it stands, with what the reader may do about it."""
    return _page(request, _asked_for(request, pk))


def _asked_for(request: AuthenticatedHttpRequest, pk: int) -> ExportRequest:
    return get_manageable(ExportRequest, request.user, right=Right.CLEAR_EXPORT, pk=pk)


def _page(request: AuthenticatedHttpRequest, asking: ExportRequest) -> HttpResponse:
    own = asking.requested_by_id == request.user.pk
    context = {
        "asking": asking,
        "own": own,
        "may_decide": not own and asking.state == releases.State.WAITING and not asking.is_over,
        "may_fetch": own and asking.state == releases.State.APPROVED and not asking.is_over,
        "approvers": releases.approvers_of(asking.organization, but=request.user)[:3] if own else [],
    }
    return render(request, "members/export_request.html", context)


@access(Access.EXPORT_CLEAR)
@require_POST
def export_approve(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Agree that somebody else takes the list."""
    asking = _asked_for(request, pk)
    try:
        releases.approve(asking, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, f"已批准，{asking.requested_by}可在 24 小时内下载一次。", extra_tags="saved")
    return redirect(asking)


@access(Access.EXPORT_CLEAR)
@require_http_methods(["GET", "POST"])
def export_refuse(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Ask why, and do not agree."""
    asking = _asked_for(request, pk)
    form = RefuseForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and rule_accepts(
        form, lambda: releases.refuse(asking, reason=form.cleaned_data["reason"], by=request.user)
    ):
        messages.success(request, "已记为不批准。", extra_tags="saved")
        return redirect(asking)
    context = {"form": form, "asking": asking, "title": f"确定不批准{asking.requested_by}的导出申请吗？"}
    return render(request, "members/export_refuse.html", context)


@access(Access.EXPORT_CLEAR)
@require_POST
def export_fetch(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The approved file, made now with the rights of now."""
    asking = _asked_for(request, pk)
    in_sight = Member.objects.visible_to(request.user).under(asking.organization)
    asked = MemberFilter(QueryDict(asking.query), queryset=in_sight)
    if not asked.is_valid():  # conditions that no longer exist would be left out, and more people would go out
        messages.error(request, "查询条件已不能使用，请返回名单重新查询并申请。")
        return redirect(asking)
    try:
        content = releases.fetch(asking, as_listed(asked.qs), by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(asking)
    name = f"{asking.organization.short_name}{asking.profile}{timezone.localdate():%Y%m%d}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)
