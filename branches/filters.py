"""Query forms of the table of lower organisations and of the log."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from branches import elections, succession
from branches.browsing import matching
from branches.log import Reader, objects_of
from branches.models import AuditEntry, Organization, OrganizationStatus, OrgType, Placement, UnitCategory
from tuanjian import asking
from tuanjian.asking import FactFilter
from tuanjian.carrying import CarriedFilter, CarriedNumberFilter
from tuanjian.fields import refuse_far_year


class LowerFilter(django_filters.FilterSet):
    """Name, type, state of the term, 行业类别, status; without a status only organisations in force are listed."""

    name = django_filters.CharFilter(label="名称", method="by_name")
    org_type = django_filters.ChoiceFilter(label="组织类别", choices=OrgType.choices, empty_label="全部")
    term = django_filters.ChoiceFilter(
        label="换届", choices=elections.State.choices, empty_label="全部", method="by_term"
    )
    administrator = django_filters.ChoiceFilter(
        label="管理员",
        choices=[
            ("pressing", f"{succession.PRESS_DAYS} 天内到期无人接续"),
            ("lapsing", f"{succession.WARN_DAYS} 天内到期无人接续"),
            ("overdue", "接任人注册码已过期"),
            ("none", "没有管理员"),
        ],
        empty_label="全部",
        method="by_administrator",
    )
    unit_category = FactFilter("行业类别", blank=(), field_name="unit_category__code")
    all = django_filters.ChoiceFilter(
        label="范围", choices=[("1", "本级及全部下级")], empty_label="直接下级", method="kept"
    )
    organization = CarriedNumberFilter()
    status = django_filters.ChoiceFilter(label="状态", choices=OrganizationStatus.choices, empty_label=None)

    class Meta:
        model = Organization
        fields = ["name", "org_type", "term", "status", "administrator", "unit_category", "all", "organization"]

    def __init__(self, data: Any, *args: Any, **kwargs: Any) -> None:
        data = data.copy()
        data.setdefault("status", OrganizationStatus.ACTIVE)
        self.asked = data
        super().__init__(data, *args, **kwargs)
        categories = UnitCategory.objects.order_by("order_number", "pk").values_list("code", "name")
        cast("FactFilter", self.filters["unit_category"]).offer(categories)
        self.form.fields["name"].widget.attrs["placeholder"] = "名称、简称或拼音首字母"

    @property
    def organization_id(self) -> str:
        """Keeps the organisation when the conditions are reset."""
        return str(self.asked.get("organization", ""))

    @property
    def is_further(self) -> bool:
        """Whether one of the folded fields was used."""
        folded = any(self.asked.get(name) for name in ("all", "administrator", "unit_category"))
        return folded or self.asked.get("status") != OrganizationStatus.ACTIVE

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for beyond what the page shows by itself."""
        asked = {name: value for name, value in self.asked.items() if name in self.form.fields and value}
        asked.pop("organization", None)
        return asked != {"status": OrganizationStatus.ACTIVE}

    def kept(self, rows: QuerySet[Organization], name: str, value: Any) -> QuerySet[Organization]:
        """The view has chosen how far down; the query form only hands that on."""
        return rows

    def by_name(self, rows: QuerySet[Organization], name: str, text: str) -> QuerySet[Organization]:
        return rows.filter(matching(text)) if text.strip() else rows

    def by_term(self, rows: QuerySet[Organization], name: str, state: str) -> QuerySet[Organization]:
        return rows.filter(elections.in_state(elections.State(state), timezone.localdate()))

    def by_administrator(self, rows: QuerySet[Organization], name: str, state: str) -> QuerySet[Organization]:
        today = timezone.localdate()
        if state == "none":
            return rows.filter(succession.without_administrator(today))
        if state == "overdue":
            return rows.filter(succession.successor_overdue(timezone.now()))
        days = succession.PRESS_DAYS if state == "pressing" else succession.WARN_DAYS
        return rows.filter(succession.lapsing(today, days))


def _day(label: str, method: str) -> django_filters.DateFilter:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return django_filters.DateFilter(
        label=label,
        method=method,
        widget=widget,
        validators=[refuse_far_year],
        error_messages={"invalid": "请写成 2026-05-04 这样的日期。"},
    )


def _words(label: str, method: str, placeholder: str) -> django_filters.CharFilter:
    widget = forms.TextInput(attrs={"placeholder": placeholder, "autocomplete": "off"})
    return django_filters.CharFilter(label=label, method=method, max_length=60, widget=widget)


class LogFilter(django_filters.FilterSet):
    """Entries by time, who, what, about whom, where, why. ``object`` and ``organization`` come from other pages."""

    object = django_filters.CharFilter(method="by_object", widget=forms.HiddenInput)
    organization = django_filters.NumberFilter(method="by_organization", widget=forms.HiddenInput)
    size = CarriedFilter()
    since = _day("日期自", "by_first_day")
    until = _day("至", "by_last_day")
    actor = _words("操作人", "by_actor", "姓名")
    kind = django_filters.ChoiceFilter(label="操作", choices=AuditEntry.Kind.choices, empty_label="请选择")
    label = _words("对象", "by_label", "人员、组织、文件等的名称")
    place = _words("组织", "by_place", "当时的组织名称")
    why = _words("原因或任务", "by_reason", "原因、用途、任务")
    number = _words("编号", "by_number", "页面上的编号")

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *args: Any, reader: Reader, at: Placement | None, **kwargs: Any) -> None:
        self.reader = reader
        self.at = at
        super().__init__(data, *args, **kwargs)

    @property
    def is_unfolded(self) -> bool:
        """Whether one of the folded fields was used, so that the form shows them."""
        return any((self.data or {}).get(name) for name in ("label", "place", "why", "number"))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for beyond what the page shows by itself."""
        return bool(self.in_words)

    @property
    def without_conditions(self) -> str:
        """The query of the address that keeps whose log it is."""
        kept = {name: value for name in ("object", "organization") if (value := (self.data or {}).get(name))}
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def in_words(self) -> str:
        """The conditions used, for the line that says why nothing was found and for the workbook."""
        return asking.in_words(self.form)

    def by_object(self, entries: Any, name: str, value: str) -> Any:
        return entries.about(*objects_of(value))

    def by_organization(self, entries: Any, name: str, value: int) -> Any:
        """Filed under the organisation, or under what then stood below it."""
        return entries.filter(placement__lineage__contains=f"/{value}/")

    def by_first_day(self, entries: Any, name: str, day: dt.date) -> Any:
        return entries.filter(at__gte=_midnight(day))

    def by_last_day(self, entries: Any, name: str, day: dt.date) -> Any:
        return entries.filter(at__lt=_midnight(day + dt.timedelta(days=1)))

    def by_actor(self, entries: Any, name: str, text: str) -> Any:
        return entries.filter(actor_name__contains=text.strip())

    def by_label(self, entries: Any, name: str, text: str) -> Any:
        return entries.filter(self.reader.named(text.strip()))

    def by_place(self, entries: Any, name: str, text: str) -> Any:
        names = Q(placement__short_name__contains=text.strip()) | Q(placement__full_name__contains=text.strip())
        return entries.filter(names)

    def by_reason(self, entries: Any, name: str, text: str) -> Any:
        return entries.filter(Q(reason__contains=text.strip()) | Q(job__contains=text.strip()))

    def by_number(self, entries: Any, name: str, text: str) -> Any:
        return entries.filter(request_number=text.strip().upper())


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
