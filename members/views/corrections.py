"""更正申请: the list of what waits, and one request with its decision."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import User
from branches.scoping import Right
from members import corrections as rule
from members.forms.corrections import DecideForm
from members.http import get_entry_organization
from members.models import Correction, Member
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts

MOST_SETTLED: Final = 50


@access(Access.MANAGE_PEOPLE)
@require_safe
def corrections(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What waits in an organisation and below, and what became of what the person asked for there."""
    organization = get_entry_organization(request)
    context: dict[str, Any] = {"organization": organization, "waiting": rule.listed(request.user, organization)}
    context["may_decide"] = set(rule.decidable(request.user, organization).values_list("pk", flat=True))
    context |= {"settled": rule.settled_for(request.user, organization)[:MOST_SETTLED], "most": MOST_SETTLED}
    return render(request, "members/corrections.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def correction(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """What is asked for one person; made or returned by a POST."""
    person = get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)
    asked = rule.waiting_for(person)
    if asked is None:
        messages.info(request, f"{person.name}没有待审核的更正申请。")
        return redirect(person)
    form = DecideForm(request.POST or None, initial={"version": asked.version})
    if form.is_valid() and rule_accepts(form, lambda: _carry_out(asked, form, request.user)):
        messages.success(request, "已办理更正申请。", extra_tags="saved")
        return redirect("members:corrections")
    context = {"asked": asked, "form": form, "may_decide": rule.may_decide(asked, request.user)}
    return render(request, "members/correction.html", context)


def _carry_out(asked: Correction, form: DecideForm, by: User) -> None:
    answer, version = form.cleaned_data["answer"], form.cleaned_data["version"]
    if form.cleaned_data["deed"] == "return":
        rule.send_back(asked, version=version, answer=answer, by=by)
    else:
        rule.approve(asked, version=version, answer=answer, by=by)
