"""操作日志: searching it, one entry, the workbook, and the 校验值 of each day."""

from __future__ import annotations

import io
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches import log_papers
from branches.filters import LogFilter
from branches.http import AuthenticatedHttpRequest, get_visible
from branches.log import Reader, address_of, page_of, place_of, title_of
from branches.log_proof import anchors, month_asked
from branches.models import AuditEntry, Organization
from branches.scoping import Sight, sees_somewhere
from branches.tables import LogTable
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, paged, size_of


@access(Access.SEE_LOG)
@require_safe
def log(request: AuthenticatedHttpRequest) -> HttpResponse:
    query = _asked(request)
    table = paged(request, LogTable(query.qs.select_related("placement"), reader=query.reader))
    context: dict[str, Any] = {"query": query, "table": table, "place": query.at, "now": timezone.localtime()}
    if text := request.GET.get("object", ""):
        context["subject"] = title_of(text, query.qs.select_related("placement")[:50], query.reader)
    context["reset_url"] = f"{request.path}{query.without_conditions}"
    context |= {"size": size_of(request), "sizes": SIZES, "asked_query": request.GET.urlencode()}
    return render(request, "branches/log.html", context)


@access(Access.SEE_LOG)
@require_safe
def log_entry(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    entry = get_visible(AuditEntry, request.user, pk=pk)
    told = Reader(request.user).tell(entry)
    context = {"told": told, "entry": entry, "address": address_of(entry.object_type, entry.object_id)}
    context["page"] = page_of(entry, request.user)
    return render(request, "branches/log_entry.html", context)


@access(Access.SEE_LOG)
@require_safe
def log_export(request: AuthenticatedHttpRequest) -> FileResponse:
    query = _asked(request)
    in_sight = Organization.objects.visible_to(request.user, sight=Sight.LOG)
    place = in_sight.filter(pk=query.at.organization_id).first() if query.at else None
    content = log_papers.log_as_workbook(query.qs, place, reader=query.reader, asked=query.in_words, by=request.user)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"操作日志{timezone.localdate():%Y%m%d}.xlsx")


@access(Access.SEE_LOG)
@require_safe
def log_anchors(request: AuthenticatedHttpRequest) -> HttpResponse:
    return _anchors(request, "branches/log_anchors.html")


@access(Access.SEE_LOG)
@require_safe
def log_anchors_print(request: AuthenticatedHttpRequest) -> HttpResponse:
    answer = _anchors(request, "branches/log_anchors_print.html")
    log_papers.record_printed_anchors(str(month_asked(request.GET.get("month", ""))), by=request.user)
    return answer


def _anchors(request: AuthenticatedHttpRequest, template: str) -> HttpResponse:
    _refuse_without_log(request)
    month = month_asked(request.GET.get("month", ""))
    found = anchors(month.first, month.last)
    context = {"month": month, "anchors": found, "now": timezone.localtime()}
    return render(request, template, context)


def _asked(request: AuthenticatedHttpRequest) -> LogFilter:
    _refuse_without_log(request)
    at = place_of(request.GET.get("organization", ""), request.user)
    entries = AuditEntry.objects.visible_to(request.user)
    return LogFilter(request.GET, entries, reader=Reader(request.user), at=at)


def _refuse_without_log(request: AuthenticatedHttpRequest) -> None:
    if not sees_somewhere(request.user, Sight.LOG):
        raise PermissionDenied
