"""The page on which an organisation is closed (撤销)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.scoping import Right
from members import closing
from members.forms.cadres import CloseForm
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_http_methods(["GET", "POST"])
def close(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Tell what is still there, with the way to it; once there is nothing, ask and close."""
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, pk=pk)
    form = CloseForm(request.POST or None)
    if form.is_valid() and rule_accepts(
        form,
        lambda: closing.close(organization, on=form.day, reason=form.cleaned_data["reason"], by=request.user),
    ):
        messages.success(request, f"{organization.short_name}已撤销。", extra_tags="saved")
        return redirect(organization)
    context = {"organization": organization, "form": form, "remaining": closing.remaining_in(organization)}
    return render(request, "members/close.html", context)
