"""The pages on which an organisation is closed (撤销) and put in force again (恢复)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.scoping import Right
from members import closing
from members.forms.cadres import CloseForm
from members.forms.merging import ReopenForm
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_http_methods(["GET", "POST"])
def close(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Tell what is still there, with the way to it; once there is nothing, ask and close."""
    organization = _structured(request, pk)
    form = CloseForm(request.POST or None)
    if form.is_valid() and rule_accepts(
        form,
        lambda: closing.close(organization, on=form.day, reason=form.cleaned_data["reason"], by=request.user),
    ):
        messages.success(request, f"{organization.short_name}已撤销。", extra_tags="saved")
        return redirect(organization)
    context = {"organization": organization, "form": form, "remaining": closing.remaining_in(organization)}
    return render(request, "members/close.html", context)


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_http_methods(["GET", "POST"])
def reopen(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Say what does not come back, and ask."""
    organization = _structured(request, pk)
    form = ReopenForm(request.POST or None)
    if form.is_valid() and rule_accepts(
        form, lambda: closing.reopen(organization, reason=form.cleaned_data["reason"], by=request.user)
    ):
        messages.success(request, f"{organization.short_name}已恢复，请重新授权并登记人员。", extra_tags="saved")
        return redirect(organization)
    return render(request, "members/reopen.html", {"organization": organization, "form": form})


def _structured(request: AuthenticatedHttpRequest, pk: int) -> Organization:
    """Closed ones too: these two pages are about that."""
    return get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, also_closed=True, pk=pk)
