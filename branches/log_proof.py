"""Proving that nobody touched the log: every link and every entry against the key, and the day's 校验值 on paper.

The chain proves itself except at its end: whoever cuts off the newest links leaves a chain that is whole. Against that
stands the anchor, the digest of a day's last link, printed or sent to somebody outside (``verify_audit --anchor``).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from django.db import connections
from django.db.models import Max, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from branches import audit, log_keeping
from branches.models import AuditEntry, AuditMention, AuditPending, AuditSeal

# Links read at a time; 20 of them list at most 10,000 entries.
_LINKS: Final = 20
_COLUMNS: Final = ("pk", *audit.SAID, "mentions_digest", "mac")
_AT: Final = _COLUMNS.index("at")
_CHANGES: Final = audit.SAID.index("changes")
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
# A digest typed from paper need not be whole.
SHORTEST_ANCHOR: Final = 16


class _Link(NamedTuple):
    number: int
    sealed_at: dt.datetime
    entries: list[Any]
    previous_digest: str
    digest: str
    size: int
    removed_at: dt.datetime | None
    removal_mac: str


class _Broken(Exception):
    """The walk ends here; the message names what is wrong."""


@dataclass
class Proof:
    """What a walk along the chain found; ``problem`` names the first thing that is wrong, "" when the log is whole."""

    problem: str = ""
    links: int = 0
    entries: int = 0
    waiting: int = 0
    removed: int = 0
    sealed: array[int] = field(default_factory=lambda: array("q"), repr=False)


class Anchor(NamedTuple):
    """每日校验值: the last link of a day, and how many entries the log had by then."""

    day: dt.date
    number: int
    entries: int
    total: int
    digest: str
    sealed_at: dt.datetime

    @property
    def in_groups(self) -> str:
        """The digest in groups of eight, to be read and typed."""
        return " ".join(self.digest[start : start + 8] for start in range(0, len(self.digest), 8))


@dataclass(frozen=True)
class Month:
    """A month of the calendar, as an address names it: 2026-11."""

    first: dt.date

    @property
    def last(self) -> dt.date:
        return self.following.first - dt.timedelta(days=1)

    @property
    def following(self) -> Month:
        return Month((self.first + dt.timedelta(days=31)).replace(day=1))

    @property
    def preceding(self) -> Month:
        return Month((self.first - dt.timedelta(days=1)).replace(day=1))

    @property
    def is_over(self) -> bool:
        """Whether a later month has begun."""
        return self.last < timezone.localdate()

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def month_asked(text: str) -> Month:
    """The month of an address, the present one where it names none."""
    if not _MONTH.fullmatch(text):
        return Month(timezone.localdate().replace(day=1))
    return Month(dt.date(int(text[:4]), int(text[5:]), 1))


def prove(*, anchor: str = "") -> Proof:
    """Walk the whole chain and stop at the first bad, missing, reordered or smuggled entry or link.

    ``anchor`` is a digest written down earlier, at least its first ``SHORTEST_ANCHOR`` characters: a chain that no
    longer contains it has been cut off or replaced. Reads only; entries may be written meanwhile.
    """
    proof = Proof()
    try:
        newest = AuditSeal.objects.aggregate(newest=Max("number"))["newest"] or 0
        _walk(proof, newest)
        waiting = _check_waiting()
        proof.waiting = len(waiting)
        _refuse_smuggled(proof, waiting, newest)
        if anchor:
            _refuse_unknown(anchor)
    except _Broken as broken:
        proof.problem = str(broken)
    return proof


def _walk(proof: Proof, newest: int) -> None:
    previous = ""
    for links in _batches(AuditSeal.objects.filter(number__lte=newest)):
        listed: dict[int, str] = {}
        for link in links:
            _check_link(link, expected=proof.links + 1, previous=previous)
            previous = link.digest
            proof.links += 1
            if link.removed_at is None:
                listed |= dict(link.entries)
            else:
                proof.removed += link.size
        _check_entries(listed)
        proof.entries += len(listed)
        proof.sealed.extend(listed)
    if proof.links != newest:
        raise _Broken(f"第 {proof.links + 1} 个封存记录缺失。")


def _batches(seals: QuerySet[AuditSeal]) -> Iterator[list[_Link]]:
    """Not one iterator over everything: behind some connection poolers a cursor does not outlive its transaction."""
    last = 0
    while True:
        rows = seals.filter(number__gt=last).order_by("number").values_list(*_Link._fields)[:_LINKS]
        links = [_Link(*row) for row in rows]
        if not links:
            return
        yield links
        last = links[-1].number


def _check_link(link: _Link, *, expected: int, previous: str) -> None:
    if link.number != expected:
        raise _Broken(f"第 {expected} 个封存记录缺失。")
    signed = audit.digest_over(link.number, link.sealed_at, link.entries, link.previous_digest)
    if link.digest != signed or link.size != len(link.entries):
        raise _Broken(f"第 {link.number} 个封存记录被改动。")
    if link.previous_digest != previous:
        raise _Broken(f"第 {link.number} 个封存记录与前一个接不上，前面的封存记录被调换过。")
    if link.removed_at is None:
        return
    note = log_keeping.removal_mac(link.number, link.digest, link.removed_at)
    if link.removal_mac != note or log_keeping.is_too_young(link.sealed_at, link.removed_at):
        raise _Broken(f"第 {link.number} 个封存记录标为已到期清理，但不是本系统清理的。")


def _check_entries(listed: dict[int, str]) -> None:
    """The entries of some links: there, and saying what they said."""
    if not listed:
        return
    stored = {row[0]: row for row in _rows(AuditEntry.objects.all(), "pk", listed, _COLUMNS)}
    mentions = _mentions(listed)
    for key, mac in listed.items():
        row = stored.get(key)
        if row is None:
            raise _Broken(f"日志第 {key} 条缺失。")
        if row[-1] != mac or _mac(row, mentions[key]) != mac:
            raise _Broken(_how_it_differs(key, row, listed))


def _rows(rows: QuerySet[Any], key: str, wanted: dict[int, str], columns: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    """Entries of one link lie side by side, so a range finds them; now and then a straggler stretches it."""
    first, last = min(wanted), max(wanted)
    if last - first < 4 * len(wanted) + 1_000:
        return _as_stored(rows.filter(**{f"{key}__gte": first, f"{key}__lte": last}), columns)
    keys = sorted(wanted)
    parts = [keys[start : start + 500] for start in range(0, len(keys), 500)]
    return [row for part in parts for row in _as_stored(rows.filter(**{f"{key}__in": part}), columns)]


def _as_stored(rows: QuerySet[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows without the ORM's conversions, which would take longer than everything else."""
    sql, params = rows.order_by().values_list(*columns).query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _mentions(listed: dict[int, str]) -> defaultdict[int, list[tuple[str, str]]]:
    found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    columns = ("entry_id", "object_type", "object_id")
    for key, object_type, object_id in _rows(AuditMention.objects.all(), "entry", listed, columns):
        found[key].append((object_type, object_id))
    return found


