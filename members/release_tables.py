"""明文导出申请 as a list."""

from __future__ import annotations

import datetime as dt

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from members.models import ExportRequest


def _both(css: str) -> dict[str, dict[str, str]]:
    return {"th": {"class": css}, "td": {"class": css}}


class ExportRequestTable(tables.Table):
    """One line a request, newest first."""

    what = tables.Column("申请", accessor="pk", orderable=False, attrs=_both("name"))
    organization = tables.Column("组织", accessor="organization__short_name", orderable=False, attrs=_both("wide-fact"))
    purpose = tables.Column("用途", orderable=False, attrs=_both("wide-fact"))
    requested_by = tables.Column("申请人", orderable=False, attrs=_both("when"))
    requested_at = tables.Column("申请时间", orderable=False, attrs=_both("when"))
    state = tables.Column("状态", orderable=False, attrs=_both("state"))
    deeds = tables.Column("操作", accessor="pk", orderable=False, attrs=_both("deeds"))

    class Meta:
        attrs = {"aria-label": "明文导出申请"}

    def render_what(self, record: ExportRequest) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record)

    def render_requested_at(self, value: dt.datetime) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"

    def render_state(self, record: ExportRequest) -> str:
        return render_to_string("components/_chip.html", {"state": record.chip, "word": record.word})

    def render_deeds(self, record: ExportRequest) -> SafeString:
        return format_html(
            '<a href="{}">查看<span class="visually-hidden">{}</span></a>', record.get_absolute_url(), record
        )
