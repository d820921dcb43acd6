"""Tables of 我的导出 and of comparisons."""

from __future__ import annotations

import datetime as dt

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from members.models import Comparison, ComparisonState, Export, ExportState, Outcome

CHIPS = {
    ExportState.WAITING: "busy",
    ExportState.MAKING: "busy",
    ExportState.READY: "good",
    ExportState.FAILED: "problem",
    ExportState.DELETED: "neutral",
}
COMPARED = {
    ComparisonState.WAITING: "busy",
    ComparisonState.COMPARING: "busy",
    ComparisonState.DONE: "good",
    ComparisonState.FAILED: "problem",
    ComparisonState.DELETED: "neutral",
}
NOTHING = "—"


def _both(css: str) -> dict[str, dict[str, str]]:
    return {"th": {"class": css}, "td": {"class": css}}


class ExportTable(tables.Table):
    """One line an export."""

    what = tables.Column("名单", accessor="pk", orderable=False, attrs=_both("name"))
    asked = tables.Column("条件", orderable=False, attrs=_both("wide-fact"), empty_values=())
    rows = tables.Column("行数", orderable=False, attrs=_both("num"))
    created_at = tables.Column("申请时间", orderable=False, attrs=_both("when"))
    until = tables.Column("保存到", accessor="pk", orderable=False, attrs=_both("when"))
    state = tables.Column("状态", orderable=False, attrs=_both("state"))
    deeds = tables.Column("操作", accessor="pk", orderable=False, attrs=_both("deeds"))

    class Meta:
        attrs = {"aria-label": "我的导出"}

    def render_what(self, record: Export) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record)

    def render_asked(self, record: Export) -> str:
        return record.asked or "全部"

    def render_rows(self, record: Export) -> str:
        return f"{record.rows:,}" if record.made_at else NOTHING

    def render_created_at(self, value: dt.datetime) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"

    def render_until(self, record: Export) -> str:
        until = record.deleted_on if record.state == ExportState.READY else None
        return f"{timezone.localtime(until):%Y-%m-%d}" if until else NOTHING

    def render_state(self, record: Export) -> str:
        chip = {"state": CHIPS[ExportState(record.state)], "word": record.get_state_display()}
        return render_to_string("components/_chip.html", chip)

    def render_deeds(self, record: Export) -> SafeString:
        word = "去下载" if record.state == ExportState.READY else "查看"
        label = format_html('<span class="visually-hidden">{}</span>', record)
        return format_html('<a href="{}">{}{}</a>', record.get_absolute_url(), word, label)


class ComparisonTable(tables.Table):
    """One line a comparison."""

    file_name = tables.Column("文件", orderable=False, attrs=_both("name"))
    organization = tables.Column("组织", accessor="organization__short_name", orderable=False, attrs=_both("wide-fact"))
    made_by = tables.Column("核对人", orderable=False, attrs=_both("when"))
    created_at = tables.Column("上传时间", orderable=False, attrs=_both("when"))
    found = tables.Column("结果", accessor="counts", orderable=False, empty_values=(), attrs=_both("wide-fact"))
    state = tables.Column("状态", orderable=False, attrs=_both("state"))
    deeds = tables.Column("操作", accessor="pk", orderable=False, attrs=_both("deeds"))

    class Meta:
        attrs = {"aria-label": "国家系统核对"}

    def render_file_name(self, record: Comparison) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.file_name)

    def render_created_at(self, value: dt.datetime) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"

    def render_found(self, record: Comparison) -> str:
        if not record.counts:
            return NOTHING
        said = [f"{outcome.label} {record.counts.get(outcome.value, 0):,}" for outcome in Outcome]
        return "，".join([f"一致 {record.counts.get('same', 0):,}", *said])

    def render_state(self, record: Comparison) -> str:
        chip = {"state": COMPARED[ComparisonState(record.state)], "word": record.get_state_display()}
        return render_to_string("components/_chip.html", chip)

    def render_deeds(self, record: Comparison) -> SafeString:
        label = format_html('<span class="visually-hidden">{}</span>', record.file_name)
        return format_html('<a href="{}">查看{}</a>', record.get_absolute_url(), label)
