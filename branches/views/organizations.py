"""The tree on screen, and what is changed about an organisation."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from branches import browsing, particulars, past, tree
from branches.filters import LowerFilter
from branches.forms import organizations as forms
from branches.forms.picking import ChildrenForm, PickForm
from branches.http import AuthenticatedHttpRequest, get_manageable, get_visible
from branches.models import Organization
from branches.permissions import permissions_on
from branches.picking import offered
from branches.scoping import Right
from branches.tables import LowerTable
from branches.views.requested import local_next, requested_organization, way_back
from tuanjian.access import Access, access
from tuanjian.paging import paged
from tuanjian.refusals import rule_accepts


@access(Access.SIGNED_IN)
@require_safe
def tree_page(request: AuthenticatedHttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    found = browsing.found(text, request.user) if text else None
    nodes = found.nodes if found else browsing.opened(request.user)
    return render(request, "branches/tree.html", {"q": text, "found": found, "nodes": nodes})


@access(Access.SEE_ORGANIZATION)
@require_safe
def tree_children(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_visible(Organization, request.user, pk=pk)
    form = ChildrenForm(request.GET)
    after = form.cleaned_data["after"] if form.is_valid() else None
    level = browsing.children(organization, request.user, after=after or 0)
    context = {"nodes": level.nodes, "rest": level.rest, "parent": organization}
    return render(request, "branches/_tree_nodes.html", context)


@access(Access.SIGNED_IN)
@require_safe
def tree_as_of(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The tree as it stood on a day; nothing can be changed from here."""
    today = timezone.localdate()
    form = forms.PastForm(request.GET if "on" in request.GET else {"on": str(today)})
    shown = None
    if form.is_valid():
        shown = past.tree_on(form.cleaned_data["on"], request.user, top=form.cleaned_data["organization"])
    context = {"form": form, "tree": shown, "today": today, "since": past.first_day(request.user)}
    return render(request, "branches/tree_as_of.html", context)


@access(Access.SIGNED_IN)
@require_safe
def pick(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = PickForm(request.GET)
    found = offered(request.user, **form.cleaned_data) if form.is_valid() else []
    return JsonResponse({"results": found})


@access(Access.SIGNED_IN)
@require_safe
def lower(request: AuthenticatedHttpRequest) -> HttpResponse:
    organization = requested_organization(request)
    if organization is None:
        return render(request, "branches/lower.html", {"organization": None})
    may = permissions_on(organization, request.user)
    everything = request.GET.get("all") == "1"
    query = LowerFilter(request.GET, browsing.lower_of(organization, request.user, everything=everything))
    own = None if may.structure_from_above else organization
    table = paged(request, LowerTable(query.qs, on=timezone.localdate(), may_change=may.structure, own=own))
    context = {"organization": organization, "may": may, "query": query, "table": table, "everything": everything}
    return render(request, "branches/lower.html", context)


@access(Access.MANAGE_STRUCTURE)
@require_http_methods(["GET", "POST"])
def add(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    parent = get_manageable(Organization, request.user, right=Right.STRUCTURE, pk=pk)
    form = forms.AddForm(request.POST or None, parent=parent)
    filled = form.with_proposals()
    warnings = form.warnings()
    if form.is_valid() and not filled and not warnings:
        added = form.organization()
        if rule_accepts(form, lambda: tree.add(added, under=parent, by=request.user)):
            messages.success(request, f"已保存，{added}已设在{parent}之下。")
            return redirect("branches:add", pk=pk) if "again" in request.POST else redirect(added)
    context = {"organization": parent, "form": form, "filled": filled, "warnings": warnings}
    return render(request, "branches/add.html", context | {"possible": tree.allowed_types(parent)})


@access(Access.MANAGE_STRUCTURE)
@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, pk=pk)
    form = forms.ParticularsForm(request.POST or None, instance=organization)
    if form.is_valid():
        try:
            if rule_accepts(form, lambda: form.save_by(request.user)):
                saved = get_visible(Organization, request.user, pk=pk)
                _say_saved(request, changed=saved.version != organization.version)
                return redirect(local_next(request, organization))
        except particulars.Stale as stale:
            context = {"organization": organization, "stale": stale, "form": form}
            return render(request, "branches/edit_stale.html", context | way_back(request, organization))
    context = {"organization": organization, "form": form} | way_back(request, organization)
    return render(request, "branches/edit.html", context)


def _say_saved(request: AuthenticatedHttpRequest, *, changed: bool, sentence: str = "已保存。") -> None:
    if changed:
        messages.success(request, sentence, extra_tags="saved")
    else:
        messages.info(request, "没有改动，与原来相同。")


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_http_methods(["GET", "POST"])
def rename(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, pk=pk)
    form = forms.RenameForm(request.POST or None, organization=organization)
    filled = form.with_proposals()
    warnings = form.warnings()
    version = organization.version
    if form.is_valid() and not filled and not warnings:
        if rule_accepts(form, lambda: tree.rename(organization, **form.new_names, by=request.user)):
            _say_saved(request, changed=organization.version != version, sentence="已保存，原名称记为曾用名。")
            return redirect(organization)
        organization.refresh_from_db()  # the refused names still stand on the object
    context = {"organization": organization, "form": form, "filled": filled, "warnings": warnings}
    return render(request, "branches/rename.html", context)


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_http_methods(["GET", "POST"])
def change_type(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, pk=pk)
    form = forms.ChangeTypeForm(request.POST or None, organization=organization)
    if form.is_valid() and rule_accepts(form, lambda: tree.change_type(organization, **form.new_type, by=request.user)):
        messages.success(request, f"已保存，组织类别改为{organization.get_org_type_display()}。")
        return redirect(organization)
    return render(request, "branches/change_type.html", {"organization": organization, "form": form})


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_safe
def move(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Choose where to; the next page shows what moves along and asks."""
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, pk=pk)
    asked = request.GET if "under" in request.GET else None
    form = forms.MoveForm(asked, organization=organization, user=request.user)
    if form.is_valid():
        target = urlencode({"under": form.cleaned_data["under"].pk})
        return redirect(f"{reverse('reports:move_confirm', args=[pk])}?{target}")
    moving = browsing.moving_along(organization)
    return render(request, "branches/move.html", {"organization": organization, "form": form, "moving": moving})


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_http_methods(["GET", "POST"])
def order(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, pk=pk)
    initial, version = {"order_number": organization.order_number}, organization.version
    form = forms.OrderForm(request.POST or None, initial=initial)
    if form.is_valid() and rule_accepts(
        form, lambda: tree.set_order(organization, **form.cleaned_data, by=request.user)
    ):
        _say_saved(request, changed=organization.version != version)
        return redirect(organization)
    context = {"organization": organization, "form": form, "sisters": browsing.sisters(organization, request.user)}
    return render(request, "branches/order.html", context)


@access(Access.MANAGE_STRUCTURE)
@require_http_methods(["GET", "POST"])
def headcount(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, pk=pk)
    form = forms.HeadcountForm(request.POST or None, organization=organization, user=request.user)
    if form.is_valid() and rule_accepts(
        form, lambda: particulars.declare(organization, **form.declaration, by=request.user)
    ):
        messages.success(request, "已保存。", extra_tags="saved")
        return redirect(organization)
    declared = particulars.declarations(organization)
    return render(
        request, "branches/headcount.html", {"organization": organization, "form": form, "declared": declared}
    )
