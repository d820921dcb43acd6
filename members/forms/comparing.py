"""Forms of 与国家系统核对: handing in a list, asking for lines of the result."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from branches.forms.picking import OrganizationChoiceField
from branches.models import Organization, User
from branches.scoping import Right
from members.models import Comparison, Outcome
from members.national_check import keeping
from members.national_check.facts import LABELS
from members.national_check.showing import Asked

READABLE = ".xlsx,.xls,.csv"


class CompareForm(forms.Form):
    """A file and the organisation whose people it is held against. ``start`` hands it in."""

    organization = OrganizationChoiceField(label="核对的组织", help_text="与这个组织及全部下级的在册团员核对。")
    file = forms.FileField(
        label="国家系统导出的名单",
        max_length=255,
        widget=forms.FileInput(attrs={"accept": READABLE, "data-file-input": ""}),
        error_messages={"required": "请选择国家系统导出的文件。", "empty": "文件是空的，请检查后重新上传。"},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        user: User,
        current: Organization | None,
    ) -> None:
        super().__init__(data, files)
        self.user = user
        self.comparison: Comparison | None = None
        offered = Organization.objects.active().manageable_by(user, right=Right.PEOPLE).in_screen_order()
        chosen = str(data.get("organization", "")) if data else ""
        if not chosen and current is not None and offered.filter(pk=current.pk).exists():
            chosen = str(current.pk)
            self.initial["organization"] = current.pk
        field = self.fields["organization"]
        field.error_messages["required"] = "请选择核对哪个组织。"
        field.offer(offered, chosen=chosen, right=Right.PEOPLE.value)  # type: ignore[attr-defined]  # the field above

    @property
    def largest(self) -> int:
        """The limit of a file, in MB."""
        return settings.TUANJIAN_IMPORT_LIMITS.upload_bytes // 2**20

    def start(self) -> None:
        """Have the file compared; refusals come from ``keeping.start``."""
        data = self.cleaned_data
        self.comparison = keeping.start(data["file"], organization=data["organization"], by=self.user)


class ResultForm(forms.Form):
    """Which lines of the result; what makes no sense asks for nothing."""

    outcome = forms.ChoiceField(label="结果", choices=[("", "全部"), *Outcome.choices], required=False)
    field = forms.ChoiceField(label="不同的项目", choices=[("", "全部"), *LABELS.items()], required=False)
    name = forms.CharField(
        label="姓名", max_length=50, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    @property
    def asked(self) -> Asked:
        """The conditions that hold."""
        self.is_valid()
        return Asked(**{name: self.cleaned_data.get(name, "") for name in self.fields})
