"""Tables of the app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import django_tables2 as tables
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from branches import elections
from branches.elections import State
from branches.log import NOTHING, Reader, Told
from branches.models import AuditEntry, Organization, OrgType
from branches.subtrees import sums_by_subtree

CHIPS = {State.NOT_DUE: "neutral", State.SOON: "care", State.OVERDUE: "problem", State.UNKNOWN: "busy"}


class LowerTable(tables.Table):
    """Direct lower organisations: order, name, type, what stands below, last election, state.

    ``own`` is the organisation whose name, type and place somebody above decides; its row, when it is among them, does
    not offer those.
    """

    seq = tables.Column(
        "序号", empty_values=(), orderable=False, attrs={"td": {"class": "seq"}, "th": {"class": "seq"}}
    )
    short_name = tables.Column("组织", linkify=True, order_by="short_name_initials", attrs={"td": {"class": "name"}})
    org_type = tables.Column("类别", orderable=False, attrs={"td": {"class": "beside"}})
    branches = tables.Column(
        "团支部", empty_values=(), orderable=False, attrs={"td": {"class": "num"}, "th": {"class": "num"}}
    )
    last_election_on = tables.Column("最近换届", attrs={"td": {"class": "when"}})
    term = tables.Column("届次", empty_values=(), orderable=False, attrs={"td": {"class": "state"}})
    order_number = tables.Column(
        "排序号", order_by="screen_order", attrs={"td": {"class": "num not-phone"}, "th": {"class": "num"}}
    )
    status = tables.Column(
        "状态",
        orderable=False,
        attrs={"td": {"class": lambda record: "bare" if record.is_closed else "bare not-phone"}},
    )
    deeds = tables.TemplateColumn(
        verbose_name="操作",
        template_name="branches/_lower_deeds.html",
        orderable=False,
        attrs={"td": {"class": "deeds"}},
    )

    class Meta:
        empty_text = ""
        order_by = ()

    def __init__(self, rows: Any, *, on: dt.date, may_change: bool, own: Organization | None, **kwargs: Any) -> None:
        self.on = on
        self.may_change = may_change
        self.own = own
        self.number = 0
        super().__init__(rows, **kwargs)

    def tell(self, organizations: Iterable[Organization]) -> None:
        """Look up, for the rows of this page at once, what stands below them and when they elect."""
        rows = list(organizations)
        self.terms = elections.terms_of(rows, self.on)
        active = Organization.objects.active()
        self.sums = sums_by_subtree(active, rows, branches=Count("pk", filter=Q(org_type=OrgType.BRANCH)))

    def before_render(self, request: Any) -> None:
        self.tell(row.record for row in self.page.object_list)
        self.number = self.page.start_index() - 1

    def render_seq(self) -> int:
        self.number += 1
        return self.number

    def render_branches(self, record: Organization) -> str:
        return "—" if record.is_branch else str(self.sums.get(record.pk, {"branches": 0})["branches"])

    def render_last_election_on(self, record: Organization, value: dt.date) -> str:
        return f"{value:%Y-%m}" if record.last_election_on_is_month else f"{value:%Y-%m-%d}"

    def render_term(self, record: Organization) -> str:
        term = self.terms[record.pk]
        return format_html('<span class="chip chip-{}">{}</span>', CHIPS[term.state], in_words(term))

    def render_status(self, record: Organization, value: str) -> str:
        return format_html('<span class="chip chip-{}">{}</span>', "neutral" if record.is_closed else "good", value)


def in_words(term: elections.Term) -> str:
    """将到期，剩 29 天 or the bare state."""
    return f"{term.state.label}，剩 {term.days_left} 天" if term.state is State.SOON else term.state.label


def _both(css: str) -> dict[str, dict[str, str]]:
    return {"td": {"class": css}, "th": {"class": css}}


def _if_said(says: Callable[[AuditEntry], bool]) -> dict[str, Any]:
    """On the phone a line that would say nothing is left out."""
    return {"td": {"class": lambda record: "wide-fact" if says(record) else "wide-fact not-phone"}}


class LogTable(tables.Table):
    """Entries of the log, newest first, each as its reader may read it."""

    at = tables.Column("时间", orderable=False, attrs=_both("when"))
    actor_name = tables.Column("操作人", orderable=False, attrs=_both("actor"))
    kind = tables.Column("操作", orderable=False, attrs=_both("state"))
    label = tables.Column("对象", accessor="pk", orderable=False, attrs=_both("name"))
    place = tables.Column("组织", accessor="pk", orderable=False, attrs=_both("wide-fact"))
    changes = tables.Column("内容", accessor="pk", orderable=False, attrs=_if_said(lambda entry: bool(entry.changes)))
    reason = tables.Column(
        "原因", empty_values=(), orderable=False, attrs=_if_said(lambda entry: bool(entry.reason or entry.job))
    )

    class Meta:
        attrs = {"aria-label": "操作日志"}

    def __init__(self, entries: Any, *, reader: Reader, **kwargs: Any) -> None:
        self.reader = reader
        self._last: Told | None = None
        super().__init__(entries, **kwargs)

    def _told(self, entry: AuditEntry) -> Told:
        if self._last is None or self._last.entry is not entry:
            self._last = self.reader.tell(entry)
        return self._last

    def render_at(self, value: dt.datetime) -> str:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"

    def render_kind(self, record: AuditEntry) -> str:
        return format_html('<span class="chip chip-neutral chip-plain">{}</span>', record.get_kind_display())

    def render_label(self, record: AuditEntry) -> SafeString:
        url = reverse("branches:log_entry", args=[record.pk])
        told = self._told(record)
        kind = "" if told.type_word in told.label else told.type_word
        return format_html('<a href="{}">{}</a> <span class="small-note">{}</span>', url, told.label, kind)

    def render_place(self, record: AuditEntry) -> str:
        return self._told(record).place

    def render_changes(self, record: AuditEntry) -> str:
        return shortened(self._told(record).summary) or NOTHING

    def render_reason(self, record: AuditEntry) -> str:
        return shortened("；".join(filter(None, [record.reason, record.job]))) or NOTHING


def shortened(text: str, most: int = 60) -> str:
    """The beginning of a text too long for a line of a table."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
