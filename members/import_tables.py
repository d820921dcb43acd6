"""导入记录: its query form and tables."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from branches.models import Organization
from branches.scoping import within
from members import privacy
from members.models import Member
from members.models.roster import ImportPurpose, ImportState, RosterChange, RosterImport
from members.roster.outcome.effects import Deed, Effect, deed_of, done_by, kinds_written
from members.roster.outcome.references import References
from members.roster.preview.reviewing import Review
from tuanjian.asking import Asking

NOTHING = "—"
CHIPS = {
    ImportState.UPLOADED: "busy",
    ImportState.CHECKING: "busy",
    ImportState.TO_ARRANGE: "care",
    ImportState.TO_CONFIRM: "care",
    ImportState.WRITING: "busy",
    ImportState.DONE: "good",
    ImportState.TAKEN_BACK: "neutral",
    ImportState.DISCARDED: "neutral",
    ImportState.FAILED: "problem",
}


class ImportFilter(django_filters.FilterSet):
    """Query form of the history."""

    organization = django_filters.NumberFilter(method="by_organization", widget=forms.HiddenInput)
    q = django_filters.CharFilter(
        label="文件或说明",
        method="by_text",
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "文件名、说明、组织", "autocomplete": "off"}),
    )
    purpose = django_filters.ChoiceFilter(label="内容", choices=ImportPurpose.choices, empty_label="请选择")
    state = django_filters.ChoiceFilter(label="状态", choices=ImportState.choices, empty_label="请选择")

    class Meta:
        model = RosterImport
        fields = ("q", "purpose", "state")

    def by_organization(self, imports: Any, name: str, value: int) -> Any:
        """Imports to the organisation or below; of those the page shows anyway."""
        top = Organization.objects.filter(pk=value).first()
        return imports.filter(within([top.path], "organization__path")) if top else imports.none()

    def by_text(self, imports: Any, name: str, value: str) -> Any:
        place = Q(organization__short_name__contains=value)
        return imports.filter(Q(file_name__icontains=value) | Q(note__contains=value) | place)


class ChangeFilter(Asking):
    """Query form of what an import wrote; ``?kept=1`` only what was kept when it was taken back."""

    kept = django_filters.CharFilter(method="by_kept", widget=forms.HiddenInput)
    q = django_filters.CharFilter(
        label="名称",
        field_name="label",
        lookup_expr="contains",
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "姓名或组织名称", "autocomplete": "off"}),
    )
    what = django_filters.ChoiceFilter(label="内容", field_name="object_type", empty_label="全部")
    deed = django_filters.ChoiceFilter(label="处理", choices=Deed.choices, method="by_deed", empty_label="全部")

    class Meta:
        model = RosterChange
        fields = ("q", "what", "deed")

    def __init__(self, data: Any, roster: RosterImport) -> None:
        super().__init__(data, roster.changes.select_related("branch").order_by("number"))
        self.filters["what"].extra["choices"] = kinds_written(roster)

    def by_kept(self, changes: Any, name: str, value: str) -> Any:
        """What stayed when the import was taken back."""
        return changes.exclude(kept_because="") if value == "1" else changes

    def by_deed(self, changes: Any, name: str, value: str) -> Any:
        """What was created, updated or moved."""
        return changes.filter(done_by(Deed(value)))


def _both(css: str) -> dict[str, dict[str, str]]:
    return {"th": {"class": css}, "td": {"class": css}}


class ImportTable(tables.Table):
    """One line an import."""

    file_name = tables.Column("文件", orderable=False, attrs=_both("file-name"))
    purpose = tables.Column("内容", orderable=False, attrs=_both("when bare"))
    organization = tables.Column("导入到", orderable=False, attrs=_both("wide-fact"))
    started_by = tables.Column("导入人", orderable=False, attrs=_both("when"))
    created_at = tables.Column("上传时间", orderable=False, attrs=_both("when"))
    rows = tables.Column("行数", accessor="counts", orderable=False, empty_values=(), attrs=_both("counts"))
    state = tables.Column("状态", orderable=False, attrs=_both("state"))
    deeds = tables.Column("操作", accessor="pk", orderable=False, attrs=_both("deeds"))

    class Meta:
        attrs = {"aria-label": "导入记录"}

    def render_file_name(self, record: RosterImport) -> SafeString:
        note = format_html('<span class="cell-note">{}</span>', record.note) if record.note else ""
        url = reverse("members:import", args=[record.pk])
        return format_html('<a href="{}">{}</a>{}', url, record.file_name, note)

    def render_purpose(self, record: RosterImport) -> str:
        return record.get_purpose_display()

    def render_organization(self, record: RosterImport) -> str:
        return record.organization.short_name

    def render_created_at(self, record: RosterImport) -> str:
        return f"{timezone.localtime(record.created_at):%Y-%m-%d %H:%M}"

    def render_rows(self, record: RosterImport) -> str:
        return counts_in_words(record) or NOTHING

    def render_state(self, record: RosterImport) -> str:
        state = ImportState(record.state)
        return render_to_string("components/_chip.html", {"state": CHIPS[state], "word": state.label})

    def render_deeds(self, record: RosterImport) -> SafeString:
        words = {ImportState.TO_ARRANGE: "去识别", ImportState.TO_CONFIRM: "去确认"}
        word = words.get(ImportState(record.state), "查看")
        url = reverse("members:import", args=[record.pk])
        return format_html('<a href="{}">{}<span class="visually-hidden">{}</span></a>', url, word, record.file_name)


class ChangeTable(tables.Table):
    """What an import wrote."""

    label = tables.Column("名称", accessor="change__label", orderable=False, attrs=_both("name"))
    what = tables.Column("内容", orderable=False, attrs=_both("when bare"))
    branch = tables.Column(
        "所在组织", accessor="change__branch", orderable=False, attrs=_both("wide-fact"), empty_values=()
    )
    deed = tables.Column("处理", accessor="change__created", orderable=False, attrs=_both("when bare"))
    state = tables.Column("撤回情况", accessor="change", orderable=False, attrs=_both("wide-fact"))

    class Meta:
        attrs = {"aria-label": "导入写入的内容"}

    def render_label(self, record: Effect) -> str | SafeString:
        if not record.url:
            return record.change.label
        return format_html('<a href="{}">{}</a>', record.url, record.change.label)

    def render_branch(self, record: Effect) -> str:
        place = record.change.branch
        is_itself = place is not None and record.change.object_type == place._meta.label_lower
        return NOTHING if place is None or is_itself else place.short_name

    def render_deed(self, record: Effect) -> str:
        return str(deed_of(record.change).label)

    def render_state(self, record: Effect) -> str | SafeString:
        change = record.change
        if change.kept_because:
            return format_html("保留：{}{}", change.kept_because, _needed_by(record))
        return "已撤回" if change.returned_at else NOTHING


def _needed_by(record: Effect) -> SafeString:
    """What refers to the record, each with the way to it: whoever wants it gone begins there."""
    return format_html_join("", '<span class="cell-note">{}：{}{}</span>', map(_named, record.needed_by))


def _named(references: References) -> tuple[str, SafeString, str]:
    names = format_html_join(
        "、", '<a href="{}">{}</a>', ((each.url, each.name) for each in references.named if each.url)
    )
    bare = "、".join(each.name for each in references.named if not each.url)
    more = f"等 {references.seen} 项" if references.more else ""
    return references.what, names or escape(bare), more


class AbsentTable(tables.Table):
    """在册但不在表中."""

    name = tables.Column("姓名", orderable=False, attrs=_both("name"))
    id_number = tables.Column("证件号码", accessor="id_number_masked", orderable=False, attrs=_both("id-number"))
    branch = tables.Column("所在团支部", accessor="branch__short_name", orderable=False, attrs=_both("wide-fact"))
    league_status = tables.Column("团籍", orderable=False)
    phone = tables.Column("手机号", accessor="pk", orderable=False, attrs=_both("when"))

    class Meta:
        attrs = {"aria-label": "在册但不在表中的人员"}

    def render_name(self, record: Member) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def render_league_status(self, record: Member) -> str:
        return record.get_league_status_display()

    def render_phone(self, record: Member) -> str:
        return privacy.phone_as_seen(record, frozenset()) or NOTHING


def counts_in_words(roster: RosterImport) -> str:
    """“新增 3，更新 1，有问题 2” of what the check came to; "" where nothing was checked."""
    review = Review(roster)
    if not review.total:
        return ""
    refused = review.refused
    counted = (("新增", review.new), ("更新", review.updated), ("无变化", review.same), ("有问题", refused))
    return f"共 {review.total:,}：" + "，".join(f"{word} {count:,}" for word, count in counted if count)
