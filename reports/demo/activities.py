"""A year of activities of a demo unit: saved with who was there, what came of it and when it was written down."""

from __future__ import annotations

import datetime as dt
from random import Random

from activities.models import Activity, ActivityResult, Attendance, ExternalParticipants
from branches import audit
from members.models import CadreTerm, Member
from reports.demo import programmes
from reports.demo.blueprint import Blueprint
from reports.demo.meetings import Calendar, Meeting
from reports.demo.organizations import Node
from reports.demo.people import People
from reports.demo.topics import Words

CHUNK = 500


def record(
    nodes: list[Node],
    people: People,
    terms: dict[Node, list[CadreTerm]],
    blueprint: Blueprint,
    *,
    as_of: dt.date,
) -> None:
    """Save the year with attendance, people from outside and one log entry each; a few records are void."""
    lot = Random(f"{nodes[0].organization.code} attendance")
    programmes.add_kinds(blueprint)
    calendar = Calendar(nodes, people, terms, blueprint, as_of)
    meetings = list(calendar.meetings())
    for meeting in lot.sample(meetings, blueprint.faults.void_activities):
        meeting.activity.is_void = True
    meetings += programmes.meetings(blueprint, calendar, as_of=as_of)
    activities = [meeting.activity for meeting in meetings]
    Activity.objects.bulk_create(activities, batch_size=CHUNK)
    for meeting in meetings:
        # The column fills itself with the moment of loading; a year of records was not written in one second.
        meeting.activity.recorded_at = meeting.recorded_at
    Activity.objects.bulk_update(activities, ["recorded_at"], batch_size=CHUNK)
    reasons = blueprint.setting.topics.reasons
    Attendance.objects.bulk_create(
        [_attendance(meeting, person, reasons, lot) for meeting in meetings for person in meeting.expected],
        batch_size=CHUNK,
    )
    ExternalParticipants.objects.bulk_create([row for meeting in meetings for row in meeting.externals])
    ActivityResult.objects.bulk_create([row for meeting in meetings for row in meeting.results])
    audit.record_many(
        [(audit.Kind.CREATED, row, row.organization, {"日期": [None, str(row.held_on)]}) for row in activities],
        by=None,
        job="装入演示数据",
    )


def _attendance(meeting: Meeting, person: Member, reasons: Words, lot: Random) -> Attendance:
    chance = 0.0 if meeting.is_complete else lot.random()
    if chance < 0.88:
        return Attendance(activity=meeting.activity, person=person, state=Attendance.State.PRESENT)
    state = Attendance.State.LEAVE if chance < 0.96 else Attendance.State.ABSENT
    reason = lot.choice(reasons) if lot.random() < 0.8 else ""
    return Attendance(activity=meeting.activity, person=person, state=state, reason=reason)
