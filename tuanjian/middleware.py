"""What every request gets, whoever asks."""

import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

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
            with connection.cursor() as cursor:
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
