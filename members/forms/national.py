"""Forms for what goes on in the national system: exporting by a profile, marking as done, taking a mark back."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import QueryDict
from django.utils import timezone

from members.models import ExportProfile
from members.privacy import SHORTEST_PURPOSE
from tuanjian.fields import OfficeDateField


class ExportForm(forms.Form):
    """In which columns, and what for."""

    profile = forms.ModelChoiceField(ExportProfile.objects.none(), label="导出方案", empty_label=None)
    purpose = forms.CharField(
        label="导出用途",
        max_length=100,
        help_text=f"至少 {SHORTEST_PURPOSE} 个字，如“录入国家系统”，记入日志。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写导出用途。"},
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        profiles = self.fields["profile"]
        assert isinstance(profiles, forms.ModelChoiceField)
        profiles.queryset = ExportProfile.objects.on_offer()

    @property
    def profiles(self) -> list[ExportProfile]:
        """What can be chosen, with the columns."""
        return list(ExportProfile.objects.on_offer().prefetch_related("columns"))


class MarkForm(forms.Form):
    """When it was done there."""

    done_on = OfficeDateField(
        label="办理日期",
        day_required=True,
        help_text="在国家系统办妥的日期，不能晚于今天。",
        error_messages={"required": "请填写办理日期。"},
    )
    note = forms.CharField(
        label="备注",
        max_length=100,
        required=False,
        help_text="如“新增”“资料更正”，可以不填。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"done_on": timezone.localdate()})

    @property
    def day(self) -> dt.date:
        return self.cleaned_data["done_on"].day  # type: ignore[no-any-return]  # an OfficeDate, as the field says


class WithdrawForm(forms.Form):
    """Why a mark is taken back."""

    reason = forms.CharField(
        label="撤回原因",
        max_length=100,
        required=False,
        help_text="如“勾选有误”，可以不填。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
