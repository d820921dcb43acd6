"""人员档案: entering a person, correcting what was entered, voiding a mistaken record, restoring it.

Four facts stay apart: 团籍, 政治面貌, age and posts. Birth date and sex follow from the number wherever it tells them.
Every deed leaves its rows of history and an entry in the log, and touches the branch whose figures move.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import TextChoices
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Right
from members import counted, duplicates
from members.completeness import member_no_fits
from members.dictionaries import PARTY, PoliticalStatus
from members.models import AgeRule, BranchMembership, LeagueStatus, Member, MemberStatus, StatusChange
from members.models.people import IN_LEAGUE
from members.models.rules import age_rules
from members.wording import FACTS, MONTHS, SEALED, in_words, label_of, said
from tuanjian.idnumbers import IdType, NumberRefused, read
from tuanjian.officedates import OfficeDate, month_never_overwrites_day
from tuanjian.placeholders import is_placeholder

# Kinds of document whose number tells birth date and sex.
TELLING = (IdType.RESIDENT, IdType.HMT_RESIDENT)
# A verified record keeps these; changing them takes the level above.
LOCKED = ("name", "id_type", "id_number", "birth_on", "gender")
LOCKED_SENTENCE = "已核实的记录不能直接改姓名和证件号码，请向上级申请更正。"
# Texts that may be left empty: “无” and “待补” are taken as empty.
OPTIONAL_TEXTS = ("former_name", "native_place", "work_unit", "household_region", "remark", "member_no")
STALE = "stale"


class VoidReason(TextChoices):
    """作废原因"""

    DUPLICATE = "duplicate", "重复录入"
    WRONG_PERSON = "wrong_person", "录错了人"
    NOT_OURS = "not_ours", "不属于本组织"
    TRIAL = "trial", "测试数据"
    OTHER = "other", "其他"


def fill(member: Member, values: Mapping[str, Any]) -> Member:
    """Put typed values into a record without saving it.

    A date is an ``OfficeDate`` or None; a month does not overwrite the day already known within it. Placeholders in
    optional texts are taken as empty.
    """
    for name, value in values.items():
        if name in OPTIONAL_TEXTS and is_placeholder(value):
            value = ""
        if name in MONTHS:
            _fill_date(member, name, value)
        elif isinstance(value, OfficeDate):
            setattr(member, name, value.day.replace(day=1) if name == "dues_paid_until" else value.day)
        else:
            setattr(member, name, value)
    return member


@transaction.atomic
def enter(
    member: Member, *, by: User | None, effective_on: dt.date | None = None, at: Organization | None = None
) -> Member:
    """Save a new person (新增), with the first rows of branch and status history.

    The rows take effect on ``effective_on``, else on the day of joining, else today. ``at`` files the log entry of a
    person without a branch. Refuses a number already registered, a number or age against the rules, a place that is no
    working 团支部, and members without number or branch.
    """
    today = timezone.localdate()
    fill(member, {name: getattr(member, name) for name in OPTIONAL_TEXTS})
    _refuse_place(member)
    _follow_number(member, on=today)
    _refuse_ages(member, on=today)
    refuse_contradictions(member)
    _refuse_taken(member, by)
    member.spell_name()
    member.created_by = member.updated_by = by
    _save(member, by)
    since = effective_on or member.joined_on or today
    if member.branch is not None:
        BranchMembership.objects.create(person=member, branch=member.branch, effective_from=since, recorded_by=by)
    _note_status(member, since, by)
    changes = audit.difference({}, {key: value for key, value in in_words(member).items() if value})
    changes |= {label_of(name): [None, getattr(member, f"{name}_masked")] for name in SEALED if getattr(member, name)}
    audit.record(audit.Kind.CREATED, member, by=by, at=member.branch or at, changes=changes)
    counted.touch_people([member.pk])
    return member


@transaction.atomic
def correct(member: Member, *, values: Mapping[str, Any], version: int, by: User, locked: bool = True) -> Member:
    """Save corrected facts of a person and return the record as saved; the branch stays.

    Without ``locked`` facts of a verified record are corrected too: a level above has agreed (``corrections``).

    Values that change nothing write nothing. Rules of age are asked again only where what they look at changes, so an
    old record can be mended bit by bit. Refuses what ``enter`` refuses, locked facts of a verified record, a void
    record, leaving the League by the way, and – with the code STALE – a record changed since ``version`` was read.
    """
    today = timezone.localdate()
    stored = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    if stored.version != version:
        raise ValidationError("他人刚刚修改了这条记录，请再保存一次进行比对。", code=STALE)
    if stored.status == MemberStatus.VOID:
        raise ValidationError("作废的记录不能修改，请先由上级恢复。")
    before, had = in_words(stored), Member(**{name: getattr(stored, name) for name in (*_WATCHED, *_INDEXES)})
    fill(stored, values)
    _refuse_league_change(had, stored)
    if stored.id_number_index != had.id_number_index or stored.id_type != had.id_type:
        _follow_number(stored, on=today)
        _refuse_taken(stored, by)
    if any(getattr(stored, name) != getattr(had, name) for name in _WATCHED):
        _refuse_ages(stored, on=today)
        refuse_contradictions(stored)
    changes = audit.difference(before, in_words(stored)) | _sealed_changes(had, stored)
    if not changes:
        return stored
    if locked and stored.is_verified and any(label_of(name) in changes for name in LOCKED):
        raise ValidationError(LOCKED_SENTENCE)
    stored.spell_name()
    stored.version += 1
    stored.updated_by = by
    _save(stored, by)
    if stored.league_status != had.league_status:
        _note_status(stored, stored.joined_on or today, by)
    audit.record(audit.Kind.CHANGED, stored, by=by, at=stored.branch, changes=changes)
    counted.touch_people([stored.pk], phones=[had.phone_index])
    return stored


def differences(member: Member, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Label, typed and present words of each fact that saving these values would change, number and phone masked."""
    typed = fill(Member.objects.get(pk=member.pk), values)
    now = Member.objects.get(pk=member.pk)
    rows = [(label_of(name), said(typed, name) or "—", said(now, name) or "—") for name in FACTS]
    sealed = [(label, mine or "—", old or "—") for label, (old, mine) in _sealed_changes(now, typed).items()]
    return [row for row in rows if row[1] != row[2]] + sealed


