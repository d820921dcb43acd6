"""Asking the level above for a change, and answering."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from branches.accounts import account_of
from branches.applications import leaving_choices
from branches.forms.layout import grouped
from branches.forms.organizations import ChangeTypeForm, RenameForm
from branches.forms.picking import EMPTY
from branches.models import AccessGrant, Organization, User
from tuanjian.fields import PersonNameField


def _why() -> forms.CharField:
    return forms.CharField(
        label="申请理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写申请理由。"},
        help_text="上级审核时看到，例如单位更名的文件和文号。",
    )


class AskNameForm(RenameForm):
    """The names asked for, checked and proposed like those of a change."""

    reason = _why()


class AskTypeForm(ChangeTypeForm):
    reason = _why()


class AskAdministratorForm(forms.Form):
    """Who leaves and who comes: by the exact account, or by name where there is none yet."""

    leaving = forms.ModelChoiceField(AccessGrant.objects.none(), label="卸任的管理员", empty_label=EMPTY)
    successor = forms.CharField(
        label="接任者账号",
        max_length=50,
        required=False,
        help_text="接任者完整的用户名或手机号。还没有账号的，这里留空。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    successor_name = PersonNameField(
        label="接任者姓名", max_length=50, required=False, help_text="没有账号时填写；通过后由上级发给注册码。"
    )
    reason = _why()

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaving = self.fields["leaving"]
        if isinstance(leaving, forms.ModelChoiceField):
            leaving.queryset = leaving_choices(organization)
            leaving.label_from_instance = lambda obj: f"{obj.user}（用户名 {obj.user.username}）"  # type: ignore[method-assign]
            leaving.error_messages["required"] = "请选择卸任的管理员。"

    @property
    def helper(self) -> FormHelper:
        return grouped(("更换管理员", ["leaving", "successor", "successor_name", "reason"]), css_class="form-grid-1")

    def clean_successor(self) -> User | None:
        return named_account(self.cleaned_data["successor"])


def named_account(text: str) -> User | None:
    """The account somebody typed exactly, None for nothing; refuses one that does not exist."""
    if not text.strip():
        return None
    user = account_of(text)
    if user is None:
        raise forms.ValidationError("没有找到这个账号，请核对用户名或手机号；还没有账号的，只填姓名。")
    return user


class DecideForm(forms.Form):
    """The answer of the superior, to the version of the request that was read."""

    answer = forms.CharField(
        label="办理意见", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="退回时必填，申请人会看到。",
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    @property
    def helper(self) -> FormHelper:
        return grouped(("审核", ["answer", "version"]), css_class="form-grid-1")


class VersionForm(forms.Form):
    """A confirmation of the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
