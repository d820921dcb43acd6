"""待办: what is to be done in an organisation and below, computed from what stands there, never ticked off by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from branches import elections
from branches.models import Organization, User
from branches.permissions import permissions_on
from members import completeness
from members.health import without_secretary
from members.leaving import LEAVING_SOON, Leaving, leaving
from members.models import Member
from members.models.people import IN_LEAGUE


@dataclass(frozen=True)
class Todo:
    """A line of the to-do list: state and word of its chip, what it is, how many, where it is done."""

    state: str
    word: str
    title: str
    count: int
    unit: str
    url: str
    deed: str

    @property
    def amount(self) -> str:
        return f"{self.count:,} {self.unit}"


def todos_for(user: User, organization: Organization, on: dt.date) -> list[Todo]:
    """What is to be done there and below, most pressing first; only what the person may look at. Constant queries."""
    sights = permissions_on(organization, user)
    lines = _elections(user, organization, on)
    if sights.sees_roster:
        lines += [*_vacancies(user, organization), *_people(user, organization, on)]
    order = ["problem", "care", "busy", "neutral"]
    return sorted((line for line in lines if line.count), key=lambda line: order.index(line.state))


def count_for(user: User, organization: Organization | None) -> int:
    """Number beside 待办 in the top bar: how many kinds of thing wait."""
    return len(todos_for(user, organization, timezone.localdate())) if organization else 0


def _elections(user: User, organization: Organization, on: dt.date) -> list[Todo]:
    below = Organization.objects.visible_to(user).under(organization).active()
    kinds = {
        elections.State.OVERDUE: ("problem", "换届已超期的组织"),
        elections.State.SOON: ("care", "换届将到期的组织"),
        elections.State.UNKNOWN: ("busy", "未登记最近一次换届时间的组织"),
    }
    counted = elections.states_of(below, on)
    return [
        Todo(chip, state.label, title, counted[state], "个", _lower(organization, term=state.value), "去查看")
        for state, (chip, title) in kinds.items()
    ]


def _vacancies(user: User, organization: Organization) -> list[Todo]:
    below = Organization.objects.visible_to(user).under(organization).active()
    url = _address("reports:vacancies", organization)
    return [
        Todo(
            "problem", "书记空缺", "没有在任书记的组织", below.filter(without_secretary()).count(), "个", url, "去查看"
        )
    ]


def _people(user: User, organization: Organization, on: dt.date) -> list[Todo]:
    people = Member.objects.visible_to(user).under(organization)
    due, soon = (leaving(people, which, on).count() for which in (Leaving.DUE, Leaving.SOON))
    counted = people.filter(completeness.incomplete()).aggregate(
        members=Count("pk", filter=Q(league_status__in=IN_LEAGUE)),
        others=Count("pk", filter=~Q(league_status__in=IN_LEAGUE)),
    )
    members, youth = "members:members", "members:youth"
    return [
        Todo(
            *("busy", "待处理", "年满 28 周岁且无团内职务", due, "人"),
            *(_address(members, organization, leaving="due"), "去处理"),
        ),
        Todo(
            *("care", "将满 28", f"{LEAVING_SOON.days} 天内年满 28 周岁且无团内职务", soon, "人"),
            *(_address(members, organization, leaving="soon"), "去查看"),
        ),
        Todo(
            *("care", "待补录", "资料有缺项的团员", counted["members"], "人"),
            *(_address(members, organization, completeness="incomplete"), "去补录"),
        ),
        Todo(
            *("care", "待补录", "资料有缺项的非团员青年", counted["others"], "人"),
            *(_address(youth, organization, completeness="incomplete", league_status="none"), "去补录"),
        ),
    ]


def _address(view: str, organization: Organization, **query: str) -> str:
    return f"{reverse(view)}?{urlencode({'organization': organization.pk, **query})}"


def _lower(organization: Organization, **query: str) -> str:
    return _address("branches:lower", organization, all="1", **query)
