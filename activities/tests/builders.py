"""Plain builder functions for activities."""

import datetime as dt

from activities.models import Activity, ActivityKind, Attendance


def a_kind(code="league_lesson"):
    return ActivityKind.objects.get(code=code)


def an_activity(
    organization,
    topic="学习团章",
    *,
    kind="league_lesson",
    held_on=dt.date(2026, 11, 10),
    present=(),
    leave=(),
    **fields,
):
    activity = Activity.objects.create(
        organization=organization, kind=a_kind(kind), topic=topic, held_on=held_on, **fields
    )
    for people, state in ((present, Attendance.State.PRESENT), (leave, Attendance.State.LEAVE)):
        for person in people:
            Attendance.objects.create(activity=activity, person=person, state=state)
    return activity
