"""Forms of 通报: what to report about, the text and the picks, withdrawing, a template."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final
from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from branches.browsing import MOST_HITS
from branches.models import Organization, OrgType, User
from reports.circulars import drafting, naming, wording
from reports.models import Audience, Campaign, Circular, CircularKind, Listing

MONTHS = 12
# What follows the 机关代字 in a number: 华岳团通〔2026〕3号.
_REST_OF_NUMBER: Final = re.compile(r"[〔〕\[\]［］]|号$")
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _helper(*fieldsets: Fieldset) -> FormHelper:
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf = False, True
    helper.layout = Layout(*fieldsets)
    return helper


def _months() -> list[tuple[str, str]]:
    """The months that are over, latest first."""
    day, found = timezone.localdate().replace(day=1), []
    for _ in range(MONTHS):
        day = (day - dt.timedelta(days=1)).replace(day=1)
        found.append((day.isoformat(), f"{day.year} 年 {day.month} 月"))
    return found


class DraftForm(forms.Form):
    """What a new circular is about."""

    kind = forms.ChoiceField(
        label="种类",
        choices=CircularKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择通报的种类。"},
    )
    audience = forms.ChoiceField(
        label="发送范围",
        choices=Audience.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择发给哪些组织。"},
    )
    on = forms.DateField(label="统计时点", widget=_DATE, help_text="数字是哪一天的；过去的日期取当天留存的数字。")
    since = forms.DateField(
        label="对比时点", required=False, widget=_DATE, help_text="进度通报用，可不填；填了就写出这段时间的变化。"
    )
    listing = forms.TypedChoiceField(
        label="列出",
        choices=Listing.choices,
        required=False,
        empty_value=Listing.LOWER,
        help_text="进度通报用；列全部团支部的，每个团支部一行。",
    )
    month = forms.TypedChoiceField(
        label="月份",
        required=False,
        coerce=dt.date.fromisoformat,
        empty_value=None,
        help_text="三会两制一课通报用。",
    )

    campaign = forms.ModelChoiceField(
        Campaign.objects.none(),
        label="调度",
        required=False,
        empty_label="请选择",
        help_text="调度通报用，取截止时的数字。",
    )

    def __init__(
        self, data: QueryDict | None = None, *, organization: Organization, user: User, asked: QueryDict
    ) -> None:
        from_report = {"kind": CircularKind.CAMPAIGN, "campaign": asked["campaign"]} if "campaign" in asked else {}
        super().__init__(data, initial={"on": timezone.localdate()} | from_report)
        self.organization, self.user = organization, user
        self.circular: Circular | None = None
        month: Any = self.fields["month"]
        month.choices = [("", "请选择"), *_months()]
        campaign: Any = self.fields["campaign"]
        campaign.queryset = Campaign.objects.filter(organization=organization).exclude(frozen_at=None)
        if from_report:
            # The report has said which campaign; the rest of the figures follows from it.
            for name in ("kind", "on", "since", "listing", "month"):
                self.fields[name].widget = forms.HiddenInput()
        self.helper = _helper(
            Fieldset("通报什么", "kind", "audience"),
            Fieldset("数字", "on", "since", "listing", "month", "campaign"),
        )

    def draft(self) -> None:
        """Make the draft; refusals come from ``drafting.draft``."""
        self.circular = drafting.draft(self.organization, **self.cleaned_data, by=self.user)


class CircularForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for the type checker
    """The heads, the text part by part, and whom somebody picks. Nothing is picked beforehand."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    praised = forms.MultipleChoiceField(
        label="表扬的组织", required=False, widget=forms.CheckboxSelectMultiple, help_text="由您选择，系统不预选。"
    )
    criticised = forms.MultipleChoiceField(
        label="批评的组织", required=False, widget=forms.CheckboxSelectMultiple, help_text="由您选择，系统不预选。"
    )

    class Meta:
        model = Circular
        fields = ("title", "prefix", "addressee", "signature", "audience")
        help_texts = {
            "prefix": "发文字号中年份前的部分，如“华岳团通”；年份和序号印发时自动编排。",
            "signature": "落款，一般用组织全称。",
        }

    def __init__(self, data: QueryDict | None = None, *, circular: Circular, user: User) -> None:
        super().__init__(data, instance=circular, initial={"version": circular.version})
        self.user = user
        names = wording.names_in(circular.kind, circular.figures["table"])
        for key in wording.PICKED:
            self._offer(key, {str(pk): name for pk, name in names.items()})
        self.parts = wording.parts_in(circular.parts)
        for part in self.parts:
            self.fields[f"part_{part.key}"] = forms.CharField(
                label=part.heading,
                required=False,
                max_length=5_000,
                initial=part.text,
                widget=forms.Textarea(attrs={"rows": max(2, min(8, len(part.text) // 50 + 1))}),
            )
        texts = [Field(f"part_{part.key}", wrapper_class="span-all") for part in self.parts]
        self.helper = _helper(
            Fieldset("版头和落款", Field("title", wrapper_class="span-all"), *self.Meta.fields[1:], "version"),
            Fieldset("正文", *texts),
            Fieldset(
                "表扬和批评", Field("praised", wrapper_class="span-all"), Field("criticised", wrapper_class="span-all")
            ),
        )

    def _offer(self, key: str, names: dict[str, str]) -> None:
        """Boxes to tick while they are few; beyond that only those picked stand there, and others are searched for."""
        field: Any = self.fields[key]
        field.initial = [str(pk) for pk in self.instance.chosen.get(key, ())]
        if len(names) > MOST_HITS:
            only_branches = self.instance.kind == CircularKind.ORG_LIFE or self.instance.listing == Listing.BRANCHES
            kind = {"type": OrgType.BRANCH.value} if only_branches else {}
            narrowed = urlencode({"under": self.instance.organization_id, **kind})
            field.widget = forms.SelectMultiple(attrs={"data-picker-url": f"{reverse('branches:pick')}?{narrowed}"})
        field.choices = list(names.items())
        if len(names) > MOST_HITS:
            picked = self[key].value() or ()
            field.widget.choices = [(pk, name) for pk, name in names.items() if pk in picked]

    def clean_prefix(self) -> str:
        """Year and number are added when it is issued, and would stand there twice."""
        prefix: str = self.cleaned_data["prefix"]
        if _REST_OF_NUMBER.search(prefix):
            raise ValidationError("只写年份前的部分，如“华岳团通”，年份和序号印发时自动编排。")
        return prefix

    def _post_clean(self) -> None:
        """The row is written by the rule, under its lock; here the values are only read."""

    def write(self) -> None:
        """Write what was typed; refusals come from ``drafting.edit``."""
        answers = self.cleaned_data
        drafting.edit(
            self.instance,
            heads={name: answers[name] for name in self.Meta.fields},
            texts={part.key: answers[f"part_{part.key}"] for part in self.parts},
            chosen={key: [int(pk) for pk in answers[key]] for key in wording.PICKED},
            version=answers["version"],
            by=self.user,
        )


class VersionForm(forms.Form):
    """Which state of the draft was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class IssueForm(VersionForm):
    """印发: where the text names people, whether that is meant. Asked only where it does."""

    names_people = forms.BooleanField(label="我已核对，确需点名", required=False)

    def __init__(self, data: QueryDict | None = None, *, circular: Circular) -> None:
        super().__init__(data, initial={"version": circular.version})
        if named := naming.named_in(circular):
            self.fields["names_people"].help_text = naming.in_words(named)
        else:
            del self.fields["names_people"]


class WithdrawForm(forms.Form):
    """Why an issued circular is taken back."""

    reason = forms.CharField(
        label="撤回原因",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="各收文组织会看到。",
        error_messages={"required": "请写明撤回的原因，各收文组织会看到。"},
    )


class TemplateForm(forms.Form):
    """A Word template for one kind of circular."""

    kind = forms.ChoiceField(label="种类", choices=CircularKind.choices)
    file = forms.FileField(
        label="模板文件",
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        error_messages={"required": "请选择 Word 模板（.docx）。", "empty": "文件是空的，请检查后重新上传。"},
    )


class KindForm(forms.Form):
    """Which kind a template that is looked at is of; the first where nothing can be read."""

    kind = forms.ChoiceField(choices=CircularKind.choices, required=False)

    @property
    def asked(self) -> CircularKind:
        return (
            CircularKind(self.cleaned_data.get("kind") or CircularKind.ENTRY) if self.is_valid() else CircularKind.ENTRY
        )


class RetireForm(forms.Form):
    """Which own template is taken out of use: of what kind, and which one was looked at."""

    kind = forms.ChoiceField(choices=CircularKind.choices, widget=forms.HiddenInput)
    template = forms.IntegerField(widget=forms.HiddenInput)
