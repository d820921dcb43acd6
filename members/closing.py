"""撤销: closing an organisation once nobody belongs to it and nobody holds a post in it; putting it in force again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit, tree
from branches.models import AccessGrant, Organization, User
from branches.scoping import Right
from members.models import CadreTerm, Member
from tuanjian.locks import Lock, hold


@dataclass(frozen=True)
class Remaining:
    """What still stands in the way of closing an organisation."""

    lower: int
    people: int
    posts: int

    def __bool__(self) -> bool:
        return bool(self.lower or self.people or self.posts)

    def __str__(self) -> str:
        said = []
        if self.lower:
            said.append(f"{self.lower} 个下级组织")
        if self.people:
            said.append(f"{self.people} 名在册人员")
        if self.posts:
            said.append(f"{self.posts} 项在任职务")
        return "、".join(said)


def remaining_in(organization: Organization) -> Remaining:
    """Active lower organisations, people on the roster, and posts held now."""
    return Remaining(
        lower=Organization.objects.under(organization, include_self=False).active().count(),
        people=Member.objects.on_roster().filter(branch=organization).count(),
        posts=CadreTerm.objects.current().filter(organization=organization).count(),
    )


@transaction.atomic
def close(organization: Organization, *, on: dt.date, reason: str, by: User) -> None:
    """Close an empty organisation (撤销) as of that day and end every grant on it; its history stays.

    Refuses while lower organisations, people on the roster or posts remain, a root, a day after today or before the
    founding, and a missing reason.
    """
    hold(Lock.TREE)
    organization.refresh_from_db(from_queryset=Organization.objects.select_for_update(no_key=True))
    if organization.depth == 1:
        raise ValidationError(f"{organization.short_name}没有上级组织，不能在这里撤销，请联系系统管理员。")
    if on > timezone.localdate():
        raise ValidationError({"closed_on": "撤销日期不能晚于今天。"})
    if organization.founded_on is not None and on < organization.founded_on:
        raise ValidationError({"closed_on": f"撤销日期不能早于成立时间（{organization.founded_on}），请检查日期。"})
    if not reason.strip():
        raise ValidationError({"reason": "请填写撤销原因。"})
    if remaining := remaining_in(organization):
        raise ValidationError(f"{organization.short_name}还有 {remaining}，请先移走或办理完毕，再撤销。")
    _end_grants(organization, by=by)
    tree.close(organization, on=on, by=by, reason=reason.strip())


@transaction.atomic
def reopen(organization: Organization, *, reason: str, by: User) -> None:
    """Put a closed organisation in force again (恢复). People, posts and grants of before do not come back by it.

    Refuses whoever does not manage it from above, a missing reason, and what ``tree.reopen`` refuses.
    """
    above = Organization.objects.manageable_by(by, right=Right.STRUCTURE, below=True)
    if not above.filter(pk=organization.pk).exists():
        raise ValidationError("已撤销的组织由上级恢复，请联系上级管理员。")
    if not reason.strip():
        raise ValidationError({"reason": "请填写恢复原因。"})
    tree.reopen(organization, by=by, reason=reason.strip())


def _end_grants(organization: Organization, *, by: User) -> None:
    """Not through ``branches.grants``: there the last administrator is kept, here the organisation itself ends."""
    ended = list(AccessGrant.objects.filter(organization=organization, ended_at=None).select_related("user"))
    AccessGrant.objects.filter(pk__in=[grant.pk for grant in ended]).update(ended_at=timezone.now())
    audit.record_many(
        [(audit.Kind.REVOKED, grant, organization, {"角色": [grant.get_role_display(), None]}) for grant in ended],
        by=by,
        reason=f"{organization.short_name}已撤销",
    )
