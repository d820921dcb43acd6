"""Pages of taking lists out: a list at once or in the background, 我的导出, one export, its file."""

from __future__ import annotations

import io

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.http import AuthenticatedHttpRequest, get_visible
from branches.scoping import Sight, sees_somewhere
from members.export_tables import ExportTable
from members.http import get_roster_organization
from members.lists import keeping, kinds, making
from members.lists.kinds import ListKind
from members.models import Export
from members.views.waiting import how_far
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, paged, size_of


@access(Access.SEE_ROSTER)
@require_http_methods(["GET", "POST"])
def list_export(request: AuthenticatedHttpRequest, kind: str) -> HttpResponse | FileResponse:
    """The list as queried: a short one as a file at once, a long one after a page that says so, in the background."""
    wanted = _kind(kind)
    organization = get_roster_organization(request)
    try:
        if request.method == "POST":
            return redirect(keeping.start(wanted, organization, request.GET, by=request.user))
        found = making.queried(wanted, organization, request.GET, by=request.user)
        count = found.rows.order_by().count()
        if count <= settings.TUANJIAN_EXPORT_AT_ONCE:
            content = making.at_once(wanted, organization, request.GET, by=request.user)
            name = f"{organization.short_name}{wanted.title}{timezone.localdate():%Y%m%d}.xlsx"
            return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(_back(wanted, request.GET))
    context = {"kind": wanted, "organization": organization, "asked": found.asked, "count": f"{count:,}"}
    context |= {"back_url": _back(wanted, request.GET), "days": settings.TUANJIAN_EXPORT_DAYS}
    return render(request, "members/exports/new.html", context)


def _kind(key: str) -> ListKind:
    found = kinds.find(key)
    if found is None:
        raise Http404
    return found


def _back(kind: ListKind, query: QueryDict) -> str:
    return f"{reverse(kind.shown_at)}?{query.urlencode()}"


@access(Access.SEE_ROSTER)
@require_safe
def exports(request: AuthenticatedHttpRequest) -> HttpResponse:
    """我的导出: what the reader had made, latest first."""
    if not sees_somewhere(request.user, Sight.ROSTER):
        raise PermissionDenied
    rows = Export.objects.visible_to(request.user).own(request.user).select_related("organization").defer("scope")
    context = {"table": paged(request, ExportTable(rows)), "size": size_of(request), "sizes": SIZES}
    return render(request, "members/exports/list.html", context | {"days": settings.TUANJIAN_EXPORT_DAYS})


@access(Access.SEE_OWN_EXPORT)
@require_safe
def export(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """One export: how far it is, or what can be done with it."""
    own = _own(request, pk)
    why_not = "" if own.is_under_way else keeping.why_not(own, by=request.user)
    return render(request, "members/exports/export.html", {"export": own, "why_not": why_not})


@access(Access.SEE_OWN_EXPORT)
@require_safe
def export_progress(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """How far the export is."""
    own = _own(request, pk)
    return how_far(request, "members/exports/_progress.html", {"export": own}, under_way=own.is_under_way)


@access(Access.SEE_OWN_EXPORT)
@require_safe
def export_file(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The file, with the rights of now."""
    own = _own(request, pk)
    try:
        content = keeping.fetch(own, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(own)
    name = f"{own}{timezone.localdate(own.made_at):%Y%m%d}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


@access(Access.SEE_OWN_EXPORT)
@require_POST
def export_again(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The same list as it is now."""
    own = _own(request, pk)
    try:
        query = QueryDict(own.query)
        return redirect(keeping.start(kinds.of(own.list_key), own.organization, query, by=request.user))
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(own)


@access(Access.SEE_OWN_EXPORT)
@require_POST
def export_delete(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Delete the file before its time."""
    own = _own(request, pk)
    try:
        keeping.delete(own, by=request.user)
        messages.success(request, "已删除文件。", extra_tags="saved")
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect(own)


def _own(request: AuthenticatedHttpRequest, pk: int) -> Export:
    """The export, if the reader had it made; 404 for anybody else's as for one that does not exist."""
    return get_visible(Export, request.user, pk=pk, made_by=request.user)
