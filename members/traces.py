"""What the log of a person tells: entries about the record, the posts, and lists the person stood on; who did what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet, TextChoices

from branches.log import Objects, address_of, objects_of
from branches.models import AuditEntry, User
from members.models import CadreTerm, Member

Kind = AuditEntry.Kind


class Trace(TextChoices):
    """What somebody did with a record, as far as it can be told apart."""

    LOOKED = "looked", "查看号码"
    CHANGED = "changed", "登记和修改"
    TAKEN = "taken", "导出和打印"


# Refusals are told among all entries, but count as none of these: nothing was seen, changed or taken.
KINDS: Final[dict[Trace, tuple[Kind, ...]]] = {
    Trace.LOOKED: (Kind.REVEALED,),
    Trace.TAKEN: (Kind.EXPORTED, Kind.PRINTED),
    Trace.CHANGED: (
        *(Kind.CREATED, Kind.CHANGED, Kind.MOVED, Kind.CLOSED, Kind.ENDED, Kind.VOIDED, Kind.DELETED, Kind.RESTORED),
        *(Kind.IMPORTED, Kind.UNDONE),
    ),
}


@dataclass(frozen=True)
class Tally:
    """How often one person did what with a record, and when last."""

    actor_name: str
    looked: int
    changed: int
    taken: int
    last: dt.datetime


def posts_of(person_id: str) -> Objects:
    """The posts a person holds or held: appointing and ending them is about the person."""
    terms = CadreTerm.objects.filter(person=int(person_id)) if person_id.isdecimal() else CadreTerm.objects.none()
    return CadreTerm._meta.label_lower, [str(key) for key in terms.values_list("pk", flat=True)]


def entries_about(member: Member, *, user: User) -> QuerySet[AuditEntry]:
    """Everything in the user's log about a person, newest first."""
    objects = objects_of(address_of(Member._meta.label_lower, member.pk))
    return AuditEntry.objects.visible_to(user).about(*objects).select_related("placement")


def only(entries: QuerySet[AuditEntry], trace: str) -> QuerySet[AuditEntry]:
    """The entries of one sort; all of them for a word that names none."""
    return entries.filter(kind__in=KINDS[Trace(trace)]) if trace in Trace.values else entries


def tallies(entries: QuerySet[AuditEntry]) -> list[Tally]:
    """Who did what how often, the last one first. One query."""
    counts = {trace.value: Count("pk", filter=Q(kind__in=kinds)) for trace, kinds in KINDS.items()}
    told = entries.filter(kind__in=[kind for kinds in KINDS.values() for kind in kinds])
    rows: Any = told.order_by().values("actor", "actor_name").annotate(**counts, last=Max("at")).order_by("-last")
    return [Tally(**{field.name: row[field.name] for field in fields(Tally)}) for row in rows]
