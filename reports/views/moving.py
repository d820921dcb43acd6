"""The page that shows what a move takes along, and asks."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from branches import tree
from branches.forms.organizations import MoveForm, ReasonForm
from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.scoping import Right
from reports import moving
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_http_methods(["GET", "POST"])
def move_confirm(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The target stands in ``under``; without one that may be chosen, back to choosing."""
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, pk=pk)
    chosen = MoveForm(request.POST or request.GET, organization=organization, user=request.user)
    if not chosen.is_valid():
        messages.warning(request, "请先选择新的上级组织。")
        return redirect("branches:move", pk=pk)
    under = chosen.cleaned_data["under"]
    form = ReasonForm(request.POST or None)
    if form.is_valid() and rule_accepts(
        form, lambda: tree.move(organization, under=under, **form.cleaned_data, by=request.user)
    ):
        messages.success(request, f"已移动，{organization}现在{under}之下。")
        return redirect(organization)
    seen = moving.preview(organization, under=under, by=request.user, on=timezone.localdate())
    return render(request, "reports/move_confirm.html", {"organization": organization, "form": form, "preview": seen})
