"""Logging in and out, the own password, the organisation one works in."""

from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from branches import accounts
from branches.forms.accounts import LoginForm, PasswordForm
from branches.http import SESSION_KEY, AuthenticatedHttpRequest
from branches.scoping import held_by
from branches.views.requested import local_next
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.OPEN)
@never_cache
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    destination = local_next(request)
    if request.user.is_authenticated:
        return redirect(destination)
    form = LoginForm(request, data=request.POST or None)
    if form.is_valid():
        begin_session(request, form.get_user())
        return redirect(destination)
    return render(request, "accounts/login.html", {"form": form, "next": destination})


@access(Access.SIGNED_IN)
@require_POST
def logout(request: AuthenticatedHttpRequest) -> HttpResponse:
    end_session(request)
    return redirect("branches:login")


@access(Access.SIGNED_IN)
@sensitive_post_parameters("old_password", "new_password1", "new_password2")
def password(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = PasswordForm(request.user, request.POST or None)
    if form.is_valid() and rule_accepts(
        form, lambda: accounts.change_password(request.user, new_password=form.cleaned_data["new_password1"])
    ):
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改，其他设备上的登录已退出。")
        return redirect("reports:workbench")
    return render(request, "accounts/password.html", {"form": form})


@access(Access.SIGNED_IN)
@require_POST
def switch(request: AuthenticatedHttpRequest) -> HttpResponse:
    chosen = request.POST.get("organization", "")
    if chosen not in {str(held.organization_id) for held in held_by(request.user)}:
        messages.error(request, "您在这个组织没有授权，仍在原来的组织。请重新选择。")
        return redirect("reports:workbench")
    request.session[SESSION_KEY] = int(chosen)
    return redirect(local_next(request))
