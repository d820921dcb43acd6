"""What somebody has to see to (待办) and what came lately: all that pages say of it about any subtree.

Facts missing, the leaving age reached or near, terms over or ending, no secretary; entered and held in the last days.
Whom a figure of people counts is whom the list shows that it leads to.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count, QuerySet

from activities.models import Activity
from branches import elections
from members.filters import LATELY, entered_lately, undated
from members.health import without_secretary
from members.leaving import Leaving, leaving
from members.models import LeagueStatus, Member
from reports.facts.asked import Asked, Lines

INCOMPLETE_MEMBERS: Final = "w:incomplete_members"
INCOMPLETE_OTHERS: Final = "w:incomplete_others"
UNDATED_OTHERS: Final = "w:undated_others"
DUE: Final = "w:leaving_due"
SOON: Final = "w:leaving_soon"
VACANT: Final = "w:vacant"
TERMS: Final = {
    elections.State.OVERDUE: "w:term_overdue",
    elections.State.SOON: "w:term_soon",
    elections.State.UNKNOWN: "w:term_unknown",
}
ENTERED: Final = "w:entered_lately"
HELD: Final = "w:held_lately"
_OF_PEOPLE: Final = ((INCOMPLETE_MEMBERS, "incomplete_members"), (INCOMPLETE_OTHERS, "incomplete_others"))


def attention_of(asked: Asked) -> Lines:
    """How many of each kind these organisations themselves have; a constant number of queries."""
    yield from _organizations(asked)
    for pk, sums in asked.people.items():
        yield from ((pk, key, sums[name]) for key, name in _OF_PEOPLE if name in sums)
    yield from _leaving(asked)
    yield from _lately(asked)


def _organizations(asked: Asked) -> Lines:
    for pk, term in elections.terms_of(asked.organizations, asked.on).items():
        if term.state in TERMS:
            yield pk, TERMS[term.state], 1
    for pk in asked.rows.filter(without_secretary()).order_by().values_list("pk", flat=True):
        yield pk, VACANT, 1


def _leaving(asked: Asked) -> Lines:
    people = Member.objects.filter(branch__in=asked.rows).order_by()
    others = people.filter(league_status=LeagueStatus.NONE)
    yield from _counted(undated(others), "branch_id", UNDATED_OTHERS)
    for key, which in ((DUE, Leaving.DUE), (SOON, Leaving.SOON)):
        yield from _counted(leaving(people, which, asked.on), "branch_id", key)


def _lately(asked: Asked) -> Lines:
    people = Member.objects.league_members().filter(branch__in=asked.rows).order_by()
    yield from _counted(entered_lately(people, asked.on), "branch_id", ENTERED)
    days = {"held_on__gte": asked.on - LATELY, "held_on__lte": asked.on}
    held = Activity.objects.standing().filter(organization__in=asked.places, **days).order_by()
    for pk, key, number in _counted(held, "organization_id", HELD):
        yield asked.credited(pk), key, number


def _counted(rows: QuerySet[Any], place: str, key: str) -> Lines:
    for pk, number in rows.values_list(place).annotate(number=Count("pk")):
        yield pk, key, number
