"""Logging in by user name or phone."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from branches.models import User
from tuanjian import phones, sealing


class NameOrPhoneBackend(ModelBackend):
    """Checks the password of the account with this user name or phone; unknown ones take as long as known ones."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.filter(username=username).first() or self._by_phone(username)
        if user is None:
            # The hasher runs all the same: the answer's time must not tell who has an account.
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None

    def _by_phone(self, text: str) -> User | None:
        try:
            phone = phones.read_mobile(text)
        except phones.PhoneRefused:
            return None
        return User.objects.filter(phone_index=sealing.blind_index("user.phone", phone)).first()
