"""Forms of activities: recording and correcting with attendance, guests and results; voiding; restoring."""

from __future__ import annotations

import copy
import datetime as dt
import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q, QuerySet
from django.forms.formsets import BaseFormSet
from django.forms.utils import ErrorDict
from django.utils import timezone

from activities import attending, recording
from activities.models import Activity, ActivityKind, ActivityResult, Attendance, ExternalParticipants
from activities.recording import VoidReason
from activities.wording import FACTS, Details, details_of
from branches.models import Organization, User
from members.models import Member
from tuanjian.fields import OfficeDateField
from tuanjian.officedates import OfficeDate

# Empty lines for guests and results: as many can be added at a time without script.
LINES = 3
MOST_COUNTED = 9_999_999
PERSON = re.compile(r"person-([0-9]{1,17})-(?:present|state)")


def _text(label: str, length: int, placeholder: str = "请输入") -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": placeholder, "autocomplete": "off", "list": "people-names"})
    return forms.CharField(label=label, max_length=length, required=False, widget=widget)


def _long_text(label: str, length: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False, widget=forms.Textarea(attrs={"rows": 3}))


def _time(label: str) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    errors = {"invalid": "请写成 14:30 这样的时间。"}
    return forms.TimeField(label=label, required=False, widget=widget, error_messages=errors)


class AttendanceForm(forms.Form):
    """One person of the list: there, or away with a reason, or – neither said – not expected."""

    present = forms.BooleanField(required=False)
    state = forms.ChoiceField(
        choices=[
            ("", "请选择"),
            *((each.value, each.label) for each in (Attendance.State.LEAVE, Attendance.State.ABSENT)),
        ],
        required=False,
    )
    reason = forms.CharField(max_length=100, required=False)

    def __init__(self, data: Any, *, person: Member, posts: str, initial: Attendance | None) -> None:
        self.person, self.posts = person, posts
        known: dict[str, Any] = {}
        if initial is not None:
            away = initial.state != Attendance.State.PRESENT
            known = {"present": not away, "state": initial.state if away else "", "reason": initial.reason}
        super().__init__(data, prefix=f"person-{person.pk}", initial=known)
        for name, css, label in (
            ("present", "form-check-input", ""),
            ("state", "form-select", f"{person.name}未出席情况"),
            ("reason", "form-control reason", f"{person.name}未出席原因"),
        ):
            self.fields[name].widget.attrs |= {"class": css} | ({"aria-label": label} if label else {})
        self.fields["reason"].widget.attrs |= {"placeholder": "原因", "autocomplete": "off"}

    def noted(self) -> Attendance | None:
        """What is to be kept about the person, if anything."""
        said = self.cleaned_data
        state = Attendance.State.PRESENT if said["present"] else said["state"]
        reason = "" if said["present"] else said["reason"]
        return Attendance(person=self.person, state=state, reason=reason) if state else None


