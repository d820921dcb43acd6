"""工作台: what a person sees first about the organisation worked in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from activities.models import Activity
from branches.models import Organization, User
from branches.permissions import Permissions, permissions_on
from branches.subtrees import sums_by_subtree
from members import completeness
from members.models import Member
from reports.counts import Counts, counts_of
from reports.todos import Todo, todos_for

# A branch's own people with gaps are named on its workbench; more than this is a list of its own.
NAMED = 5


@dataclass(frozen=True)
class LowerRow:
    """A direct lower organisation: its figures and how many of its people lack something."""

    organization: Organization
    counts: Counts
    incomplete: int


@dataclass(frozen=True)
class Gap:
    """A person of the own branch who lacks required facts; names are shown to the own branch only."""

    member: Member
    facts: list[completeness.Fact]

    @property
    def title(self) -> str:
        more = f"等 {len(self.facts)} 项" if len(self.facts) > 1 else ""
        return f"{self.member.name}：{self.facts[0].label}{more}"

    @property
    def note(self) -> str:
        return "、".join(fact.label for fact in self.facts) if len(self.facts) > 1 else self.facts[0].why

    @property
    def url(self) -> str:
        return self.facts[0].url(self.member)


@dataclass(frozen=True)
class Workbench:
    organization: Organization
    may: Permissions
    counts: Counts
    activities_this_year: int
    incomplete: int
    todos: list[Todo]
    lower: list[LowerRow]
    gaps: list[Gap]


def workbench_of(user: User, organization: Organization, on: dt.date) -> Workbench:
    """Everything the page shows, in a number of queries that does not grow with organisations or people."""
    may = permissions_on(organization, user)
    lower = [] if organization.is_branch else list(_lower(user, organization))
    counts = counts_of([organization, *lower], on)
    incomplete = _incomplete(user, [organization, *lower]) if may.sees_roster else {}
    return Workbench(
        organization=organization,
        may=may,
        counts=counts[organization.pk],
        activities_this_year=_activities(user, organization, on),
        incomplete=incomplete.get(organization.pk, 0),
        todos=todos_for(user, organization, on),
        lower=[LowerRow(row, counts[row.pk], incomplete.get(row.pk, 0)) for row in lower],
        gaps=_gaps(user, organization) if organization.is_branch and may.sees_roster else [],
    )


def _lower(user: User, organization: Organization) -> list[Organization]:
    visible = Organization.objects.visible_to(user)
    return list(visible.filter(pk__in=Organization.objects.children_of(organization)).active().in_screen_order())


def _incomplete(user: User, organizations: list[Organization]) -> dict[int, int]:
    people = Member.objects.visible_to(user).league_members().filter(completeness.incomplete())
    sums = sums_by_subtree(people, organizations, lookup="branch__path", people=Count("pk"))
    return {pk: row["people"] for pk, row in sums.items()}


def _activities(user: User, organization: Organization, on: dt.date) -> int:
    held = Q(held_on__year=on.year, held_on__lte=on)
    return Activity.objects.visible_to(user).under(organization).standing().filter(held).count()


def _gaps(user: User, organization: Organization) -> list[Gap]:
    mine = Member.objects.visible_to(user).league_members().filter(branch=organization)
    people = mine.filter(completeness.incomplete()).by_pinyin()
    return [Gap(member, completeness.gaps_of(member)) for member in completeness.with_gaps(people)[:NAMED]]
