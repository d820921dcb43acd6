"""Giving and taking back rights."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone

from branches.accounts import account_of
from branches.forms.layout import grouped
from branches.forms.organizations import with_empty
from branches.models import Role, User
from tuanjian.fields import OfficeDateField


class GrantForm(forms.Form):
    """Who, as what, from–to. The account is named exactly: nobody leafs through the accounts of others."""

    account = forms.CharField(
        label="账号",
        max_length=50,
        help_text="输入对方完整的用户名或手机号。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="角色")
    starts_on = OfficeDateField(label="自", day_required=True)
    ends_on = OfficeDateField(label="至", day_required=True, required=False, help_text="最后一天；留空为不限期。")
    # Id of the account whose name was shown and confirmed: a slip in the number must not give somebody else rights.
    confirmed = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, administrator: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"starts_on": timezone.localdate()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in Role if administrator or role is not Role.ADMINISTRATOR]
        role = self.fields["role"]
        role.choices = with_empty(roles)  # type: ignore[attr-defined]
        if not administrator:
            role.help_text = "本级管理员由上级团组织设置。"

    @property
    def helper(self) -> FormHelper:
        return grouped(("授权", ["account", "role", "starts_on", "ends_on"]), css_class="form-grid-1")

    def clean_account(self) -> User:
        user = account_of(self.cleaned_data["account"])
        if user is None:
            raise forms.ValidationError("没有找到这个账号，请核对用户名或手机号；还没有账号的，请生成注册码交给本人。")
        return user

    @property
    def named(self) -> User:
        """The account named, once the form is valid."""
        found: User = self.cleaned_data["account"]
        return found

    @property
    def is_confirmed(self) -> bool:
        """Whether everything is filled in and the name behind the account was shown and confirmed."""
        return self.is_valid() and self.cleaned_data["confirmed"] == self.named.pk

    @property
    def terms(self) -> dict[str, Any]:
        """Arguments of ``grants.grant`` besides the account."""
        data = self.cleaned_data
        return {
            "role": Role(data["role"]),
            "starts_on": data["starts_on"].day,
            "ends_on": data["ends_on"].day if data["ends_on"] else None,
        }


class GrantDatesForm(forms.Form):
    """The last day of a grant that runs."""

    ends_on = OfficeDateField(label="至", day_required=True, required=False, help_text="最后一天；留空为不限期。")
    reason = forms.CharField(label="原因", required=False, max_length=300, help_text="写进操作日志。")

    @property
    def helper(self) -> FormHelper:
        return grouped(("期限", ["ends_on", "reason"]), css_class="form-grid-1")

    @property
    def new_end(self) -> dict[str, Any]:
        """Arguments of ``grants.set_end``."""
        ends_on = self.cleaned_data["ends_on"]
        return {"ends_on": ends_on.day if ends_on else None, "reason": self.cleaned_data["reason"]}


class GrantEndForm(forms.Form):
    reason = forms.CharField(label="原因", required=False, max_length=300, help_text="写进操作日志。")
