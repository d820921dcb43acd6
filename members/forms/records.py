"""Forms of the person record: entering, correcting, voiding, looking at a number."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Fieldset, Layout
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from branches.models import Organization, User
from branches.scoping import Right
from members import completeness, duplicates, privacy
from members.completeness import gaps_of
from members.dictionaries import Education, Ethnicity, FileState, IncomeBand, Occupation, PoliticalStatus
from members.models import LeagueStatus, Member
from members.models.people import IN_LEAGUE
from members.records import LOCKED, LOCKED_SENTENCE, TELLING, VoidReason, fill
from members.wording import FACTS, MONTHS, label_of, said
from tuanjian.fields import MobileField, OfficeDateField, PersonNameField, YesNoField, office_date
from tuanjian.idnumbers import Gender, IdType

# Beyond so many branches the list is searched on the server instead of being sent whole.
LONGEST_LIST = 50
# Those that League forms use come first.
POLITICAL_FIRST = ("03", "01", "02", "13")
REQUIRED_OF_MEMBERS = ("id_number", "name", "ethnicity", "political_status", "league_status", "joined_on", "phone")
REQUIRED_OF_YOUTH = ("name",)
COUNTED = "建议填写，计入应录尽录"
# The number tells them, or the form asks for them itself; an empty 工作单位 is not missing.
NOT_MARKED = ("birth_on", "gender", "work_unit")


class BranchChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A 团支部 of those the person manages."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.short_name)


def a_choice(name: str, choices: Any, **kwargs: Any) -> forms.ChoiceField:
    """A list with 请选择 on top; nothing is chosen beforehand."""
    return forms.ChoiceField(label=label_of(name), choices=[("", "请选择"), *choices], required=False, **kwargs)


def a_text(name: str, length: int, placeholder: str = "请输入", **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": placeholder, "autocomplete": "off"})
    return forms.CharField(label=label_of(name), max_length=length, required=False, widget=widget, **kwargs)


def _political() -> list[tuple[str, str]]:
    first = [(code, PoliticalStatus(code).label) for code in POLITICAL_FIRST]
    return first + [(code, label) for code, label in PoliticalStatus.choices if code not in POLITICAL_FIRST]


class MemberForm(forms.Form):
    """A person record. ``values`` is what a rule gets; number and phone left empty on correcting stay as they are."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    id_type = forms.ChoiceField(label="证件类型", choices=IdType.choices, required=False, initial=IdType.RESIDENT)
    id_number = forms.CharField(label="证件号码", max_length=40, required=False)
    birth_on = OfficeDateField(label="出生日期", required=False)
    gender = forms.ChoiceField(
        label="性别",
        choices=[(Gender.MALE.value, "男"), (Gender.FEMALE.value, "女")],
        required=False,
        widget=forms.RadioSelect,
    )
    name = PersonNameField(label="姓名", max_length=60, required=False)
    ethnicity = a_choice("ethnicity", Ethnicity.choices)
    political_status = a_choice("political_status", _political())
    education = a_choice("education", Education.choices)
    branch = BranchChoice(
        label="所在团支部",
        queryset=Organization.objects.none(),
        empty_label="请选择",
        help_text="可输入名称、简称或拼音首字母",
    )
    work_unit = a_text("work_unit", 100)
    former_name = a_text("former_name", 50)
    native_place = a_text("native_place", 60, "如 山东济南")
    household_region = a_text("household_region", 100)
    occupation = a_choice("occupation", Occupation.choices)
    income_band = a_choice("income_band", IncomeBand.choices)
    league_status = forms.ChoiceField(
        label="团籍", required=False, widget=forms.RadioSelect, help_text="保留团籍的是中共党员、预备党员"
    )
    joined_on = OfficeDateField(label="入团年月", required=False, help_text="只知道年月的写到月")
    member_no = a_text("member_no", 16, "请输入 12 位编号", help_text="2017 年以后入团的必填，暂缺的会计入缺项")
    file_state = a_choice("file_state", FileState.choices)
    dues_paid_until = OfficeDateField(
        label="团费缴至", required=False, widget=forms.TextInput(attrs={"placeholder": "如 2026-11"})
    )
    applied_to_party = YesNoField(label="是否递交入党申请书")
    joined_party_on = OfficeDateField(label="入党时间", required=False)
    is_volunteer = YesNoField(label="志愿者注册", yes="已注册", no="未注册")
    volunteer_since_on = OfficeDateField(label="注册志愿者时间", required=False, day_required=True)
    phone = MobileField(label="手机号", required=False)
    email = forms.EmailField(label="电子邮箱", max_length=100, required=False)
    remark = a_text("remark", 500)

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        member: Member | None = None,
        kind: str = "member",
        branch: Organization | None = None,
        focus: str = "",
    ) -> None:
        self.user, self.member, self.kind = user, member, kind
        self.check: duplicates.Check | None = None
        super().__init__(data, initial=_initial(member, user) if member else {"branch": branch})
        self.fields["name"].widget.attrs.update({"placeholder": "请输入证件上的姓名", "autocomplete": "off"})
        self.fields["phone"].widget.attrs["placeholder"] = "请输入 11 位手机号"
        self.fields["email"].widget.attrs.update({"placeholder": "请输入", "autocomplete": "off"})
        self._prepare_number()
        self._prepare_league()
        if member is None:
            self._prepare_new(branch)
        else:
            self._prepare_old(member)
        self._mark_counted()
        for field in self.fields.values():
            verb = "选择" if isinstance(field, forms.ChoiceField | forms.ModelChoiceField) else "填写"
            field.error_messages["required"] = f"请{verb}{field.label}。"
        if focus in self.fields:
            self.fields[focus].widget.attrs["autofocus"] = True
        self.helper = _helper(self)

    @property
    def is_stale(self) -> bool:
        """Whether somebody saved the record after this form was opened."""
        return self.member is not None and self.cleaned_data.get("version") != self.member.version

    @property
    def title(self) -> str:
        """What the page is called."""
        if self.member is not None:
            return f"修改{self.member.name}的资料"
        return "新增青年" if self.kind == "youth" else "新增团员"

    @property
    def typed_locked(self) -> dict[str, str]:
        """What was typed into fields a record has kept since it was verified, after the form was opened."""
        if not self.is_bound or self.member is None or not self.member.is_verified:
            return {}
        known = {"name": self.member.name, "id_type": self.member.id_type, "gender": self.member.gender}
        known["birth_on"] = said(self.member, "birth_on")
        return {name: self.data[name] for name in LOCKED if self.data.get(name, "") not in ("", known.get(name))}

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.typed_locked:
            self.add_error(None, LOCKED_SENTENCE)
        if "id_number" in self.fields and "id_number" not in self.errors:
            self._read_number()
        if "birth_on" in self.fields and "id_number" not in self.errors and not self.birth_follows:
            self._need_birth_and_sex()
        return self.cleaned_data

    @property
    def birth_follows(self) -> bool:
        """Whether birth date and sex come from a number, new or known, and not from their inputs."""
        if self.check is not None:
            return self.check.told is None or self.check.told.birth_on is not None
        known = self.member
        return known is not None and known.id_type in TELLING and bool(known.id_number_head)

    def values(self) -> dict[str, Any]:
        """What was typed, as far as it is to be saved."""
        values = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("version", "id_type", "id_number", "birth_on", "gender", "phone")
        }
        if self.check is not None and self.check.told is not None:
            values |= {"id_type": self.check.told.id_type, "id_number": self.check.told.number}
        if "birth_on" in self.fields and not self.birth_follows:
            values |= {"birth_on": self.cleaned_data["birth_on"], "gender": self.cleaned_data["gender"]}
        if self.cleaned_data["phone"] or self._may_empty_phone:
            values["phone"] = self.cleaned_data["phone"]
        return values

    def record(self) -> Member:
        """A new, unsaved record of what was typed."""
        status = {} if self.kind == "member" else {"league_status": LeagueStatus.NONE}
        return fill(Member(), self.values() | status)

    def _read_number(self) -> None:
        text = self.cleaned_data["id_number"]
        if not text:
            return
        self.check = duplicates.check(
            text,
            id_type=self.cleaned_data.get("id_type") or IdType.RESIDENT,
            user=self.user,
            on=timezone.localdate(),
            but=self.member,
        )
        if self.check.refusal:
            self.add_error("id_number", self.check.refusal)
        elif self.check.answer:
            self.add_error("id_number", self.check.answer.sentence)

    def _need_birth_and_sex(self) -> None:
        if not self.cleaned_data.get("birth_on") and "birth_on" not in self.errors:
            self.add_error("birth_on", "号码里没有出生日期，请填写出生日期，至少到月。")
        if not self.cleaned_data.get("gender"):
            self.add_error("gender", "请选择性别。")

    @property
    def _may_empty_phone(self) -> bool:
        return self.member is None or privacy.shows_phone(self.user, self.member)

    def _prepare_number(self) -> None:
        self.fields["id_number"].widget.attrs.update(
            {
                "placeholder": "请输入证件号码",
                "autocomplete": "off",
                "hx-post": reverse("members:check_number"),
                "hx-trigger": "change, numberready",
                "hx-target": "#number-answer",
                "hx-include": "#id_id_type, #id_number_of",
                "data-number": "",
            }
        )
        self.fields["id_type"].widget.attrs["data-number-type"] = ""

    def _prepare_league(self) -> None:
        choices = [(status.value, status.label) for status in IN_LEAGUE]
        if self.member is not None and self.member.league_status not in IN_LEAGUE:
            choices.insert(0, (self.member.league_status, self.member.get_league_status_display()))
        field = self.fields["league_status"]
        if self.member is None and self.kind == "youth":
            del self.fields["league_status"]
        elif isinstance(field, forms.ChoiceField):
            field.choices = choices

    def _prepare_new(self, branch: Organization | None) -> None:
        for name in REQUIRED_OF_YOUTH if self.kind == "youth" else REQUIRED_OF_MEMBERS:
            self.fields[name].required = True
        self.fields["id_type"].required = self.kind == "member"
        branches = Organization.objects.manageable_by(self.user, right=Right.PEOPLE).branches().active()
        self._offer(branches.in_screen_order(), branch)

    def _offer(self, branches: QuerySet[Organization], chosen: Organization | None) -> None:
        field = self.fields["branch"]
        field.queryset = branches  # type: ignore[attr-defined]  # a model choice, as declared
        few = list(branches[: LONGEST_LIST + 1])
        if len(few) == 1:
            self.initial["branch"] = few[0].pk
        if len(few) <= LONGEST_LIST:
            field.help_text = ""
            return
        posted = self.data.get("branch", "") if self.is_bound else ""
        wanted = int(posted) if posted.isascii() and posted.isdigit() else (chosen.pk if chosen else None)
        known = branches.filter(pk=wanted).first() if wanted else None
        field.widget.choices = [("", "请选择")] + ([(known.pk, known.short_name)] if known else [])
        field.widget.attrs["data-picker-url"] = reverse("branches:pick") + "?right=people&type=branch"

    def _prepare_old(self, member: Member) -> None:
        del self.fields["branch"]
        self.fields["name"].required = True
        self.fields["version"].initial = self.initial["version"] = member.version
        if member.is_verified:
            for name in LOCKED:
                del self.fields[name]
        else:
            self._leave_number(member)
        if member.phone_sealed and not self._may_empty_phone:
            self.fields["phone"].widget.attrs["placeholder"] = f"{member.phone_masked}，不改请留空"
        for gap in gaps_of(member):
            if gap.field in self.fields:
                self.fields[gap.field].help_text = f"缺项：{gap.why}"

    def _mark_counted(self) -> None:
        """Say of what may be left empty that 应录尽录 counts it."""
        for fact in completeness.FACTS:
            field = self.fields.get(fact.field)
            if field is not None and not field.required and not field.help_text and fact.field not in NOT_MARKED:
                field.help_text = COUNTED

    def _leave_number(self, member: Member) -> None:
        if not member.id_number_head:
            return
        self.fields["id_number"].widget.attrs["placeholder"] = f"{member.id_number_masked}，不改请留空"
        if member.id_type in TELLING:
            self.fields["birth_on"].help_text = self.fields["gender"].help_text = ""


