"""我的登录: the own log-ins, which of them are open, and leaving them from here."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from branches import audit
from branches.accounts import filed_under
from branches.models import SignIn, User
from tuanjian.middleware import is_over

SHOWN = 30


@dataclass(frozen=True)
class LogIn:
    """A line of the own list. ``is_open``: a browser is still signed in; ``is_here``: the present one."""

    row: SignIn
    is_open: bool
    is_here: bool


def own_log_ins(user: User, *, session_key: str) -> list[LogIn]:
    """The last thirty log-ins and wrong passwords, the newest first, and before them whatever is still open."""
    rows = list(user.sign_ins.order_by("-id")[:SHOWN])
    still_open = _open(user)
    shown = {row.pk for row in rows}
    rows = [row for row in still_open if row.pk not in shown] + rows
    opened = {row.pk for row in still_open}
    return [LogIn(row, row.pk in opened, bool(row.session_key) and row.session_key == session_key) for row in rows]


def _open(user: User) -> list[SignIn]:
    """Log-ins whose session is there, belongs to this epoch, and has not passed its limits."""
    rows = list(user.sign_ins.filter(succeeded=True, ended_at=None).exclude(session_key="").order_by("-id"))
    stored = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now())
    contents = {each.session_key: each.get_decoded() for each in stored}
    own_hash, now = user.get_session_auth_hash(), timezone.now()
    return [
        row
        for row in rows
        if (content := contents.get(row.session_key)) is not None
        and content.get("_auth_user_hash") == own_hash
        and not is_over(content, now)
    ]


def keep_this(request: HttpRequest, user: User) -> None:
    """Carry the present session over to a new password or epoch; its key changes, too."""
    before = request.session.session_key
    update_session_auth_hash(request, user)
    SignIn.objects.filter(user=user, session_key=before, ended_at=None).update(
        session_key=request.session.session_key or ""
    )


@transaction.atomic
def leave_others(user: User, *, request: HttpRequest) -> None:
    """End every session of the account but the present one."""
    _end_all(user, but=request.session.session_key or "", reason="退出其他设备")
    keep_this(request, user)


@transaction.atomic
def leave_everywhere(user: User) -> None:
    """End every session of the account; the caller ends the present one."""
    _end_all(user, but="", reason="全部退出")


def _end_all(user: User, *, but: str, reason: str) -> None:
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    ending = user.sign_ins.filter(succeeded=True, ended_at=None).exclude(session_key=but or "-")
    Session.objects.filter(session_key__in=list(ending.values_list("session_key", flat=True))).delete()
    ending.update(ended_at=timezone.now())
    audit.record(audit.Kind.SIGNED_OUT, user, by=user, at=filed_under(user), reason=reason)


def limits_in_words() -> str:
    """What ends a session by itself, for the page."""
    idle, longest = settings.SESSION_IDLE_SECONDS // 60, settings.SESSION_LONGEST_SECONDS // 3600
    return f"{idle} 分钟没有操作，或登录满 {longest} 小时，会自动退出。"
