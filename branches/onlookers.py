"""Who gains and who loses sight of an organisation, and of all below it, when it moves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from branches.models import AccessGrant, Organization, Role, User


@dataclass(frozen=True)
class Onlooker:
    """An account, and the roles it gains or loses there, each with the organisation it is held on."""

    user: User
    roles: list[tuple[Role, Organization]]


@dataclass(frozen=True)
class SightChange:
    """Accounts by what moving does to them. ``beyond``: there are organisations above whose accounts stay unnamed."""

    gaining: list[Onlooker]
    losing: list[Onlooker]
    beyond: bool


def change_by_moving(organization: Organization, *, under: Organization, by: User, on: dt.date) -> SightChange:
    """Compare who holds what above the old and above the new place on that day, as far as ``by`` may know.

    A role held on either side, or on the organisation itself, is neither gained nor lost. Four queries.
    """
    old = set(Organization.objects.ancestors_of(organization))
    new = set(Organization.objects.ancestors_of(under, include_self=True))
    asked = {each.pk for each in old | new} | {organization.pk}
    grants = AccessGrant.objects.visible_to(by).in_force(on).filter(organization__in=asked, user__is_active=True)
    users: dict[int, User] = {}
    before: dict[int, dict[Role, Organization]] = defaultdict(dict)
    after: dict[int, dict[Role, Organization]] = defaultdict(dict)
    for grant in grants.select_related("user", "organization").order_by("user__display_name", "user_id", "id"):
        users[grant.user_id] = grant.user
        if grant.organization not in new - old:
            before[grant.user_id].setdefault(Role(grant.role), grant.organization)
        if grant.organization not in old - new:
            after[grant.user_id].setdefault(Role(grant.role), grant.organization)
    changed = {each.pk for each in old ^ new}
    in_sight = Organization.objects.visible_to(by).filter(pk__in=changed).count()
    return SightChange(_more(users, after, before), _more(users, before, after), beyond=in_sight < len(changed))


def _more(
    users: dict[int, User], these: dict[int, dict[Role, Organization]], than: dict[int, dict[Role, Organization]]
) -> list[Onlooker]:
    found = []
    for pk, user in users.items():
        roles = [(role, where) for role, where in these[pk].items() if role not in than[pk]]
        if roles:
            found.append(Onlooker(user, roles))
    return found
