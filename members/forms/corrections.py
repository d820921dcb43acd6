"""Asking for a correction of a verified record, and deciding about it."""

from __future__ import annotations

from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.utils import timezone

from branches.models import User
from members import duplicates
from members.models import Member
from members.records import LOCKED, TELLING
from tuanjian.fields import OfficeDateField, PersonNameField
from tuanjian.idnumbers import Gender, IdType

_UNCHANGED: Final = "不改请留空"


class AskForm(forms.Form):
    """What a verified record should say instead. What is left empty stays; birth date and sex follow from the number
    where it tells them. ``typed`` is what somebody has filled in elsewhere already."""

    name = PersonNameField(label="姓名", max_length=60, required=False)
    id_type = forms.ChoiceField(label="证件类型", choices=IdType.choices, required=False)
    id_number = forms.CharField(label="证件号码", max_length=40, required=False)
    birth_on = OfficeDateField(label="出生日期", required=False)
    gender = forms.ChoiceField(
        label="性别",
        choices=[("", "不改"), (Gender.MALE.value, "男"), (Gender.FEMALE.value, "女")],
        required=False,
    )
    reason = forms.CharField(
        label="申请理由",
        max_length=300,
        error_messages={"required": "请写明申请理由，审核的人会看到。"},
        widget=forms.TextInput(attrs={"placeholder": "如 录入时把“宇”写成“雨”", "autocomplete": "off"}),
    )
    evidence = forms.CharField(
        label="依据材料",
        max_length=300,
        required=False,
        help_text="写明核对过什么、存放在哪里，不要写号码。",
        widget=forms.TextInput(attrs={"placeholder": "如 身份证原件，复印件存团支部", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, user: User, member: Member, typed: Any = None) -> None:
        self.user, self.member = user, member
        filled = {name: typed[name] for name in LOCKED if name in typed} if typed else {}
        super().__init__(data, initial={"id_type": member.id_type} | filled)
        follows = member.id_type in TELLING and bool(member.id_number_head)
        for name in ("birth_on", "gender") if follows else ():
            del self.fields[name]
        for name, now in (("name", member.name), ("id_number", member.id_number_masked)):
            attributes = {"placeholder": f"{now or '空'}，{_UNCHANGED}", "autocomplete": "off"}
            self.fields[name].widget.attrs.update(attributes)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        fields = [name for name in LOCKED if name in self.fields]
        why = (Field(name, wrapper_class="span-all") for name in ("reason", "evidence"))
        self.helper.layout = Layout(Fieldset("更正为", *fields), Fieldset("说明", *why))

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed = self.cleaned_data
        if typed.get("id_number"):
            id_type = typed.get("id_type") or self.member.id_type
            check = duplicates.check(
                typed["id_number"], id_type=id_type, user=self.user, on=timezone.localdate(), but=self.member
            )
            if said := check.refusal or (check.answer and check.answer.sentence):
                self.add_error("id_number", said)
        elif typed.get("id_type") not in ("", None, self.member.id_type):
            self.add_error("id_number", "改证件类型要重新填写证件号码。")
        return typed

    def values(self) -> dict[str, Any]:
        """The facts typed, as ``corrections.ask`` takes them."""
        return {name: self.cleaned_data[name] for name in LOCKED if self.cleaned_data.get(name)}


class DecideForm(forms.Form):
    """What whoever asked gets to read; a request that is returned needs it."""

    answer = forms.CharField(
        label="办理意见",
        max_length=300,
        required=False,
        help_text="退回时必填，申请人会看到，并记入日志。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    deed = forms.ChoiceField(
        choices=[("approve", "更正"), ("return", "退回"), ("withdraw", "撤回申请")],
        widget=forms.HiddenInput,
        required=False,
    )
