"""Forms of the import: handing in a file, asking for rows of the preview."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from branches.forms.picking import OrganizationChoiceField
from branches.models import Organization, User
from members.models.roster import ImportPurpose, RosterImport, RowKind, RowState
from members.roster import starting
from members.roster.purposes import Purpose
from tuanjian.spreadsheets import Limits

READABLE = ".xlsx,.xls,.csv"
_MIB = 2**20


class UploadForm(forms.Form):
    """A file, where it is to be imported, and a note. ``start`` hands it in; ``roster`` is the import then."""

    organization = OrganizationChoiceField(label="导入到")
    file = forms.FileField(
        label="文件",
        max_length=255,
        widget=forms.FileInput(attrs={"accept": READABLE, "data-file-input": ""}),
        error_messages={"required": "请选择要导入的文件。", "empty": "文件是空的，请检查后重新上传。"},
    )
    note = forms.CharField(label="说明", max_length=200, required=False, help_text="可不填，如“2026 年秋季名册”。")
    update_existing = forms.BooleanField(
        label="更新已存在的数据",
        required=False,
        initial=True,
        help_text="系统中已有的人和组织，按文件补充和更正；空格不会清除已有内容。不勾选时只新增，不改动已有记录。",
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        user: User,
        purpose: Purpose,
        current: Organization | None,
    ) -> None:
        super().__init__(data, files)
        self.user, self.purpose = user, purpose
        self.roster: RosterImport | None = None
        offered = Organization.objects.active().manageable_by(user, right=purpose.right).in_screen_order()
        chosen = str(data.get("organization", "")) if data else ""
        if not chosen and current is not None and offered.filter(pk=current.pk).exists():
            chosen = str(current.pk)
            self.initial["organization"] = current.pk
        field = self.fields["organization"]
        field.error_messages["required"] = "请选择导入到哪个组织。"
        field.offer(offered, chosen=chosen, right=purpose.right.value)  # type: ignore[attr-defined]  # the field above
        if purpose.key != ImportPurpose.ROSTER:
            del self.fields["update_existing"]

    @property
    def largest(self) -> int:
        """The limit of a file, in MB."""
        return Limits().upload_bytes // _MIB

    @property
    def most_rows(self) -> int:
        return Limits().rows

    def start(self) -> None:
        """Have the file checked; refusals come from ``starting.start``."""
        data = self.cleaned_data
        self.roster = starting.start(
            data["file"],
            organization=data["organization"],
            note=data["note"],
            update_existing=data.get("update_existing", True),
            by=self.user,
            purpose=self.purpose.key,
        )


class RowsForm(forms.Form):
    """Which rows of the preview are asked for; what makes no sense asks for nothing."""

    kind = forms.ChoiceField(choices=RowKind.choices, required=False)
    state = forms.ChoiceField(choices=RowState.choices, required=False)
    finding = forms.RegexField(r"^[A-Z0-9_]{1,40}\.[a-z_]{0,40}\.(out)?$", required=False)
    q = forms.CharField(max_length=60, required=False)

    @property
    def asked(self) -> dict[str, str]:
        """The conditions that hold."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
