"""The tree beside a list of people: organisations of the own scope with the number of members on their rosters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from branches.models import Organization, User
from branches.models.organizations import OrganizationQuerySet
from branches.scoping import LAST_CHARACTER, PATH_LENGTH, Sight, seen_paths, within
from members.models import Member

# A level with more is cut; its last line fetches the rest.
SHOWN = 40
MOST_FOUND = 50


@dataclass
class Node:
    """One line: the organisation, its members or youth, the lines below it as far as they are shown."""

    organization: Organization
    count: int
    is_chosen: bool = False
    children: list[Node] = field(default_factory=list)
    rest: int = 0

    @property
    def shown_count(self) -> str:
        return f"{self.count:,}"

    @property
    def has_children(self) -> bool:
        return self.organization.numchild > 0


def outline(user: User, *, chosen: Organization, youth_on: dt.date | None = None) -> list[Node]:
    """The tops of the user's scope, open down to the chosen organisation and its direct lower ones. Two queries.

    Beside each stand its members; with ``youth_on`` its 青年 of that day, one query more for their ages.
    """
    tops = seen_paths(user, Sight.ROSTER)
    way = [chosen.path[:end] for end in range(chosen.steplen, len(chosen.path) + 1, chosen.steplen)]
    shown = Q(path__in=tops)
    for path in way:
        if any(path.startswith(top) for top in tops):
            shown |= within([path], below=True) & Q(depth=len(path) // chosen.steplen + 1)
    rows = _counted(Organization.objects.visible_to(user, sight=Sight.ROSTER).filter(shown), youth_on)
    return _nested(list(rows), chosen)


def children(
    user: User, *, of: Organization, whole: bool = False, youth_on: dt.date | None = None
) -> tuple[list[Node], int]:
    """The lines below an organisation and how many were left out; with ``whole`` none is."""
    lower = Organization.objects.visible_to(user, sight=Sight.ROSTER).children_of(of)
    nodes = [_node(row) for row in _counted(lower, youth_on)]
    return (nodes, 0) if whole else (nodes[:SHOWN], max(0, len(nodes) - SHOWN))


def found(user: User, *, text: str, youth_on: dt.date | None = None) -> list[Node]:
    """Organisations whose name has this in it, or whose initials begin with it, as one flat level."""
    text = text.strip()
    named = Q(short_name__contains=text) | Q(full_name__contains=text) | Q(short_name_initials__startswith=text.lower())
    in_sight = Organization.objects.visible_to(user, sight=Sight.ROSTER)
    return [_node(row) for row in _counted(in_sight.filter(named), youth_on)[:MOST_FOUND]]


def _node(row: Organization, chosen: Organization | None = None) -> Node:
    count: int = row.__dict__["people_count"]
    return Node(row, count, is_chosen=chosen is not None and row.pk == chosen.pk)


def _counted(organizations: OrganizationQuerySet, youth_on: dt.date | None) -> OrganizationQuerySet:
    """Active organisations in screen order, each with ``people_count`` over its subtree."""
    last = Concat(OuterRef("path"), Value(LAST_CHARACTER * (PATH_LENGTH - Organization.steplen)))
    counted = Member.objects.league_members() if youth_on is None else Member.objects.youth(youth_on)
    people = (
        counted.filter(branch__path__gte=OuterRef("path"), branch__path__lte=last)
        .order_by()
        .annotate(one=Value(1))
        .values("one")
        .annotate(people=Count("pk"))
        .values("people")
    )
    number = Coalesce(Subquery(people, output_field=IntegerField()), 0)
    return organizations.active().annotate(people_count=number).in_screen_order()


def _nested(rows: list[Organization], chosen: Organization) -> list[Node]:
    nodes = {row.path: _node(row, chosen) for row in rows}
    tops = []
    for path, node in nodes.items():
        above = nodes.get(node.organization.parent_path)
        if above is None:
            tops.append(node)
        elif len(above.children) < SHOWN or chosen.path.startswith(path):
            above.children.append(node)
        else:
            above.rest += 1
    return tops
