"""Forms of the tree: a new organisation, its particulars, names, type, place, order, declared numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.db.models import Q
from django.utils import timezone

from branches import browsing, naming, particulars, tree
from branches.forms.layout import grouped
from branches.forms.picking import EMPTY, OrganizationChoiceField
from branches.models import BranchKind, Headcount, Organization, OrgType, UnitCategory, UnitNature, User
from branches.scoping import Right
from tuanjian.fields import OfficeDateField, office_date

QUOTAS = ["admin_quota", "admin_quota_filled", "institution_quota", "institution_quota_filled"]
REASON = forms.CharField(label="原因或依据", required=False, max_length=300, help_text="写进操作日志，例如批复文号。")


def with_empty(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Nothing is chosen beforehand."""
    return [("", EMPTY), *choices]


class NamesForm(forms.Form):
    """Full and short name, with what is unusual about them and the names that would be usual."""

    short_name = forms.CharField(label="组织简称", max_length=50, help_text="例如：机电公司检修车间团支部。")
    full_name = forms.CharField(
        label="组织全称", max_length=120, help_text="例如：中国共产主义青年团机电公司检修车间支部委员会。"
    )
    # Set by two buttons. "mine": save as typed although unusual; "proposal": fill in what is usual, to be looked at.
    names = forms.ChoiceField(required=False, choices=[("mine", ""), ("proposal", "")], widget=forms.HiddenInput)

    def named_type(self) -> str:
        """The type the names are checked against."""
        raise NotImplementedError

    def warnings(self) -> list[naming.NameWarning]:
        """What is unusual about the names typed; empty once the person insisted on them."""
        if not self.is_valid() or self.cleaned_data["names"] == "mine":
            return []
        full_name, short_name = self.cleaned_data["full_name"], self.cleaned_data["short_name"]
        return naming.check(org_type=self.named_type(), full_name=full_name, short_name=short_name)

    def with_proposals(self) -> bool:
        """Put the proposals into the form if the person asked for that; whether anything was put in."""
        if self.data.get("names") != "proposal" or not (proposed := self.warnings()):
            return False
        filled = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        filled.setlist("names", [""])
        for warning in proposed:
            filled.setlist(warning.field, [warning.proposal])
        self.data = filled
        self.full_clean()
        return True


