"""登录、退出、登录失败: in the log and in the owner's list, from the signals of Django's auth (``BranchesConfig``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from axes.helpers import get_client_ip_address
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from branches import attempts, audit, freshness
from branches.accounts import account_of, filed_under
from branches.models import SignIn, User
from tuanjian import devices
from tuanjian.middleware import begin_limits

# The list is a help for the owner; what must be kept longer stands in the log.
KEPT_FOR = dt.timedelta(days=180)


def connect() -> None:
    """Listen to log-ins; calling it twice changes nothing."""
    user_logged_in.connect(_signed_in, dispatch_uid="branches.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="branches.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="branches.sign_in_failed")


@transaction.atomic
def _signed_in(user: User, request: HttpRequest, **kwargs: Any) -> None:
    begin_limits(request)
    first = not SignIn.objects.filter(user=user, succeeded=True).exists()
    _list(user, request, succeeded=True)
    attempts.forgive(user, request)
    audit.record(audit.Kind.SIGNED_IN, user, by=user, at=filed_under(user))
    if first:
        # An administrator counts as working from the first time on; every later log-in moves no figure.
        freshness.touch_administered(user)


@transaction.atomic
def _signed_out(user: User | None, request: HttpRequest, **kwargs: Any) -> None:
    if user is not None:
        open_here = SignIn.objects.filter(user=user, session_key=request.session.session_key, ended_at=None)
        open_here.update(ended_at=timezone.now())
        reason = getattr(request, "signed_out_because", "")
        audit.record(audit.Kind.SIGNED_OUT, user, by=user, at=filed_under(user), reason=reason)


@transaction.atomic
def _failed(credentials: Mapping[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    user = account_of(str(credentials.get("username", "")))
    if user is None:
        # What was typed is not kept: people type passwords and ID numbers into the wrong field.
        user = User(display_name="不存在的账号")
    elif request is not None:
        _list(user, request, succeeded=False)
    audit.record(audit.Kind.SIGN_IN_FAILED, user, by=None, at=filed_under(user) if user.pk else None)


@transaction.atomic
def refuse_asleep(user: User, request: HttpRequest) -> None:
    """Note that somebody with the right password was turned away because no grant is in force."""
    _list(user, request, succeeded=False)
    audit.record(audit.Kind.SIGN_IN_FAILED, user, by=None, at=None, reason="没有有效的授权")


def _list(user: User, request: HttpRequest, *, succeeded: bool) -> None:
    SignIn.objects.create(
        user=user,
        at=timezone.now(),
        address=get_client_ip_address(request),
        device=devices.in_words(request.headers.get("User-Agent", "")),
        succeeded=succeeded,
        session_key=(request.session.session_key or "") if succeeded else "",
    )


def forget_old() -> None:
    """Chore: rows of the own lists after half a year, and sessions past their time."""
    now = timezone.now()
    SignIn.objects.filter(at__lt=now - KEPT_FOR).delete()
    Session.objects.filter(expire_date__lt=now).delete()