@transaction.atomic
def void(members: list[Member], *, reason: str, by: User) -> None:
    """Mark records as entered by mistake (误录作废): they count nowhere and no longer hold their number.

    All or none. Refuses people who hold a post, named with it, and records already void.
    """
    if not reason.strip():
        raise ValidationError({"reason": "请选择作废原因。"})
    today, moment = timezone.localdate(), timezone.now()
    locked = Member.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    stored = list(locked.filter(pk__in=[member.pk for member in members]))
    _refuse_void(stored)
    for member in stored:
        changes = {"状态": [member.get_status_display(), MemberStatus.VOID.label]}
        member.status = MemberStatus.VOID
        _raise_version(member, by)
        for row in BranchMembership.objects.filter(person=member, effective_to=None):
            row.effective_to = max(today, row.effective_from)
            row.ended_recorded_at = moment
            row.save(update_fields=["effective_to", "ended_recorded_at"])
        _note_status(member, today, by, reason)
        audit.record(audit.Kind.VOIDED, member, by=by, at=member.branch, changes=changes, reason=reason)
    counted.touch_people([member.pk for member in stored])


@transaction.atomic
def restore(member: Member, *, by: User, reason: str = "") -> Member:
    """Take back 误录作废: the record stands again as it did, its branch history goes on without a gap.

    Only a level above the branch may. Refuses a record that is not void, one merged into another, one whose number has
    been entered anew, and one whose branch is closed.
    """
    stored = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    if stored.status != MemberStatus.VOID:
        raise ValidationError("这条记录没有作废，不需要恢复。")
    if stored.merged_into_id is not None:
        raise ValidationError("这条记录已与另一条合并，不能恢复。如确是两人，请重新登记。")
    if not may_restore(by, stored):
        raise ValidationError("作废的记录由上级恢复，请联系上级管理员。")
    _refuse_place(stored)
    _refuse_taken(stored, by)
    earlier = stored.status_changes.exclude(status=MemberStatus.VOID).first()
    stored.status = earlier.status if earlier else MemberStatus.NORMAL
    _raise_version(stored, by)
    today = timezone.localdate()
    last = BranchMembership.objects.filter(person=stored).first()
    if stored.branch is not None and stored.is_on_roster:
        since = last.effective_to if last and last.effective_to else today
        BranchMembership.objects.create(person=stored, branch=stored.branch, effective_from=since, recorded_by=by)
    _note_status(stored, today, by, reason)
    changes = {"状态": [MemberStatus.VOID.label, stored.get_status_display()]}
    audit.record(audit.Kind.RESTORED, stored, by=by, at=stored.branch, changes=changes, reason=reason)
    counted.touch_people([stored.pk])
    return stored


