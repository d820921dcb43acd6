"""账号: finding one by exact name or phone, whether it sleeps, opening one in the back office, setting its password."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from branches import audit
from branches.models import Organization, User
from branches.scoping import held_by
from tuanjian import phones, sealing

ASLEEP = "您的授权已到期、已被收回或尚未开始，暂时不能登录。请联系上级团组织的管理员重新授权，或用注册码接受授权。"


def account_of(text: str) -> User | None:
    """The account with exactly this user name or phone. There is no list of accounts to choose from."""
    text = text.strip()
    return User.objects.filter(username=text).first() or _by_phone(text)


def _by_phone(text: str) -> User | None:
    try:
        phone = phones.read_mobile(text)
    except phones.PhoneRefused:
        return None
    return User.objects.filter(phone_index=sealing.blind_index("user.phone", phone)).first()


def is_asleep(user: User) -> bool:
    """Whether the account has no grant in force: it cannot log in until it gets one. System administrators never sleep.

    A session that is open when the last grant ends finds nothing any more; it need not be ended.
    """
    return not user.is_staff and not held_by(user)


def filed_under(user: User) -> Organization | None:
    """The organisation whose log tells of this account: the highest the person holds a grant on."""
    held = held_by(user)
    return Organization.objects.filter(pk=held[0].organization_id).first() if held else None


@transaction.atomic
def change_password(user: User, *, new_password: str) -> None:
    """Set the own password. Every other session of the account ends; the caller renews the present one.

    Refuses the password that is in use.
    """
    if user.check_password(new_password):
        raise ValidationError({"new_password1": "新密码不能与原密码相同，请换一个。"})
    set_new_password(user, new_password=new_password, reason="")


@transaction.atomic
def set_new_password(user: User, *, new_password: str, reason: str) -> None:
    """Set a password its owner chose; all sessions of the account end."""
    user.set_password(new_password)
    user.session_epoch = F("session_epoch") + 1
    user.save(update_fields=["password", "session_epoch"])
    user.refresh_from_db(fields=["session_epoch"])
    audit.record(audit.Kind.PASSWORD, user, by=user, at=filed_under(user), reason=reason)
