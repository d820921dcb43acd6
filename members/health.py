"""组织健康: what about an organisation needs somebody's attention because of the people it has or lacks.

The flags are data: word, definition, threshold, condition. 空心团委, 空心团支部 and 无团干 are those of the provincial
system; branches of more than fifty members are asked to divide by national practice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, LessThan
from django.urls import reverse

from branches import elections
from branches.models import Organization, OrganizationStatus, OrgType, Placement
from branches.models.organizations import OrganizationQuerySet
from branches.scoping import Right
from members.dictionaries import LeaguePost
from members.models import CadreTerm, Member

# 团支部 of fewer members is hollow; of more it should be divided.
FEWEST_MEMBERS = 3
MOST_MEMBERS = 50


def without_secretary() -> Q:
    """Condition on organisations: nobody holds the post of 书记 there now (书记空缺)."""
    secretary = CadreTerm.objects.current().filter(organization=OuterRef("pk"), post=LeaguePost.SECRETARY)
    return ~Q(Exists(secretary))


def hollow_committee() -> Q:
    """Condition on organisations: end of a path, but no branch (空心团委)."""
    # By the open placements: their link to the superior has an index, paths would have to be compared.
    below = Placement.objects.filter(parent=OuterRef("pk"), to_at=None, status=OrganizationStatus.ACTIVE)
    return ~Q(org_type=OrgType.BRANCH) & ~Q(Exists(below))


def fewer_members_than(number: int) -> Q:
    """Condition on organisations: a branch with fewer 团员 on its roster."""
    return Q(org_type=OrgType.BRANCH) & Q(LessThan(_members(), Value(number)))


def more_members_than(number: int) -> Q:
    """Condition on organisations: a branch with more 团员 on its roster."""
    return Q(org_type=OrgType.BRANCH) & Q(GreaterThan(_members(), Value(number)))


def without_cadre() -> Q:
    """Condition on organisations: a branch in which nobody holds any post now (无团干团支部)."""
    return Q(org_type=OrgType.BRANCH) & ~Q(Exists(CadreTerm.objects.current().filter(organization=OuterRef("pk"))))


def _members() -> Coalesce:
    counted = Member.objects.league_members().filter(branch=OuterRef("pk")).order_by().values("branch")
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), Value(0))


@dataclass(frozen=True)
class Flag:
    """Something wrong with an organisation: its word, what it means exactly, which organisations have it on a day."""

    key: str
    word: str
    meaning: str
    chip: str
    condition: Callable[[dt.date], Q]
    # What mends it, and where; {pk} is the organisation.
    deed: str
    page: str
    query: str = ""
    anchor: str = ""
    # Who may do it; None: whoever sees the list may open the page.
    right: Right | None = None

    def mend_url(self, organization: Organization) -> str:
        """Where this is mended for that organisation."""
        if self.query:
            return f"{reverse(self.page)}?{urlencode({self.query: organization.pk})}"
        return reverse(self.page, args=[organization.pk]) + self.anchor


FLAGS = (
    Flag(
        key="hollow_committee",
        word="空心团委",
        meaning="团委、团工委、团总支之下没有任何下级组织。",
        chip="problem",
        condition=lambda on: hollow_committee(),
        deed="新建下级",
        page="branches:add",
        right=Right.STRUCTURE,
    ),
    Flag(
        key="hollow_branch",
        word="空心团支部",
        meaning=f"团支部在册团员不足 {FEWEST_MEMBERS} 人。",
        chip="problem",
        condition=lambda on: fewer_members_than(FEWEST_MEMBERS),
        deed="查看团员",
        page="members:members",
        query="organization",
    ),
    Flag(
        key="without_cadre",
        word="无团干",
        meaning="团支部没有一名在任团干部。",
        chip="problem",
        condition=lambda on: without_cadre(),
        deed="登记任职",
        page="members:organization_cadres",
    ),
    Flag(
        key="without_secretary",
        word="书记空缺",
        meaning="没有在任书记，以登记的任职为准。",
        chip="problem",
        condition=lambda on: without_secretary(),
        deed="登记任职",
        page="members:organization_cadres",
    ),
    Flag(
        key="crowded",
        word=f"超过 {MOST_MEMBERS} 人",
        meaning=f"团支部在册团员超过 {MOST_MEMBERS} 人，宜分设支部。",
        chip="care",
        condition=lambda on: more_members_than(MOST_MEMBERS),
        deed="查看团员",
        page="members:members",
        query="organization",
    ),
    Flag(
        key="overdue",
        word="换届已超期",
        meaning="本届任期已满，尚未登记换届。",
        chip="problem",
        condition=lambda on: elections.in_state(elections.State.OVERDUE, on),
        deed="登记换届",
        page="branches:edit",
        anchor="#id_last_election_on",
        right=Right.STRUCTURE,
    ),
    Flag(
        key="due_soon",
        word="换届将到期",
        meaning=f"本届任期在 {elections.SOON.days} 天内届满。",
        chip="care",
        condition=lambda on: elections.in_state(elections.State.SOON, on),
        deed="登记换届",
        page="branches:edit",
        anchor="#id_last_election_on",
        right=Right.STRUCTURE,
    ),
)
BY_KEY = {flag.key: flag for flag in FLAGS}


def flagged(organizations: OrganizationQuerySet, on: dt.date, flags: Iterable[Flag] = FLAGS) -> OrganizationQuerySet:
    """Those in force with at least one of the flags on that day, each with every flag it has: see ``flags_of``."""
    wanted = Q(pk__in=())
    for flag in flags:
        wanted |= flag.condition(on)
    return organizations.active().filter(wanted).annotate(**_has(on), league_members=_members())


def flags_of(organization: Organization) -> list[Flag]:
    """The flags of an organisation read by ``flagged``."""
    return [flag for flag in FLAGS if getattr(organization, f"has_{flag.key}")]


def flags_by_id(organizations: OrganizationQuerySet, on: dt.date) -> Iterator[tuple[int, list[Flag]]]:
    """The flags of every one of these on that day, by its id, where it is known that they are in force: one query."""
    has = _has(on)
    for pk, *flags in organizations.annotate(**has).order_by().values_list("pk", *has):
        yield pk, [flag for flag, has_it in zip(FLAGS, flags, strict=True) if has_it]


def _has(on: dt.date) -> dict[str, ExpressionWrapper[Q]]:
    return {f"has_{each.key}": ExpressionWrapper(each.condition(on), output_field=BooleanField()) for each in FLAGS}


def counts(organizations: OrganizationQuerySet, on: dt.date) -> list[tuple[Flag, int]]:
    """How many of these in force have each flag on that day; a query for each flag, whatever their number."""
    return [(flag, organizations.active().filter(flag.condition(on)).count()) for flag in FLAGS]
