"""疑似同一人: two records of one person, as a later roster with the corrected number leaves them.

The office says either that they are two people, which is remembered, or makes one record of two: the one keeps what
was chosen field by field and takes over posts, history, attendance and results; the other is void and names it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from branches import audit, freshness
from branches.models import Organization, User
from branches.scoping import Right
from members import counted, records
from members.models import CadreTerm, Correction, DifferentPeople, Member, NationalMark
from members.models.people import MemberQuerySet
from members.wording import FACTS, MONTHS, label_of, said
from tuanjian.officedates import OfficeDate

MOST_PAIRS = 200
VOID_REASON = "重复记录，已合并"
# What the number tells goes with the number: half of it from each record would contradict itself.
IDENTITY = ("id_type", "id_number", "birth_on", "gender")
CHOSEN = ("identity", *(name for name in FACTS if name not in IDENTITY), "phone", "branch")


@dataclass(frozen=True)
class Pair:
    """Two records, the one entered first in front, and why they look like one person."""

    first: Member
    second: Member
    why: str

    @property
    def may_be_number(self) -> bool:
        """Whether this may be one person whose number the second record has right."""
        return self.first.name == self.second.name and not self.first.is_verified


@dataclass(frozen=True)
class Line:
    """A fact of both records in words. ``field`` is empty where they agree and there is nothing to choose."""

    field: str
    label: str
    kept: str
    other: str
    # Which record the form takes it from unless somebody says otherwise.
    proposed: str = "kept"
    locked: bool = False


def suspected(people: MemberQuerySet) -> list[Pair]:
    """Pairs among these people who look like one: same name and birth date or branch, or the same phone.

    Only people on the roster, only pairs of which both belong to ``people``, without those somebody has called
    different; at most ``MOST_PAIRS``. The number of queries does not depend on the number of people.
    """
    people = people.on_roster()
    found: dict[tuple[int, int], Pair] = {}
    for fields, why in (
        (("name", "birth_on"), "姓名、出生日期相同"),
        (("name", "branch"), "同一团支部姓名相同"),
        (("phone_index",), "手机号相同"),
    ):
        for one, other in _alike(people, fields):
            known = found.get((one.pk, other.pk))
            found[one.pk, other.pk] = Pair(one, other, f"{known.why}；{why}" if known else why)
    pks = {pk for pair in found for pk in pair}
    different = DifferentPeople.objects.filter(first__in=pks, second__in=pks).values_list("first", "second")
    for pair in different:
        found.pop(pair, None)
    ordered = sorted(found.values(), key=lambda pair: (pair.first.pinyin, pair.first.pk, pair.second.pk))
    return ordered[:MOST_PAIRS]


def _alike(people: MemberQuerySet, fields: Collection[str]) -> Iterable[tuple[Member, Member]]:
    """Pairs who agree in all these fields, none of them empty."""
    known = people.exclude(Q(*[(f"{name}__isnull", True) for name in fields], _connector=Q.OR))
    shared = known.order_by().values(*fields).annotate(number=Count("pk", distinct=True)).filter(number__gt=1)
    groups = list(shared.values_list(*fields)[:MOST_PAIRS])
    first = fields if isinstance(fields, str) else next(iter(fields))
    candidates = known.filter(**{f"{first}__in": {group[0] for group in groups}}).select_related("branch")
    columns = ["branch_id" if name == "branch" else name for name in fields]
    members: dict[tuple[Any, ...], dict[int, Member]] = defaultdict(dict)
    for person in candidates.order_by("pk"):
        members[tuple(getattr(person, column) for column in columns)][person.pk] = person
    for group in groups:
        yield from combinations(members[group].values(), 2)


@transaction.atomic
def call_different(one: Member, other: Member, *, by: User) -> None:
    """Remember that the two records are two people (不是同一人). Said twice, it changes nothing."""
    _refuse_pair(one, other, by)
    first, second = sorted((one, other), key=lambda person: person.pk)
    _, created = DifferentPeople.objects.get_or_create(first=first, second=second, defaults={"said_by": by})
    if created:
        for person in (first, second):
            changes = {"疑似同一人": [None, "不是同一人"]}
            audit.record(
                audit.Kind.CHANGED, person, by=by, at=_place_of(person), changes=changes, about=[first, second]
            )


def compare(kept: Member, other: Member, *, number_only: bool = False) -> list[Line]:
    """Both records fact by fact, number and phone masked, with what the form proposes.

    Proposed is what ``kept`` says where it says anything; with ``number_only`` (更正号码) the number of the other.
    """
    lines = []
    for name in CHOSEN:
        mine, theirs = _in_words(kept, name), _in_words(other, name)
        label = {"identity": "证件号码、出生日期、性别", "branch": "所在团支部"}.get(name) or label_of(name)
        if _agree(kept, other, name):
            if mine:
                lines.append(Line("", label, mine, theirs))
            continue
        locked = kept.is_verified and (name == "identity" or name in records.LOCKED)
        takes_other = not locked and bool(theirs) and (not mine or (number_only and name == "identity"))
        lines.append(Line(name, label, mine, theirs, "other" if takes_other else "kept", locked))
    return lines


@transaction.atomic
def merge(
    kept: Member, *, other: Member, take: Collection[str], kept_version: int, other_version: int, by: User
) -> Member:
    """Make one record of two and return it; ``take`` names the facts of ``CHOSEN`` that the other record has right.

    Posts, branch history, attendance, marks and results of the other record pass over; what the kept record has
    already stays with the void one. The void record names the kept one and can no longer be restored. Refuses records
    changed since their versions were read, records out of reach or not on the roster, locked facts of a verified
    record, and facts that the rules of ``records.correct`` refuse. Raises LookupError where a model points at people
    and nobody has said what becomes of it.
    """
    # Branches are read after the wait: joined, somebody who moved meanwhile would have none.
    locked = Member.objects.select_for_update(no_key=True).prefetch_related("branch").order_by("pk")
    found = {row.pk: row for row in locked.filter(pk__in=[kept.pk, other.pk])}
    kept, other = found[kept.pk], found[other.pk]
    _refuse_pair(kept, other, by)
    if (kept.version, other.version) != (kept_version, other_version):
        raise ValidationError("其中一条记录刚被他人修改，请重新比对后再合并。", code=records.STALE)
    if other.is_verified and not kept.is_verified:
        raise ValidationError("另一条是已核实的记录，请改为保留已核实的一条。")
    if kept.is_verified and {"identity", *records.LOCKED} & set(take):
        raise ValidationError(records.LOCKED_SENTENCE)
    if other.branch_id in (None, kept.branch_id):
        take = set(take) - {"branch"}
    values = _values(other, take)
    if missing := unknown_relations():
        raise LookupError(f"nobody has said what becomes of {', '.join(missing)} when records are merged")
    moved = [
        f"{word} {number} 项" for word, number in (mover(kept, other, take) for mover in _movers.values()) if number
    ]
    places = {kept.branch_id, other.branch_id}
    _hand_over_branch(kept, other, take, by)
    records.void([other], reason=VOID_REASON, by=by)
    Member.objects.filter(pk=other.pk).update(merged_into=kept, user=None if kept.user_id is None else other.user_id)
    # Past both versions: no mark of either record calls the merged one up to date.
    kept.version += other_version + 1
    kept.user_id = kept.user_id or other.user_id
    kept.updated_by = by
    kept.save(update_fields=["branch", "user", "version", "updated_by", "updated_at"])
    changes = {"合并记录": [None, f"{other.name}的另一条记录"], "移入": [None, "、".join(moved) or "没有其他记录"]}
    audit.record(audit.Kind.CHANGED, kept, by=by, at=_place_of(kept), changes=changes, about=[kept, other])
    into = {"合并到": [None, f"{kept.name}的另一条记录"]}
    audit.record(audit.Kind.CHANGED, other, by=by, at=_place_of(other), changes=into, about=[kept, other])
    counted.touch_people([kept.pk, other.pk], also=[pk for pk in places if pk])
    return records.correct(kept, values=values, version=kept.version, by=by)


# What becomes of the rows of one relation; says what they are called and how many passed over.
Mover = Callable[[Member, Member, Collection[str]], tuple[str, int]]
_movers: dict[str, Mover] = {}


def add_mover(relation: str, mover: Mover) -> None:
    """Say what becomes of a relation to people, named model.field, when records are merged; apps above call this."""
    _movers[relation] = mover


def unknown_relations() -> list[str]:
    """Relations to people nobody has said anything about; merging is refused while there are any."""
    relations = [f"{each.related_model._meta.label}.{each.field.name}" for each in Member._meta.related_objects]
    return sorted(set(relations) - set(_movers))


def _move_terms(kept: Member, other: Member, take: Collection[str]) -> tuple[str, int]:
    """A post both hold ends on the other record; all others pass over."""
    today, moved = timezone.localdate(), 0
    held = {(term.organization_id, term.post, term.post_title) for term in kept.terms.filter(ended_on=None)}
    touched = set()
    for term in CadreTerm.objects.select_for_update(no_key=True).filter(person=other):
        term.version += 1
        touched.add(term.organization_id)
        if term.ended_on is None and (term.organization_id, term.post, term.post_title) in held:
            term.ended_on = max(today, term.started_on) if term.started_on else today
            term.end_reason, term.ended_recorded_at = VOID_REASON, timezone.now()
        else:
            term.person = kept
            moved += 1
        term.save()
    freshness.touch(touched)
    return "任职", moved


def _move_memberships(kept: Member, other: Member, take: Collection[str]) -> tuple[str, int]:
    """Closed first where both are open; a stay in a branch during which the kept record was there adds nothing."""
    leaving = kept if "branch" in take else other
    for row in leaving.memberships.filter(effective_to=None):
        row.effective_to, row.ended_recorded_at = max(timezone.localdate(), row.effective_from), timezone.now()
        row.save(update_fields=["effective_to", "ended_recorded_at"])
    known = list(kept.memberships.all())
    moved = [
        row
        for row in other.memberships.all()
        if row.effective_to is None
        or not any(
            each.branch_id == row.branch_id
            and each.effective_from <= row.effective_from
            and (each.effective_to is None or each.effective_to >= row.effective_to)
            for each in known
        )
    ]
    return "所在团支部沿革", other.memberships.filter(pk__in=[row.pk for row in moved]).update(person=kept)


def _move_years(kept: Member, other: Member, take: Collection[str]) -> tuple[str, int]:
    known = list(kept.years.values_list("year", flat=True))
    return "年度评议与注册", other.years.exclude(year__in=known).update(person=kept)


def _move_marks(kept: Member, other: Member, take: Collection[str]) -> tuple[str, int]:
    """Their versions go on behind those of the kept record, below the one the merged record gets."""
    marks = list(NationalMark.objects.filter(person=other))
    for mark in marks:
        mark.person, mark.version = kept, kept.version + mark.version
    NationalMark.objects.bulk_update(marks, ["person", "version"])
    return "国家系统标记", len(marks)


def _move_decisions(kept: Member, other: Member, take: Collection[str]) -> tuple[str, int]:
    """Whoever is not the other person is not this one either."""
    rows = DifferentPeople.objects.filter(Q(first=other) | Q(second=other))
    for row in rows:
        stranger = row.second_id if row.first_id == other.pk else row.first_id
        if stranger != kept.pk:
            first, second = sorted((kept.pk, stranger))
            DifferentPeople.objects.get_or_create(first_id=first, second_id=second, defaults={"said_by": row.said_by})
    return "", 0


def _withdraw_corrections(kept: Member, other: Member, take: Collection[str]) -> tuple[str, int]:
    """What was asked about the other record is settled with it."""
    waiting = Correction.objects.waiting().filter(person=other)
    waiting.update(state=Correction.State.WITHDRAWN, decided_at=timezone.now(), version=F("version") + 1)
    return "", 0


def _stays(kept: Member, other: Member, take: Collection[str]) -> tuple[str, int]:
    """How the record itself came and went stays with it."""
    return "", 0


def _move_merged(kept: Member, other: Member, take: Collection[str]) -> tuple[str, int]:
    return "以前合并的记录", other.merged_records.update(merged_into=kept)


_movers |= {
    "members.CadreTerm.person": _move_terms,
    "members.BranchMembership.person": _move_memberships,
    "members.StatusChange.person": _stays,
    "members.MemberYear.person": _move_years,
    "members.NationalMark.person": _move_marks,
    "members.Correction.person": _withdraw_corrections,
    "members.DifferentPeople.first": _move_decisions,
    "members.DifferentPeople.second": _stays,
    "members.Member.merged_into": _move_merged,
}


def _hand_over_branch(kept: Member, other: Member, take: Collection[str], by: User) -> None:
    if "branch" not in take or other.branch is None:
        return
    change = {"所在团支部": [kept.branch.short_name if kept.branch else None, other.branch.short_name]}
    kept.branch = other.branch
    audit.record(audit.Kind.MOVED, kept, by=by, at=kept.branch, changes=change, reason=VOID_REASON)


def _refuse_pair(one: Member, other: Member, by: User) -> None:
    """In the same words whatever is wrong with a record out of reach: they tell nothing about it."""
    if one.pk == other.pk:
        raise ValidationError("这是同一条记录，请另选一条。")
    managed = Member.objects.manageable_by(by, right=Right.PEOPLE).filter(pk__in=[one.pk, other.pk])
    if managed.count() != 2:
        raise ValidationError("两条记录须都在您的管理范围内。如另一条属于其他团组织，请联系上级办理。")
    for person in (one, other):
        if not person.is_on_roster:
            state = person.get_status_display()
            raise ValidationError(f"{person.name}的一条记录是“{state}”，只有在册的记录可以合并。")


def _agree(kept: Member, other: Member, name: str) -> bool:
    if name == "identity":
        return (kept.id_number_index, kept.id_type, kept.birth_on, kept.gender) == (
            other.id_number_index,
            other.id_type,
            other.birth_on,
            other.gender,
        )
    if name == "phone":
        return kept.phone_index == other.phone_index
    return _in_words(kept, name) == _in_words(other, name)


def _in_words(member: Member, name: str) -> str:
    if name == "identity":
        return "，".join(filter(None, (said(member, each) for each in ("id_number", "birth_on", "gender"))))
    if name == "branch":
        return member.branch.short_name if member.branch else ""
    return said(member, name)


def _values(other: Member, take: Collection[str]) -> dict[str, Any]:
    """What ``records.correct`` gets; an empty value overwrites nothing."""
    names = [name for name in take if name in CHOSEN and name not in ("identity", "branch")]
    names += [name for name in IDENTITY if "identity" in take]
    values: dict[str, Any] = {}
    for name in names:
        value = getattr(other, name)
        if value in (None, ""):
            continue
        is_month = name in MONTHS and getattr(other, f"{name}_is_month")
        values[name] = OfficeDate(value, is_month=is_month) if name in MONTHS else value
    return values


def _place_of(member: Member) -> Organization | None:
    """Where the log files what happens to a person: the branch, else the organisation of a current post."""
    if member.branch is not None:
        return member.branch
    term = member.terms.filter(ended_on=None).select_related("organization").first()
    return term.organization if term else None
