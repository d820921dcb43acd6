"""Logging in, the own password, the pledge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError

from branches import passwords, resets, sign_ins
from branches.accounts import ASLEEP, is_asleep
from branches.forms.codes import CodeForm
from branches.models import Organization, PledgeText, ResetCode, User
from tuanjian import phones


class KnownAccountForm(AuthenticationForm):
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


class LoginForm(KnownAccountForm):
    """Turns away an account that sleeps, and says why: only whoever knows its password gets that far."""

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if is_asleep(user) and self.request is not None:
            sign_ins.refuse_asleep(user, self.request)
            raise ValidationError(ASLEEP, code="asleep")


class NewPasswordFields(forms.Form):
    """A new password, twice; the rules stand below the field."""

    new_password1 = forms.CharField(
        label="新密码",
        strip=False,
        max_length=128,
        help_text=passwords.HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请填写新密码。"},
    )
    new_password2 = forms.CharField(
        label="再输入一次新密码",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请再输入一次新密码。"},
    )

    def refuse_weak(self, user: User, *, unit: Organization | None = None) -> None:
        """Put whatever speaks against the new password beside its field."""
        first, second = self.cleaned_data.get("new_password1"), self.cleaned_data.get("new_password2")
        if first and second and first != second:
            self.add_error("new_password2", "两次输入的新密码不一致，请重新输入。")
        if first:
            try:
                passwords.check(first, user, unit=unit)
            except ValidationError as refusal:
                self.add_error("new_password1", refusal)


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
        self.fields["new_password1"].help_text = passwords.HELP
        self.fields["new_password2"].help_text = ""

    def validate_password_for_user(self, user: User, password_field_name: str = "new_password1") -> None:  # noqa: S107 – the name of a field
        """Hold the new password against the site's rules, in our sentences."""
        password = self.cleaned_data.get("new_password1")
        if not password:
            return
        try:
            passwords.check(password, user)
        except ValidationError as refusal:
            self.add_error("new_password1", refusal)


class ResetForm(CodeForm[ResetCode], NewPasswordFields):
    """重置码, and the new password its owner chooses."""

    label = "重置码"

    def look_up(self, text: str) -> ResetCode | None:
        return resets.find(text)

    def clean(self) -> dict[str, Any]:
        if self.row is not None:
            self.refuse_weak(self.row.user)
        return self.cleaned_data


class PledgeForm(forms.Form):
    """The text that was shown, and the tick. Nothing is ticked beforehand."""

    text = forms.ModelChoiceField(PledgeText.objects.all(), required=False, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label="我已阅读并承诺遵守以上各条", error_messages={"required": "请阅读后勾选，再点“确认承诺”。"}
    )
