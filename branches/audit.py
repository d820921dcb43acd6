"""Writing the log (操作日志), closing it link by link, and proving that nobody touched it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from branches.models import AuditEntry, AuditPending, AuditSeal, Organization, Placement, User
from tuanjian import sealing
from tuanjian.locks import Lock, hold
from tuanjian.middleware import current_request_number

Kind = AuditEntry.Kind
SEAL_SIZE = 500


def record(
    kind: AuditEntry.Kind,
    subject: models.Model,
    *,
    by: User | None,
    at: Organization | None,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    job: str = "",
) -> AuditEntry:
    """Append one entry about ``subject``, filed under the organisation ``at`` as it stands now.

    ``changes`` maps a field's Chinese name to [before, after]; sensitive values are masked by the caller.
    Belongs in the transaction of the deed itself.
    """
    return record_many([(kind, subject, at, changes or {})], by=by, reason=reason, job=job)[0]


def record_many(
    deeds: Iterable[tuple[AuditEntry.Kind, models.Model, Organization | None, Mapping[str, Any]]],
    *,
    by: User | None,
    reason: str = "",
    job: str = "",
) -> list[AuditEntry]:
    """Append many entries with a handful of statements, whatever their number."""
    deeds = list(deeds)
    placements = _placements_now({at.pk for _, _, at, _ in deeds if at is not None})
    moment = timezone.now()
    entries = []
    for kind, subject, at, changes in deeds:
        entry = AuditEntry(
            at=moment,
            actor=by,
            actor_name=str(by) if by else "系统",
            kind=kind,
            object_type=subject._meta.label_lower,
            object_id=str(subject.pk or ""),
            object_label=str(subject)[:150],
            placement_id=placements.get(at.pk) if at is not None else None,
            changes=dict(changes),
            reason=reason[:300],
            job=job,
            request_number=current_request_number(),
        )
        entry.mac = mac_of(entry)
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries)
    AuditPending.objects.bulk_create(AuditPending(entry=entry) for entry in entries)
    return entries


def _placements_now(organization_ids: set[int]) -> dict[int, int]:
    rows = Placement.objects.filter(organization__in=organization_ids, to_at=None)
    return dict(rows.values_list("organization_id", "id"))


def mac_of(entry: AuditEntry) -> str:
    """MAC over everything the entry says; its id is bound by the seal."""
    content = [
        entry.at.isoformat(),
        entry.actor_id,
        entry.actor_name,
        entry.kind,
        entry.object_type,
        entry.object_id,
        entry.object_label,
        entry.placement_id,
        entry.changes,
        entry.reason,
        entry.job,
        entry.request_number,
    ]
    return sealing.audit_mac(json.dumps(content, ensure_ascii=False, sort_keys=True).encode())


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Fields whose value changed, as [before, after] in words."""
    return {
        field: [_in_words(before.get(field)), _in_words(value)]
        for field, value in after.items()
        if before.get(field) != value
    }


def _in_words(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    return str(value)


def seal_pending() -> int:
    """Close the entries waiting in the queue into links of the chain. Returns how many were closed."""
    closed = 0
    while count := _seal_some():
        closed += count
    return closed


@transaction.atomic
def _seal_some() -> int:
    hold(Lock.SEALING)
    rows = list(AuditPending.objects.order_by("entry_id").values_list("entry_id", "entry__mac")[:SEAL_SIZE])
    if not rows:
        return 0
    last = AuditSeal.objects.order_by("-number").first()
    seal = AuditSeal(
        number=last.number + 1 if last else 1,
        sealed_at=timezone.now(),
        entries=[list(row) for row in rows],
        previous_digest=last.digest if last else "",
    )
    seal.digest = digest_of(seal)
    seal.save(force_insert=True)
    AuditPending.objects.filter(entry__in=[entry_id for entry_id, _ in rows]).delete()
    return len(rows)


def digest_of(seal: AuditSeal) -> str:
    content = json.dumps([seal.number, seal.sealed_at.isoformat(), seal.entries, seal.previous_digest])
    return sealing.audit_mac(hashlib.sha256(content.encode()).digest())


def find_tampering() -> list[str]:
    """Name the first bad, missing or reordered entry or link, in Chinese; empty when the log is whole."""
    previous = ""
    expected = 1
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=50):
        if seal.number != expected or seal.previous_digest != previous or seal.digest != digest_of(seal):
            return [f"第 {expected} 个封存记录缺失或被改动。"]
        listed = dict(seal.entries)
        stored = {entry.pk: entry for entry in AuditEntry.objects.filter(pk__in=listed)}
        for entry_id, mac in seal.entries:
            entry = stored.get(entry_id)
            if entry is None:
                return [f"日志第 {entry_id} 条缺失。"]
            if entry.mac != mac or mac_of(entry) != mac:
                return [f"日志第 {entry_id} 条被改动。"]
        previous, expected = seal.digest, expected + 1
    for pending in AuditPending.objects.select_related("entry").order_by("entry_id"):
        if mac_of(pending.entry) != pending.entry.mac:
            return [f"日志第 {pending.entry_id} 条被改动。"]
    sealed_or_waiting = sum(len(entries) for entries in AuditSeal.objects.values_list("entries", flat=True))
    sealed_or_waiting += AuditPending.objects.count()
    if sealed_or_waiting != AuditEntry.objects.count():
        return ["有日志不在封存记录之内，可能是后来插入的。"]
    return []