def _initial(member: Member, user: User) -> dict[str, Any]:
    initial: dict[str, Any] = {name: getattr(member, name) for name in FACTS}
    for name in MONTHS:
        initial[name] = office_date(initial[name], getattr(member, f"{name}_is_month"))
    initial["dues_paid_until"] = office_date(member.dues_paid_until, True)
    if privacy.shows_phone(user, member):
        initial["phone"] = member.phone
    return initial


def _helper(form: MemberForm) -> FormHelper:
    groups = (
        ("证件", ("id_type", "id_number", "#answer", "birth_on", "gender")),
        (
            "基本信息",
            (
                *("name", "ethnicity", "political_status", "education", "branch", "work_unit"),
                *("former_name", "native_place", "household_region", "occupation", "income_band"),
            ),
        ),
        (
            "团籍信息",
            (
                *("league_status", "joined_on", "member_no", "dues_paid_until", "file_state", "applied_to_party"),
                *("joined_party_on", "is_volunteer", "volunteer_since_on"),
            ),
        ),
        ("联系方式", ("phone", "email", "remark")),
    )
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout("version", *(Fieldset(title, *_fields(form, names)) for title, names in groups))
    return helper


def _fields(form: MemberForm, names: tuple[str, ...]) -> list[Any]:
    if names[0] == "id_type" and "id_number" not in form.fields:
        return [HTML('{% include "members/_locked.html" %}')]
    wide = {"id_number": "span-2", "birth_on": "told-otherwise", "gender": "told-otherwise"}
    fields: list[Any] = []
    for name in names:
        if name == "#answer":
            fields.append(HTML('{% include "members/_number_area.html" %}'))
        elif name in form.fields:
            fields.append(Field(name, wrapper_class=wide.get(name, "")))
    return fields


