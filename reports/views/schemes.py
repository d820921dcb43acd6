"""完成率设置: weights, bounds and ranking of a committee, with what a change does before it is saved."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.scoping import NotAllowed, Right
from reports.completion import reweighing, schemes
from reports.forms.schemes import SchemeForm
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_STRUCTURE)
@require_http_methods(["GET", "POST"])
def scheme(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The form with everything set earlier; what it does is shown once and saved when it comes back unchanged.

    403 for a branch: that is for the levels above to set.
    """
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, pk=pk)
    if not schemes.is_set_at(organization):
        raise NotAllowed(organization)
    today, effects = timezone.localdate(), None
    form = SchemeForm(request.POST or None, organization=organization)
    if form.is_confirmed and rule_accepts(
        form, lambda: schemes.set_scheme(organization, **form.asked, by=request.user)
    ):
        messages.success(request, "已保存完成率设置，以前各日的数据仍按当时的设置显示。", extra_tags="saved")
        return redirect(f"{reverse('reports:completion')}?organization={organization.pk}")
    if form.is_valid() and rule_accepts(form, lambda: schemes.checked(organization, **form.asked)):
        measured = schemes.scheme_asked(organization, today, **form.asked)
        effects = reweighing.effects_of(organization, measured, today, user=request.user)
    holds = schemes.scheme_of(organization, today)
    context = {
        "organization": organization,
        "form": form,
        "effects": effects,
        "history": schemes.set_by_itself(organization),
        "holds": holds,
        "holds_by": schemes.name_of(holds, user=request.user),
    }
    return render(request, "reports/scheme.html", context)
