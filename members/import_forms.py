"""Forms of the import: handing in a file, asking for rows of the preview."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from branches import naming
from branches.forms.picking import OrganizationChoiceField
from branches.models import Organization, OrgType, User
from branches.scoping import Right
from members.models.roster import Choice, ImportPurpose, RosterImport, RowKind, RowState
from members.roster import purposes
from members.roster.outcome.effects import Place
from members.roster.preview import deciding
from members.roster.purposes import Purpose
from members.roster.running import starting
from tuanjian.paging import DEFAULT_SIZE, SIZES

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
        return settings.TUANJIAN_IMPORT_LIMITS.upload_bytes // _MIB

    @property
    def most_rows(self) -> int:
        return settings.TUANJIAN_IMPORT_LIMITS.rows

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
    moved = forms.RegexField(r"^1$", required=False)
    mend = forms.RegexField(r"^[0-9]{1,7}\.[a-z_]{1,40}$", required=False)

    @property
    def asked(self) -> dict[str, str]:
        """The conditions that hold."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields if name != "mend"}

    @property
    def cell(self) -> tuple[int, str] | None:
        """The row and field of the cell to be mended."""
        self.is_valid()
        number, _, field = self.cleaned_data.get("mend", "").partition(".")
        return (int(number), field) if field else None


class FileForm(forms.Form):
    """What the uploaded file is needed for."""

    purpose = forms.CharField(
        label="用途",
        max_length=100,
        help_text="记入日志，如“与原表核对”。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请写明下载的用途，会记入日志。"},
    )


