"""Who works on an organisation, giving and taking back rights."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from branches import grants, outlook, registration, workers
from branches.forms.grants import GrantDatesForm, GrantEndForm, GrantForm
from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import AccessGrant, Organization
from branches.permissions import permissions_on
from branches.scoping import Right
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_GRANTS)
@require_safe
def grants_page(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.GRANTS, also_closed=True, pk=pk)
    may = permissions_on(organization, request.user)
    past, today = "past" in request.GET, timezone.localdate()
    working = workers.working_on(organization, request.user, on=today, past=past)
    above = workers.working_above(organization, request.user, on=today)
    context = {"organization": organization, "may": may, "working": working, "above": above, "past": past}
    codes = {"codes": registration.open_codes(organization), "overdue": registration.overdue_codes(organization)}
    return render(request, "branches/grants.html", context | codes)


@access(Access.MANAGE_GRANTS)
@require_http_methods(["GET", "POST"])
def grant_add(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.GRANTS, pk=pk)
    may = permissions_on(organization, request.user)
    form = GrantForm(request.POST or None, administrator=may.grants_from_above)
    if form.is_confirmed and rule_accepts(
        form, lambda: grants.grant(form.named, organization=organization, **form.terms, by=request.user)
    ):
        messages.success(request, f"已保存对{form.named}的授权。")
        return redirect("branches:grants", pk=pk)
    confirm = form.is_valid()
    outlined = outlook.of_grant(organization, form.terms["role"]) if confirm else []
    context = {"organization": organization, "form": form, "confirm": confirm, "outlook": outlined}
    return render(request, "branches/grant_add.html", context)


@access(Access.MANAGE_GRANTS)
@require_http_methods(["GET", "POST"])
def grant_dates(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    given = get_manageable(AccessGrant, request.user, right=Right.GRANTS, pk=pk)
    form = GrantDatesForm(request.POST or None, initial={"ends_on": given.ends_on})
    if form.is_valid() and rule_accepts(form, lambda: grants.set_end(given, **form.new_end, by=request.user)):
        messages.success(request, f"已保存{given.user}的授权期限。")
        return redirect("branches:grants", pk=given.organization_id)
    return render(request, "branches/grant_dates.html", {"given": given, "form": form})


@access(Access.MANAGE_GRANTS)
@require_http_methods(["GET", "POST"])
def grant_end(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    given = get_manageable(AccessGrant, request.user, right=Right.GRANTS, pk=pk)
    form = GrantEndForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and rule_accepts(form, lambda: grants.take_back(given, **form.cleaned_data, by=request.user)):
        messages.success(request, f"已收回{given.user}的{given.get_role_display()}授权。")
        return redirect("branches:grants", pk=given.organization_id)
    question = f"确定收回{given.user}在{given.organization}的{given.get_role_display()}授权吗？"
    return render(request, "branches/grant_end.html", {"given": given, "form": form, "question": question})
