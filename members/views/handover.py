"""换届、离任交接: filled in, previewed, done in one act."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.registration import Issued
from branches.scoping import Right
from branches.views.codes import code_page
from members import handover as rules
from members.forms.handover import HandoverForm
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_STRUCTURE_BELOW)
@require_http_methods(["GET", "POST"])
@never_cache
def handover(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.STRUCTURE, below=True, pk=pk)
    form = HandoverForm(request.POST or None, organization=organization, user=request.user)
    context = {"organization": organization, "form": form}
    if not form.is_valid():
        return render(request, "members/handover.html", context)
    asked, issued = form.handover, list[Issued | None]()
    if form.cleaned_data["confirmed"] == asked.fingerprint and rule_accepts(
        form, lambda: issued.append(rules.hand_over(asked, by=request.user))
    ):
        return _done(request, asked, issued[0])
    if not form.errors and rule_accepts(form, lambda: rules.rehearse(asked, by=request.user)):
        context |= {"lines": rules.summary(asked), "fingerprint": asked.fingerprint}
    return render(request, "members/handover.html", context)


def _done(request: AuthenticatedHttpRequest, asked: rules.Handover, issued: Issued | None) -> HttpResponse:
    sheet = f"{reverse('reports:handover_sheet', args=[asked.organization.pk])}?on={asked.on}"
    if issued is not None:
        return code_page(request, asked.organization, issued, sheet_url=sheet)
    messages.success(request, f"已办理{asked.organization.short_name}的{asked.occasion.label}。")
    return redirect(sheet)
