"""Making and entering 注册码 and 重置码."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from branches import codes, registration
from branches.forms.layout import grouped
from branches.forms.organizations import with_empty
from branches.models import RegistrationCode, Role
from branches.registration import Reach
from tuanjian.fields import OfficeDateField, PersonNameField

C = TypeVar("C", bound=models.Model)


class CodeForm(forms.Form, Generic[C]):
    """A code as it was typed; ``row`` is what it stands for, None while it does not work."""

    label = "码"

    code = forms.CharField(
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code-input"}
        ),
    )
    row: C | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = self.label
        self.fields["code"].error_messages["required"] = f"请填写{self.label}。"
        self.fields["code"].help_text = "8 位字母和数字，不分大小写，中间的横线可以不输。"

    def look_up(self, text: str) -> C | None:
        """What the text stands for."""
        raise NotImplementedError

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        self.row = self.look_up(typed)
        if self.row is None:
            raise ValidationError(codes.REFUSED, code="wrong")
        return typed

    @property
    def found(self) -> C:
        """What the code stands for, once the form is valid."""
        if self.row is None:
            raise ValueError("asked before the form was valid")
        return self.row


class RegistrationCodeForm(CodeForm[RegistrationCode]):
    label = "注册码"

    def look_up(self, text: str) -> RegistrationCode | None:
        return registration.find(text)


class IssueForm(forms.Form):
    """For whom a code is: the role, and, as a help for oneself, the name of who gets it."""

    role = forms.ChoiceField(label="角色")
    holder_name = PersonNameField(
        label="领用人",
        required=False,
        max_length=50,
        help_text="发给谁就写谁的姓名，便于核对；可以不填。同一角色、同一领用人再次生成时，原来的注册码作废。",
    )
    ends_on = OfficeDateField(label="授权至", day_required=True, required=False, help_text="最后一天；留空为不限期。")

    def __init__(self, *args: Any, administrator: bool, **kwargs: Any) -> None:
        if administrator:
            kwargs["initial"] = {"role": Role.ADMINISTRATOR.value} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in Role if administrator or role is not Role.ADMINISTRATOR]
        self.fields["role"].choices = with_empty(roles)  # type: ignore[attr-defined]
        # What the chosen role will see stands below the form, before the code is made.
        self.fields["role"].widget.attrs |= {
            "hx-get": "",
            "hx-trigger": "change",
            "hx-target": "#code-outlook",
            "hx-select": "#code-outlook",
            "hx-swap": "outerHTML",
        }
        if not administrator:
            self.fields["role"].help_text = "本级管理员由上级团组织设置。"

    @property
    def helper(self) -> FormHelper:
        return grouped(("注册码", ["role", "holder_name", "ends_on"]), css_class="form-grid-1")

    @property
    def role_shown(self) -> Role | None:
        """The role that stands in the field, None while it is none of those offered."""
        chosen = self["role"].value()
        offered = [value for value, _ in self.fields["role"].choices if value]  # type: ignore[attr-defined]
        return Role(chosen) if chosen in offered else None

    @property
    def terms(self) -> dict[str, Any]:
        """Arguments of ``registration.issue``."""
        data = self.cleaned_data
        return {
            "role": Role(data["role"]),
            "holder_name": data["holder_name"],
            "ends_on": data["ends_on"].day if data["ends_on"] else None,
        }


class SheetForm(forms.Form):
    """Which lower organisations a printed sheet is for."""

    reach = forms.ChoiceField(label="范围", choices=Reach.choices, widget=forms.RadioSelect, initial=Reach.DIRECT)
    vacant_only = forms.BooleanField(label="只打印现在没有管理员的组织", required=False)

    @property
    def helper(self) -> FormHelper:
        return grouped(("打印哪些组织", ["reach", "vacant_only"]), css_class="form-grid-1")

    @property
    def choice(self) -> dict[str, Any]:
        """Arguments of ``registration.issue_sheet``."""
        return {"reach": Reach(self.cleaned_data["reach"]), "vacant_only": self.cleaned_data["vacant_only"]}


class AskedForm(forms.Form):
    """A confirmation without anything to fill in."""
