"""Query form of the table of lower organisations."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from branches import elections
from branches.browsing import matching
from branches.models import Organization, OrganizationStatus, OrgType


class LowerFilter(django_filters.FilterSet):
    """Name, type, state of the term, status; without a status only organisations in force are listed."""

    name = django_filters.CharFilter(label="名称", method="by_name")
    org_type = django_filters.ChoiceFilter(label="组织类别", choices=OrgType.choices, empty_label="全部")
    term = django_filters.ChoiceFilter(
        label="换届", choices=elections.State.choices, empty_label="全部", method="by_term"
    )
    all = django_filters.ChoiceFilter(
        label="范围", choices=[("1", "本级及全部下级")], empty_label="直接下级", method="kept"
    )
    organization = django_filters.NumberFilter(widget=forms.HiddenInput, method="kept")
    status = django_filters.ChoiceFilter(label="状态", choices=OrganizationStatus.choices, empty_label=None)

    class Meta:
        model = Organization
        fields = ["name", "org_type", "term", "status", "all", "organization"]

    def __init__(self, data: Any, *args: Any, **kwargs: Any) -> None:
        data = data.copy()
        data.setdefault("status", OrganizationStatus.ACTIVE)
        self.asked = data
        super().__init__(data, *args, **kwargs)
        self.form.fields["name"].widget.attrs["placeholder"] = "名称、简称或拼音首字母"

    @property
    def organization_id(self) -> str:
        """Keeps the organisation when the conditions are reset."""
        return str(self.asked.get("organization", ""))

    @property
    def is_further(self) -> bool:
        """Whether one of the folded fields was used."""
        return bool(self.asked.get("all")) or self.asked.get("status") != OrganizationStatus.ACTIVE

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for beyond what the page shows by itself."""
        asked = {name: value for name, value in self.asked.items() if name in self.form.fields and value}
        asked.pop("organization", None)
        return asked != {"status": OrganizationStatus.ACTIVE}

    def kept(self, rows: QuerySet[Organization], name: str, value: Any) -> QuerySet[Organization]:
        """The view has chosen the organisation and how far down; the query form only hands that on."""
        return rows

    def by_name(self, rows: QuerySet[Organization], name: str, text: str) -> QuerySet[Organization]:
        return rows.filter(matching(text)) if text.strip() else rows

    def by_term(self, rows: QuerySet[Organization], name: str, state: str) -> QuerySet[Organization]:
        return rows.filter(elections.in_state(elections.State(state), timezone.localdate()))
