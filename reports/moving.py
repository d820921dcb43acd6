"""移动预览: what goes along when an organisation moves, and who gains or loses sight of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from branches import onlookers
from branches.models import Organization, User
from branches.onlookers import SightChange
from branches.permissions import permissions_on
from reports import todos
from reports.counts import Counts, counts_of
from reports.todos import Todo


@dataclass(frozen=True)
class MovePreview:
    """What moves with an organisation. People and to-dos only for those who may look at rosters there."""

    organization: Organization
    old: Organization | None
    under: Organization
    counts: Counts
    sees_roster: bool
    todos: list[Todo]
    sight: SightChange

    @property
    def lower(self) -> int:
        return max(self.counts.organizations - 1, 0)


def preview(organization: Organization, *, under: Organization, by: User, on: dt.date) -> MovePreview:
    """Look at what ``tree.move`` would take along on that day. Writes nothing; constant queries."""
    may = permissions_on(organization, by)
    above = Organization.objects.visible_to(by).filter(path=organization.parent_path)
    return MovePreview(
        organization=organization,
        old=above.first() if organization.depth > 1 else None,
        under=under,
        counts=counts_of([organization], on, people=may.sees_roster)[organization.pk],
        sees_roster=may.sees_roster,
        todos=todos.todos_for(by, organization, on),
        sight=onlookers.change_by_moving(organization, under=under, by=by, on=on),
    )
