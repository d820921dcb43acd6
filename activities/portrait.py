"""The page of one activity as this user may see it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from activities import recording
from activities.models import Activity, ActivityResult, Attendance, ExternalParticipants
from activities.wording import details_of
from branches.models import AuditEntry, User
from branches.scoping import Right, rights_at
from members.models import Member

LAST_ENTRIES = 10


@dataclass(frozen=True)
class Attendee:
    """A name of the attendance list; ``url`` is "" where the person's own page is out of sight."""

    name: str
    url: str
    reason: str


@dataclass(frozen=True)
class Line:
    label: str
    value: str


@dataclass(frozen=True)
class Portrait:
    facts: list[Line]
    texts: list[Line]
    attendance: list[tuple[str, list[Attendee]]]
    expected: int
    present: int
    externals: list[ExternalParticipants]
    results: list[ActivityResult]
    entries: list[AuditEntry]
    may_manage: bool
    may_restore: bool


def portrait_of(activity: Activity, *, user: User) -> Portrait:
    """Gather the page; the number of queries does not depend on what the record holds."""
    details = details_of(activity)
    noted = [row.person_id for row in details.attendances]
    in_sight = set(Member.objects.visible_to(user).filter(pk__in=noted).values_list("pk", flat=True))
    groups = {
        state: [_attendee(row, in_sight) for row in details.attendances if row.state == state]
        for state in Attendance.State
    }
    entries = AuditEntry.objects.visible_to(user).filter(
        object_type=activity._meta.label_lower, object_id=str(activity.pk)
    )
    return Portrait(
        facts=_facts(activity),
        texts=[
            Line(label, text)
            for label, text in (
                ("议题", activity.agenda), ("内容记录", activity.minutes), ("决议", activity.resolution)
            )
            if text
        ],
        attendance=[(state.label, people) for state, people in groups.items() if people],
        expected=len(noted),
        present=len(groups[Attendance.State.PRESENT]),
        externals=details.externals,
        results=details.results,
        entries=list(entries[:LAST_ENTRIES]),
        may_manage=not activity.is_void and may_manage(user, activity),
        may_restore=activity.is_void and recording.may_restore(user, activity),
    )  # fmt: skip


def may_manage(user: User, activity: Activity) -> bool:
    """Whether the user keeps this record."""
    return Right.ACTIVITIES in rights_at(user, activity.organization.path)


def _attendee(row: Attendance, in_sight: set[int]) -> Attendee:
    url = row.person.get_absolute_url() if row.person_id in in_sight else ""
    return Attendee(row.person.name, url, row.reason)


def _facts(activity: Activity) -> list[Line]:
    return [
        Line("活动类型", str(activity.kind)),
        Line("日期", str(activity.held_on)),
        Line("时间", _hours(activity.starts_at, activity.ends_at)),
        Line("方式", activity.get_mode_display()),
        Line("地点", activity.place),
        Line("主持人", activity.host),
        Line("记录人", activity.recorder),
        Line("参加人数", f"{activity.attended:,} 人" if activity.attended else ""),
        Line("主办组织", str(activity.organization)),
    ]


def _hours(start: dt.time | None, end: dt.time | None) -> str:
    if start and end:
        return f"{start:%H:%M}–{end:%H:%M}"
    if start:
        return f"{start:%H:%M} 开始"
    return f"{end:%H:%M} 结束" if end else ""
