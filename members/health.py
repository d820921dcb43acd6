"""组织健康: what about an organisation needs somebody's attention because of the people it has or lacks."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from members.dictionaries import LeaguePost
from members.models import CadreTerm


def without_secretary() -> Q:
    """Condition on organisations: nobody holds the post of 书记 there now (书记空缺)."""
    secretary = CadreTerm.objects.current().filter(organization=OuterRef("pk"), post=LeaguePost.SECRETARY)
    return ~Q(Exists(secretary))
