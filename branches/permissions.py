"""What somebody may do with one organisation: decides which buttons and tabs a page offers.

The pages behind the buttons ask again, by ``get_manageable``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from branches.models import Organization, User
from branches.scoping import SIGHTS, Right, Sight, holds_from_above, rights_at, roles_at
from branches.tree import allowed_types


@dataclass(frozen=True)
class Permissions:
    """Rights and sights on an organisation.

    ``…_from_above`` says that the right comes from a level above; ``may_add`` that a lower organisation may be set up.
    """

    rights: frozenset[Right]
    sights: frozenset[Sight]
    structure_from_above: bool
    grants_from_above: bool
    may_add: bool

    @property
    def sees_roster(self) -> bool:
        return Sight.ROSTER in self.sights

    @property
    def log(self) -> bool:
        return Sight.LOG in self.sights

    @property
    def structure(self) -> bool:
        return Right.STRUCTURE in self.rights

    @property
    def people(self) -> bool:
        return Right.PEOPLE in self.rights

    @property
    def grants(self) -> bool:
        return Right.GRANTS in self.rights


def permissions_on(organization: Organization, user: User) -> Permissions:
    """What the grants in force today allow there."""
    rights = rights_at(user, organization.path)
    above = partial(holds_from_above, user, organization.path, is_root=organization.depth == 1)
    return Permissions(
        rights=rights,
        sights=frozenset(sight for role in roles_at(user, organization.path) for sight in SIGHTS[role]),
        structure_from_above=Right.STRUCTURE in rights and above(right=Right.STRUCTURE),
        may_add=Right.STRUCTURE in rights and not organization.is_closed and bool(allowed_types(organization)),
        grants_from_above=Right.GRANTS in rights and above(right=Right.GRANTS),
    )
