"""团内大数据: what organisations are made of, today and on any day figures were kept."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from branches.http import AuthenticatedHttpRequest, get_visible
from branches.models import Organization
from branches.scoping import Sight
from members.http import get_roster_organization
from reports.forms.statistics import NameForm, StatisticsQuery, TreeQuery, table_for
from reports.known_days import KnownDay, known_day
from reports.models import SavedTable
from reports.statistics import papers, saving
from reports.statistics.dashboard import PARTS, Dashboard, dashboard_of
from reports.statistics.whole_tree import table_of
from tuanjian.access import Access, access
from tuanjian.paging import paged
from tuanjian.refusals import rule_accepts


@access(Access.SEE_ROSTER)
@require_safe
def statistics(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Cards, charts and their tables of one organisation with everything below it."""
    organization, query = get_roster_organization(request), StatisticsQuery(request.GET)
    shown, known = _dashboard(organization, query)
    context: dict[str, Any] = {
        "organization": organization,
        "query": query,
        "dashboard": shown,
        "tabs": _tabs(organization, query),
        "carried": query.carried(organization),
        "known": known,
        "above": Organization.objects.visible_to(request.user, sight=Sight.ROSTER).ancestors_of(organization),
    }
    return render(request, "reports/statistics/dashboard.html", context)


def _dashboard(organization: Organization, query: StatisticsQuery) -> tuple[Dashboard, KnownDay]:
    """The part asked for, and what is to be said about its day."""
    shown = dashboard_of(organization, query.day, against=query.compared, part=query.chosen_part)
    known = known_day(
        query.day, counted_at=shown.counted_at, day=shown.day, against=query.compared, is_compared=shown.is_compared
    )
    return shown, known


def _tabs(organization: Organization, query: StatisticsQuery, *, table: str = "") -> list[dict[str, Any]]:
    """The tabs; ``table`` is what the whole-tree table is asked for where it is the page itself."""
    address = reverse("reports:statistics")
    shown = [part for part in PARTS if not (part.of_lower and organization.is_branch)]
    tabs = [
        {
            "label": part.label,
            "url": f"{address}?{query.carried(organization, part.key)}",
            "active": part is query.chosen_part and not table,
        }
        for part in shown
    ]
    if not organization.is_branch:
        url = f"{reverse('reports:statistics_table')}?{table or query.carried(organization, '')}"
        tabs.append({"label": "全树统计表", "url": url, "active": bool(table)})
    return tabs


