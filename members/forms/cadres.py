"""Forms about posts: choosing whom, the facts of a post, a person entered together with it, ending it."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import TextChoices
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from branches.models import User
from members import cadres, duplicates
from members.dictionaries import Education, LeaguePost, PoliticalStatus, PostManner, PostNature
from members.models import CadreTerm, LeagueStatus, Member
from tuanjian.fields import MobileField, OfficeDateField, PersonNameField, YesNoField, office_date
from tuanjian.idnumbers import Gender, IdType
from tuanjian.placeholders import is_placeholder

PLEASE_CHOOSE = ("", "请选择")


def choices_of(dictionary: type[TextChoices]) -> list[tuple[str, str]]:
    return [PLEASE_CHOOSE, *dictionary.choices]


def say_what_is_missing(form: forms.BaseForm) -> None:
    """Name the field in the sentence about an empty one: the summary above the form reads better."""
    for field in form.fields.values():
        verb = "选择" if isinstance(field, forms.ChoiceField) else "填写"
        field.error_messages["required"] = f"请{verb}{field.label}。"


class FindForm(forms.Form):
    """What somebody remembers of the person. Sent by POST: no personal data in addresses."""

    q = forms.CharField(
        label="姓名、拼音首字母或证件号码",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


class TermForm(forms.Form):
    """The facts of a post; ``filled`` gives the post with what was typed, ready for the rule."""

    post = forms.ChoiceField(label="团内职务")
    post_title = forms.CharField(label="职务名称", max_length=40, required=False, help_text="团内职务选“其他”时填写。")
    nature = forms.ChoiceField(label="团干部性质", choices=PostNature.choices, widget=forms.RadioSelect)
    manner = forms.ChoiceField(label="任职方式", choices=choices_of(PostManner), required=False)
    started_on = OfficeDateField(
        label="任现职年月", required=False, help_text="只知道月份就写到月；暂不清楚可以先不填，以后补录。"
    )
    is_party_committee_member = YesNoField(label="是否同级党委（支部）成员")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    # The answer about a number that is registered already, where a form asks for one.
    duplicate: duplicates.Answer | None = None
    facts = ("post", "post_title", "nature", "manner", "started_on", "is_party_committee_member")

    def __init__(self, data: QueryDict | None = None, *, term: CadreTerm) -> None:
        initial = {name: getattr(term, name) for name in self.facts} | {
            "started_on": office_date(term.started_on, term.started_on_is_month),
            "version": term.version,
        }
        super().__init__(data, initial=initial)
        self.term = term
        posts = cadres.posts_of(term.organization)
        if term.post and term.post not in posts:
            posts = [LeaguePost(term.post), *posts]
        self.fields["post"].choices = [PLEASE_CHOOSE, *((post.value, post.label) for post in posts)]  # type: ignore[attr-defined]
        say_what_is_missing(self)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(*self.sections())

    def sections(self) -> list[Any]:
        return [Fieldset("任职信息", *self.facts, "version")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("post") and data["post"] != LeaguePost.OTHER:
            data["post_title"] = ""
        return data

    def filled(self) -> CadreTerm:
        """A copy of the post with what was typed; the post the page speaks of stays as it is."""
        term = copy.copy(self.term)
        for name in self.facts:
            setattr(term, name, self.cleaned_data[name])
        started = self.cleaned_data["started_on"]
        term.started_on = started.day if started else None
        term.started_on_is_month = bool(started and started.is_month)
        return term

    @property
    def is_stale(self) -> bool:
        """Whether the rule refused because somebody else was quicker."""
        return self.has_error(NON_FIELD_ERRORS, cadres.STALE)

    def compare_with(self, present: CadreTerm) -> list[dict[str, str]]:
        """What was typed beside what stands there now, for the facts that differ; saving again takes the typed ones."""
        typed, now = cadres.in_words(self.filled()), cadres.in_words(present)
        self.data = dict(self.data.items()) | {"version": str(present.version)}
        return [
            {"label": label, "typed": typed[label] or "未填", "now": now[label] or "未填"}
            for label in typed
            if typed[label] != now[label]
        ]


class NewCadreForm(TermForm):
    """A person who is no member and not registered yet, with the post that brings them here."""

    name = PersonNameField(label="姓名", max_length=100)
    id_type = forms.ChoiceField(label="证件类型", choices=IdType.choices, initial=IdType.RESIDENT)
    id_number = forms.CharField(
        label="证件号码",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "请输入证件号码"}),
    )
    birth_on = OfficeDateField(
        label="出生日期", required=False, day_required=True, help_text="护照、通行证等需要填写。"
    )
    gender = forms.ChoiceField(
        label="性别",
        choices=[(Gender.MALE.value, "男"), (Gender.FEMALE.value, "女")],
        required=False,
        widget=forms.RadioSelect,
    )
    phone = MobileField(label="手机号")
    political_status = forms.ChoiceField(label="政治面貌", choices=choices_of(PoliticalStatus))
    education = forms.ChoiceField(label="学历", choices=choices_of(Education), required=False)
    work_unit = forms.CharField(label="工作单位", max_length=100, required=False)

    # What the answer beside the number looks for on a form that corrects a record.
    member: Member | None = None
    person_fields = (
        *("id_type", "id_number", "name", "birth_on", "gender", "phone"),
        *("political_status", "education", "work_unit"),
    )
    field_order = (*person_fields, *TermForm.facts)

    def __init__(self, data: QueryDict | None = None, *, term: CadreTerm, user: User) -> None:
        self.user = user
        self.check: duplicates.Check | None = None
        super().__init__(data, term=term)
        self.fields["id_type"].widget.attrs["data-number-type"] = ""
        self.fields["id_number"].widget.attrs |= {
            "hx-post": reverse("members:check_number"),
            "hx-trigger": "change, numberready",
            "hx-target": "#number-answer",
            "hx-include": "#id_id_type",
            "data-number": "",
        }

    def sections(self) -> list[Any]:
        person = Fieldset(
            "人员信息",
            "id_type",
            Field("id_number", wrapper_class="span-2"),
            HTML('{% include "members/_number_area.html" %}'),
            Field("birth_on", wrapper_class="told-otherwise"),
            Field("gender", wrapper_class="told-otherwise"),
            *("name", "phone", "political_status", "education", "work_unit"),
        )
        return [person, *super().sections()]

    def clean_political_status(self) -> str:
        status: str = self.cleaned_data["political_status"]
        if status == PoliticalStatus.LEAGUE_MEMBER:
            raise ValidationError("团员请先在团员名单中新增，再登记任职。")
        return status

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if is_placeholder(phone):
            raise ValidationError("这不是真实的手机号，请填写本人的手机号。")
        return phone

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "id_number" in data and "id_type" in data:
            self._read_number(data)
        return data

    def _read_number(self, data: dict[str, Any]) -> None:
        self.check = check = duplicates.check(
            data["id_number"], id_type=data["id_type"], user=self.user, on=timezone.localdate()
        )
        if check.told is None:
            self.add_error("id_number", check.refusal)
            return
        data["id_number"], data["id_type"] = check.told.number, check.told.id_type
        data["birth_on"] = check.told.birth_on or (data["birth_on"].day if data.get("birth_on") else None)
        data["gender"] = check.told.gender or data.get("gender")
        for name, label in (("birth_on", "出生日期"), ("gender", "性别")):
            if not data[name] and name not in self.errors:
                self.add_error(name, f"这种证件的号码里没有{label}，请填写。")
        if check.answer is not None:
            self.duplicate = check.answer
            self.add_error("id_number", check.answer.sentence)

    def filled(self) -> CadreTerm:
        term = super().filled()
        data = self.cleaned_data
        person = Member(
            league_status=LeagueStatus.NONE,
            **{name: data[name] for name in self.person_fields if name not in ("id_number", "phone")},
        )
        person.spell_name()
        person.id_number, person.phone = data["id_number"], data["phone"]
        term.person = person
        return term


class EndReason(TextChoices):
    """Why a post ends."""

    TERM_OVER = "换届届满", "换届届满"
    MOVED = "工作调动", "工作调动"
    RESIGNED = "本人辞职", "本人辞职"
    RELIEVED = "组织免职", "组织免职"
    AGE = "超过任职年龄", "超过任职年龄"
    MISTAKE = "登记有误", "登记有误"
    OTHER = "其他", "其他"


class EndForm(forms.Form):
    ended_on = OfficeDateField(label="免职日期", day_required=True)
    reason = forms.ChoiceField(label="免职原因", choices=choices_of(EndReason))
    note = forms.CharField(label="说明", max_length=150, required=False, help_text="原因选“其他”时必须填写。")

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        say_what_is_missing(self)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == EndReason.OTHER and not data.get("note"):
            self.add_error("note", "原因选了“其他”，请写明情况。")
        return data

    @property
    def day(self) -> dt.date:
        return self.cleaned_data["ended_on"].day  # type: ignore[no-any-return]  # an OfficeDate, as the field says

    @property
    def whole_reason(self) -> str:
        return "：".join(part for part in (self.cleaned_data["reason"], self.cleaned_data["note"]) if part)


class CloseForm(forms.Form):
    """撤销 of an organisation."""

    closed_on = OfficeDateField(label="撤销日期", day_required=True)
    reason = forms.CharField(label="撤销原因", max_length=200, help_text="如“并入航测二室团支部，局团委〔2026〕5 号”。")

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        say_what_is_missing(self)

    @property
    def day(self) -> dt.date:
        return self.cleaned_data["closed_on"].day  # type: ignore[no-any-return]  # an OfficeDate, as the field says
