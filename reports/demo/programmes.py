"""What a demo unit held by plan: so many activities of a kind in the year, with the figures of the blueprint."""

from __future__ import annotations

import datetime as dt
from random import Random

from activities.models import ActivityKind, ActivityResult
from reports.demo.blueprint import Blueprint, Programme
from reports.demo.days import days_before
from reports.demo.meetings import Calendar, Meeting

DAYS = 364
MONTHS = 6


def add_kinds(blueprint: Blueprint) -> None:
    """Add the kinds of activity that are the unit's own, behind those it began with."""
    own = {programme.kind: programme.kind_name for programme in blueprint.programmes if programme.kind_name}
    last = ActivityKind.objects.order_by("-order_number").values_list("order_number", flat=True).first() or 0
    ActivityKind.objects.bulk_create(
        ActivityKind(code=code, name=name, order_number=last + number * 10)
        for number, (code, name) in enumerate(own.items(), 1)
    )


def meetings(blueprint: Blueprint, calendar: Calendar, *, as_of: dt.date) -> list[Meeting]:
    """Every activity of every programme, evenly over the year up to that day and in turn over the branches."""
    lot = Random(f"{blueprint.code} programmes")
    return [each for programme in blueprint.programmes for each in _held(programme, calendar, as_of, lot)]


def first_day(as_of: dt.date) -> dt.date:
    """From when on they were held: 1 January, by which pages count a year, once half of it is over."""
    return as_of.replace(month=1, day=1) if as_of.month > MONTHS else days_before(as_of, DAYS)


def _held(programme: Programme, calendar: Calendar, as_of: dt.date, lot: Random) -> list[Meeting]:
    branches = calendar.meeting_branches()
    order = lot.sample(branches, len(branches))
    days = (as_of - first_day(as_of)).days
    held = []
    for place in range(programme.number):
        back = days - int((place + lot.uniform(0, 0.9)) * days / programme.number)
        node, held_on = order[place % len(order)], days_before(as_of, max(back, 1))
        meeting = calendar.meeting(node, programme.kind, held_on)
        meeting.activity.topic = programme.topics[place % len(programme.topics)]
        if programme.for_everybody:
            present = calendar.present(node, held_on, with_young_people=True)
            meeting.expected = lot.sample(present, min(len(present), lot.randint(6, 14)))
        held.append(meeting)
    if programme.turnout:
        _count_turnout(held, programme, calendar)
    if programme.result is not None:
        label, total, unit = programme.result
        for meeting, count in zip(held, _shares(total, len(held)), strict=True):
            meeting.results = [ActivityResult(activity=meeting.activity, label=label, count=count, unit=unit)]
    return held


def _count_turnout(held: list[Meeting], programme: Programme, calendar: Calendar) -> None:
    """At the last ones everybody of the branch is there by name; of those before only the number is known."""
    counted, named = held[: -programme.named], held[-programme.named :]
    for meeting in named:
        meeting.expected = calendar.present(meeting.node, meeting.activity.held_on, with_young_people=True)
        meeting.is_complete = True
    left = programme.turnout - sum(len(meeting.expected) for meeting in named)
    for meeting, count in zip(counted, _shares(left, len(counted)), strict=True):
        meeting.expected, meeting.activity.attended = [], count


def _shares(total: int, number: int) -> list[int]:
    """The total in as equal parts as whole numbers allow."""
    each, more = divmod(total, number)
    return [each + (place < more) for place in range(number)]
