"""Writing the log (操作日志), and closing it link by link. ``log_proof`` proves that nobody touched it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypedDict

from django.db import models, transaction
from django.utils import timezone

from branches.models import AuditEntry, AuditMention, AuditPending, AuditSeal, Organization, Placement, User
from tuanjian import bulk, sealing
from tuanjian.locks import Lock, hold
from tuanjian.middleware import current_request_number

Kind = AuditEntry.Kind
Deed = tuple[AuditEntry.Kind, models.Model, Organization | None, Mapping[str, Any]]
SEAL_SIZE = 500
# So many entries of a long deed are worth a statement of their own.
AT_ONCE: Final = 20_000
# What the MAC of an entry covers, in this order; its id is bound by the seal.
SAID = (
    *("at", "actor_id", "actor_name", "kind", "object_type", "object_id", "object_label", "placement_id"),
    *("changes", "reason", "job", "request_number"),
)
# Made once: verifying a million entries writes a million of these.
_written = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class _About(TypedDict):
    by: User | None
    reason: str
    job: str


def record(
    kind: AuditEntry.Kind,
    subject: models.Model,
    *,
    by: User | None,
    at: Organization | None,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    job: str = "",
    about: Iterable[models.Model] = (),
) -> AuditEntry:
    """Append one entry about ``subject``, filed under the organisation ``at`` as it stands now.

    ``changes`` maps a field's Chinese name to [before, after]; sensitive values are masked by the caller. ``about``
    are the people on a list that leaves the system: the log of each of them tells of it, too. Whoever reads the log
    of ``at`` reads all of this, so it names no organisation out of their sight. Belongs in the transaction of the
    deed itself; where there is no deed (a list that was read), the entry and its place in the queue are one.
    """
    mentioned = sorted({(each._meta.label_lower, str(each.pk)) for each in about})
    noted = _noted((kind, subject, at, changes or {}))
    [said] = _said([noted], by=by, reason=reason, job=job, placements={})
    digest = digest_of_mentions(mentioned)
    entry = AuditEntry(**dict(zip(SAID, said, strict=True)), mentions_digest=digest, mac=_mac_of(said, digest))
    with transaction.atomic(savepoint=False):
        entry.save(force_insert=True)
        AuditPending.objects.create(entry=entry)
        if mentioned:
            # A list that leaves the system may name a hundred thousand people.
            bulk.insert_rows(AuditMention, ("entry", "object_type", "object_id"), ((entry.pk, *m) for m in mentioned))
    return entry


def record_many(
    deeds: Iterable[Deed],
    *,
    by: User | None,
    reason: str = "",
    job: str = "",
) -> None:
    """Append an entry for each deed with a handful of statements, whatever their number."""
    with transaction.atomic(savepoint=False):
        log = Recording(by=by, reason=reason, job=job)
        log.add(deeds)
        log.close()


class Recording:
    """The entries of one long deed, written as ``record_many`` writes them, but some thousands at a time.

    Belongs in a transaction that holds the lock of the tree: where an organisation stands is asked once. Whoever begins
    it closes it; what was added last is not written before.
    """

    def __init__(self, *, by: User | None, reason: str = "", job: str = "") -> None:
        self._about: _About = {"by": by, "reason": reason, "job": job}
        self._waiting: list[_Noted] = []
        self._placements: dict[int, int] = {}
        self._written: list[int] = []

    def add(self, deeds: Iterable[Deed]) -> None:
        """Append an entry for each deed; the records it is about need not be kept for it."""
        self._waiting += map(_noted, deeds)
        if len(self._waiting) >= AT_ONCE:
            self._write()

    def close(self) -> None:
        """Write what waits, and have all entries sealed."""
        self._write()
        bulk.insert_rows(AuditPending, ("entry",), ((key,) for key in self._written))
        self._written.clear()

    def _write(self) -> None:
        said = list(_said(self._waiting, **self._about, placements=self._placements))
        self._waiting.clear()
        keys = bulk.reserve_ids(AuditEntry, len(said))
        entries = ((key, *each, "", _mac_of(each, "")) for key, each in zip(keys, said, strict=True))
        bulk.insert_rows(AuditEntry, ("id", *SAID, "mentions_digest", "mac"), entries)
        self._written += keys


class _Noted(NamedTuple):
    """A deed in plain values."""

    kind: str
    object_type: str
    object_id: str
    label: str
    at: int | None
    changes: Mapping[str, Any]


def _noted(deed: Deed) -> _Noted:
    kind, subject, at, changes = deed
    what = subject._meta.label_lower, str(subject.pk or ""), str(subject)[:150]
    return _Noted(kind.value, *what, None if at is None else at.pk, changes)


def _said(
    deeds: Sequence[_Noted], *, by: User | None, reason: str, job: str, placements: dict[int, int]
) -> Iterator[tuple[Any, ...]]:
    """What an entry says of each deed: the values of ``SAID``. One query, for what ``placements`` does not know yet."""
    unknown = {deed.at for deed in deeds if deed.at is not None} - placements.keys()
    placements |= _placements_now(unknown) if unknown else {}
    moment, actor, request = timezone.now(), by.pk if by else None, current_request_number()
    actor_name, reason = str(by) if by else "系统", reason[:300]
    for kind, object_type, object_id, label, at, changes in deeds:
        placement = placements.get(at) if at is not None else None
        yield (
            *(moment, actor, actor_name, kind, object_type, object_id),
            *(label, placement, dict(changes), reason, job, request),
        )


def _placements_now(organization_ids: set[int]) -> dict[int, int]:
    rows = Placement.objects.filter(organization__in=organization_ids, to_at=None)
    return dict(rows.values_list("organization_id", "id"))


def _mac_of(said: Sequence[Any], mentions_digest: str) -> str:
    return mac_over([said[0].isoformat(), *said[1:]], mentions_digest)


def mac_of(entry: AuditEntry) -> str:
    """MAC over everything the entry says."""
    return mac_over([entry.at.isoformat(), *(getattr(entry, name) for name in SAID[1:])], entry.mentions_digest)


def mac_over(said: Sequence[Any], mentions_digest: str) -> str:
    """MAC over the values of ``SAID``, the time as ISO text in UTC."""
    content = [*said, mentions_digest] if mentions_digest else list(said)
    return sealing.audit_mac(_written(content).encode())


def digest_of_mentions(mentioned: Iterable[tuple[str, str]]) -> str:
    """Binds (object type, object id) pairs to their entry; "" for none."""
    pairs = sorted(mentioned)
    return hashlib.sha256(json.dumps(pairs).encode()).hexdigest() if pairs else ""


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
    last = AuditSeal.objects.order_by("-number").values_list("number", "digest").first()
    number, previous_digest = (last[0] + 1, last[1]) if last else (1, "")
    sealed_at, entries = timezone.now(), [list(row) for row in rows]
    AuditSeal.objects.create(
        number=number,
        sealed_at=sealed_at,
        entries=entries,
        size=len(entries),
        previous_digest=previous_digest,
        digest=digest_over(number, sealed_at, entries, previous_digest),
    )
    AuditPending.objects.filter(entry__in=[entry_id for entry_id, _ in rows]).delete()
    return len(rows)


def digest_over(number: int, sealed_at: dt.datetime, entries: list[Any], previous_digest: str) -> str:
    """What a seal signs: its number and time, the list of its entries, and the seal before it."""
    content = json.dumps([number, sealed_at.isoformat(), entries, previous_digest])
    return sealing.audit_mac(hashlib.sha256(content.encode()).digest())
