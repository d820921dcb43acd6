"""Leading people to the log-in page so that they come back to a page, not to a button or a part of one."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

_NOT_DONE: Final = "登录已失效，刚才的操作没有办理，填写的内容没有保存。请登录后再做一次。"


class LoginRequired(LoginRequiredMiddleware):
    """Django's rule; after logging in one stands on the page one looked at when the session had ended.

    What was typed on it is lost, and that is said: a draft would keep personal data in a browser that may not be the
    person's own.
    """

    def handle_no_permission(  # type: ignore[override]  # htmx is redirected by a header, not by a 302
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        in_part = bool(request.headers.get("HX-Request"))
        if request.method not in ("GET", "HEAD"):
            messages.warning(request, _NOT_DONE)
        if request.method == "GET" and not in_part:
            return super().handle_no_permission(request, view_func)
        looked_at = request.headers.get("HX-Current-URL" if in_part else "Referer", "")
        answer = redirect_to_login(_local_path(request, looked_at), resolve_url(self.get_login_url(view_func)))
        return HttpResponseClientRedirect(answer["Location"]) if in_part else answer


def _local_path(request: HttpRequest, address: str) -> str:
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
