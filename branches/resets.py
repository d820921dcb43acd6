"""重置码: a superior starts the change of a forgotten password, the person alone chooses the new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit, codes
from branches.accounts import filed_under, set_new_password
from branches.models import AccessGrant, Organization, ResetCode, Role, User
from branches.models.codes import unspent
from branches.scoping import Right, managed_paths, within

VALID_FOR = dt.timedelta(days=2)
_PURPOSE = "reset"


@dataclass(frozen=True, repr=False)
class Issued:
    """A code in clear, for the one page that shows it, and the row that knows only its digest."""

    code: str
    row: ResetCode

    @property
    def shown(self) -> str:
        return codes.shown(self.code)


def resettable(users: Iterable[User], by: User) -> set[int]:
    """Ids of the accounts for which ``by`` may make a reset code.

    All their grants, those to come included, must lie where ``by`` grants, an administrator's below: a grant above or
    beside would lend ``by`` rights. Never the own account, a system administrator's, a disabled one, one without grant.
    """
    wanted = {user.pk: user for user in users if user.pk != by.pk and user.is_active and not user.is_staff}
    lasting = AccessGrant.objects.filter(user__in=wanted).lasting(timezone.localdate())
    rows = list(lasting.values_list("user_id", "organization_id", "role"))
    places = Organization.objects.filter(pk__in={organization for _, organization, _ in rows})
    paths = managed_paths(by, Right.GRANTS)
    own = set(places.filter(within(paths)).values_list("pk", flat=True))
    # Stricter than granting: at a root, too, nobody takes over the account of an equal.
    below = set(places.filter(within(paths, below=True)).values_list("pk", flat=True))
    beyond = {
        user for user, organization, role in rows if organization not in (below if role == Role.ADMINISTRATOR else own)
    }
    return {user for user, _, _ in rows} - beyond


@transaction.atomic
def issue(user: User, *, by: User) -> Issued:
    """Make a code for an account below; an earlier one becomes void. The password stays until the code is used."""
    if user.pk == by.pk:
        raise ValidationError("不能给自己生成重置码。记得密码的，请用“修改密码”；忘记的，请联系上级管理员。")
    if user.pk not in resettable([user], by):
        raise ValidationError(
            f"您不能给{user}生成重置码：这个账号还有本级或您管理范围以外的授权，请由其上级管理员办理。"
        )
    return _issue(user, by)


@transaction.atomic
def issue_by_staff(user: User, *, by: User) -> Issued:
    """As ``issue``, by a system administrator in the back office, for any account but the own."""
    if not by.is_staff:
        raise ValidationError("只有系统管理员可以在系统后台生成重置码。")
    if user.pk == by.pk:
        raise ValidationError("不能给自己生成重置码，请用“修改密码”。")
    return _issue(user, by)


@transaction.atomic
def issue_at_console(user: User) -> Issued:
    """As ``issue``, from the console of the server: the topmost administrator has nobody above."""
    return _issue(user, None)


def _issue(user: User, by: User | None) -> Issued:
    if not user.is_active:
        raise ValidationError(f"{user}的账号已停用，请先由系统管理员启用。")
    now, code = timezone.now(), codes.draw()
    ResetCode.objects.filter(unspent(now), user=user).update(voided_at=now)
    row = ResetCode.objects.create(
        user=user, digest=codes.digest(_PURPOSE, code), made_by=by, made_at=now, expires_at=now + VALID_FOR
    )
    changes = {"有效期至": [None, f"{timezone.localtime(row.expires_at):%F %H:%M}"]}
    audit.record(audit.Kind.CREATED, row, by=by, at=filed_under(user), changes=changes)
    return Issued(code, row)


def find(text: str) -> ResetCode | None:
    """The code that was typed, if it still works: also whoever made it must still be allowed to."""
    code = codes.read(text)
    if not code:
        return None
    rows = ResetCode.objects.filter(unspent(timezone.now()), digest=codes.digest(_PURPOSE, code))
    row = rows.select_related("user", "made_by").first()
    return row if row is not None and row.user.is_active and _maker_still_may(row) else None


def _maker_still_may(row: ResetCode) -> bool:
    by = row.made_by
    if by is None or (by.is_staff and by.is_active):
        return True
    return row.user_id in resettable([row.user], by)


@transaction.atomic
def use(row: ResetCode, *, new_password: str) -> User:
    """Set the password the person chose; the code is spent, all sessions of the account end.

    Refuses a code that somebody used meanwhile.
    """
    now = timezone.now()
    if not ResetCode.objects.filter(unspent(now), pk=row.pk).update(used_at=now):
        raise ValidationError(codes.REFUSED)
    set_new_password(row.user, new_password=new_password, reason="使用重置码")
    return row.user
