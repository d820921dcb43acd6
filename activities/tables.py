"""List of activities."""

from __future__ import annotations

from itertools import count
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from activities.models import Activity
from activities.models.records import ActivityQuerySet
from activities.portrait import may_manage
from branches.models import Organization, User

DASH = "—"


def _cell(css: str) -> dict[str, dict[str, str]]:
    return {"th": {"class": css}, "td": {"class": css}}


def _number() -> dict[str, dict[str, Any]]:
    """A card leaves out a number that says nothing; the table keeps its cell."""
    return {"th": {"class": "num"}, "td": {"class": lambda value: "num" if value else "num not-phone"}}


def _present() -> dict[str, dict[str, Any]]:
    """The same where the number may have been counted instead of noted by name."""
    said = _number()
    said["td"]["class"] = lambda value, record: "num" if value or record.attended else "num not-phone"
    return said


class ActivityTable(tables.Table):
    """活动: one line an activity; under 768 px each line is a card."""

    seq = tables.Column("序号", empty_values=(), orderable=False, attrs=_cell("seq"))
    held_on = tables.DateColumn(
        verbose_name="日期", format="Y-m-d", attrs=_cell("when bare"), order_by=("held_on", "id")
    )
    kind = tables.Column("类型", orderable=False, attrs=_cell("state kind"))
    topic = tables.Column("主题", orderable=False, attrs=_cell("name topic"))
    organization = tables.Column("主办组织", orderable=False, attrs=_cell("bare"))
    present = tables.Column("出席/应到", accessor="expected_count", orderable=False, attrs=_present())
    guests = tables.Column("外部人员", accessor="guest_count", orderable=False, attrs=_number())
    deeds = tables.Column("操作", accessor="pk", orderable=False, attrs=_cell("deeds"))

    class Meta:
        order_by_field = "sort"
        attrs = {"aria-label": "活动列表"}

    def __init__(self, data: ActivityQuerySet, *, user: User, organization: Organization, **kwargs: Any) -> None:
        self.user = user
        super().__init__(data, **kwargs)
        # In a branch every card would name the same branch.
        if organization.is_branch:
            self.columns["organization"].column.attrs = _cell("not-phone")

    def before_render(self, request: Any) -> None:
        """Number the lines on from the pages before."""
        page = getattr(self, "page", None)
        self.numbers = count(page.start_index() if page else 1)

    def render_seq(self) -> int:
        return next(self.numbers)

    def render_topic(self, record: Activity) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.topic)

    def render_kind(self, record: Activity) -> SafeString:
        void = format_html(' <span class="chip chip-neutral">{}</span>', "已作废") if record.is_void else ""
        return format_html('<span class="chip chip-neutral chip-plain">{}</span>{}', record.kind, void)

    def render_present(self, record: Activity) -> str:
        present, expected = record.present_count, record.expected_count  # type: ignore[attr-defined]  # annotated
        if not expected and record.attended:
            return f"{record.attended:,} 人"
        return f"{present}/{expected}" if expected else DASH

    def render_guests(self, value: int) -> str:
        return f"{value:,}" if value else DASH

    def render_deeds(self, record: Activity) -> SafeString:
        links = [(record.get_absolute_url(), "查看", record.topic)]
        if not record.is_void and may_manage(self.user, record):
            links.append((reverse("activities:edit", args=[record.pk]), "修改", record.topic))
        return format_html_join(" ", '<a href="{}">{}<span class="visually-hidden">{}</span></a>', links)
