"""活动记录: recording an activity, correcting it, voiding a mistaken record, restoring it.

Nothing is refused for being late or looking like another record: that is said, and people decide. What is refused
cannot have happened: a day that is still to come, people who did not belong there that day.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet, TextChoices
from django.utils import timezone

from activities import attending
from activities.models import Activity, ActivityResult, Attendance, ExternalParticipants
from activities.wording import FACTS, Details, details_of, in_words
from branches import audit, freshness
from branches.models import Organization, User
from branches.scoping import Right
from members.models import Member
from tuanjian import bulk
from tuanjian.placeholders import is_placeholder

STALE = "stale"
# Texts that may be left empty: “无” and “待补” are taken as empty.
_ALL: Final = tuple(field.attname for field in Activity._meta.concrete_fields)
OPTIONAL_TEXTS = ("place", "host", "recorder", "agenda", "minutes", "resolution")


class VoidReason(TextChoices):
    """作废原因"""

    DUPLICATE = "duplicate", "重复登记"
    NOT_HELD = "not_held", "活动没有举行"
    WRONG_PLACE = "wrong_place", "登记到了别的组织"
    TRIAL = "trial", "测试数据"
    OTHER = "other", "其他"


@transaction.atomic
def record(activity: Activity, *, details: Details, by: User | None) -> Activity:
    """Save a new activity with attendance, people from outside and results.

    Refuses a day still to come, times that run backwards, people who did not belong to the organisation that day,
    a number beside names, a topic that says nothing, and organisations that are closed.
    """
    # Locked, so that the organisation is not closed meanwhile.
    organization = Organization.objects.select_for_update(no_key=True).get(pk=activity.organization_id)
    _refuse_closed(organization)
    _tidy(activity)
    _refuse_impossible(activity, details)
    _refuse_strangers(activity, details.attendances, _belonging(activity))
    activity.recorded_by = by
    activity.save()
    _save_details(activity, details)
    audit.record(audit.Kind.CREATED, activity, by=by, at=organization, changes=_said(activity, details))
    _touch([organization.pk], details.attendances)
    return activity


@transaction.atomic
def record_many(
    records: Sequence[tuple[Activity, Details]], *, by: User | None, reason: str = "", job: str = ""
) -> None:
    """Save new activities as ``record`` saves each, with a number of statements that hardly depends on theirs.

    Refuses what ``record`` refuses; nothing is kept then. ``reason`` and ``job`` stand in the log.
    """
    keys = {activity.organization_id for activity, _ in records}
    locked = Organization.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    organizations = {organization.pk: organization for organization in locked}
    rolls, moment = attending.Rolls(organizations.values(), user=None), timezone.now()
    for activity, details in records:
        organization = organizations[activity.organization_id]
        _refuse_closed(organization)
        _tidy(activity)
        _refuse_impossible(activity, details)
        belonging = {person.pk for person in rolls.people_of(organization, activity.held_on)}
        _refuse_strangers(activity, details.attendances, belonging)
        activity.recorded_by, activity.recorded_at, activity.updated_at = by, moment, moment
    _insert(records)
    deeds = [
        (audit.Kind.CREATED, activity, organizations[activity.organization_id], _said(activity, details))
        for activity, details in records
    ]
    audit.record_many(deeds, by=by, reason=reason, job=job)
    _touch(keys, [row for _, details in records for row in details.attendances])


@transaction.atomic
def correct(filled: Activity, *, details: Details, version: int, by: User) -> Activity:
    """Save a record as corrected and return it; the organisation stays.

    ``filled`` carries the facts as typed. What changes nothing writes nothing. Refuses what ``record`` refuses, a
    void record, and – with the code STALE – a record changed since ``version`` was read.
    """
    stored = _locked(filled)
    if stored.version != version:
        raise ValidationError("他人刚刚修改了这条活动记录，请比对后再保存。", code=STALE)
    if stored.is_void:
        raise ValidationError("作废的记录不能修改，请先由上级恢复。")
    had = details_of(stored)
    before, held_on = in_words(stored, had), stored.held_on
    for name in FACTS:
        setattr(stored, name, getattr(filled, name))
    _tidy(stored)
    changes = audit.difference(before, in_words(stored, details))
    if not changes:
        return stored
    _refuse_impossible(stored, details)
    known = {row.person_id for row in had.attendances} if stored.held_on == held_on else set()
    newly = [row for row in details.attendances if row.person_id not in known]
    _refuse_strangers(stored, newly, _belonging(stored))
    _raise_version(stored)
    for rows in (stored.attendances, stored.externals, stored.results):
        rows.all().delete()
    _save_details(stored, details)
    audit.record(audit.Kind.CHANGED, stored, by=by, at=stored.organization, changes=changes)
    _touch([stored.organization_id], [*had.attendances, *details.attendances])
    return stored


def differences(filled: Activity, details: Details) -> list[tuple[str, str, str]]:
    """Label, typed and present words of every fact that saving would change."""
    present = Activity.objects.get(pk=filled.pk)
    typed, now = in_words(filled, details), in_words(present, details_of(present))
    return [(label, typed[label] or "—", now[label] or "—") for label in typed if typed[label] != now[label]]


@transaction.atomic
def void(activity: Activity, *, reason: str, by: User) -> Activity:
    """Mark a record as entered by mistake (误录作废): it counts nowhere. Refuses one already void, and no reason."""
    if not reason.strip():
        raise ValidationError({"reason": "请选择作废原因。"})
    stored = _locked(activity)
    if stored.is_void:
        raise ValidationError("这条活动记录已经作废。")
    return _turn(stored, is_void=True, kind=audit.Kind.VOIDED, reason=reason, by=by)


@transaction.atomic
def restore(activity: Activity, *, reason: str, by: User) -> Activity:
    """Take back 误录作废: the record counts again. Only a level above may; refuses a record that is not void."""
    stored = _locked(activity)
    if not stored.is_void:
        raise ValidationError("这条活动记录没有作废，不需要恢复。")
    if not may_restore(by, stored):
        raise ValidationError("作废的记录由上级恢复，请联系上级管理员。")
    return _turn(stored, is_void=False, kind=audit.Kind.RESTORED, reason=reason, by=by)


def may_restore(user: User, activity: Activity) -> bool:
    """Whether the user keeps activities at a level above the organisation that held this one."""
    above = Organization.objects.manageable_by(user, right=Right.ACTIVITIES, below=True)
    return above.filter(pk=activity.organization_id).exists()


def doubles_of(activity: Activity) -> QuerySet[Activity]:
    """Standing records that look like the same: same organisation, kind, day and topic."""
    alike = Activity.objects.standing().filter(
        organization=activity.organization_id, kind=activity.kind_id, held_on=activity.held_on, topic=activity.topic
    )
    return alike.exclude(pk=activity.pk).select_related("recorded_by")


def warnings_about(activity: Activity, *, user: User) -> list[str]:
    """What is unusual about a saved record and should be looked at again; nothing of it refuses."""
    said = []
    if activity.days_late:
        said.append(f"这次活动过去 {activity.days_late} 天才登记，页面上注明为补录。")
    noted = {row.person_id for row in activity.attendances.all()}
    whole = activity.organization.is_branch and activity.kind.code in attending.WHOLE_BRANCH
    if whole and noted:
        everybody = attending.people_of(activity.organization, activity.held_on).visible_to(user)
        silent = everybody.exclude(pk__in=noted).count()
        if silent:
            said.append(f"有 {silent} 人没有勾选出席，也没有注明请假或缺席，未计入应到。")
    return said


def _locked(activity: Activity) -> Activity:
    rows = Activity.objects.select_for_update(of=("self",), no_key=True).select_related("organization", "kind")
    return rows.get(pk=activity.pk)


def _tidy(activity: Activity) -> None:
    activity.topic = " ".join(activity.topic.split())
    for name in OPTIONAL_TEXTS:
        text = getattr(activity, name).strip()
        setattr(activity, name, "" if is_placeholder(text) else text)


def _refuse_impossible(activity: Activity, details: Details) -> None:
    if not activity.topic or is_placeholder(activity.topic):
        raise ValidationError({"topic": "请写明活动主题。"})
    if activity.held_on > timezone.localdate():
        raise ValidationError({"held_on": "日期在今天之后，请在活动举行以后再登记。"})
    if activity.starts_at and activity.ends_at and activity.ends_at < activity.starts_at:
        raise ValidationError({"ends_at": "结束时间早于开始时间，请核对。"})
    if activity.attended is not None and details.attendances:
        raise ValidationError({"attended": "已经逐人登记到会情况，参加人数按名单计算，这里请留空。"})


def _refuse_closed(organization: Organization) -> None:
    if organization.is_closed:
        raise ValidationError(f"{organization}已撤销，不能再登记活动，请登记到现在的组织。")


def _belonging(activity: Activity) -> set[int]:
    return set(attending.people_of(activity.organization, activity.held_on).values_list("pk", flat=True))


def _refuse_strangers(activity: Activity, noted: list[Attendance], belonging: Container[int]) -> None:
    names = "、".join(row.person.name for row in noted if row.person_id not in belonging)
    if names:
        where = "名册上" if activity.organization.is_branch else "在任团干部之列"
        raise ValidationError(
            f"{names} {activity.held_on} 不在{activity.organization}{where}，不能登记到会，请核对日期和人员。"
        )


def _said(activity: Activity, details: Details) -> dict[str, list[str | None]]:
    """Everything a new record says, for the log."""
    said = {label: words for label, words in in_words(activity, details).items() if words}
    return audit.difference({}, said)


def _insert(records: Sequence[tuple[Activity, Details]]) -> None:
    for (activity, _), key in zip(records, bulk.reserve_ids(Activity, len(records)), strict=True):
        activity.pk, activity._state.adding = key, False
    bulk.insert_rows(Activity, _ALL, ([getattr(activity, name) for name in _ALL] for activity, _ in records))
    attendances = ((activity.pk, row) for activity, details in records for row in details.attendances)
    externals = ((activity.pk, row) for activity, details in records for row in details.externals)
    results = ((activity.pk, row) for activity, details in records for row in details.results)
    bulk.insert_rows(
        Attendance,
        ("activity", "person", "state", "reason"),
        ((key, row.person_id, row.state, row.reason) for key, row in attendances),
    )
    bulk.insert_rows(
        ExternalParticipants,
        ("activity", "description", "count"),
        ((key, row.description, row.count) for key, row in externals),
    )
    bulk.insert_rows(
        ActivityResult,
        ("activity", "label", "count", "unit"),
        ((key, row.label, row.count, row.unit) for key, row in results),
    )


def _save_details(activity: Activity, details: Details) -> None:
    for rows in (details.attendances, details.externals, details.results):
        for row in rows:
            row.pk, row.activity = None, activity
    Attendance.objects.bulk_create(details.attendances)
    activity.externals.bulk_create(details.externals)
    activity.results.bulk_create(details.results)


def _turn(stored: Activity, *, is_void: bool, kind: audit.Kind, reason: str, by: User) -> Activity:
    words = {False: "正常", True: "误录作废"}
    stored.is_void = is_void
    _raise_version(stored)
    changes = {"状态": [words[not is_void], words[is_void]]}
    audit.record(kind, stored, by=by, at=stored.organization, changes=changes, reason=reason)
    _touch([stored.organization_id], stored.attendances.all())
    return stored


def _touch(organizations: Collection[int], attendances: Iterable[Attendance]) -> None:
    """An activity counts where it was held, who was there counts in the own branch."""
    people = Member.objects.filter(pk__in={row.person_id for row in attendances}, branch__isnull=False)
    homes = people.order_by().values_list("branch_id", flat=True).distinct()
    freshness.touch(sorted({*organizations, *homes}))


def _raise_version(stored: Activity) -> None:
    stored.version += 1
    stored.save()
