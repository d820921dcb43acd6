"""Forms of 调度."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, cast

import django_filters
import django_tables2 as tables
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from branches.forms.layout import grouped
from branches.forms.picking import EMPTY
from branches.models import Organization, User
from branches.scoping import Sight
from reports.campaigns.board import STATES
from reports.campaigns.drafting import Stage, Terms
from reports.completion_items import GROUPS, ITEMS
from reports.models import Campaign, CampaignScope, CampaignState, CampaignTarget
from tuanjian.asking import Asking
from tuanjian.carrying import CarriedNumberFilter
from tuanjian.fields import refuse_far_year

STAGES = 5
# Longer ids there are none.
MOST_DIGITS: Final = 19


def _wide(name: str) -> Field:
    return Field(name, wrapper_class="span-all")


def _day(**attrs: str) -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **attrs})


# Most deadlines of the office are the end of a working day.
END_OF_WORK: Final = dt.time(18)


class CampaignForm(forms.Form):
    """What is asked, of whom, until when. Items are ticked by the group, one by one, or both."""

    name = forms.CharField(
        label="调度名称", max_length=60, help_text="例如：2026 年团员信息采集录入。",
        error_messages={"required": "请填写调度名称。"},
    )  # fmt: skip
    scope = forms.ChoiceField(
        label="范围", choices=CampaignScope.choices, widget=forms.RadioSelect,
        error_messages={"required": "请选择范围。"},
    )  # fmt: skip
    chosen = forms.ModelMultipleChoiceField(
        Organization.objects.none(), label="选定的组织", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="范围是“选定的直属下级组织”时勾选。",
    )  # fmt: skip
    groups = forms.MultipleChoiceField(
        label="按类选择", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(group.key, group.label) for group in GROUPS], help_text="勾选一类，就包括该类的全部项目。",
    )  # fmt: skip
    items = forms.MultipleChoiceField(
        label="单个项目", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(item.key, f"{item.group.label}：{item.label}") for item in ITEMS.values()],
    )  # fmt: skip
    starts_on = forms.DateField(
        label="开始日期", widget=_day(), initial=timezone.localdate, error_messages={"required": "请填写开始日期。"},
        help_text="到这一天以后启动；计划从启动那天算起。", validators=[refuse_far_year],
    )  # fmt: skip
    deadline_on = forms.DateField(
        label="截止日期", widget=_day(), error_messages={"required": "请填写截止日期。"}, validators=[refuse_far_year]
    )
    deadline_time = forms.TimeField(
        label="截止时间", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), initial=END_OF_WORK,
        error_messages={"required": "请填写截止时间，例如 18:00。"},
    )  # fmt: skip
    notice = forms.CharField(
        label="通知正文", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="下级组织在待办事项里看到，最多 500 字。",
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, organization: Organization, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lower = Organization.objects.visible_to(user, sight=Sight.ROSTER).active().children_of(organization)
        chosen = cast("forms.ModelMultipleChoiceField[Organization]", self.fields["chosen"])
        chosen.queryset = lower.in_screen_order()

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(
            Fieldset("调度", _wide("name"), _wide("scope"), _wide("chosen")),
            Fieldset("项目", _wide("groups"), _wide("items")),
            Fieldset("时间", "starts_on", "deadline_on", "deadline_time"),
            Fieldset("通知", _wide("notice"), "version"),
        )
        return helper

    @property
    def keys(self) -> set[str]:
        """Keys of the items asked for."""
        answers = self.cleaned_data
        of_groups = {item.key for item in ITEMS.values() if item.group.key in answers["groups"]}
        return of_groups | set(answers["items"])

    def clean(self) -> None:
        answers = super().clean() or self.cleaned_data
        if not answers.get("groups") and not answers.get("items"):
            self.add_error("groups", "请至少选择一类或一个项目。")

    def terms(self, stages: list[Stage]) -> Terms:
        """What was filled in, with the stages of the second form."""
        answers = self.cleaned_data
        deadline = dt.datetime.combine(answers["deadline_on"], answers["deadline_time"])
        return Terms(
            name=answers["name"],
            scope=CampaignScope(answers["scope"]),
            chosen=list(answers["chosen"]),
            items=self.keys,
            starts_on=answers["starts_on"],
            deadline_at=timezone.make_aware(deadline),
            notice=answers["notice"],
            stages=stages,
        )


class StageForm(forms.Form):
    """A stage; one that is left empty is none."""

    name = forms.CharField(label="阶段", max_length=30, required=False)
    on = forms.DateField(label="截止日", required=False, widget=_day())
    percent = forms.IntegerField(label="计划完成率（%）", required=False, min_value=1, max_value=100)

    def clean(self) -> None:
        answers = super().clean() or self.cleaned_data
        given = [answers.get(name) not in (None, "") for name in ("name", "on", "percent")]
        if not self.errors and any(given) and not all(given):
            raise ValidationError("阶段的名称、截止日和计划完成率请都填写，或都留空。")


class _Stages(forms.BaseFormSet[StageForm]):
    @property
    def stages(self) -> list[Stage]:
        """The stages that were filled in."""
        rows = (form.cleaned_data for form in self.forms)
        return [Stage(row["name"], row["on"], row["percent"]) for row in rows if row.get("on")]


def stage_forms(data: Any, campaign: Campaign | None = None) -> _Stages:
    """Five lines for stages, those of the campaign filled in."""
    kept = campaign.stages.all() if campaign else []
    initial = [{"name": stage.name, "on": stage.on, "percent": stage.percent} for stage in kept]
    # Always the same number of lines: what is left empty is no stage.
    formset = forms.formset_factory(
        StageForm, formset=_Stages, extra=max(0, STAGES - len(initial)), max_num=STAGES, validate_max=True
    )
    return cast("_Stages", formset(data, initial=initial, prefix="stages"))


def initial_of(campaign: Campaign) -> dict[str, Any]:
    """A draft as its form shows it: whole groups as groups, the rest one by one."""
    whole = [
        group.key
        for group in GROUPS
        if all(item.key in campaign.items for item in ITEMS.values() if item.group is group)
    ]
    deadline = timezone.localtime(campaign.deadline_at)
    return {
        "name": campaign.name,
        "scope": campaign.scope,
        "chosen": campaign.chosen,
        "groups": whole,
        "items": [key for key in campaign.items if key in ITEMS and ITEMS[key].group.key not in whole],
        "starts_on": campaign.starts_on,
        "deadline_on": deadline.date(),
        "deadline_time": deadline.time(),
        "notice": campaign.notice,
        "version": campaign.version,
    }


def shown_in(text: str) -> set[int]:
    """Ids of the organisations that were shown, as one field carries them: they may be more than a form has fields."""
    return {int(word) for word in text.split(",") if word.isascii() and word.isdigit() and len(word) < MOST_DIGITS}


class VersionForm(forms.Form):
    """A confirmation of the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(VersionForm):
    """The same with a reason."""

    reason = forms.CharField(label="撤销原因", max_length=200, error_messages={"required": "请填写撤销的原因。"})


