"""授权: giving and taking back rights on a part of the tree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit, freshness, succession
from branches.models import AccessGrant, Organization, RegistrationCode, Role, User
from branches.scoping import RIGHTS, Right, in_force, rights_at
from tuanjian.locks import Lock, hold


@transaction.atomic
def grant(
    user: User, *, organization: Organization, role: Role, starts_on: dt.date, ends_on: dt.date | None, by: User
) -> AccessGrant:
    """Give ``user`` a role on an organisation and everything below it.

    Refuses a grant to oneself, outside of what ``by`` manages, of rights ``by`` does not hold there, of the own
    level's administrator (the level above sets that one), for a disabled account, a second open grant of a role, and
    an administrator up to a day after which nobody goes on (``succession``).
    """
    hold(Lock.TREE)
    if user == by:
        raise ValidationError("不能给自己授权，请由上级管理员办理。")
    refuse_beyond_own_rights(organization, role, by)
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


@transaction.atomic
def begin(
    user: User, *, organization: Organization, role: Role, starts_on: dt.date, ends_on: dt.date | None
) -> AccessGrant:
    """As ``grant``, from the console: the first administrator of a tree has nobody above."""
    hold(Lock.TREE)
    return _give(user, organization, role, starts_on, ends_on, None)


def _give(
    user: User, organization: Organization, role: Role, starts_on: dt.date, ends_on: dt.date | None, by: User | None
) -> AccessGrant:
    if not user.is_active:
        raise ValidationError({"user": "这个账号已停用，请先在系统后台启用。"})
    if organization.is_closed:
        raise ValidationError(f"{organization}已撤销，不能再授权。")
    if ends_on is not None and ends_on < starts_on:
        raise ValidationError({"ends_on": "“至”不能早于“自”，请检查日期。"})
    if role == Role.ADMINISTRATOR:
        succession.refuse_lapsing(organization, ends_on)
    _end_lapsed(user, organization, role)
    if AccessGrant.objects.filter(user=user, organization=organization, role=role, ended_at=None).exists():
        raise ValidationError(f"{user}在{organization}已有{role.label}授权，不需要重复授权。")
    given = AccessGrant.objects.create(
        user=user, organization=organization, role=role, starts_on=starts_on, ends_on=ends_on, granted_by=by
    )
    changes = {
        "角色": [None, role.label],
        "自": [None, str(starts_on)],
        "至": [None, _until(ends_on)],
    }
    audit.record(audit.Kind.GRANTED, given, by=by, at=organization, changes=changes)
    freshness.touch([organization])
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
    refuse_beyond_own_rights(given.organization, Role(given.role), by)
    with _nobody_missing(given.organization, "请先授权新的管理员再收回。"):
        _end(given, on=timezone.localdate(), by=by, reason=reason)


@transaction.atomic
def set_end(given: AccessGrant, *, ends_on: dt.date | None, by: User, reason: str = "") -> None:
    """Set the last day of a grant, or with None let it run on.

    Refuses the own grant, one that is over, what ``by`` could not grant, a day that is past or before the beginning,
    and an administrator's last day after which nobody goes on.
    """
    hold(Lock.TREE)
    given.refresh_from_db()
    today, before = timezone.localdate(), given.ends_on
    if given.ended_at is not None or (before is not None and before < today):
        raise ValidationError("这条授权已经收回或到期，请重新授权。")
    if given.user_id == by.pk:
        raise ValidationError("不能改自己的授权期限，请由上级管理员办理。")
    refuse_beyond_own_rights(given.organization, Role(given.role), by)
    if ends_on is not None and ends_on < max(today, given.starts_on):
        raise ValidationError({"ends_on": "“至”不能早于今天，也不能早于“自”，请检查日期。"})
    if ends_on == before:
        return
    if given.role == Role.ADMINISTRATOR:
        succession.refuse_lapsing(given.organization, ends_on, without=[given.pk])
    given.ends_on = ends_on
    given.save(update_fields=["ends_on"])
    changes = {"至": [_until(before), _until(ends_on)]}
    audit.record(audit.Kind.CHANGED, given, by=by, at=given.organization, changes=changes, reason=reason)
    freshness.touch([given.organization_id])


@transaction.atomic
def hand_over(
    organization: Organization,
    *,
    leaving: Collection[AccessGrant],
    successor: User | None,
    on: dt.date,
    by: User,
    reason: str,
) -> AccessGrant | None:
    """Move rights on a day: ``successor`` administers the organisation from then on, ``leaving`` end the day before.

    A day that is past means today. Whoever leaves may be ``by`` (a root has nobody above). Refuses what ``by`` could
    not grant or take back, a grant that is over or stands elsewhere, and any day without administrator.
    """
    hold(Lock.TREE)
    on = max(on, timezone.localdate())
    with _nobody_missing(organization, "请填写接任的管理员。"):
        given = None
        if successor is not None:
            given = grant(
                successor, organization=organization, role=Role.ADMINISTRATOR, starts_on=on, ends_on=None, by=by
            )
        for each in _standing(organization, leaving):
            refuse_beyond_own_rights(organization, Role(each.role), by)
            _end(each, on=on, by=by, reason=reason)
    return given


@transaction.atomic
def relieve(code: RegistrationCode, *, on: dt.date) -> None:
    """End the grants that were to end when this code would be used: its holder is in office from that day."""
    hold(Lock.TREE)
    with _nobody_missing(code.organization, "请先授权接任的管理员。"):
        for each in AccessGrant.objects.filter(ends_with_code=code, ended_at=None).select_related("organization"):
            _end(each, on=on, by=code.made_by, reason="接任者已使用注册码")


@contextmanager
def _nobody_missing(organization: Organization, what_to_do: str) -> Iterator[None]:
    """Compare who administers before and after what is done inside."""
    before = succession.spans_of(organization)
    yield
    succession.refuse_loss(organization, before, succession.spans_of(organization), what_to_do)


def _standing(organization: Organization, leaving: Collection[AccessGrant]) -> list[AccessGrant]:
    """These grants as they are now; refuses if one is over or not of this organisation."""
    rows = list(
        AccessGrant.objects.lasting(timezone.localdate())
        .filter(pk__in=[each.pk for each in leaving], organization=organization)
        .select_related("organization")
    )
    if len(rows) < len(leaving):
        raise ValidationError("交出的授权中有的已经收回或到期，请刷新后重新核对。")
    return rows


def _end(given: AccessGrant, *, on: dt.date, by: User | None, reason: str) -> None:
    """End a grant before that day: at once if the day has come or the grant would not have begun, else the day before.

    An earlier last day stays.
    """
    last = on - dt.timedelta(days=1)
    if on <= timezone.localdate() or given.starts_on > last:
        given.ended_at = timezone.now()
        given.save(update_fields=["ended_at"])
        changes: dict[str, list[str | None]] = {"角色": [given.get_role_display(), None]}
    else:
        before, given.ends_on = given.ends_on, min(given.ends_on or last, last)
        given.save(update_fields=["ends_on"])
        changes = {"至": [_until(before), _until(given.ends_on)]}
    audit.record(audit.Kind.REVOKED, given, by=by, at=given.organization, changes=changes, reason=reason)
    freshness.touch([given.organization_id])


def _until(day: dt.date | None) -> str:
    return str(day) if day else "不限期"


def administrators_of(organization: Organization, on: dt.date) -> list[User]:
    """Administrators whose grant stands on this very organisation and is in force on that day."""
    rows = AccessGrant.objects.filter(in_force(on), organization=organization, role=Role.ADMINISTRATOR)
    return [row.user for row in rows.select_related("user").order_by("id") if row.user.is_active]


def refuse_beyond_own_rights(organization: Organization, role: Role, by: User) -> None:
    """Refuse a role that ``by`` may not give or take there: no right, the own administrator, more than ``by`` holds."""
    rights = rights_at(by, organization.path)
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