class AddForm(NamesForm):
    """A new organisation below ``parent``."""

    org_type = forms.ChoiceField(label="组织类别")
    branch_kind = forms.ChoiceField(
        label="团支部类型", required=False, choices=with_empty(BranchKind.choices), help_text="类别为团支部时选择。"
    )
    unit_nature = forms.ModelChoiceField(UnitNature.objects.all(), label="单位性质", required=False, empty_label=EMPTY)
    unit_category = forms.ModelChoiceField(
        UnitCategory.objects.all(), label="行业类别", required=False, empty_label=EMPTY
    )
    student = forms.BooleanField(label="学生团组织", required=False, help_text="学生团组织的任期另有规定。")
    order_number = forms.IntegerField(label="排序号", min_value=0, max_value=999_999, help_text="数字小的排在前面。")

    def __init__(self, *args: Any, parent: Organization, **kwargs: Any) -> None:
        kwargs["initial"] = {"order_number": browsing.next_order_number(parent)} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        offer_words(self)
        types = [(kind.value, kind.label) for kind in tree.allowed_types(parent)]
        # One answer only is no choice: below a 团总支 there are branches.
        self.fields["org_type"].choices = types if len(types) == 1 else with_empty(types)  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        return grouped(
            ("类别", ["org_type", "branch_kind", "student"]),
            ("名称", ["short_name", "full_name", "order_number"]),
            ("单位", ["unit_nature", "unit_category"]),
        )

    def named_type(self) -> str:
        return str(self.cleaned_data["org_type"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("org_type") == OrgType.BRANCH and not data.get("branch_kind"):
            self.add_error("branch_kind", "请选择团支部类型。")
        return data

    def organization(self) -> Organization:
        """What was typed, not yet saved and without a place."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "names"}
        values["branch_kind"] = values["branch_kind"] or BranchKind.ORDINARY
        return Organization(**values)


class RenameForm(NamesForm):
    reason = REASON

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        self.organization = organization
        now = {"short_name": organization.short_name, "full_name": organization.full_name}
        kwargs["initial"] = now | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    @property
    def helper(self) -> FormHelper:
        return grouped(("新名称", ["short_name", "full_name", "reason"]), css_class="form-grid-1")

    @property
    def new_names(self) -> dict[str, str]:
        """Arguments of ``tree.rename``."""
        return {name: self.cleaned_data[name] for name in ("full_name", "short_name", "reason")}

    def named_type(self) -> str:
        return self.organization.org_type


class ParticularsForm(forms.ModelForm[Organization]):
    """基本信息 of an organisation; what its type does not have is not asked for."""

    founded_on = OfficeDateField(label="成立时间", required=False, help_text="知道哪天写到日，否则写到月。")
    last_election_on = OfficeDateField(label="最近一次换届时间", required=False, help_text="用来推算下次换届的期限。")
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Organization
        fields = [
            "branch_kind",
            "student",
            "unit_nature",
            "unit_category",
            "founded_on",
            "last_election_on",
            "region_name",
            "region_code",
            "address",
            "contact_phone",
            "contact_email",
            *QUOTAS,
            "remark",
        ]
        widgets = {"remark": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, data: Any = None, *, instance: Organization, **kwargs: Any) -> None:
        initial = {
            name: office_date(getattr(instance, name), _is_month(instance, name)) for name in particulars.OFFICE_DATES
        }
        kwargs["initial"] = initial | {"version": instance.version}
        super().__init__(data, instance=instance, **kwargs)
        offer_words(self)
        for name in QUOTAS if instance.is_branch else ["branch_kind"]:
            del self.fields[name]
        if instance.is_branch:
            self.fields["branch_kind"].required = True
            self.fields["branch_kind"].choices = with_empty(BranchKind.choices)  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        first = [name for name in ["branch_kind", "unit_nature", "unit_category", "student"] if name in self.fields]
        quotas = [name for name in QUOTAS if name in self.fields]
        return grouped(
            ("类别与单位", first),
            ("成立与换届", ["founded_on", "last_election_on"]),
            ("联系方式", ["region_name", "region_code", "address", "contact_phone", "contact_email"]),
            ("编制", quotas),
            ("其他", ["remark"]),
        )

    def clean_region_code(self) -> str:
        code: str = self.cleaned_data["region_code"].strip()
        if code and not (len(code) == 6 and code.isascii() and code.isdecimal()):
            raise forms.ValidationError("行政区划代码是 6 位数字，例如 370100。")
        return code

    def _post_clean(self) -> None:
        """The instance stays as it is stored: ``particulars.correct`` writes, after comparing."""

    def save_by(self, user: User) -> None:
        """Hand what was typed to the rule."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        particulars.correct(self.instance, values=values, version=self.cleaned_data["version"], by=user)


class ChangeTypeForm(forms.Form):
    org_type = forms.ChoiceField(label="新的组织类别")
    reason = REASON

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = Organization.objects.ancestors_of(organization).last()
        kinds = [kind for kind in tree.allowed_types(parent) if kind != organization.org_type]
        self.fields["org_type"].choices = with_empty([(kind.value, kind.label) for kind in kinds])  # type: ignore[attr-defined]
        if not kinds:
            self.fields["org_type"].help_text = "现在的上级组织之下只能设这一类组织；如需改类别，请先移动。"

    @property
    def helper(self) -> FormHelper:
        return grouped(("组织类别", ["org_type", "reason"]), css_class="form-grid-1")

    @property
    def new_type(self) -> dict[str, Any]:
        """Arguments of ``tree.change_type``."""
        return {"org_type": OrgType(self.cleaned_data["org_type"]), "reason": self.cleaned_data["reason"]}


class MoveForm(forms.Form):
    """The new superior: an organisation the user manages that may take this type."""

    under = OrganizationChoiceField(label="新的上级组织")

    def __init__(self, *args: Any, organization: Organization, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Q(pk__in=Organization.objects.under(organization).values("pk"))
        takers = Organization.objects.manageable_by(user, right=Right.STRUCTURE).active().exclude(own)
        takers = takers.filter(org_type__in=browsing.receiving(OrgType(organization.org_type)))
        under = self.fields["under"]
        if isinstance(under, OrganizationChoiceField):
            chosen = self.data.get("under")
            under.offer(takers.in_screen_order(), chosen=chosen, right=Right.STRUCTURE, receives=organization.org_type)

        self.organization = organization

    def clean_under(self) -> Organization:
        under: Organization = self.cleaned_data["under"]
        if under.path == self.organization.parent_path:
            raise forms.ValidationError(f"{self.organization.short_name}已经在{under.short_name}之下，不需要移动。")
        return under

    @property
    def helper(self) -> FormHelper:
        return grouped(("移到", ["under"]), css_class="form-grid-1")


class ReasonForm(forms.Form):
    """Why something is done that has been looked at on the page."""

    reason = REASON


class PastForm(forms.Form):
    """Which day's tree, and which organisation of it."""

    on = forms.DateField(
        label="日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "请写成 2026-05-04 这样的日期。"},
    )
    organization = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def clean_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError("日期不能晚于今天。")
        return on


class OrderForm(forms.Form):
    order_number = forms.IntegerField(
        label="排序号", min_value=0, max_value=999_999, help_text="数字小的排在前面；相同时先建的在前。"
    )

    @property
    def helper(self) -> FormHelper:
        return grouped(("排序", ["order_number"]), css_class="form-grid-1")


class HeadcountForm(forms.Form):
    """A declared number; offers only the kinds this person may declare."""

    kind = forms.ChoiceField(label="项目")
    value = forms.IntegerField(label="人数", min_value=0, max_value=9_999_999)
    as_of_on = OfficeDateField(label="截至日期", day_required=True)
    source = forms.CharField(label="依据", max_length=100, help_text="例如：局人事处名册、上级核定。")

    def __init__(self, *args: Any, organization: Organization, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"as_of_on": timezone.localdate()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, kind.label) for kind in particulars.kinds_to_declare(organization, user)]
        self.fields["kind"].choices = kinds if len(kinds) == 1 else with_empty(kinds)  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        return grouped(("核定人数", ["kind", "value", "as_of_on", "source"]), css_class="form-grid-1")

    @property
    def declaration(self) -> dict[str, Any]:
        """Arguments of ``particulars.declare``."""
        data = self.cleaned_data
        return data | {"kind": Headcount.Kind(data["kind"]), "as_of_on": data["as_of_on"].day}


def offer_words(form: forms.BaseForm) -> None:
    """Offer the words of the dictionaries that are in use; a retired one stays where it is already chosen."""
    instance = getattr(form, "instance", None)
    for name in ("unit_nature", "unit_category"):
        field = form.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            present = getattr(instance, f"{name}_id", None)
            field.queryset = field.queryset.filter(Q(retired_on=None) | Q(pk=present))  # type: ignore[union-attr]
            field.empty_label = EMPTY


def _is_month(organization: Organization, name: str) -> bool:
    return bool(getattr(organization, f"{name}_is_month"))
