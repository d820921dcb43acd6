"""登录、退出、登录失败 in the log, from the signals of Django's own auth; connected in ``BranchesConfig.ready``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction

from branches import audit
from branches.accounts import account_of, filed_under
from branches.models import User


def connect() -> None:
    """Listen to log-ins; calling it twice changes nothing."""
    user_logged_in.connect(_signed_in, dispatch_uid="branches.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="branches.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="branches.sign_in_failed")


@transaction.atomic
def _signed_in(user: User, **kwargs: Any) -> None:
    audit.record(audit.Kind.SIGNED_IN, user, by=user, at=filed_under(user))


@transaction.atomic
def _signed_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record(audit.Kind.SIGNED_OUT, user, by=user, at=filed_under(user))


@transaction.atomic
def _failed(credentials: Mapping[str, Any], **kwargs: Any) -> None:
    user = account_of(str(credentials.get("username", "")))
    if user is None:
        # What was typed is not kept: people type passwords and ID numbers into the wrong field.
        user = User(display_name="不存在的账号")
    audit.record(audit.Kind.SIGN_IN_FAILED, user, by=None, at=filed_under(user) if user.pk else None)
