"""What somebody has to see to (待办) and what came lately: all that pages say of it about any subtree.

Facts missing, the leaving age reached or near, terms over or ending, no secretary; entered and held in the last days.
Whom a figure of people counts is whom the list shows that it leads to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Count, QuerySet

from activities.models import Activity
from branches import elections
from branches.models.organizations import OrganizationQuerySet
from members import completeness
from members.filters import LATELY, entered_lately, undated
from members.health import without_secretary
from members.leaving import Leaving, leaving
from members.models import LeagueStatus, Member
from reports.facts.crediting import with_closed

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

Lines = Iterator[tuple[int, str, int]]


def attention_of(rows: OrganizationQuerySet, on: dt.date) -> dict[int, dict[str, int]]:
    """How many of each kind these organisations themselves have on that day, by id; a constant number of queries."""
    own: dict[int, dict[str, int]] = {}
    for family in (_organizations, _people, _lately):
        for pk, key, number in family(rows, on):
            figures = own.setdefault(pk, {})
            figures[key] = figures.get(key, 0) + number
    return own


def _organizations(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    fields = ("org_type", "student", "last_election_on", "last_election_on_is_month")
    for pk, term in elections.terms_of(rows.order_by().only("pk", *fields), on).items():
        if term.state in TERMS:
            yield pk, TERMS[term.state], 1
    for pk in rows.filter(without_secretary()).order_by().values_list("pk", flat=True):
        yield pk, VACANT, 1


def _people(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    people = Member.objects.filter(branch__in=rows).order_by()
    yield from _counted(people.league_members().filter(completeness.incomplete()), "branch_id", INCOMPLETE_MEMBERS)
    others = people.filter(league_status=LeagueStatus.NONE)
    yield from _counted(others.youth(on).filter(completeness.incomplete()), "branch_id", INCOMPLETE_OTHERS)
    yield from _counted(undated(others), "branch_id", UNDATED_OTHERS)
    for key, which in ((DUE, Leaving.DUE), (SOON, Leaving.SOON)):
        yield from _counted(leaving(people, which, on), "branch_id", key)


def _lately(rows: OrganizationQuerySet, on: dt.date) -> Lines:
    people = Member.objects.league_members().filter(branch__in=rows).order_by()
    yield from _counted(entered_lately(people, on), "branch_id", ENTERED)
    places, credited = with_closed(rows)
    held = Activity.objects.standing().filter(organization__in=places, held_on__gte=on - LATELY, held_on__lte=on)
    for pk, key, number in _counted(held.order_by(), "organization_id", HELD):
        yield credited.get(pk, pk), key, number


def _counted(rows: QuerySet[Any], place: str, key: str) -> Lines:
    for pk, number in rows.values_list(place).annotate(number=Count("pk")):
        yield pk, key, number
