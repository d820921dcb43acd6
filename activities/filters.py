"""Query form over activities."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from activities.models import Activity, ActivityKind
from activities.models.records import ActivityQuerySet
from tuanjian.asking import Asking
from tuanjian.carrying import CarriedFilter


def _day(label: str, lookup: str) -> django_filters.DateFilter:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return django_filters.DateFilter(
        field_name="held_on",
        lookup_expr=lookup,
        label=label,
        widget=widget,
        error_messages={"invalid": "请写成 2026-05-04 这样的日期。"},
    )


class ActivityFilter(Asking):
    """Activities that count, unless 误录作废 is asked for. The organisation of the page stays while querying."""

    organization = CarriedFilter()
    size = CarriedFilter()
    topic = django_filters.CharFilter(
        label="主题",
        method="by_topic",
        max_length=50,
        widget=forms.TextInput(attrs={"placeholder": "主题中的字词", "autocomplete": "off"}),
    )
    kind = django_filters.ModelChoiceFilter(label="类型", queryset=ActivityKind.objects.all(), empty_label="请选择")
    since = _day("日期自", "gte")
    until = _day("至", "lte")
    state = django_filters.ChoiceFilter(label="状态", choices=[("void", "误录作废")], empty_label="正常", method="keep")

    class Meta:
        model = Activity
        fields: tuple[str, ...] = ()

    def keep(self, activities: ActivityQuerySet, name: str, value: str) -> ActivityQuerySet:
        """Applied below, where its absence is heard too."""
        return activities

    def by_topic(self, activities: ActivityQuerySet, name: str, value: str) -> ActivityQuerySet:
        return activities.filter(Q(topic__contains=value.strip()))

    def filter_queryset(self, queryset: Any) -> Any:
        found: Any = super().filter_queryset(queryset)
        return found.filter(is_void=self.form.cleaned_data.get("state") == "void")

    @property
    def is_unfolded(self) -> bool:
        """Whether the folded field was used, so that the form shows it."""
        return bool((self.data or {}).get("state"))


def as_listed(activities: Any) -> ActivityQuerySet:
    """Activities with all a line of the list says, newest first."""
    listed: ActivityQuerySet = (
        activities.with_numbers().select_related("organization", "kind").order_by("-held_on", "-id")
    )
    return listed
