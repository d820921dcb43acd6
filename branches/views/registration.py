"""Entering a 注册码: what it gives is shown, then it is taken by a new account, a known one, or the one signed in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from branches import registration
from branches.forms.accounts import KnownAccountForm
from branches.forms.codes import RegistrationCodeForm
from branches.forms.registration import NewAccountForm
from branches.http import AuthenticatedHttpRequest
from branches.models import RegistrationCode
from branches.views.codes import admits
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts

BACKEND = "branches.authentication.NameOrPhoneBackend"


@access(Access.OPEN)
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    form = RegistrationCodeForm(request.POST or None)
    if admits(request, form):
        return _offer(request, form.found, form.cleaned_data["code"])
    return render(request, "accounts/register.html", {"form": form})


@access(Access.OPEN)
@never_cache
@require_POST
@sensitive_post_parameters("code", "new_password1", "new_password2")
def register_new(request: HttpRequest) -> HttpResponse:
    form = NewAccountForm(request.POST)
    opened: list[Any] = []
    if admits(request, form) and rule_accepts(
        form, lambda: opened.append(registration.open_account(form.found, **form.account))
    ):
        begin_session(request, opened[0][0], backend=BACKEND)
        messages.success(request, f"账号已开通，您是{form.found.organization}{form.found.get_role_display()}。")
        return redirect("reports:workbench")
    return _offer(request, form.row, request.POST.get("code", ""), new=form)


@access(Access.OPEN)
@never_cache
@require_POST
@sensitive_post_parameters("code", "password")
def register_known(request: HttpRequest) -> HttpResponse:
    code, known = RegistrationCodeForm(request.POST), KnownAccountForm(request, request.POST)
    if not admits(request, code):
        return render(request, "accounts/register.html", {"form": code})
    if known.is_valid() and rule_accepts(known, lambda: registration.redeem(code.found, user=known.get_user())):
        begin_session(request, known.get_user())
        messages.success(request, f"授权已接受，您是{code.found.organization}{code.found.get_role_display()}。")
        return redirect("reports:workbench")
    return _offer(request, code.row, request.POST.get("code", ""), known=known)


@access(Access.SIGNED_IN)
@require_POST
def register_accept(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = RegistrationCodeForm(request.POST)
    if admits(request, form) and rule_accepts(form, lambda: registration.redeem(form.found, user=request.user)):
        messages.success(request, f"授权已接受，您是{form.found.organization}{form.found.get_role_display()}。")
        return redirect("reports:workbench")
    return render(request, "accounts/register.html", {"form": form})


def _offer(request: HttpRequest, row: RegistrationCode | None, code: str, **forms: Any) -> HttpResponse:
    """The page that says what the code gives, and asks who takes it."""
    if row is None:
        return render(request, "accounts/register.html", {"form": forms.get("new") or forms.get("known")})
    new = NewAccountForm(initial={"code": code, "display_name": row.holder_name})
    shown = {"new": new, "known": KnownAccountForm(request)} | forms
    return render(request, "accounts/register_who.html", {"row": row, "code": code, **shown})
