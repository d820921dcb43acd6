"""初次启用: the topmost organisation, and the 注册码 of its first administrator, who has nobody above to ask."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import registration, tree
from branches.models import AccessGrant, Organization, OrgType, Role
from branches.scoping import in_force
from tuanjian.locks import Lock, hold


@transaction.atomic
def set_up(*, full_name: str, short_name: str, org_type: OrgType) -> registration.Issued:
    """Make the topmost organisation and a code with which its administrator opens an account.

    For an empty system. Refuses one that has an organisation, and names that ``tree.add`` refuses; then nothing stays.
    """
    hold(Lock.TREE)
    refuse_second()
    top = tree.add(Organization(full_name=full_name, short_name=short_name, org_type=org_type), under=None, by=None)
    return registration.issue(top, role=Role.ADMINISTRATOR, by=None)


def refuse_second() -> None:
    """Refuse when the system has an organisation already; asked before anybody types names."""
    top = _top()
    if top is not None:
        raise ValidationError(
            f"系统中已有顶层组织“{top.full_name}”，没有改动。它还没有管理员时，可加 --new-code 重新生成注册码；"
            "管理员忘记密码时，请运行 manage.py reset_code。"
        )


@transaction.atomic
def issue_again() -> registration.Issued:
    """Another code for the first administrator, because the first was lost or has expired; it becomes void.

    Refuses before ``set_up``, and once the topmost organisation has an administrator.
    """
    hold(Lock.TREE)
    top = _top()
    if top is None:
        raise ValidationError("系统中还没有组织，请先不加 --new-code 运行，建立顶层组织。")
    current = AccessGrant.objects.filter(in_force(timezone.localdate()), organization=top, role=Role.ADMINISTRATOR)
    holder = current.filter(user__is_active=True).select_related("user").first()
    if holder is not None:
        raise ValidationError(
            f"“{top.full_name}”已有管理员 {holder.user.username}，不再生成注册码。"
            "忘记密码时，请运行 manage.py reset_code。"
        )
    return registration.issue(top, role=Role.ADMINISTRATOR, by=None)


def _top() -> Organization | None:
    return Organization.objects.order_by("path").first()
