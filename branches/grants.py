"""授权: giving and taking back rights on a part of the tree."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches import audit
from branches.models import AccessGrant, Organization, Role, User
from branches.scoping import RIGHTS, Right, in_force, roles_at
from tuanjian.locks import Lock, hold


@transaction.atomic
def grant(
    user: User, *, organization: Organization, role: Role, starts_on: dt.date, ends_on: dt.date | None, by: User
) -> AccessGrant:
    """Give ``user`` a role on an organisation and everything below it.

    Refuses a grant to oneself, outside of what ``by`` manages, of rights ``by`` does not hold there, of the own
    level's administrator (the level above sets that one), for a disabled account, and a second open grant of a role.
    """
    hold(Lock.TREE)
    if user == by:
        raise ValidationError("不能给自己授权，请由上级管理员办理。")
    _refuse_beyond_own_rights(organization, role, by)
    return _give(user, organization, role, starts_on, ends_on, by)


@transaction.atomic
def set_up(
    user: User, *, organization: Organization, role: Role, starts_on: dt.date, ends_on: dt.date | None, by: User
) -> AccessGrant:
    """As ``grant``, by a system administrator, who needs no right of the tree: a new root has nobody else to begin.

    Refuses anybody who is no system administrator, and a grant to oneself.
    """
    hold(Lock.TREE)
    if not by.is_staff:
        raise ValidationError("只有系统管理员可以在系统后台授权。")
    if user == by:
        raise ValidationError("系统管理员不能给自己授权，请授权给团组织的管理员。")
    return _give(user, organization, role, starts_on, ends_on, by)


def _give(
    user: User, organization: Organization, role: Role, starts_on: dt.date, ends_on: dt.date | None, by: User
) -> AccessGrant:
    if not user.is_active:
        raise ValidationError({"user": "这个账号已停用，请先在系统后台启用。"})
    if organization.is_closed:
        raise ValidationError(f"{organization}已撤销，不能再授权。")
    if ends_on is not None and ends_on < starts_on:
        raise ValidationError({"ends_on": "“至”不能早于“自”，请检查日期。"})
    _end_lapsed(user, organization, role)
    if AccessGrant.objects.filter(user=user, organization=organization, role=role, ended_at=None).exists():
        raise ValidationError(f"{user}在{organization}已有{role.label}授权，不需要重复授权。")
    given = AccessGrant.objects.create(
        user=user, organization=organization, role=role, starts_on=starts_on, ends_on=ends_on, granted_by=by
    )
    changes = {
        "角色": [None, role.label],
        "自": [None, str(starts_on)],
        "至": [None, str(ends_on) if ends_on else "不限期"],
    }
    audit.record(audit.Kind.GRANTED, given, by=by, at=organization, changes=changes)
    return given


@transaction.atomic
def take_back(given: AccessGrant, *, by: User, reason: str = "") -> None:
    """End a grant at once. Refuses to take the last administrator from an organisation, and one's own grant."""
    hold(Lock.TREE)
    given.refresh_from_db()
    if given.ended_at is not None:
        raise ValidationError("这条授权已经收回。")
    if given.user_id == by.pk:
        raise ValidationError("不能收回自己的授权，请由上级管理员办理。")
    _refuse_beyond_own_rights(given.organization, Role(given.role), by)
    if given.role == Role.ADMINISTRATOR and not _other_administrators(given).exists():
        raise ValidationError(f"{given.organization}只有这一位管理员，请先授权新的管理员再收回。")
    given.ended_at = timezone.now()
    given.save(update_fields=["ended_at"])
    changes = {"角色": [given.get_role_display(), None]}
    audit.record(audit.Kind.REVOKED, given, by=by, at=given.organization, changes=changes, reason=reason)


def administrators_of(organization: Organization, on: dt.date) -> list[User]:
    """Administrators whose grant stands on this very organisation and is in force on that day."""
    rows = AccessGrant.objects.filter(in_force(on), organization=organization, role=Role.ADMINISTRATOR)
    return [row.user for row in rows.select_related("user").order_by("id") if row.user.is_active]


def _other_administrators(given: AccessGrant) -> QuerySet[AccessGrant]:
    return AccessGrant.objects.filter(
        in_force(timezone.localdate()),
        organization=given.organization_id,
        role=Role.ADMINISTRATOR,
        user__is_active=True,
    ).exclude(pk=given.pk)


def _refuse_beyond_own_rights(organization: Organization, role: Role, by: User) -> None:
    rights = {right for held in roles_at(by, organization.path) for right in RIGHTS[held]}
    if Right.GRANTS not in rights:
        raise ValidationError("您在这个组织没有授权管理的权限。")
    from_above = Organization.objects.manageable_by(by, right=Right.GRANTS, below=True).filter(pk=organization.pk)
    if role == Role.ADMINISTRATOR and not from_above.exists():
        raise ValidationError("本级管理员由上级组织设置，请联系上级管理员办理。")
    if not RIGHTS[role] <= rights:
        raise ValidationError(f"您不能授予{role.label}：其中有您自己没有的权限。")


def _end_lapsed(user: User, organization: Organization, role: Role) -> None:
    """A grant whose last day is over no longer stands in the way of a new one."""
    AccessGrant.objects.filter(
        user=user, organization=organization, role=role, ended_at=None, ends_on__lt=timezone.localdate()
    ).update(ended_at=timezone.now())