class LineForm(forms.Form):
    """A line that is filled in whole or not at all."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said = {name: value for name, value in data.items() if name in self.fields}
        if any(value not in (None, "") for value in said.values()):
            for name, value in said.items():
                if value in (None, ""):
                    self.add_error(name, f"请填写{self.fields[name].label}。")
        return data

    @property
    def is_filled(self) -> bool:
        return bool(self.cleaned_data.get("count"))


def _count(label: str) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"})
    errors = {
        "invalid": f"{label}请填整数。",
        "min_value": f"{label}至少是 1。",
        "max_value": f"{label}过大，请核对。",
    }
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=MOST_COUNTED, widget=widget, error_messages=errors
    )


def _word(label: str, length: int, placeholder: str) -> forms.CharField:
    attrs = {"class": "form-control", "placeholder": placeholder, "autocomplete": "off"}
    return forms.CharField(label=label, max_length=length, required=False, widget=forms.TextInput(attrs=attrs))


class GuestForm(LineForm):
    description = _word("来自", 100, "如 社区居民")
    count = _count("人数")


class ResultForm(LineForm):
    label = _word("成果", 50, "如 消杀")
    count = _count("数量")
    unit = _word("单位", 10, "如 次")


class ActivityForm(forms.Form):
    """A record of an activity. ``look`` among the data asks only for the people of the day typed, and saves nothing."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ModelChoiceField(label="活动类型", queryset=ActivityKind.objects.none(), empty_label="请选择")
    held_on = OfficeDateField(label="日期", day_required=True, widget=forms.DateInput(attrs={"type": "date"}))
    topic = forms.CharField(
        label="主题",
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "如 学习团章、讨论下季度安排", "autocomplete": "off"}),
    )
    starts_at = _time("开始时间")
    ends_at = _time("结束时间")
    place = _text("地点", 100)
    mode = forms.ChoiceField(
        label="方式", choices=Activity.Mode.choices, initial=Activity.Mode.ON_SITE, widget=forms.RadioSelect
    )
    host = _text("主持人", 50)
    recorder = _text("记录人", 50)
    attended = _count("参加人数")
    agenda = _long_text("议题", 2_000)
    minutes = _long_text("内容记录", 10_000)
    resolution = _long_text("决议", 2_000)

    def __init__(
        self, data: Any = None, *, user: User, organization: Organization, activity: Activity | None = None,
        kind: str = "",
    ) -> None:  # fmt: skip
        self.user, self.organization, self.activity = user, organization, activity
        self.is_looking = bool(data) and "look" in data
        self.doubles: list[Activity] = []
        known = details_of(activity) if activity else Details()
        super().__init__(data, initial=self._initial(kind))
        offered = Q(retired_on=None) | Q(retired_on__gt=timezone.localdate())
        kinds: Any = self.fields["kind"]
        kinds.queryset = ActivityKind.objects.filter(offered | Q(pk=activity.kind_id if activity else None))
        for name in ("kind", "held_on", "topic"):
            verb = "选择" if name == "kind" else "填写"
            self.fields[name].error_messages["required"] = f"请{verb}{self.fields[name].label}。"
        del self.fields["place"].widget.attrs["list"]
        self.fields["attended"].help_text = "没有逐人登记时，只填本组织到会的人数。"
        self._prepare_day()
        self.people = self._people(known.attendances)
        self.guests = _lines(GuestForm, data, "guests", known.externals)
        self.results = _lines(ResultForm, data, "results", known.results)
        self.helper = _helper()

    @property
    def title(self) -> str:
        """What the page is called."""
        return "修改活动记录" if self.activity else "记录活动"

    @property
    def day(self) -> dt.date:
        """The day whose people are listed: the one typed, else today."""
        typed = self.data.get("held_on", "") if self.is_bound else self.initial.get("held_on")
        if isinstance(typed, dt.date):
            return typed
        try:
            read = self.fields["held_on"].clean(typed or "")
        except ValidationError:
            return timezone.localdate()
        return read.day if isinstance(read, OfficeDate) else timezone.localdate()

    @property
    def sure_of(self) -> str:
        """What the person insists on by saving again, though it looks like another record."""
        typed = self.filled()
        return f"{typed.kind_id} {typed.held_on} {typed.topic}"

    @property
    def is_stale(self) -> bool:
        """Whether the rule refused because somebody else was quicker."""
        return self.has_error(NON_FIELD_ERRORS, recording.STALE)

    @property
    def rolls(self) -> list[tuple[str, list[AttendanceForm]]]:
        """The people under what they are, to be ticked apart: a members' meeting is no meeting of all young people."""
        others = [row for row in self.people if not row.posts and attending.is_outside(row.person)]
        league = [row for row in self.people if row not in others]
        word = "团员和团干部" if self.organization.is_branch else "团干部"
        return [(each, rows) for each, rows in ((word, league), ("其他在册人员", others)) if rows]

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_looking:
            self._errors = ErrorDict()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # Every part is asked, so that all that is wrong is shown at once.
        parts = {
            "到会情况": [each.is_valid() for each in self.people],
            "外部参加人员": [self.guests.is_valid()],
            "活动成果": [self.results.is_valid()],
        }
        for name, valid in parts.items():
            if not all(valid):
                self.add_error(None, f"{name}有没填对的地方，请看红字说明。")
        return data

    def is_ready(self) -> bool:
        """Whether what was typed can be saved: valid, meant to be saved, and no double of a record nobody confirmed."""
        if self.is_looking or not self.is_valid():
            return False
        # What the record was called before has been asked about, or stood there before the other.
        if self.activity is None or not {"kind", "held_on", "topic"}.isdisjoint(self.changed_data):
            self.doubles = list(recording.doubles_of(self.filled()))
        return not self.doubles or self.data.get("even_so") == self.sure_of

    def filled(self) -> Activity:
        """The facts as typed, in a copy of the record or a new one; nothing is saved."""
        activity = copy.copy(self.activity) if self.activity else Activity(organization=self.organization)
        for name in FACTS:
            setattr(activity, name, self.cleaned_data[name])
        activity.held_on = self.cleaned_data["held_on"].day
        return activity

    def details(self) -> Details:
        """Attendance, guests and results as typed. Ticked people who are not on the list go to the rule to refuse."""
        noted = [row for row in (each.noted() for each in self.people) if row is not None]
        noted += [Attendance(person=person, state=Attendance.State.PRESENT) for person in self._ticked_strangers()]
        return Details(
            attendances=noted,
            externals=[ExternalParticipants(**line.cleaned_data) for line in self.guests if line.is_filled],
            results=[ActivityResult(**line.cleaned_data) for line in self.results if line.is_filled],
        )

    def compare(self) -> list[tuple[str, str, str]]:
        """What was typed beside what stands there now; saving again takes the typed."""
        assert self.activity is not None
        present = Activity.objects.get(pk=self.activity.pk)
        self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        self.data["version"] = str(present.version)  # type: ignore[index]
        return recording.differences(self.filled(), self.details())

    def _initial(self, kind: str) -> dict[str, Any]:
        if self.activity is None:
            return {"kind": ActivityKind.objects.filter(code=kind).first()} if kind else {}
        return {name: getattr(self.activity, name) for name in FACTS} | {"version": self.activity.version}

    def _prepare_day(self) -> None:
        self.fields["held_on"].widget.attrs |= {
            "max": timezone.localdate().isoformat(),
            "hx-post": "",
            "hx-vals": '{"look": "1"}',
            "hx-trigger": "change delay:300ms",
            "hx-target": "#attendance",
            "hx-select": "#attendance",
            "hx-swap": "outerHTML",
        }

    def _people(self, noted: list[Attendance]) -> list[AttendanceForm]:
        known = {row.person_id: row for row in noted}
        listed = attending.offered(self.organization, on=self.day, user=self.user, noted_in=self.activity)
        data = self.data if self.is_bound else None
        return [
            AttendanceForm(data, person=person, posts=posts, initial=known.get(person.pk)) for person, posts in listed
        ]

    def _ticked_strangers(self) -> QuerySet[Member]:
        listed = {each.person.pk for each in self.people}
        posted = {int(match[1]) for match in map(PERSON.fullmatch, self.data) if match and self.data.get(match[0])}
        return Member.objects.visible_to(self.user).filter(pk__in=posted - listed).by_pinyin()


