"""账号: finding one by exact name or phone, and changing the own password."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from branches import audit
from branches.models import Organization, User
from branches.scoping import held_by
from tuanjian import phones, sealing


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
    user.set_password(new_password)
    user.save(update_fields=["password"])
    audit.record(audit.Kind.PASSWORD, user, by=user, at=filed_under(user))
