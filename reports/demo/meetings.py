"""When the organisations of a demo unit met about what: a year of meetings by lot, before they are saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from django.utils import timezone

from activities.models import Activity, ActivityKind, ActivityResult, ExternalParticipants
from members.models import CadreTerm, LeagueStatus, Member
from reports.demo import topics
from reports.demo.blueprint import Blueprint
from reports.demo.days import a_day, days_after, days_before, month_before
from reports.demo.organizations import Node
from reports.demo.people import People, Story

# Kind, chance in a month.
MONTHLY = (("theme_day", 1.0), ("committee_meeting", 0.9), ("topic_study", 0.22), ("volunteer_service", 0.18))
OCCASIONAL = (("group_meeting", 0.1), ("training", 0.08), ("visit", 0.07), ("contest", 0.05), ("care", 0.07))
QUARTERLY = ("branch_assembly", "league_lesson")


@dataclass(eq=False)
class Meeting:
    """An activity with those who were expected, before it is saved. Nobody is absent from one that is complete."""

    node: Node
    activity: Activity
    expected: list[Member]
    externals: list[ExternalParticipants]
    recorded_at: dt.datetime
    results: list[ActivityResult] = field(default_factory=list)
    is_complete: bool = False


class Calendar:
    """Writes the calendar of every organisation."""

    def __init__(
        self,
        nodes: list[Node],
        people: People,
        terms: dict[Node, list[CadreTerm]],
        blueprint: Blueprint,
        as_of: dt.date,
    ) -> None:
        self._topics, self._diligence = blueprint.setting.topics, blueprint.diligence
        self._planned = {programme.kind for programme in blueprint.programmes}
        self._nodes, self._people, self._terms = nodes, people, terms
        self._this_month, self._until = month_before(as_of, 0), days_before(as_of, 1)
        self._lot = Random(f"{nodes[0].organization.code} activities")
        self._kinds = {kind.code: kind for kind in ActivityKind.objects.all()}
        meeting = [node for node in nodes if node.is_branch and node.size > 2]
        self._silent = set(
            self._lot.sample([node for node in meeting if not node.plan.student], blueprint.faults.silent)
        )

    def meetings(self) -> Iterator[Meeting]:
        """All meetings of the last twelve months, in the order of the tree."""
        for node in self._nodes:
            diligence = self._lot.betavariate(*self._diligence)
            for months in range(11, -1, -1):
                if node in self._silent and months < 6:
                    continue
                yield from self._month(node, month_before(self._this_month, months), diligence)

    def meeting_branches(self) -> list[Node]:
        """Those that have met all the year."""
        return [node for node in self._nodes if node.is_branch and node.size > 2 and node not in self._silent]

    def present(self, node: Node, held_on: dt.date, *, with_young_people: bool = False) -> list[Member]:
        """Who was in the branch that day: its members, or everybody on its roster."""
        stories = self._people.members[node]
        if with_young_people:
            young = [story for story in self._people.stories if story.node is node and _is_young_person(story)]
            stories = [*stories, *young]
        return [story.member for story in stories if _had_come(story, held_on)]

    def _month(self, node: Node, start: dt.date, diligence: float) -> Iterator[Meeting]:
        if start > self._until or (start.month == 8 and node.plan.student):
            return
        for code in self._kinds_of_month(node, start.month, diligence):
            held_on = a_day(self._lot, start, min(days_before(month_before(start, -1), 1), self._until))
            founded = node.organization.founded_on
            if founded is None or held_on > founded:
                yield self.meeting(node, code, held_on)

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
            if self._lot.random() < chance * diligence
            and code not in self._planned
            and not (without_committee and code == "committee_meeting")
        ]

    def meeting(self, node: Node, code: str, held_on: dt.date) -> Meeting:
        """One of the usual kind, with a topic, a place and people by lot."""
        lot, terms, words = self._lot, self._terms[node], self._topics
        outside = code in topics.OUTSIDE_KINDS
        hour = lot.choice([9, 10, 14, 15, 16, 19])
        activity = Activity(
            organization=node.organization,
            kind=self._kinds[code],
            topic=lot.choice(words.by_kind.get(code) or words.by_month[held_on.month]),
            held_on=held_on,
            starts_at=dt.time(hour, lot.choice([0, 0, 30])),
            ends_at=dt.time(hour + lot.choice([1, 2]), 30),
            place=lot.choice(words.places_outside if outside else words.places),
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
            description, count = lot.choice(words.externals), lot.randint(3, 60)
            externals.append(ExternalParticipants(activity=activity, description=description, count=count))
        return Meeting(node, activity, self._expected(node, code, held_on), externals, self._recorded_at(held_on))

    def _expected(self, node: Node, code: str, held_on: dt.date) -> list[Member]:
        if code == "committee_meeting" or not node.is_branch:
            return [term.person for term in self._terms[node]]
        present = self.present(node, held_on)
        if code in ("training", "visit", "contest", "volunteer_service", "care"):
            return self._lot.sample(present, self._lot.randint((len(present) + 1) // 3, len(present)))
        return present

    def _recorded_at(self, held_on: dt.date) -> dt.datetime:
        """Mostly within the week, sometimes weeks later, at the latest on the evening before the day of the demo."""
        late = self._lot.choices([0, 1, 3, 6, 15, 40], [30, 28, 20, 12, 7, 3])[0]
        day = min(days_after(held_on, late), self._until)
        time = dt.time(self._lot.randint(9, 20), self._lot.randint(0, 59))
        return timezone.make_aware(dt.datetime.combine(day, time))


def _is_young_person(story: Story) -> bool:
    return story.member.league_status == LeagueStatus.NONE and story.gone_on is None


def _had_come(story: Story, held_on: dt.date) -> bool:
    return max(story.came_on, story.member.joined_on or story.came_on) <= held_on
