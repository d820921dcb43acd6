"""Opening an account with a 注册码, or accepting its role with one that exists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator

from branches.forms.accounts import NewPasswordFields
from branches.forms.codes import RegistrationCodeForm
from branches.models import User
from tuanjian.fields import MobileField, PersonNameField


class NewAccountForm(RegistrationCodeForm, NewPasswordFields):
    """Code, user name, name, phone and password of a new account."""

    username = forms.CharField(
        label="用户名",
        min_length=3,
        max_length=50,
        validators=[UnicodeUsernameValidator(message="用户名只能用文字、数字和 @ . + - _ 这几个符号。")],
        help_text="用来登录，例如姓名的拼音；不要用证件号码。",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        error_messages={"required": "请填写用户名。", "min_length": "用户名至少 3 个字符。"},
    )
    display_name = PersonNameField(label="姓名", max_length=50, error_messages={"required": "请填写姓名。"})
    phone = MobileField(label="手机号", required=False, help_text="可以代替用户名登录；加密保存。可以不填。")

    field_order = ["code", "username", "display_name", "phone", "new_password1", "new_password2"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Entered on the page before.
        self.fields["code"].widget = forms.HiddenInput()

    def clean_username(self) -> str:
        typed: str = self.cleaned_data["username"].strip()
        if typed.isdecimal():
            # Digits are read as a phone when somebody logs in, and ID numbers do not belong into logs.
            raise forms.ValidationError("用户名不能全是数字，请加入字母。")
        return typed

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.row is not None:
            user = User(username=data.get("username", ""), display_name=data.get("display_name", ""))
            user.phone = data.get("phone", "")
            self.refuse_weak(user, unit=self.row.organization)
        return data

    @property
    def account(self) -> dict[str, str]:
        """Arguments of ``registration.open_account``."""
        data = self.cleaned_data
        names = {name: str(data[name]) for name in ("username", "display_name", "phone")}
        return names | {"password": data["new_password1"]}
