"""A year of activities of a demo unit: who met when about what, who was there, when it was written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from django.utils import timezone

from activities.models import Activity, ActivityKind, Attendance, ExternalParticipants
from branches import audit
from members.models import CadreTerm, Member
from reports.demo import topics
from reports.demo.days import a_day, days_after, days_before, month_before
from reports.demo.organizations import Node
from reports.demo.people import People, Story

CHUNK = 500
VOID_ACTIVITIES = 3
# Branches that have not met for half a year.
SILENT_BRANCHES = 4
# Kind, chance in a month.
MONTHLY = (("theme_day", 1.0), ("committee_meeting", 0.9), ("topic_study", 0.22), ("volunteer_service", 0.18))
OCCASIONAL = (("group_meeting", 0.1), ("training", 0.08), ("visit", 0.07), ("contest", 0.05), ("care", 0.07))
QUARTERLY = ("branch_assembly", "league_lesson")


@dataclass(eq=False)
class Meeting:
    """An activity with those who were expected, before it is saved."""

    activity: Activity
    expected: list[Member]
    externals: list[ExternalParticipants]
    recorded_at: dt.datetime


class Calendar:
    """Writes the calendar of every organisation."""

    def __init__(self, nodes: list[Node], people: People, terms: dict[Node, list[CadreTerm]], as_of: dt.date) -> None:
        self._nodes, self._people, self._terms = nodes, people, terms
        self._this_month, self._until = month_before(as_of, 0), days_before(as_of, 1)
        self._lot = Random(f"{nodes[0].organization.code} activities")
        self._kinds = {kind.code: kind for kind in ActivityKind.objects.all()}

    def meetings(self) -> Iterator[Meeting]:
        """All meetings of the last twelve months, in the order of the tree."""
        branches = [node for node in self._nodes if node.is_branch and node.size > 2]
        silent = set(self._lot.sample([node for node in branches if not node.plan.student], SILENT_BRANCHES))
        for node in self._nodes:
            diligence = self._lot.betavariate(5, 2)
            for months in range(11, -1, -1):
                if node in silent and months < 6:
                    continue
                yield from self._month(node, month_before(self._this_month, months), diligence)

    def _month(self, node: Node, start: dt.date, diligence: float) -> Iterator[Meeting]:
        if start > self._until or (start.month == 8 and node.plan.student):
            return
        for code in self._kinds_of_month(node, start.month, diligence):
            held_on = a_day(self._lot, start, min(days_before(month_before(start, -1), 1), self._until))
            founded = node.organization.founded_on
            if founded is None or held_on > founded:
                yield self._meeting(node, code, held_on)

    def _kinds_of_month(self, node: Node, month: int, diligence: float) -> list[str]:
        if not node.is_branch:
            return ["committee_meeting"] if self._lot.random() < diligence * 0.45 else []
        chances = [*MONTHLY, *OCCASIONAL]
        if month in (1, 4, 7, 10) or self._lot.random() < 0.1:
            chances += [(code, 1.0) for code in QUARTERLY]
        if month == 2:
            chances.append(("org_life_meeting", 1.0))
        without_committee = len(self._terms[node]) < 2
        return [
            code
            for code, chance in chances
            if self._lot.random() < chance * diligence and not (without_committee and code == "committee_meeting")
        ]

    def _meeting(self, node: Node, code: str, held_on: dt.date) -> Meeting:
        lot, terms = self._lot, self._terms[node]
        outside = code in topics.OUTSIDE_KINDS
        hour = lot.choice([9, 10, 14, 15, 16, 19])
        activity = Activity(
            organization=node.organization,
            kind=self._kinds[code],
            topic=lot.choice(topics.BY_KIND[code] or topics.BY_MONTH[held_on.month]),
            held_on=held_on,
            starts_at=dt.time(hour, lot.choice([0, 0, 30])),
            ends_at=dt.time(hour + lot.choice([1, 2]), 30),
            place=lot.choice(topics.PLACES_OUTSIDE if outside else topics.PLACES),
            host=terms[0].person.name if terms else "",
            recorder=lot.choice(terms).person.name if len(terms) > 1 else "",
            agenda="一、学习上级文件；二、讨论具体事项。" if code.endswith(("meeting", "assembly")) else "",
            minutes="".join(lot.sample(topics.MINUTES, 2)),
            resolution=lot.choice(topics.RESOLUTIONS) if code in ("branch_assembly", "committee_meeting") else "",
        )
        if not outside and lot.random() < 0.14:
            activity.mode = lot.choice([Activity.Mode.ONLINE, Activity.Mode.MIXED])
        externals = []
        if lot.random() < (0.45 if outside else 0.03):
            description, count = lot.choice(topics.EXTERNALS), lot.randint(3, 60)
            externals.append(ExternalParticipants(activity=activity, description=description, count=count))
        return Meeting(activity, self._expected(node, code, held_on), externals, self._recorded_at(held_on))

    def _expected(self, node: Node, code: str, held_on: dt.date) -> list[Member]:
        if code == "committee_meeting" or not node.is_branch:
            return [term.person for term in self._terms[node]]
        present = [story.member for story in self._people.members[node] if _had_come(story, held_on)]
        if code in ("training", "visit", "contest", "volunteer_service", "care"):
            return self._lot.sample(present, self._lot.randint((len(present) + 1) // 3, len(present)))
        return present

    def _recorded_at(self, held_on: dt.date) -> dt.datetime:
        """Mostly within the week, sometimes weeks later, at the latest on the evening before the day of the demo."""
        late = self._lot.choices([0, 1, 3, 6, 15, 40], [30, 28, 20, 12, 7, 3])[0]
        day = min(days_after(held_on, late), self._until)
        time = dt.time(self._lot.randint(9, 20), self._lot.randint(0, 59))
        return timezone.make_aware(dt.datetime.combine(day, time))


def record(nodes: list[Node], people: People, terms: dict[Node, list[CadreTerm]], *, as_of: dt.date) -> None:
    """Save the year with attendance, people from outside and one log entry each; a few records are void."""
    lot = Random(f"{nodes[0].organization.code} attendance")
    meetings = list(Calendar(nodes, people, terms, as_of).meetings())
    for meeting in lot.sample(meetings, VOID_ACTIVITIES):
        meeting.activity.is_void = True
    activities = [meeting.activity for meeting in meetings]
    Activity.objects.bulk_create(activities, batch_size=CHUNK)
    for meeting in meetings:
        # The column fills itself with the moment of loading; a year of records was not written in one second.
        meeting.activity.recorded_at = meeting.recorded_at
    Activity.objects.bulk_update(activities, ["recorded_at"], batch_size=CHUNK)
    Attendance.objects.bulk_create(
        [_attendance(meeting.activity, person, lot) for meeting in meetings for person in meeting.expected],
        batch_size=CHUNK,
    )
    ExternalParticipants.objects.bulk_create([row for meeting in meetings for row in meeting.externals])
    audit.record_many(
        [(audit.Kind.CREATED, row, row.organization, {"日期": [None, str(row.held_on)]}) for row in activities],
        by=None,
        job="装入演示数据",
    )


def _had_come(story: Story, held_on: dt.date) -> bool:
    return max(story.came_on, story.member.joined_on or story.came_on) <= held_on


def _attendance(activity: Activity, person: Member, lot: Random) -> Attendance:
    chance = lot.random()
    if chance < 0.88:
        return Attendance(activity=activity, person=person, state=Attendance.State.PRESENT)
    state = Attendance.State.LEAVE if chance < 0.96 else Attendance.State.ABSENT
    reason = lot.choice(topics.REASONS) if lot.random() < 0.8 else ""
    return Attendance(activity=activity, person=person, state=state, reason=reason)
