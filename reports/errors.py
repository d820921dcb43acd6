"""Pages for what cannot be shown: what happened, why, what to do, and a number that is also in the log."""

import logging
import sys
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from branches.http import Closed
from branches.log_refusals import record_refusal
from branches.scoping import NotAllowed, held_by
from tuanjian.locks import waited_in_vain
from tuanjian.middleware import current_request_number

log = logging.getLogger("tuanjian.errors")


def _page(request: HttpRequest, template: str, status: int, **more: Any) -> HttpResponse:
    context = {"error_number": current_request_number(), "error_at": timezone.now(), "error_role": _role(request)}
    return render(request, template, context | more, status=status)


def _role(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return "未登录"
    held = held_by(user)
    return f"{user}，{held[0].role.label}" if held else f"{user}，没有授权"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    log.warning("%s 403 %s", current_request_number(), request.path)
    _note_refusal(request, exception)
    if isinstance(exception, Closed):
        return _page(request, "403_closed.html", 403, organization=exception.subject)
    return _page(request, "403.html", 403)


def _note_refusal(request: HttpRequest, exception: Exception | None = None) -> None:
    """Keep in the log that a signed-in person was refused. The page is shown even while nothing can be written."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return
    subject = exception.subject if isinstance(exception, NotAllowed) else None
    try:
        record_refusal(user, subject, method=str(request.method), path=request.path)
    except DatabaseError:
        log.exception("%s the refusal could not be written into the log", current_request_number())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: whatever broke the page may be in the frame around it, too.

    Who waited in vain for somebody else's long write is told so, and how to send the form again.
    """
    # Django answers while the error is being handled.
    busy = waited_in_vain(sys.exception())
    status = 503 if busy else 500
    log.error("%s %s %s", current_request_number(), status, request.path)
    context = {"error_number": current_request_number(), "error_at": timezone.now(), "error_role": ""}
    page = HttpResponse(render_to_string(f"{status}.html", context), status=status)
    if busy:
        page["Retry-After"] = "60"
    return page


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    log.warning("%s csrf %s %s", current_request_number(), request.path, reason)
    _note_refusal(request)
    return _page(request, "csrf_failure.html", 403)