def may_restore(user: User, member: Member) -> bool:
    """Whether the user keeps people at a level above the person's branch."""
    above = Organization.objects.manageable_by(user, right=Right.PEOPLE, below=True)
    if member.branch_id is None or member.merged_into_id is not None:
        return False
    return above.filter(pk=member.branch_id).exists()


def warnings_about(member: Member, *, on: dt.date) -> list[str]:
    """What is unusual about a saved record and should be looked at in the files; nothing of it refuses."""
    if not member.is_in_league:
        return []
    said = []
    rules = age_rules(on)
    if member.joined_on and member.birth_on:
        day = _joining_day(member, on)
        limit = age_rules(day).get(AgeRule.Kind.JOIN_WARNED_BELOW, 0)
        if (member.age_on(day) or 0) < limit:
            said.append(f"入团时未满 {limit} 周岁，请核对档案。")
    if member.joined_on and not member_no_fits(member.member_no, member.joined_on):
        said.append("发展团员编号缺失或与入团年份不符，请补正。")
    age = member.age_on(on)
    leaving = rules[AgeRule.Kind.LEAVE_AT]
    if age is not None and age >= leaving and not member.terms.filter(ended_on=None).exists():
        said.append(f"已满 {leaving} 周岁，请确认是否保留团籍。")
    return said


# What the rules of age and the contradictions look at; and what tells whether number or phone is another.
_WATCHED = (
    *("birth_on", "joined_on", "joined_on_is_month", "joined_party_on"),
    *("league_status", "political_status", "id_type"),
)
_INDEXES = ("id_number_index", "id_number_head", "phone_index", "phone_sealed")


def _fill_date(member: Member, name: str, value: OfficeDate | None) -> None:
    day = getattr(member, name)
    known = OfficeDate(day, is_month=getattr(member, f"{name}_is_month")) if day else None
    new = month_never_overwrites_day(known, value) if value is not None else None
    setattr(member, name, new.day if new else None)
    setattr(member, f"{name}_is_month", bool(new and new.is_month))


def _follow_number(member: Member, *, on: dt.date) -> None:
    """Take birth date and sex from the number where it tells them."""
    number = member.id_number
    if not number:
        if member.league_status in IN_LEAGUE:
            raise ValidationError({"id_number": "登记团员要填写证件号码。"})
        return
    try:
        told = read(number, id_type=IdType(member.id_type), on=on)
    except NumberRefused as refusal:
        raise ValidationError({"id_number": refusal.message}, code=refusal.code) from None
    member.id_type = told.id_type
    if told.birth_on is not None:
        member.birth_on, member.birth_on_is_month = told.birth_on, False
    if told.gender is not None:
        member.gender = told.gender


def _refuse_place(member: Member) -> None:
    if member.branch_id is None:
        if member.league_status in IN_LEAGUE:
            raise ValidationError({"branch": "请选择所在团支部。"})
        return
    # Locked, so that the branch is not closed while somebody moves in.
    branch = Organization.objects.select_for_update(no_key=True).get(pk=member.branch_id)
    if not branch.is_branch:
        raise ValidationError({"branch": f"{branch.short_name}不是团支部，人员只能登记在团支部。"})
    if branch.is_closed:
        raise ValidationError({"branch": f"{branch.short_name}已撤销，请改选正常的团支部。"})


