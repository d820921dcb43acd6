"""What every request gets, whoever asks."""

import contextlib
import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

type_of_next = Callable[[HttpRequest], HttpResponse]
# Without 0 O 1 I L: the number is read out over the telephone.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_number: ContextVar[str] = ContextVar("request_number", default="")


def current_request_number() -> str:
    """Number of the request being answered, "" outside of one."""
    return _number.get()


def request_number(get_response: type_of_next) -> type_of_next:
    """Give the request a number such as 7K2M-0419 that error pages, the log and audit entries share."""

    def middleware(request: HttpRequest) -> HttpResponse:
        number = "".join(secrets.choice(LETTERS) for _ in range(8))
        token = _number.set(f"{number[:4]}-{number[4:]}")
        try:
            return get_response(request)
        finally:
            _number.reset(token)

    return middleware


def statement_timeout(get_response: type_of_next) -> type_of_next:
    """Stop statements of web requests on PostgreSQL after WEB_STATEMENT_TIMEOUT_MS: one page must not hold the site."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            # Whatever needs the database will say that it is gone; /healthz and the error page do not need it.
            with contextlib.suppress(OperationalError), connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = %s", [settings.WEB_STATEMENT_TIMEOUT_MS])
        return get_response(request)

    return middleware


def no_store(get_response: type_of_next) -> type_of_next:
    """Keep pages of signed-in people out of browser and proxy caches: they show personal data."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware


# A session, or what was read of one.
Content = SessionBase | Mapping[str, Any]
# Writing a session at every click would make every page wait for whoever writes; a minute is near enough.
_SEEN_EVERY_SECONDS = 60


def begin_limits(request: HttpRequest) -> None:
    """Start both clocks of a session, at log-in."""
    request.session["began_at"] = request.session["seen_at"] = int(timezone.now().timestamp())


def is_over(content: Content, now: dt.datetime) -> bool:
    """Whether a session has been idle for too long, or lasted too long."""
    return bool(_why_over(content, now))


def _why_over(content: Content, now: dt.datetime) -> str:
    moment = now.timestamp()
    if moment - content.get("seen_at", moment) > settings.SESSION_IDLE_SECONDS:
        return f"超过 {settings.SESSION_IDLE_SECONDS // 60} 分钟没有操作"
    if moment - content.get("began_at", moment) > settings.SESSION_LONGEST_SECONDS:
        return f"登录已满 {settings.SESSION_LONGEST_SECONDS // 3600} 小时"
    return ""


def session_limits(get_response: type_of_next) -> type_of_next:
    """Sign out whoever did nothing for too long or has been signed in for too long, and say so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _keep_limits(request)
        return get_response(request)

    return middleware


def _keep_limits(request: HttpRequest) -> None:
    now = timezone.now()
    if why := _why_over(request.session, now):
        request.signed_out_because = why  # type: ignore[attr-defined]  # for the log
        logout(request)
        messages.info(request, f"{why}，已自动退出。请重新登录。")
    elif "seen_at" not in request.session:
        begin_limits(request)
    elif now.timestamp() - request.session["seen_at"] >= _SEEN_EVERY_SECONDS:
        request.session["seen_at"] = int(now.timestamp())
