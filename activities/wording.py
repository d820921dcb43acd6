"""How a record of an activity reads in the log and side by side when two people wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Field

from activities.models import Activity, ActivityResult, Attendance, ExternalParticipants

# What a record says about itself, in the order of the form.
FACTS = (
    *("kind", "held_on", "topic", "starts_at", "ends_at", "mode", "place", "host", "recorder", "attended"),
    *("agenda", "minutes", "resolution"),
)


@dataclass(frozen=True)
class Details:
    """What hangs on a record: who was there, who came from outside, what came of it. Rows need not be saved yet."""

    attendances: list[Attendance] = field(default_factory=list)
    externals: list[ExternalParticipants] = field(default_factory=list)
    results: list[ActivityResult] = field(default_factory=list)


def details_of(activity: Activity) -> Details:
    """What stands in the database now."""
    return Details(
        attendances=list(activity.attendances.select_related("person").order_by("person__pinyin", "id")),
        externals=list(activity.externals.order_by("id")),
        results=list(activity.results.all()),
    )


def in_words(activity: Activity, details: Details) -> dict[str, str | None]:
    """Everything the record says, by label; None where it says nothing."""
    said: dict[str, str | None] = {_label(name): _fact(activity, name) or None for name in FACTS}
    for state in Attendance.State:
        said[state.label] = _people(row for row in details.attendances if row.state == state) or None
    said["外部参加人员"] = "、".join(f"{row.description} {row.count} 人" for row in details.externals) or None
    said["活动成果"] = "、".join(str(row) for row in details.results) or None
    return said


def _label(name: str) -> str:
    column = Activity._meta.get_field(name)
    return str(column.verbose_name) if isinstance(column, Field) else name


def _fact(activity: Activity, name: str) -> str:
    value = getattr(activity, name)
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if name == "mode":
        return str(activity.get_mode_display())
    return "" if value is None else str(value)


def _people(rows: Iterable[Attendance]) -> str:
    # Whatever order the rows were typed or saved in, the same people read the same.
    ordered = sorted(rows, key=lambda row: (row.person.pinyin, row.person_id))
    return "、".join(f"{row.person.name}（{row.reason}）" if row.reason else row.person.name for row in ordered)
