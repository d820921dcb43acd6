"""People somebody has to see to (待办): facts missing, the leaving age reached or near."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import Count, Q

from branches.models.organizations import OrganizationQuerySet
from members import completeness
from members.leaving import Leaving, leaving
from members.models import Member
from members.models.people import IN_LEAGUE

INCOMPLETE_MEMBERS: Final = "w:incomplete_members"
INCOMPLETE_OTHERS: Final = "w:incomplete_others"
DUE: Final = "w:leaving_due"
SOON: Final = "w:leaving_soon"


def attention_of(rows: OrganizationQuerySet, on: dt.date) -> dict[int, dict[str, int]]:
    """How many of each kind the branches among these organisations have on that day, by id; three queries."""
    people = Member.objects.filter(branch__in=rows).order_by()
    in_league = Q(league_status__in=IN_LEAGUE)
    own: dict[int, dict[str, int]] = {}
    incomplete = people.filter(completeness.incomplete()).values_list("branch_id")
    for pk, members, others in incomplete.annotate(
        members=Count("pk", filter=in_league), others=Count("pk", filter=~in_league)
    ):
        own[pk] = {INCOMPLETE_MEMBERS: members, INCOMPLETE_OTHERS: others}
    for key, which in ((DUE, Leaving.DUE), (SOON, Leaving.SOON)):
        for pk, number in leaving(people, which, on).values_list("branch_id").annotate(number=Count("pk")):
            own.setdefault(pk, {})[key] = number
    return own
