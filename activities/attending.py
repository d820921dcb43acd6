"""应到: who belongs to an organisation on a day and can be noted as present, on leave or absent.

For a branch everybody on its roster that day; for every organisation whoever held a post in it that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from activities.models import Activity
from branches.models import Organization, OrgType, User
from members.models import BranchMembership, CadreTerm, LeagueStatus, Member, MemberStatus
from members.models.people import MemberQuerySet

# Of these everybody of the branch is expected (domain: 三会两制一课); of others only who is concerned.
WHOLE_BRANCH = ("branch_assembly", "league_lesson", "theme_day", "org_life_meeting")


def people_of(organization: Organization, on: dt.date) -> MemberQuerySet:
    """People who can be noted for an activity of the organisation on that day."""
    here = Q(pk__in=_posts_on(organization, on).values("person"))
    if organization.is_branch:
        here |= Q(pk__in=_memberships_on(organization, on).values("person"))
    return Member.objects.filter(here).exclude(status=MemberStatus.VOID).by_pinyin()


def offered(
    organization: Organization, *, on: dt.date, user: User, noted_in: Activity | None = None
) -> list[tuple[Member, str]]:
    """The list to tick, each with the posts held there that day: secretary first, who is in no League last, by pinyin.

    Only people the user may look at. Who is noted in ``noted_in`` already stays on its list whatever moved since.
    """
    wanted = Q(pk__in=people_of(organization, on).visible_to(user).values("pk"))
    if noted_in is not None:
        wanted |= Q(pk__in=noted_in.attendances.values("person"))
    posts: dict[int, list[CadreTerm]] = {}
    for term in _posts_on(organization, on).order_by("rank", "id"):
        posts.setdefault(term.person_id, []).append(term)
    people = list(Member.objects.filter(wanted).by_pinyin())
    last = CadreTerm.rank_of("other") + 1
    people.sort(key=lambda person: posts[person.pk][0].rank if person.pk in posts else last + is_outside(person))
    return [(person, "、".join(term.title for term in posts.get(person.pk, []))) for person in people]


def is_outside(person: Member) -> bool:
    """Whether the person is on the roster without being, or having been, in the League."""
    return person.league_status == LeagueStatus.NONE


class Rolls:
    """Who can be noted for activities of several organisations on any day: ``people_of``, asked once for all.

    Three queries, however many organisations and days.
    """

    def __init__(self, organizations: Iterable[Organization], *, user: User | None) -> None:
        """Only people ``user`` may look at; None means everybody."""
        keys = [organization.pk for organization in organizations]
        of_branch = Q(branch__in=keys, branch__org_type=OrgType.BRANCH)
        memberships = BranchMembership.objects.filter(of_branch)
        posts = CadreTerm.objects.filter(organization__in=keys)
        meant = Q(pk__in=memberships.values("person")) | Q(pk__in=posts.values("person"))
        people = Member.objects.all() if user is None else Member.objects.visible_to(user)
        people = people.filter(meant).exclude(status=MemberStatus.VOID)
        known = {row.pk: row for row in people.only("name", "pinyin", "birth_on", "birth_on_is_month").by_pinyin()}
        self._times: dict[int, list[tuple[Member, dt.date | None, dt.date | None]]] = {}
        for row in memberships.annotate(is_first=~Exists(_earlier())):
            since_entered = row.is_first and timezone.localdate(row.recorded_at) == row.effective_from
            begun = None if since_entered else row.effective_from
            self._note(row.branch_id, known.get(row.person_id), begun, row.effective_to)
        for organization, person, begun, ended in posts.values_list("organization", "person", "started_on", "ended_on"):
            self._note(organization, known.get(person), begun, ended)

    def ever_in(self, organization: Organization) -> list[Member]:
        """Everybody who belonged to the organisation at some time."""
        return list({person.pk: person for person, *_ in self._times.get(organization.pk, [])}.values())

    def people_of(self, organization: Organization, on: dt.date) -> list[Member]:
        """People who can be noted for an activity of the organisation on that day."""
        here = (
            person
            for person, begun, ended in self._times.get(organization.pk, [])
            if (begun is None or begun <= on) and (ended is None or ended >= on)
        )
        return list({person.pk: person for person in here}.values())

    def _note(self, organization: int, person: Member | None, begun: dt.date | None, ended: dt.date | None) -> None:
        if person is not None:
            self._times.setdefault(organization, []).append((person, begun, ended))


def _posts_on(organization: Organization, on: dt.date) -> QuerySet[CadreTerm]:
    begun = Q(started_on=None) | Q(started_on__lte=on)
    return CadreTerm.objects.filter(begun, Q(ended_on=None) | Q(ended_on__gte=on), organization=organization)


def _memberships_on(branch: Organization, on: dt.date) -> QuerySet[BranchMembership]:
    """Rows of the branch that hold on that day.

    Of somebody entered without a day of coming the first row begins with the day of entering. Nobody knows of another
    branch before, so it holds for earlier days too: else no meeting before the roster was typed in could be recorded.
    """
    since_entered = Q(recorded_at__date=F("effective_from")) & ~Exists(_earlier())
    rows = BranchMembership.objects.filter(Q(effective_from__lte=on) | since_entered, branch=branch)
    return rows.filter(Q(effective_to=None) | Q(effective_to__gte=on))


def _earlier() -> QuerySet[BranchMembership]:
    """Rows of the same person that begin before the row asked about."""
    return BranchMembership.objects.filter(person=OuterRef("person"), effective_from__lt=OuterRef("effective_from"))
