"""The page on which one branch is merged into another."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.scoping import Right
from members import merging
from members.forms.merging import MergeForm, MergeTargetForm
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_http_methods(["GET", "POST"])
def merge(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Choose into which; then show what goes over, and ask."""
    source = get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, pk=pk)
    asked = request.POST or request.GET
    chosen = MergeTargetForm(asked if "into" in asked else None, source=source, user=request.user)
    if not chosen.is_valid():
        return render(request, "members/merge_choose.html", {"organization": source, "form": chosen})
    into = chosen.cleaned_data["into"]
    form = MergeForm(request.POST or None)
    if form.is_valid() and rule_accepts(
        form, lambda: merging.merge(source, into=into, **form.arguments, by=request.user)
    ):
        messages.success(request, f"{source.short_name}已并入{into.short_name}。", extra_tags="saved")
        return redirect(into)
    seen = merging.preview(source, into=into, by=request.user)
    return render(request, "members/merge.html", {"organization": source, "form": form, "preview": seen})
