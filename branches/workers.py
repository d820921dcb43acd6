"""Who works on an organisation: through a grant on itself, or on one above it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.enums import TextChoices

from branches import resets
from branches.models import AccessGrant, Organization, Role, User
from branches.permissions import permissions_on
from branches.scoping import in_force


class GrantState(TextChoices):
    IN_FORCE = "in_force", "生效中"
    NOT_BEGUN = "not_begun", "未开始"
    LAPSED = "lapsed", "已到期"
    TAKEN_BACK = "taken_back", "已收回"


@dataclass(frozen=True)
class Work:
    """A grant as the page shows it.

    ``may_end``: the viewer may take it back here; ``may_reset``: may make a 重置码 for the account.
    """

    given: AccessGrant
    state: GrantState
    from_above: bool
    may_end: bool
    may_reset: bool


@dataclass(frozen=True)
class Above:
    """People of a level above the viewer's scope: how many in which role, not who."""

    organization: str
    role: Role
    people: int


def working_on(organization: Organization, viewer: User, *, on: dt.date, past: bool = False) -> list[Work]:
    """Grants in the viewer's scope that reach the organisation, its own first, then from above upwards.

    With ``past`` ended ones too.
    """
    rows = _reaching(organization).filter(pk__in=AccessGrant.objects.visible_to(viewer).values("pk"))
    if not past:
        rows = rows.filter(in_force(on) | Q(ended_at=None, starts_on__gt=on))
    from_above = permissions_on(organization, viewer).grants_from_above
    found = list(rows.select_related("user", "organization").order_by("-organization__depth", "id"))
    resettable = resets.resettable([given.user for given in found], viewer)
    works = []
    for given in found:
        own = given.organization_id == organization.pk
        reachable = own and (from_above or given.role != Role.ADMINISTRATOR)
        may_end = reachable and given.ended_at is None and given.user_id != viewer.pk
        works.append(Work(given, _state(given, on), not own, may_end, given.user_id in resettable))
    return works


def working_above(organization: Organization, viewer: User, *, on: dt.date) -> list[Above]:
    """Who else can see this organisation from above the viewer's scope, by level and role, without names."""
    rows = _reaching(organization).filter(in_force(on), user__is_active=True)
    rows = rows.exclude(pk__in=AccessGrant.objects.visible_to(viewer).values("pk"))
    counted = rows.values_list("organization__depth", "organization__short_name", "role").annotate(people=Count("user"))
    nearest_first = sorted(counted.order_by(), key=lambda row: (-row[0], list(Role).index(Role(row[2]))))
    return [Above(name, Role(role), people) for _, name, role, people in nearest_first]


def _reaching(organization: Organization) -> QuerySet[AccessGrant]:
    lineage = Organization.objects.ancestors_of(organization, include_self=True).order_by()
    return AccessGrant.objects.filter(organization__in=lineage)


def _state(given: AccessGrant, on: dt.date) -> GrantState:
    if given.ended_at is not None:
        return GrantState.TAKEN_BACK
    if given.starts_on > on:
        return GrantState.NOT_BEGUN
    return GrantState.IN_FORCE if given.is_in_force(on) else GrantState.LAPSED