def _mac(row: Sequence[Any], mentioned: list[tuple[str, str]]) -> str:
    """The MAC the stored values would have; "" when the mentions are not those of the entry."""
    digest = row[-2]
    if (digest or mentioned) and audit.digest_of_mentions(mentioned) != digest:
        return ""
    said = [_moment(row[_AT]), *row[_AT + 1 : -2]]
    said[_CHANGES] = json.loads(said[_CHANGES])
    return audit.mac_over(said, digest)


def _moment(stored: dt.datetime) -> str:
    """The time as the MAC has it. Both databases keep UTC; SQLite does not say so."""
    return stored.isoformat() if stored.tzinfo else f"{stored.isoformat()}+00:00"


def _how_it_differs(key: int, row: Sequence[Any], listed: dict[int, str]) -> str:
    """An entry that bears the MAC of another one stands in its place."""
    other = next((each for each, mac in listed.items() if each != key and mac == row[-1]), None)
    return f"日志第 {key} 条与第 {other} 条被调换。" if other else f"日志第 {key} 条被改动。"


def _check_waiting() -> set[int]:
    """Entries in the queue have their MAC already. Returns their ids."""
    waiting = sorted(AuditPending.objects.values_list("entry_id", flat=True))
    for start in range(0, len(waiting), 500):
        part = waiting[start : start + 500]
        stored = {row[0]: row for row in _as_stored(AuditEntry.objects.filter(pk__in=part), _COLUMNS)}
        mentions = _mentions(dict.fromkeys(part, ""))
        for key in part:
            if key not in stored:
                raise _Broken(f"日志第 {key} 条缺失。")
            if _mac(stored[key], mentions[key]) != stored[key][-1]:
                raise _Broken(f"日志第 {key} 条被改动。")
    return set(waiting)


def _refuse_smuggled(proof: Proof, waiting: set[int], newest: int) -> None:
    """Every entry is either in a link or waiting for one."""
    if AuditEntry.objects.count() == proof.entries + proof.waiting:
        return
    sealed = set(proof.sealed)
    if again := waiting & sealed:
        raise _Broken(f"日志第 {min(again)} 条已经封存，又被放回待封存队列。")
    outside = set(AuditEntry.objects.order_by().values_list("pk", flat=True).iterator(chunk_size=50_000)) - sealed
    # In this order: an entry written meanwhile is still in the queue now, or in a link by the time those are read.
    outside -= waiting | set(AuditPending.objects.values_list("entry_id", flat=True))
    for links in _batches(AuditSeal.objects.filter(number__gt=newest)):
        for link in links:
            outside -= dict(link.entries).keys()
    if outside:
        raise _Broken(f"日志第 {min(outside)} 条不在封存记录之内，可能是后来插入的。")


def _refuse_unknown(anchor: str) -> None:
    text = "".join(anchor.split()).lower()
    if len(text) < SHORTEST_ANCHOR:
        raise _Broken(f"校验值至少要输入前 {SHORTEST_ANCHOR} 位。")
    if not AuditSeal.objects.filter(digest__startswith=text).exists():
        raise _Broken("日志中没有这个校验值：抄录有误，或者这个校验值之后的日志已被截去、整个日志已被替换。")


def anchors(first: dt.date, last: dt.date) -> list[Anchor]:
    """The 校验值 of each day between the two (both included) on which anything was sealed, newest first."""
    days = list(
        AuditSeal.objects.annotate(day=TruncDate("sealed_at"))
        .filter(day__gte=first, day__lte=last)
        .values("day")
        .annotate(newest=Max("number"), size_of_day=Sum("size"))
        .order_by("day")
    )
    newest = AuditSeal.objects.filter(number__in=[row["newest"] for row in days])
    links = {row[0]: row[1:] for row in newest.values_list("number", "digest", "sealed_at")}
    total = 0
    if days:
        oldest = min(row["newest"] for row in days)
        before = AuditSeal.objects.filter(number__lte=oldest).aggregate(total=Sum("size"))["total"]
        total = before - days[0]["size_of_day"]
    found = []
    for row in days:
        total += row["size_of_day"]
        digest, sealed_at = links[row["newest"]]
        found.append(Anchor(row["day"], row["newest"], row["size_of_day"], total, digest, sealed_at))
    return found[::-1]
