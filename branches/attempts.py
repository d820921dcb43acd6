"""Wrong passwords and wrong codes: counted by account and address, and by address alone; too many lock for a while.

The counting is django-axes'; what it stores of a name is keyed, because people type passwords and ID numbers there.
"""

from __future__ import annotations

from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

from branches.models import User
from tuanjian import sealing

# No user name can look like this (UnicodeUsernameValidator).
_CODES = {"username": "#code"}


class Attempts(AxesDatabaseHandler):
    """axes' handler, which also locks an address that fails with ever new names."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return bool(super().is_locked(request, credentials)) or _address_fails_too_often(request)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is not None and _address_fails_too_often(request):
            _answer_locked(request)


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What axes counts and stores instead of the name that was typed (AXES_USERNAME_CALLABLE)."""
    typed = (credentials or {}).get("username") or request.POST.get("username") or ""
    return sealing.blind_index("attempt", str(typed).strip())


def most_failures(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """After how many failures of one name from one address it is locked (AXES_FAILURE_LIMIT)."""
    is_code = (credentials or {}).get("username") == _CODES["username"]
    limit: int = settings.MOST_WRONG_CODES if is_code else settings.MOST_WRONG_PASSWORDS
    return limit


def may_try_code(request: HttpRequest) -> bool:
    """Whether this address may try a code now; otherwise the answer will be the page 登录已锁定."""
    if AxesProxyHandler.is_allowed(request, _CODES):
        return True
    _answer_locked(request)
    return False


def count_wrong_code(request: HttpRequest) -> None:
    """Count a wrong code against the address."""
    AxesProxyHandler.user_login_failed(__name__, _CODES, request)


def forgive(user: User, request: HttpRequest) -> None:
    """Forget this address's wrong passwords for an account: its owner has logged in or chosen a new password here."""
    AxesProxyHandler.update_request(request)
    for name in filter(None, (user.username, user.phone)):
        AxesProxyHandler.reset_attempts(
            username=sealing.blind_index("attempt", name),
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]  # set by axes
        )


def _address_fails_too_often(request: HttpRequest) -> bool:
    recent = AccessAttempt.objects.filter(
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]  # set by axes
        attempt_time__gte=get_cool_off_threshold(request),
    )
    failures: int = recent.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
    return failures >= settings.MOST_FAILURES_OF_AN_ADDRESS


def _answer_locked(request: HttpRequest) -> None:
    """Have axes' middleware answer with its page, whatever the view returns."""
    request.axes_locked_out = True  # type: ignore[attr-defined]  # read by AxesMiddleware
