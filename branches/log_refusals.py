"""被拒绝: a signed-in person asked for something they may look at but not do, or not look at at all."""

from __future__ import annotations

from django.db import models, transaction

from branches import audit
from branches.accounts import filed_under
from branches.models import AuditEntry, Organization, User

_METHODS = {"GET": "打开", "HEAD": "打开", "POST": "提交"}


@transaction.atomic
def record_refusal(user: User, subject: models.Model | None, *, method: str, path: str) -> AuditEntry:
    """Note who was refused which page, about ``subject`` where the page had found it, else about the account.

    The address is kept without what follows the question mark, where people's names may stand.
    """
    changes = {"页面": [None, path[:200]], "方式": [None, _METHODS.get(method, method[:10])]}
    place = organization_of(subject) if subject is not None else None
    return audit.record(audit.Kind.REFUSED, subject or user, by=user, at=place or filed_under(user), changes=changes)


def organization_of(subject: models.Model) -> Organization | None:
    """The organisation under which the log files an object, as far as the object itself names one."""
    if isinstance(subject, Organization):
        return subject
    for name in ("organization", "branch"):
        place = getattr(subject, name, None)
        if isinstance(place, Organization):
            return place
    return None
