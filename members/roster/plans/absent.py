"""在册但不在表中: who is on the roster of a branch the file lists people of, and is not in the file."""

from __future__ import annotations

from typing import Final

from django.db.models import Q

from branches.models import User
from members.models import Member
from members.models.people import IN_LEAGUE, MemberQuerySet
from members.models.roster import RosterImport, RowKind, RowState
from members.roster.plans.plan import Plan

# Sheets that say who belongs to a branch.
COVERING: Final = (RowKind.MEMBERS, RowKind.YOUTH)


def covered_branches(plan: Plan) -> set[int]:
    """Ids of the branches of which the rows list members or young people."""
    listed = (row.place for row in plan.rows if row.clean.kind in COVERING)
    return {place.pk for place in listed if place is not None and place.pk is not None}


def missing_from_file(roster: RosterImport, *, user: User) -> MemberQuerySet:
    """People of those branches whom no row of the file means, as far as the user may see them.

    Only people of the kinds the file lists: a list of members misses no young people. Rows that were refused count as
    meaning somebody where their number could be read. Nobody once the rows are deleted. Nothing is done about anybody.
    """
    if not roster.rows.exists():
        # They are deleted after a time (``expiring``); without them everybody would be missing.
        return Member.objects.none()
    rows = roster.rows.filter(target_id__isnull=False).exclude(kind=RowKind.ORGANIZATIONS)
    kinds = roster.counts.get("rows", {})
    listed = Q(pk__in=())
    if RowKind.MEMBERS in kinds:
        listed |= Q(league_status__in=IN_LEAGUE)
    if RowKind.YOUTH in kinds:
        listed |= ~Q(league_status__in=IN_LEAGUE)
    people = Member.objects.of_branches_visible_to(user).on_roster()
    in_branches = people.filter(listed, branch__in=roster.counts.get("branches", []))
    # Which of several namesakes a row means is still asked, so none of them is missing.
    asked = roster.rows.filter(state=RowState.ASKED, target_id=None).values("label")
    return in_branches.exclude(pk__in=rows.values("target_id")).exclude(name__in=asked).by_pinyin()