def _lines(
    kind: type[LineForm], data: Any, prefix: str, known: list[ExternalParticipants] | list[ActivityResult]
) -> BaseFormSet[LineForm]:
    initial = [{name: getattr(row, name) for name in kind.base_fields} for row in known]
    formset = forms.formset_factory(kind, extra=max(1, LINES - len(initial)), max_num=50, absolute_max=60)
    return formset(data or None, prefix=prefix, initial=initial)


def _helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(
        "version",
        Fieldset("活动", "kind", HTML('{% include "activities/_day.html" %}'), Field("topic", wrapper_class="span-2")),
        Fieldset("到会情况", HTML('{% include "activities/_attendance.html" %}'), "attended"),
        Fieldset("时间和地点", "starts_at", "ends_at", "place", "mode", "host", "recorder"),
        Fieldset("内容", *(Field(name, wrapper_class="span-all") for name in ("agenda", "minutes", "resolution"))),
        Fieldset("外部参加人员和成果", HTML('{% include "activities/_lines.html" %}')),
    )
    return helper


class VoidForm(forms.Form):
    """Why a record is voided."""

    reason = forms.ChoiceField(
        label="作废原因",
        choices=[("", "请选择"), *VoidReason.choices],
        error_messages={"required": "请选择作废原因。"},
    )
    note = forms.CharField(label="说明", max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == VoidReason.OTHER and not data.get("note"):
            self.add_error("note", "原因选了“其他”，请写明说明。")
        return data

    def in_words(self) -> str:
        """The reason as it goes into the log."""
        note = self.cleaned_data["note"]
        return VoidReason(self.cleaned_data["reason"]).label + (f"：{note}" if note else "")


class RestoreForm(forms.Form):
    """Why a voided record is taken back."""

    reason = forms.CharField(label="恢复原因", max_length=100, error_messages={"required": "请填写恢复原因。"})
