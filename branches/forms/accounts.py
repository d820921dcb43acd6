"""Logging in and changing the own password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from branches.models import User
from tuanjian import phones


class LoginForm(AuthenticationForm):
    """User name or phone, and password. The answer is the same whether or not there is such an account."""

    error_messages = {
        "invalid_login": "用户名或密码不正确。连错 5 次将锁定 15 分钟。",
        "inactive": "用户名或密码不正确。连错 5 次将锁定 15 分钟。",
    }

    def clean_username(self) -> str:
        """A phone as its eleven digits, so that the lock counts every way of writing it as one."""
        typed: str = self.cleaned_data["username"].strip()
        try:
            return phones.read_mobile(typed)
        except phones.PhoneRefused:
            return typed


# Django's own Chinese lacks one of these sentences and says 你 in the others.
WEAK = {
    "password_too_short": "新密码太短，请至少用 10 个字符。",
    "password_entirely_numeric": "新密码不能全是数字，请加入字母或符号。",
    "password_too_common": "这个密码太常见，容易被猜到，请换一个。",
    "password_too_similar": "新密码与用户名或姓名太相近，请换一个。",
}


class PasswordForm(PasswordChangeForm):
    """The old password, and the new one twice; the rules stand below the field."""

    error_messages = {
        "password_incorrect": "原密码不正确，请重新输入。",
        "password_mismatch": "两次输入的新密码不一致，请重新输入。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"old_password": "原密码", "new_password1": "新密码", "new_password2": "再输入一次新密码"}
        for name, label in labels.items():
            field: forms.Field = self.fields[name]
            field.label = label
            field.error_messages["required"] = f"请填写{label}。"
        self.fields[
            "new_password1"
        ].help_text = "至少 10 个字符，不能全是数字；不要用常见密码，也不要与用户名、姓名相近。"
        self.fields["new_password2"].help_text = ""

    def validate_password_for_user(self, user: User, password_field_name: str = "new_password1") -> None:  # noqa: S107 – the name of a field
        """Hold the new password against the site's rules, in our sentences."""
        password = self.cleaned_data.get("new_password1")
        if not password:
            return
        try:
            validate_password(password, user)
        except ValidationError as refusal:
            for error in refusal.error_list:
                self.add_error("new_password1", WEAK.get(error.code or "", str(error.message)))
