"""申请办理: asking the level above for a change, the list of requests, one request with its time line, answering it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches import applications as rules
from branches.application_tables import RequestFilter, RequestTable
from branches.forms import applications as forms
from branches.http import AuthenticatedHttpRequest, get_manageable, get_visible
from branches.models import ChangeRequest, Organization, OrgType
from branches.registration import Issued
from branches.scoping import Right
from branches.views.codes import code_page
from branches.views.requested import requested_organization
from tuanjian.access import Access, access
from tuanjian.paging import paged
from tuanjian.refusals import rule_accepts


@access(Access.SIGNED_IN)
@require_safe
def applications(request: AuthenticatedHttpRequest) -> HttpResponse:
    organization = requested_organization(request)
    if organization is None:
        return render(request, "branches/applications.html", {"organization": None})
    query = RequestFilter(request.GET, rules.listed(request.user, organization))
    table = paged(request, RequestTable(query.qs))
    context = {"organization": organization, "query": query, "table": table}
    return render(request, "branches/applications.html", context)


@access(Access.MANAGE_STRUCTURE)
@require_safe
def application(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    asked = get_manageable(ChangeRequest, request.user, right=Right.STRUCTURE, pk=pk)
    return render(request, "branches/application.html", _shown(request, asked))


@access(Access.MANAGE_STRUCTURE)
@require_http_methods(["GET", "POST"])
def apply_name(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, pk=pk)
    form = forms.AskNameForm(request.POST or None, organization=organization, initial=_again(request, organization))
    filled = form.with_proposals()
    warnings = form.warnings()
    complete = form.is_valid() and not filled and not warnings
    if complete and rule_accepts(form, lambda: rules.ask_for_name(organization, **form.new_names, by=request.user)):
        return _asked(request, organization)
    context = {"organization": organization, "form": form, "filled": filled, "warnings": warnings}
    return render(request, "branches/apply.html", context | {"title": "申请更名", "now": organization.full_name})


@access(Access.MANAGE_STRUCTURE)
@require_http_methods(["GET", "POST"])
def apply_type(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, pk=pk)
    form = forms.AskTypeForm(request.POST or None, organization=organization, initial=_again(request, organization))
    if form.is_valid() and rule_accepts(
        form, lambda: rules.ask_for_type(organization, **form.new_type, by=request.user)
    ):
        return _asked(request, organization)
    context = {"organization": organization, "form": form, "title": "申请改类别"}
    return render(request, "branches/apply.html", context | {"now": OrgType(organization.org_type).label})


@access(Access.MANAGE_STRUCTURE)
@require_http_methods(["GET", "POST"])
def apply_administrator(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, pk=pk)
    form = forms.AskAdministratorForm(
        request.POST or None, organization=organization, initial=_again(request, organization)
    )
    if form.is_valid() and rule_accepts(
        form, lambda: rules.ask_for_administrator(organization, **form.cleaned_data, by=request.user)
    ):
        return _asked(request, organization)
    context = {"organization": organization, "form": form, "title": "申请更换管理员"}
    return render(request, "branches/apply.html", context)


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_POST
@never_cache
def application_approve(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    asked = _from_below(request, pk)
    form = forms.DecideForm(request.POST)
    issued: list[Issued | None] = []
    if form.is_valid() and rule_accepts(
        form, lambda: issued.append(rules.approve(asked, **form.cleaned_data, by=request.user))
    ):
        if issued[0] is not None:
            return code_page(request, asked.organization, issued[0])
        messages.success(request, f"已通过，{asked.get_kind_display()}已办理。")
        return redirect(asked)
    return render(request, "branches/application.html", _shown(request, asked) | {"form": form})


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_POST
def application_return(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    asked = _from_below(request, pk)
    form = forms.DecideForm(request.POST)
    if form.is_valid() and rule_accepts(form, lambda: rules.send_back(asked, **form.cleaned_data, by=request.user)):
        messages.success(request, "已退回，申请人会在待办事项中看到。")
        return redirect(asked)
    return render(request, "branches/application.html", _shown(request, asked) | {"form": form})


@access(Access.MANAGE_STRUCTURE)
@require_http_methods(["GET", "POST"])
def application_withdraw(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    asked = get_manageable(ChangeRequest, request.user, right=Right.STRUCTURE, pk=pk)
    form = forms.VersionForm(request.POST if request.method == "POST" else None, initial={"version": asked.version})
    if form.is_valid() and rule_accepts(form, lambda: rules.withdraw(asked, **form.cleaned_data, by=request.user)):
        messages.success(request, "申请已撤销。")
        return redirect(asked)
    return render(request, "branches/application_withdraw.html", {"asked": asked, "form": form})


def _from_below(request: AuthenticatedHttpRequest, pk: int) -> ChangeRequest:
    """The request, if its organisation lies below one of the user's own; 404 out of sight, 403 beside or at it."""
    asked = get_visible(ChangeRequest, request.user, pk=pk)
    get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, pk=asked.organization_id)
    return asked


def _again(request: AuthenticatedHttpRequest, organization: Organization) -> dict[str, str]:
    return rules.asked_before(organization, request.GET.get("again", ""), by=request.user)


def _asked(request: AuthenticatedHttpRequest, organization: Organization) -> HttpResponse:
    messages.success(request, "申请已提交，等待上级审核。")
    return redirect(organization)


def _shown(request: AuthenticatedHttpRequest, asked: ChangeRequest) -> dict[str, Any]:
    waiting = ChangeRequest.objects.visible_to(request.user).decidable_by(request.user)
    return {
        "asked": asked,
        "steps": rules.time_line(asked),
        "may_decide": waiting.filter(pk=asked.pk).exists(),
        "form": forms.DecideForm(initial={"version": asked.version}),
    }
