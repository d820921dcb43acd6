"""Logging in and out, the own password, the pledge, the own log-ins, the organisation one works in."""

from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches import accounts, attempts, pledges, resets, sessions
from branches.forms.accounts import LoginForm, PasswordForm, PledgeForm, ResetForm
from branches.http import SESSION_KEY, AuthenticatedHttpRequest
from branches.scoping import held_by
from branches.views.codes import admits
from branches.views.requested import local_next
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.OPEN)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
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
    return _to_login()


@access(Access.SIGNED_IN)
@sensitive_post_parameters("old_password", "new_password1", "new_password2")
@require_http_methods(["GET", "POST"])
def password(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = PasswordForm(request.user, request.POST or None)
    if form.is_valid() and rule_accepts(
        form, lambda: accounts.change_password(request.user, new_password=form.cleaned_data["new_password1"])
    ):
        sessions.keep_this(request, request.user)
        messages.success(request, "密码已修改，其他设备上的登录已退出。")
        return redirect("reports:workbench")
    return render(request, "accounts/password.html", {"form": form})


@access(Access.OPEN)
@never_cache
@sensitive_post_parameters("code", "new_password1", "new_password2")
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    form = ResetForm(request.POST or None)
    if admits(request, form) and rule_accepts(
        form, lambda: resets.use(form.found, new_password=form.cleaned_data["new_password1"])
    ):
        attempts.forgive(form.found.user, request)
        messages.success(request, f"密码已重设，其他登录已全部退出。请用用户名 {form.found.user.username} 登录。")
        return redirect("branches:login")
    return render(request, "accounts/reset.html", {"form": form})


@access(Access.SIGNED_IN)
@never_cache
@require_http_methods(["GET", "POST"])
def pledge(request: AuthenticatedHttpRequest) -> HttpResponse:
    text = pledges.current()
    form = PledgeForm(request.POST or None, initial={"text": text})
    if form.is_valid() and rule_accepts(form, lambda: pledges.give(request.user, text=form.cleaned_data["text"])):
        messages.success(request, "已记录您的保密承诺。")
        return redirect(local_next(request))
    context = {"form": form, "text": text, "owes": pledges.owes(request.user), "next": local_next(request)}
    return render(request, "accounts/pledge.html", context)


@access(Access.SIGNED_IN)
@require_safe
def sign_ins(request: AuthenticatedHttpRequest) -> HttpResponse:
    shown = sessions.own_log_ins(request.user, session_key=request.session.session_key or "")
    return render(request, "accounts/sign_ins.html", {"log_ins": shown, "limits": sessions.limits_in_words()})


@access(Access.SIGNED_IN)
@require_POST
def leave_others(request: AuthenticatedHttpRequest) -> HttpResponse:
    sessions.leave_others(request.user, request=request)
    messages.success(request, "其他设备上的登录已全部退出。")
    return redirect("branches:sign_ins")


@access(Access.SIGNED_IN)
@require_POST
def leave_everywhere(request: AuthenticatedHttpRequest) -> HttpResponse:
    sessions.leave_everywhere(request.user)
    end_session(request)
    messages.success(request, "所有设备上的登录已全部退出。")
    return _to_login()


def _to_login() -> HttpResponse:
    """Whoever sits down next finds nothing that this browser kept for us."""
    response = redirect("branches:login")
    response["Clear-Site-Data"] = '"storage"'
    return response


@access(Access.SIGNED_IN)
@require_POST
def switch(request: AuthenticatedHttpRequest) -> HttpResponse:
    chosen = request.POST.get("organization", "")
    if chosen not in {str(held.organization_id) for held in held_by(request.user)}:
        messages.error(request, "您在这个组织没有授权，仍在原来的组织。请重新选择。")
        return redirect("reports:workbench")
    request.session[SESSION_KEY] = int(chosen)
    return redirect(local_next(request))