@access(Access.SEE_ROSTER)
@require_safe
def statistics_print(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The part of the page on paper: its figures and, instead of charts, their tables."""
    organization, query = get_roster_organization(request), StatisticsQuery(request.GET)
    shown, known = _dashboard(organization, query)
    papers.dashboard_on_paper(shown, by=request.user)
    context = {"organization": organization, "dashboard": shown, "known": known, "now": timezone.localtime()}
    return render(request, "reports/statistics/dashboard_print.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def statistics_export(request: AuthenticatedHttpRequest) -> FileResponse:
    """One table of the page, or all of its part, as a workbook."""
    organization, query = get_roster_organization(request), StatisticsQuery(request.GET)
    shown = dashboard_of(organization, query.day, against=query.compared, part=query.chosen_part)
    chosen = [table for table in shown.all_tables if query.chosen_table in ("", table.key)]
    content = papers.dashboard_as_workbook(shown, chosen or shown.all_tables, by=request.user)
    name = f"{organization.short_name}{papers.TITLE}{query.day:%Y%m%d}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


@access(Access.SEE_ROSTER)
@require_safe
def statistics_table(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Any organisations of the subtree with any figures."""
    organization = get_roster_organization(request)
    query = TreeQuery(request.GET, organization=organization)
    context: dict[str, Any] = {"organization": organization, "query": query, "refusal": "", "shown": None}
    context |= {"carried": query.carried(organization), "pairs": query.pairs(organization), "known": None}
    context["saved"] = SavedTable.objects.visible_to(request.user).select_related("organization")
    context["tabs"] = _tabs(
        organization, StatisticsQuery(QueryDict(f"on={query.day}")), table=query.carried(organization)
    )
    try:
        shown = table_of(organization, query.day, query.asked)
    except ValidationError as refusal:
        return render(request, "reports/statistics/table.html", context | {"refusal": refusal.messages[0]})
    context |= {"shown": shown, "table": paged(request, table_for(shown))}
    context["known"] = known_day(query.day, counted_at=shown.counted_at, day=shown.day)
    return render(request, "reports/statistics/table.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def statistics_table_export(request: AuthenticatedHttpRequest) -> HttpResponse | FileResponse:
    """The table as queried, as a workbook."""
    organization = get_roster_organization(request)
    query = TreeQuery(request.GET, organization=organization)
    try:
        shown = table_of(organization, query.day, query.asked)
    except ValidationError as refusal:
        return _back(request, organization, query, refusal)
    content = papers.tree_as_workbook(shown, said=query.in_words, by=request.user)
    name = f"{organization.short_name}{papers.TREE_TITLE}{query.day:%Y%m%d}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


@access(Access.SEE_ROSTER)
@require_safe
def statistics_table_print(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The table as queried, on paper."""
    organization = get_roster_organization(request)
    query = TreeQuery(request.GET, organization=organization)
    try:
        shown = table_of(organization, query.day, query.asked)
    except ValidationError as refusal:
        return _back(request, organization, query, refusal)
    papers.tree_on_paper(shown, said=query.in_words, by=request.user)
    known = known_day(query.day, counted_at=shown.counted_at, day=shown.day)
    context = {"organization": organization, "shown": shown, "said": query.in_words, "known": known}
    return render(request, "reports/statistics/print.html", context | {"now": timezone.localtime()})


def _back(
    request: AuthenticatedHttpRequest, organization: Organization, query: TreeQuery, refusal: ValidationError
) -> HttpResponse:
    messages.error(request, refusal.messages[0])
    return redirect(f"{reverse('reports:statistics_table')}?{query.carried(organization)}")


@access(Access.SEE_ROSTER)
@require_http_methods(["GET", "POST"])
def saved_table_new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Keep the choice of the address under a name."""
    organization = get_roster_organization(request)
    query = TreeQuery(request.GET, organization=organization)
    form = NameForm(request.POST or None)
    if (
        form.is_valid()
        and rule_accepts(form, lambda: form.save_choice(organization, query, by=request.user))
        and form.saved is not None
    ):
        messages.success(request, "已保存", extra_tags="saved")
        return redirect(form.saved)
    cancel = f"{reverse('reports:statistics_table')}?{query.carried(organization)}"
    context = {"organization": organization, "form": form, "said": query.in_words, "cancel_url": cancel}
    return render(request, "reports/statistics/name.html", context)


@access(Access.SEE_OWN_EXPORT)
@require_http_methods(["GET", "POST"])
def saved_table_rename(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Give a kept table another name."""
    saved = get_visible(SavedTable, request.user, pk=pk)
    form = NameForm(request.POST or None, initial={"name": saved.name})
    if form.is_valid() and rule_accepts(
        form, lambda: saving.rename(saved, name=form.cleaned_data["name"], by=request.user)
    ):
        messages.success(request, "已保存", extra_tags="saved")
        return redirect(saved)
    context = {"organization": saved.organization, "form": form, "saved": saved, "cancel_url": saved.get_absolute_url()}
    return render(request, "reports/statistics/name.html", context)


@access(Access.SEE_OWN_EXPORT)
@require_http_methods(["GET", "POST"])
def saved_table_delete(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Take a kept table away, after asking."""
    saved = get_visible(SavedTable, request.user, pk=pk)
    if request.method == "POST":
        saving.delete(saved, by=request.user)
        messages.success(request, "已删除", extra_tags="saved")
        return redirect(f"{reverse('reports:statistics_table')}?organization={saved.organization_id}")
    context = {"saved": saved, "organization": saved.organization, "cancel_url": saved.get_absolute_url()}
    context["title"] = f"确定删除统计表“{saved.name}”吗"
    return render(request, "reports/statistics/delete.html", context)