def _refuse_ages(member: Member, *, on: dt.date) -> None:
    """Age today and age at joining, each by the rule of its own day (AgeRule)."""
    if member.league_status not in IN_LEAGUE:
        return
    if member.birth_on is None:
        raise ValidationError({"birth_on": "请填写出生日期。"})
    by_birth = "id_number" if member.id_type in TELLING else "birth_on"
    limit = age_rules(on)[AgeRule.Kind.MEMBER_FROM]
    if (member.age_on(on) or 0) < limit:
        raise ValidationError({by_birth: f"未满 {limit} 周岁，不能登记为团员。"}, code="R_AGE_LOW")
    if member.joined_on is None:
        return
    if member.joined_on > on:
        raise ValidationError({"joined_on": "入团年月在今天之后，请核对。"})
    day = _joining_day(member, on)
    lowest = age_rules(day).get(AgeRule.Kind.JOIN_REFUSED_BELOW, 0)
    if (member.age_on(day) or 0) < lowest:
        sentence = f"按当时规定入团须年满 {lowest} 周岁，此人入团时 {member.age_on(day)} 周岁，请核对入团年月。"
        raise ValidationError({"joined_on": sentence}, code="R_JOIN_EARLY")


def _joining_day(member: Member, on: dt.date) -> dt.date:
    """The day of joining; of a month its last, because who turned fourteen in that month may have joined after."""
    joined = member.joined_on or on
    if not member.joined_on_is_month:
        return joined
    return min(joined.replace(day=calendar.monthrange(joined.year, joined.month)[1]), on)


def refuse_contradictions(member: Member) -> None:
    """Refuse a record in which 团籍 and 政治面貌 exclude each other, or somebody joined the Party in the future."""
    if member.league_status == LeagueStatus.RETAINED and member.political_status not in PARTY:
        raise ValidationError({"political_status": "保留团籍的是中共党员或预备党员，请核对政治面貌或团籍。"})
    if member.league_status == LeagueStatus.NONE and member.political_status == PoliticalStatus.LEAGUE_MEMBER:
        raise ValidationError({"political_status": "政治面貌是共青团员的，团籍应为“团员”，请核对。"})
    if member.joined_party_on is not None and member.joined_party_on > timezone.localdate():
        raise ValidationError({"joined_party_on": "入党时间在今天之后，请核对。"})


def _refuse_league_change(had: Member, now: Member) -> None:
    if had.league_status == now.league_status:
        return
    if now.league_status not in IN_LEAGUE or had.league_status == LeagueStatus.LEFT:
        raise ValidationError({"league_status": "团籍不能在这里改成离团或恢复，请按离团、恢复的规定办理。"})


def _refuse_taken(member: Member, by: User | None) -> None:
    answer = duplicates.answer_about(
        member.id_number, id_type=member.id_type, user=by, but=member if member.pk else None
    )
    if answer is not None:
        answer.refuse()


def _refuse_void(members: list[Member]) -> None:
    for member in members:
        if member.status == MemberStatus.VOID:
            raise ValidationError(f"{member.name}的记录已经作废。")
        posts = [
            f"{term.organization.short_name}{term.title}"
            for term in member.terms.filter(ended_on=None).select_related("organization")
        ]
        if posts:
            raise ValidationError(f"{member.name}现任{'、'.join(posts)}，请先办理免职再作废。")


def _save(member: Member, by: User | None) -> None:
    """Save; whoever entered the same number a moment earlier gives the same refusal as long ago."""
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError:
        _refuse_taken(member, by)
        raise


def _raise_version(member: Member, by: User) -> None:
    member.version += 1
    member.updated_by = by
    member.save(update_fields=["status", "version", "updated_by", "updated_at"])


def _note_status(member: Member, on: dt.date, by: User | None, reason: str = "") -> None:
    StatusChange.objects.create(
        person=member,
        league_status=member.league_status,
        status=member.status,
        effective_on=on,
        recorded_by=by,
        reason=reason[:200],
    )


def _sealed_changes(had: Member, now: Member) -> dict[str, list[Any]]:
    """Changed number and phone, masked; compared by index, because two numbers may look the same masked."""
    return {
        SEALED[name]: [getattr(had, f"{name}_masked") or None, getattr(now, f"{name}_masked") or None]
        for name in SEALED
        if getattr(had, f"{name}_index") != getattr(now, f"{name}_index")
    }
