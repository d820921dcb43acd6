"""组织健康: its query form and table."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from branches.browsing import matching
from branches.models import Organization, OrgType, User
from branches.models.organizations import OrganizationQuerySet
from branches.scoping import rights_at
from members import health
from tuanjian import asking
from tuanjian.carrying import CarriedFilter, CarriedNumberFilter


class HealthFilter(asking.Asking):
    """Which flag, which type, which name; without a flag everything that has any."""

    organization = CarriedNumberFilter()
    size = CarriedFilter()
    flag = django_filters.ChoiceFilter(
        label="问题", choices=[(flag.key, flag.word) for flag in health.FLAGS], empty_label="全部", method="by_flag"
    )
    org_type = django_filters.ChoiceFilter(label="组织类别", choices=OrgType.choices, empty_label="全部")
    name = django_filters.CharFilter(
        label="名称",
        method="by_name",
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "名称、简称或拼音首字母", "autocomplete": "off"}),
    )

    class Meta:
        model = Organization
        fields = ["flag", "org_type", "name"]

    @property
    def in_words(self) -> str:
        """The conditions used, for the papers and the log."""
        return asking.in_words(self.form, but=self.form.fields.keys() - {"flag", "org_type", "name"})

    def by_flag(self, rows: OrganizationQuerySet, name: str, key: str) -> OrganizationQuerySet:
        return rows.filter(health.BY_KEY[key].condition(timezone.localdate()))

    def by_name(self, rows: OrganizationQuerySet, name: str, text: str) -> OrganizationQuerySet:
        return rows.filter(matching(text)) if text.strip() else rows


def _both(css: str) -> dict[str, dict[str, str]]:
    return {"td": {"class": css}, "th": {"class": css}}


class HealthTable(tables.Table):
    """Organisations with something to mend: type, 团员, what is wrong, where it is mended."""

    short_name = tables.Column("组织", linkify=True, order_by="screen_order", attrs=_both("name"))
    org_type = tables.Column("类别", orderable=False, attrs=_both("beside"))
    league_members = tables.Column("团员", orderable=False, attrs=_both("num"))
    flags = tables.Column("问题", accessor="pk", orderable=False, attrs=_both("flags"))
    deeds = tables.Column("操作", accessor="pk", orderable=False, attrs=_both("deeds"))

    class Meta:
        attrs = {"aria-label": "组织健康"}
        order_by = ()

    def __init__(self, rows: Any, *, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(rows, **kwargs)

    def render_league_members(self, record: Organization, value: int) -> str:
        return str(value) if record.is_branch else "—"

    def render_flags(self, record: Organization) -> SafeString:
        chips = [(flag.chip, flag.meaning, flag.word) for flag in health.flags_of(record)]
        return format_html_join(" ", '<span class="chip chip-{}" title="{}">{}</span>', chips)

    def render_deeds(self, record: Organization) -> SafeString:
        held = rights_at(self.user, record.path)
        links = {
            flag.deed: flag.mend_url(record)
            for flag in health.flags_of(record)
            if flag.right is None or flag.right in held
        }
        return format_html_join("", '<a href="{}">{}</a>', [(url, deed) for deed, url in links.items()]) or format_html(
            '<a href="{}">查看</a>', record.get_absolute_url()
        )