class TakeBackForm(forms.Form):
    """The whole import, or what it wrote about some organisations."""

    part = forms.ChoiceField(choices=[("all", "全部撤回"), ("some", "只撤回勾选的组织")], initial="all")
    branch = forms.ModelMultipleChoiceField(Organization.objects.none(), required=False)

    def __init__(self, data: QueryDict | None = None, *, places: list[Place]) -> None:
        super().__init__(data)
        self.places = places
        chosen: Any = self.fields["branch"]
        chosen.queryset = Organization.objects.filter(pk__in=[place.organization.pk for place in places])

    def clean(self) -> dict[str, Any]:
        """Refuse to take back the part of nobody, and to choose between all and what is ticked."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("part") == "some" and not data.get("branch"):
            raise forms.ValidationError("请勾选要撤回的组织，或选“全部撤回”。")
        if data.get("part") == "all" and data.get("branch"):
            raise forms.ValidationError(
                "选的是“全部撤回”，又勾选了组织，没有撤回。只撤回这些组织的，请选“只撤回勾选的组织”；全部撤回的，请取消勾选。"
            )
        return data

    @property
    def branches(self) -> list[Organization] | None:
        """The organisations chosen, None for all."""
        return list(self.cleaned_data["branch"]) if self.cleaned_data["part"] == "some" else None


class MendForm(forms.Form):
    """A cell written anew. ``seen`` is the cell as it was looked at, ``back`` are the conditions of the preview it was
    written in."""

    field = forms.RegexField(r"^[a-z_]{1,40}$", widget=forms.HiddenInput)
    text = forms.CharField(required=False, strip=False)
    seen = forms.RegexField(r"^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput)
    back = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def conditions(self) -> QueryDict:
        """The conditions of the preview, as they may stand in its address."""
        return QueryDict(self.data.get("back", "")[:500], mutable=True)

    @property
    def size(self) -> int:
        """Rows a page of that preview has."""
        return {str(size): size for size in SIZES}.get(self.conditions.get("size", ""), DEFAULT_SIZE)


class DecideForm(forms.Form):
    """What becomes of ticked rows, or of all that offer it; nothing chosen takes decisions back."""

    row = forms.TypedMultipleChoiceField(coerce=int, required=False)
    choice = forms.ChoiceField(choices=Choice.choices, required=False)
    all = forms.BooleanField(required=False)
    back = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, roster: RosterImport) -> None:
        super().__init__(data)
        numbers = [number for number in data.getlist("row")[:1_000] if number.isdecimal() and len(number) < 8]
        self.rows = dict(roster.rows.filter(number__in=numbers).values_list("number", "pk"))
        self.fields["row"].choices = [(number, number) for number in self.rows]  # type: ignore[attr-defined]  # its own

    def decide(self, roster: RosterImport, *, by: User) -> int:
        """Decide; returns about how many rows. Refusals come from ``deciding``."""
        choice = Choice(self.cleaned_data["choice"]) if self.cleaned_data["choice"] else None
        rows = None if self.cleaned_data["all"] else [self.rows[number] for number in self.cleaned_data["row"]]
        return deciding.decide_all(roster, choice, by=by, rows=rows)


class NameForm(forms.Form):
    """What a name of the file means: an organisation that is known, or one to be created with the import."""

    name = forms.CharField(max_length=120, widget=forms.HiddenInput)
    organization = OrganizationChoiceField(label="就是", required=False)
    parent = OrganizationChoiceField(label="上级组织", required=False)
    org_type = forms.ChoiceField(label="组织类别", choices=OrgType.choices, required=False, initial=OrgType.BRANCH)
    short_name = forms.CharField(label="组织简称", max_length=50, required=False)
    full_name = forms.CharField(
        label="组织全称",
        max_length=120,
        required=False,
        help_text="没有改动的，保存时按所选的上级组织和组织类别写。",
    )

    def __init__(
        self, data: QueryDict | None = None, *, roster: RosterImport, user: User, asked: str = "", **options: Any
    ) -> None:
        """``asked`` is the name of the file the form is shown for."""
        super().__init__(data, **options)
        self.roster, self.user = roster, user
        self.usual = naming.full_name_below(roster.organization.full_name, asked, org_type=OrgType.BRANCH)
        self.initial["short_name"] = naming.tidy(asked).removeprefix(naming.PREFIX)
        self.initial["full_name"] = self.usual
        inside = Organization.objects.active().under(roster.organization).in_screen_order()
        told = data or self.initial
        for field, right in (("organization", purposes.of(roster).right), ("parent", Right.STRUCTURE)):
            offered = inside.manageable_by(user, right=right)
            if field == "parent":
                offered = offered.exclude(org_type=OrgType.BRANCH)
            picker: Any = self.fields[field]
            picker.offer(offered, chosen=str(told.get(field, "")), right=right.value)

    @cached_property
    def may_create(self) -> bool:
        """Whether the person may create organisations there."""
        there = Organization.objects.manageable_by(self.user, right=Right.STRUCTURE)
        return there.filter(pk=self.roster.organization_id).exists()

    def clean(self) -> dict[str, Any]:
        """One answer of the two, or none where what was said is taken back by its own button."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("organization") is not None and data.get("parent") is not None:
            raise forms.ValidationError("“就是”和“新建”只能选一样：已有这个组织的清空上级组织，要新建的清空“就是”。")
        asked = "organization" in self.data or "parent" in self.data
        if asked and not self.errors and data.get("organization") is None and data.get("parent") is None:
            raise forms.ValidationError(f"请选择“{data['name']}”是哪个组织，或选上级组织在它下面新建。")
        return data

    def settle(self) -> None:
        """Keep the answer; refusals come from ``deciding``."""
        given = self.cleaned_data
        if given["parent"] is not None:
            org_type = OrgType(given["org_type"] or OrgType.BRANCH)
            names = {"short_name": given["short_name"], "full_name": given["full_name"]}
            if given["full_name"] == self.usual:
                # Proposed before the superior was known.
                names["full_name"] = ""
            deciding.want_branch(
                self.roster, name=given["name"], parent=given["parent"], org_type=org_type, by=self.user, **names
            )
        else:
            deciding.call_branch(self.roster, name=given["name"], organization=given["organization"], by=self.user)
