"""Forms, query forms and tables of 随机抽查."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import django_filters
import django_tables2 as tables
from crispy_forms.helper import FormHelper
from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from branches.forms.layout import grouped
from branches.models import Organization, User
from branches.scoping import Sight
from reports.models import (
    Basis,
    FollowUp,
    SpotCheck,
    SpotFact,
    SpotKind,
    SpotRecord,
    UnrealReason,
    Verdict,
)
from reports.models.spot_checks import FINDINGS
from reports.spot_checks.drawing import MOST_DRAWN, Terms
from reports.spot_checks.facts import Fact, Seen
from reports.spot_checks.recording import NO_BASIS, Found, Marked
from tuanjian.asking import Asking
from tuanjian.carrying import CarriedNumberFilter

SEED_HELP: Final = "留空由系统随机产生；也可以填现场报出的数字或公开号码，便于监督。"
UNCHECKED: Final = "none"
EXCUSED: Final = "档案中也没有或不适用"
CARRIED: Final = "沿用您在本次抽查中上一条选的“{}”；这一条不同的，请改选。"


class DrawForm(forms.Form):
    """What is drawn, among whom, how many."""

    name = forms.CharField(
        label="抽查名称", max_length=60, help_text="例如：2026 年第四季度团员信息抽查。",
        error_messages={"required": "请填写抽查名称。"},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="抽查对象", choices=SpotKind.choices, widget=forms.RadioSelect,
        help_text="团干部按任职抽取，一人任两职的算两条记录。", error_messages={"required": "请选择抽查对象。"},
    )  # fmt: skip
    chosen = forms.ModelMultipleChoiceField(
        Organization.objects.none(), label="限于以下直属下级组织", required=False,
        widget=forms.CheckboxSelectMultiple, help_text="都不勾选，就在全部下级组织里抽。",
    )  # fmt: skip
    entered_since = forms.DateField(
        label="录入日期不早于", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="只查新近录入的，填这一天；不限的留空。",
    )  # fmt: skip
    number = forms.IntegerField(
        label="抽取数量", required=False, min_value=1, max_value=MOST_DRAWN,
        help_text="数量和比例填一项。总体不足这个数的，全部抽中。",
    )  # fmt: skip
    percent = forms.IntegerField(
        label="抽取比例（%）", required=False, min_value=1, max_value=100, help_text="不足一条的按一条。"
    )
    seed = forms.CharField(label="种子", max_length=40, required=False, help_text=SEED_HELP)
    reason = forms.CharField(
        label="重抽原因", max_length=200, required=False, help_text="同类抽查还没有检查完又要另抽的，写明原因。"
    )

    def __init__(self, *args: Any, organization: Organization, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lower = Organization.objects.visible_to(user, sight=Sight.ROSTER).active().children_of(organization)
        chosen = cast("forms.ModelMultipleChoiceField[Organization]", self.fields["chosen"])
        chosen.queryset = lower.in_screen_order()

    @property
    def helper(self) -> FormHelper:
        return grouped(
            ("抽查", ["name", "kind"]),
            ("范围", ["chosen", "entered_since"]),
            ("抽取", ["number", "percent", "seed", "reason"]),
            css_class="spot-grid",
        )

    @property
    def terms(self) -> Terms:
        answers = self.cleaned_data
        names = ("name", "number", "percent", "entered_since", "seed")
        chosen, kind = list(answers["chosen"]), SpotKind(answers["kind"])
        return Terms(kind=kind, chosen=chosen, **{name: answers[name] for name in names})


class AgainForm(forms.Form):
    reason = forms.CharField(
        label="重抽原因", max_length=200, error_messages={"required": "请写明重抽的原因。"},
        help_text="列表和报告里都会写明。",
    )  # fmt: skip
    seed = forms.CharField(label="种子", max_length=40, required=False, help_text=SEED_HELP)


@dataclass(frozen=True)
class FactRow:
    """A fact with the two fields it is marked by."""

    fact: Fact
    says: forms.BoundField
    mark: forms.BoundField

    @property
    def hint(self) -> str:
        """Why a fact is 缺漏 before anybody opened a file."""
        if not self.fact.is_missing:
            return ""
        if self.fact.entered:
            return f"按没有填写算，登记为缺漏：{self.fact.why}"
        return "必填，系统里没有填写，登记为缺漏。"


class FindingForm(forms.Form):
    """What was found. What the file says is enough: without a mark of its own such a fact is wrong, or missing."""

    verdict = forms.ChoiceField(
        label="检查结果", choices=Verdict.choices, error_messages={"required": "请按页面下方的按钮登记。"}
    )
    basis = forms.ChoiceField(
        label="核对方式", choices=Basis.choices, widget=forms.RadioSelect, error_messages={"required": NO_BASIS}
    )  # fmt: skip
    unreal = forms.ChoiceField(label="不真实的情形", required=False, choices=[("", "请选择"), *UnrealReason.choices])
    note = forms.CharField(
        label="备注", max_length=200, required=False, help_text="不写证件号码、手机号；被查的支部会看到。"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: Seen, carried: Basis | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if carried and "basis" not in self.initial:
            self.fields["basis"].initial = carried
            self.fields["basis"].help_text = CARRIED.format(carried.label)
        self._facts = seen.facts
        kept = {fact.key: fact for fact in seen.record.facts.all()} if seen.record.is_checked else {}
        for fact in seen.facts:
            before = kept.get(fact.key)
            self.fields[f"says_{fact.key}"] = forms.CharField(
                label=f"{fact.label}应为", max_length=100, required=False, initial=before.file_says if before else "",
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip
            self.fields[f"mark_{fact.key}"] = forms.ChoiceField(
                label=f"{fact.label}检查结果", required=False, choices=_choices(fact),
                initial=before.mark if before else SpotFact.Mark.MISSING if fact.is_missing else "",
            )  # fmt: skip

    @property
    def rows(self) -> Iterator[FactRow]:
        """The facts with their fields."""
        for fact in self._facts:
            yield FactRow(fact, self[f"says_{fact.key}"], self[f"mark_{fact.key}"])

    @property
    def found(self) -> Found:
        answers = self.cleaned_data
        marks = {}
        for fact in self._facts:
            says, mark = answers[f"says_{fact.key}"].strip(), answers[f"mark_{fact.key}"]
            if says and not mark:
                mark = SpotFact.Mark.WRONG if fact.entered else SpotFact.Mark.MISSING
            if mark:
                marks[fact.key] = Marked(SpotFact.Mark(mark), says)
        return Found(
            verdict=Verdict(answers["verdict"]),
            basis=Basis(answers["basis"]),
            marks=marks,
            unreal=answers["unreal"],
            note=answers["note"],
        )


def _choices(fact: Fact) -> list[tuple[str, str]]:
    """How a fact may be marked. One that is asked for and blank is 缺漏, or somebody says why not."""
    choices = [(mark.value, mark.label) for mark in SpotFact.Mark]
    if not fact.is_missing:
        return [("", "一致"), *choices]
    marks = SpotFact.Mark
    wrong = [(marks.WRONG.value, marks.WRONG.label)] if fact.entered else []
    return [(marks.MISSING.value, marks.MISSING.label), *wrong, (marks.UNSURE.value, EXCUSED)]


class MendForm(forms.Form):
    """已整改, in a sentence; with ``unchanged`` of a record in which something found wrong stands as it stood."""

    note = forms.CharField(
        label="整改情况", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请用一句话写明整改情况。"},
        help_text="例如：已按档案改正入团年月。不写证件号码、手机号。",
    )  # fmt: skip
    unchanged = forms.BooleanField(label="没有改动也提交复核", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, unchanged: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not unchanged:
            del self.fields["unchanged"]
            return
        self.fields["note"].label = "整改情况，没有改动的写明原因"
        self.fields["note"].help_text = "例如：档案里的写法与系统一致，已请检查人再看。不写证件号码、手机号。"
        self.fields["unchanged"].label = f"{unchanged}没有改动也提交复核，原因已在上面写明"


class SettleForm(forms.Form):
    """复核: confirmed, or sent back with the reason."""

    deed = forms.ChoiceField(
        label="复核", choices=[("confirm", "通过"), ("return", "退回重改")], widget=forms.RadioSelect,
        error_messages={"required": "请选择通过或退回重改。"},
    )  # fmt: skip
    answer = forms.CharField(
        label="复核意见", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="退回的必须写明原因。",
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)


class SpotCheckFilter(Asking):
    """The query form of the list."""

    name = django_filters.CharFilter(label="名称", lookup_expr="icontains", max_length=60)
    kind = django_filters.ChoiceFilter(label="抽查对象", choices=SpotKind.choices, empty_label="全部")
    organization = CarriedNumberFilter()

    class Meta:
        model = SpotCheck
        fields = ["name", "kind", "organization"]


class SpotRecordFilter(Asking):
    """The query form of the records of a draw, and of what was found about an organisation."""

    state = django_filters.ChoiceFilter(
        label="状态", empty_label="全部", method="in_state",
        choices=[
            (UNCHECKED, "未检查"), (Verdict.RIGHT.value, Verdict.RIGHT.label),
            *(each for each in FollowUp.choices if each[0]), *FINDINGS.items(),
        ],
    )  # fmt: skip

    class Meta:
        model = SpotRecord
        fields = ["state"]

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        """Checked with nothing to mend, or how far the mending is."""
        if value == UNCHECKED:
            return rows.filter(verdict="")
        if value in FINDINGS:
            return rows.finding(value)
        return rows.filter(verdict=value) if value == Verdict.RIGHT else rows.filter(follow_up=value)


class SpotCheckTable(tables.Table):
    """What was drawn, by whom, and how far it is."""

    name = tables.Column("抽查", linkify=True, orderable=False, attrs={"td": {"class": "name"}})
    organization = tables.Column("组织", accessor="organization__short_name", orderable=False)
    kind = tables.Column("抽查对象", orderable=False)
    drawn = tables.Column("抽中", orderable=False, attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    checked = tables.Column("已查", orderable=False, attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    to_mend = tables.Column("待整改", orderable=False, attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    drawn_at = tables.DateTimeColumn(
        verbose_name="抽取时间", format="Y-m-d H:i", orderable=False, attrs={"td": {"class": "when"}}
    )
    reason = tables.Column("重抽原因", orderable=False)
    state = tables.Column("状态", empty_values=(), orderable=False, attrs={"td": {"class": "state"}})
    deeds = tables.Column("操作", accessor="pk", orderable=False, attrs={"td": {"class": "deeds"}})

    class Meta:
        order_by = ()
        attrs = {"aria-label": "随机抽查"}

    def render_state(self, record: Any) -> str:
        state, word = ("neutral", "未检查完") if record.checked < record.drawn else ("good", "已检查完")
        if record.checked == record.drawn and record.to_mend:
            state, word = "care", "有待整改"
        return render_to_string("components/_chip.html", {"state": state, "word": word})

    def render_deeds(self, record: SpotCheck) -> SafeString:
        return format_html(
            '<a href="{}">查看<span class="visually-hidden">{}</span></a>', record.get_absolute_url(), record
        )
