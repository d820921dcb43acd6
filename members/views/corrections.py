"""更正申请: the list of what waits, one request with its decision, asking and taking back."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import User
from branches.scoping import Right
from members import corrections as rule
from members import privacy
from members.forms.corrections import AskForm, DecideForm
from members.forms.records import RevealForm
from members.http import get_entry_organization
from members.models import Correction, Member
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts

MOST_SETTLED: Final = 50
_DONE: Final = {"withdraw": "已撤回更正申请。", "return": "已退回更正申请。"}


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
    """What is asked for one person; made, returned or taken back by a POST."""
    person = get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)
    asked = rule.waiting_for(person)
    if asked is None:
        messages.info(request, f"{person.name}没有待审核的更正申请。")
        return redirect(person)
    form = DecideForm(request.POST or None, initial={"version": asked.version})
    if form.is_valid() and rule_accepts(form, lambda: _carry_out(asked, form, request.user)):
        messages.success(request, _DONE.get(form.cleaned_data["deed"], "已办理更正申请。"), extra_tags="saved")
        return redirect("members:corrections")
    return render(request, "members/correction.html", _about(asked, request.user) | {"form": form})


@access(Access.MANAGE_PEOPLE)
@require_POST
def reveal_correction(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show the recorded and the wanted number in clear to whoever decides, once; the log keeps who looked and why."""
    person = get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)
    asked = rule.waiting_for(person)
    if asked is None:
        return redirect("members:correction", person.pk)
    form = RevealForm(request.POST)
    shown: list[tuple[str, str]] = []

    def look() -> None:
        shown.append(rule.reveal_numbers(asked, purpose=form.in_words(), by=request.user))

    if form.is_valid():
        rule_accepts(form, look)
    context = _about(asked, request.user) | {"revealed": shown, "reveal_form": form}
    if request.htmx:  # type: ignore[attr-defined]  # set by the middleware of django-htmx
        return render(request, "members/_correction_numbers.html", context)
    context["form"] = DecideForm(initial={"version": asked.version})
    return render(request, "members/correction.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def ask_correction(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Ask for another name or number of a verified person. A POST without reason brings what was typed elsewhere."""
    person = get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)
    if rule.waiting_for(person) is not None:
        messages.info(request, f"{person.name}已有更正申请待审核。")
        return redirect("members:correction", person.pk)
    sent = request.POST if "reason" in request.POST else None
    form = AskForm(sent, user=request.user, member=person, typed=request.POST)
    if form.is_valid() and rule_accepts(form, lambda: _ask(person, form, request.user)):
        messages.success(request, f"已提出{person.name}的更正申请，由上级的另一名管理员审核。", extra_tags="saved")
        return redirect("members:correction", person.pk)
    context = {"form": form, "member": person, "save_word": "提出申请", "cancel_url": person.get_absolute_url()}
    return render(request, "members/correction_ask.html", context)


def _about(asked: Correction, user: User) -> dict[str, Any]:
    may_decide = rule.may_decide(asked, user)
    return {
        "asked": asked,
        "may_decide": may_decide,
        "may_withdraw": rule.may_withdraw(asked, user),
        "may_reveal": may_decide and "id_number" in asked.values and privacy.may_reveal(user, asked.person),
        "purposes": privacy.Purpose.choices,
        "reveal_form": RevealForm(),
        "revealed": [],
    }


def _carry_out(asked: Correction, form: DecideForm, by: User) -> None:
    answer, version = form.cleaned_data["answer"], form.cleaned_data["version"]
    if form.cleaned_data["deed"] == "return":
        rule.send_back(asked, version=version, answer=answer, by=by)
    elif form.cleaned_data["deed"] == "withdraw":
        rule.withdraw(asked, version=version, by=by)
    else:
        rule.approve(asked, version=version, answer=answer, by=by)


def _ask(person: Member, form: AskForm, by: User) -> None:
    reason, evidence = form.cleaned_data["reason"], form.cleaned_data["evidence"]
    rule.ask(person, values=form.values(), reason=reason, evidence=evidence, by=by)