class NumberForm(forms.Form):
    """A number to be looked at while the form is being filled in."""

    id_type = forms.ChoiceField(choices=IdType.choices, required=False)
    id_number = forms.CharField(max_length=40, required=False)
    number_of = forms.IntegerField(required=False)


class VoidForm(forms.Form):
    """Why records are voided."""

    reason = forms.ChoiceField(label="作废原因", choices=[("", "请选择"), *VoidReason.choices])
    note = forms.CharField(label="说明", max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("reason") == VoidReason.OTHER and not self.cleaned_data.get("note"):
            self.add_error("note", "原因选了“其他”，请写明说明。")
        return self.cleaned_data

    def in_words(self) -> str:
        """The reason as it goes into the log."""
        note = self.cleaned_data["note"]
        return VoidReason(self.cleaned_data["reason"]).label + (f"：{note}" if note else "")


class RestoreForm(forms.Form):
    """Why a voided record is taken back."""

    reason = forms.CharField(label="恢复原因", max_length=100)


class RevealForm(forms.Form):
    """What is to be looked at in clear, and why."""

    field = forms.ChoiceField(choices=privacy.Revealed.choices, widget=forms.HiddenInput)
    why = forms.ChoiceField(label="查看用途", choices=privacy.Purpose.choices, required=False)
    purpose = forms.CharField(label="说明", max_length=100, required=False)

    def in_words(self) -> str:
        """The purpose as it goes into the log."""
        why, said = self.cleaned_data["why"], self.cleaned_data["purpose"].strip()
        if not why or why == privacy.Purpose.OTHER:
            return str(said)
        return privacy.Purpose(why).label + (f"：{said}" if said else "")