class ExtensionForm(forms.Form):
    """Who may finish later, until when, why."""

    target = forms.ModelChoiceField(
        CampaignTarget.objects.none(), label="组织", empty_label=EMPTY,
        error_messages={"required": "请选择延期的组织。"},
    )  # fmt: skip
    until_on = forms.DateField(
        label="延期至", widget=_day(), error_messages={"required": "请填写延期的最后一天。"},
        help_text="含这一天。到期后自动截止。", validators=[refuse_far_year],
    )  # fmt: skip
    reason = forms.CharField(
        label="原因", max_length=100, error_messages={"required": "请填写延期的原因。"},
        help_text="调度页面上看到，不要写个人情况。",
    )  # fmt: skip

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = cast("forms.ModelChoiceField[CampaignTarget]", self.fields["target"])
        target.queryset = campaign.targets.all()

    @property
    def helper(self) -> FormHelper:
        return grouped(("延期", ["target", "until_on", "reason"]), css_class="form-grid-1")


class BoardQuery(forms.Form):
    """Which organisations of a campaign to list. What cannot be read is not asked for."""

    name = forms.CharField(
        label="组织", required=False, max_length=50, widget=forms.TextInput(attrs={"placeholder": "组织名称"})
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部状态"), *((state.word, state.word) for state in STATES)]
    )

    @property
    def asked(self) -> dict[str, str]:
        """By name and state; empty where it could not be read."""
        return self.cleaned_data if self.is_valid() else {}

    @property
    def is_narrowed(self) -> bool:
        return any(self.asked.values())


class CampaignFilter(Asking):
    """The query form of the list."""

    state = django_filters.ChoiceFilter(label="状态", choices=CampaignState.choices, empty_label="全部状态")
    name = django_filters.CharFilter(
        label="名称", lookup_expr="icontains", max_length=60, widget=forms.TextInput(attrs={"placeholder": "调度名称"})
    )
    organization = CarriedNumberFilter()

    class Meta:
        model = Campaign
        fields = ["name", "state", "organization"]


class CampaignTable(tables.Table):
    """What is asked, by whom, until when, and how far it is."""

    name = tables.Column("调度", linkify=True, orderable=False, attrs={"td": {"class": "name"}})
    organization = tables.Column("组织", accessor="organization__short_name", orderable=False)
    scope = tables.Column("范围", orderable=False)
    starts_on = tables.DateColumn(verbose_name="开始", format="Y-m-d", orderable=False, attrs={"td": {"class": "when"}})
    deadline_at = tables.DateTimeColumn(
        verbose_name="截止", format="Y-m-d H:i", orderable=False, attrs={"td": {"class": "when"}}
    )
    made_by = tables.Column("拟定人", orderable=False)
    state = tables.Column("状态", orderable=False, attrs={"td": {"class": "state"}})
    deeds = tables.Column("操作", accessor="pk", orderable=False, attrs={"td": {"class": "deeds"}})

    class Meta:
        order_by = ()
        attrs = {"aria-label": "调度"}

    def render_state(self, record: Campaign) -> str:
        return render_to_string("components/_chip.html", {"state": record.chip, "word": record.word})

    def render_deeds(self, record: Campaign) -> SafeString:
        return format_html(
            '<a href="{}">查看<span class="visually-hidden">{}</span></a>', record.get_absolute_url(), record
        )
