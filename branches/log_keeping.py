"""How long the log is kept: entries older than the time set are removed link by link, the links themselves stay.

Cybersecurity Law, article 21: logs are kept no less than six months. The time is set by ``TUANJIAN_AUDIT_MONTHS``.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import AuditEntry, AuditMention, AuditSeal
from tuanjian import sealing
from tuanjian.locks import Lock, hold
from tuanjian.startup import SHORTEST_AUDIT_MONTHS

# Links whose entries are removed in one go: the worker comes every minute.
_AT_ONCE: Final = 10


def remove_aged(*, now: dt.datetime | None = None) -> int:
    """Remove entries older than ``TUANJIAN_AUDIT_MONTHS``, oldest first, some links at a time. Returns how many.

    A link is taken whole, once the youngest of its entries is too old. It keeps its list and gets a signed note, so
    the chain still verifies. The removal itself goes into the log.
    """
    now = now or timezone.now()
    limit = months_before(now, settings.TUANJIAN_AUDIT_MONTHS)
    kept = AuditSeal.objects.filter(removed_at=None).order_by("number")
    oldest = kept.values_list("sealed_at", flat=True).first()
    if oldest is None or oldest >= limit:
        return 0
    return _remove(limit, now)


@transaction.atomic
def _remove(limit: dt.datetime, now: dt.datetime) -> int:
    hold(Lock.SEALING)
    removed = 0
    aged = AuditSeal.objects.filter(removed_at=None, sealed_at__lt=limit).order_by("number")[:_AT_ONCE]
    for seal in list(aged):
        keys = [key for key, _ in seal.entries]
        AuditMention.objects.filter(entry__in=keys).delete()
        AuditEntry.objects.filter(pk__in=keys).delete()
        seal.removed_at, seal.removal_mac = now, removal_mac(seal.number, seal.digest, now)
        seal.save(update_fields=["removed_at", "removal_mac"])
        removed += seal.size
        audit.record(
            audit.Kind.JOB,
            seal,
            by=None,
            at=None,
            changes={"到期清理": [f"{seal.size} 条", None]},
            reason=f"保存满 {settings.TUANJIAN_AUDIT_MONTHS} 个月",
            job="日志到期清理",
        )
    return removed


def removal_mac(number: int, digest: str, removed_at: dt.datetime) -> str:
    """Signs the note that the entries of a link were removed by age."""
    return sealing.audit_mac(f"removed {number} {digest} {removed_at.isoformat()}".encode())


def is_too_young(sealed_at: dt.datetime, removed_at: dt.datetime) -> bool:
    """Whether entries sealed then may not have been removed at that time, whatever the setting was."""
    return sealed_at > months_before(removed_at, SHORTEST_AUDIT_MONTHS)


def months_before(moment: dt.datetime, months: int) -> dt.datetime:
    """The same day and time that many months earlier, at the latest the last day of that month."""
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(years, month + 1)[1])
    return moment.replace(year=years, month=month + 1, day=day)
