"""国家系统已办: marking whose records have been brought up to date in the national system, and taking a mark back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, TextChoices
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from members.models import CadreTerm, Member, MemberStatus, NationalMark
from members.models.national import standing_marks
from members.models.people import MemberQuerySet

LABEL = "国家系统"


class NationalState(TextChoices):
    """Where a person's record stands against the national system."""

    NOT_DONE = "none", "未办"
    DONE = "done", "已办"
    # Somebody changed the record here after the newest mark; whether that has to be done there too, people judge.
    CHANGED = "changed", "办后有改动"


@dataclass(frozen=True)
class Standing:
    """State of one person, with the newest mark that stands."""

    state: NationalState
    mark: NationalMark | None = None

    @property
    def word(self) -> str:
        return self.mark.in_words if self.mark and self.state is NationalState.DONE else self.state.label

    @property
    def short(self) -> str:
        """``word`` as a list has room for."""
        return self.mark.short if self.mark and self.state is NationalState.DONE else self.state.label

    @property
    def chip(self) -> str:
        return {NationalState.DONE: "good", NationalState.CHANGED: "care"}.get(self.state, "neutral")


def in_state(state: NationalState) -> Q:
    """Condition on people. Versions only rise, so a mark that has the record's version is the newest."""
    standing = standing_marks().filter(person=OuterRef("pk")).order_by()
    up_to_date = Exists(standing.filter(version=OuterRef("version")))
    return {
        NationalState.NOT_DONE: Q(~Exists(standing)),
        NationalState.DONE: Q(up_to_date),
        NationalState.CHANGED: Q(Exists(standing)) & ~Q(up_to_date),
    }[state]


def with_marks(people: MemberQuerySet) -> MemberQuerySet:
    """The people, each with what ``standing_of`` needs: one query more, however many they are."""
    return people.prefetch_related(Prefetch("national_marks", standing_marks(), to_attr="standing_marks"))


def standing_of(member: Member) -> Standing:
    """The state of a person; of many, ask ``with_marks`` first."""
    known: list[NationalMark] | None = getattr(member, "standing_marks", None)
    mark = standing_marks().filter(person=member).first() if known is None else next(iter(known), None)
    return _standing(member, mark)


@transaction.atomic
def mark(people: Sequence[Member], *, done_on: dt.date, note: str = "", by: User) -> int:
    """Note that these people's records, as they stand now, are in the national system since ``done_on``.

    Returns how many were marked: who is up to date already keeps the mark there is. The record's version stays. All or
    none; refuses nobody, a day after today, void records, and people who are all up to date already. The number of
    queries does not depend on the number of people.
    """
    if not people:
        raise ValidationError("请先勾选要标记的人员。")
    if done_on > timezone.localdate():
        raise ValidationError({"done_on": "办理日期不能晚于今天。"})
    stored = list(_locked(people))
    if void := [member.name for member in stored if member.status == MemberStatus.VOID]:
        raise ValidationError(f"{'、'.join(void)}的记录已作废，不能标记，请去掉后再办理。")
    newest = _newest_marks(stored)
    before = {member.pk: _standing(member, newest.get(member.pk)) for member in stored}
    waiting = [member for member in stored if before[member.pk].state is not NationalState.DONE]
    if not waiting:
        raise ValidationError("所选人员都已标记，之后没有改动。要改办理日期，请先在本人页面撤回标记。")
    marks = [
        NationalMark(person=member, version=member.version, done_on=done_on, note=note.strip()[:100], recorded_by=by)
        for member in waiting
    ]
    NationalMark.objects.bulk_create(marks)
    places = _kept_at(waiting)
    deeds = [
        (
            audit.Kind.CHANGED,
            each.person,
            places.get(each.person.pk),
            {LABEL: [before[each.person.pk].word, each.in_words]},
        )
        for each in marks
    ]
    audit.record_many(deeds, by=by, reason=note.strip())
    return len(marks)


@transaction.atomic
def withdraw(member: Member, *, by: User, reason: str = "") -> None:
    """Take back the newest mark of a person; an earlier one, if any, stands again. Refuses where there is none."""
    [stored] = _locked([member])
    newest = standing_marks().filter(person=stored).first()
    if newest is None:
        raise ValidationError(f"{stored.name}没有国家系统已办的标记，不需要撤回。")
    newest.withdrawn_at, newest.withdrawn_by = timezone.now(), by
    newest.save(update_fields=["withdrawn_at", "withdrawn_by"])
    after = _standing(stored, standing_marks().filter(person=stored).first())
    place = _kept_at([stored]).get(stored.pk)
    changes = {LABEL: [newest.in_words, f"撤回标记，{after.word}"]}
    audit.record(audit.Kind.CHANGED, stored, by=by, at=place, changes=changes, reason=reason.strip())


def _standing(member: Member, newest: NationalMark | None) -> Standing:
    if newest is None:
        return Standing(NationalState.NOT_DONE)
    up_to_date = newest.version == member.version
    return Standing(NationalState.DONE if up_to_date else NationalState.CHANGED, newest)


def _locked(people: Iterable[Member]) -> MemberQuerySet:
    """The people as they stand now; nobody changes them before the mark is written."""
    # Branches are read after the wait: joined, somebody who moved meanwhile would have none.
    locked = Member.objects.select_for_update(no_key=True).prefetch_related("branch")
    return locked.filter(pk__in=[member.pk for member in people]).order_by("pk")


def _newest_marks(people: Iterable[Member]) -> dict[int, NationalMark]:
    marks = standing_marks().filter(person__in=[member.pk for member in people]).order_by("id")
    return {each.person_id: each for each in marks}


def _kept_at(people: Iterable[Member]) -> dict[int, Organization]:
    """Where the entries are filed: the branch, for cadres without one the organisation of a current post."""
    places = {member.pk: member.branch for member in people if member.branch is not None}
    without = [member.pk for member in people if member.branch is None]
    if without:
        terms = CadreTerm.objects.current().filter(person__in=without).select_related("organization").order_by("-rank")
        places |= {term.person_id: term.organization for term in terms}
    return places
