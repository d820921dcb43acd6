"""Forms of 统计表: which sheet, for which day."""

from __future__ import annotations

import datetime as dt

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.http import QueryDict
from django.utils import timezone

from branches.models import Organization, User
from reports.models import IssuedSheet, SheetKind
from reports.sheets import issuing

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SheetQuery(forms.Form):
    """Which sheet for which day; where none is asked for the usual one, and today."""

    organization = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="表名", choices=SheetKind.choices, required=False)
    on = forms.DateField(label="统计时点", required=False, widget=_DATE)

    def __init__(self, data: QueryDict, *, organization: Organization) -> None:
        asked = data.copy()
        # A branch has nobody below whom the first sheet could list.
        self._usual = SheetKind.YEAR if organization.is_branch else SheetKind.LOWER
        asked.setdefault("kind", self._usual.value)
        asked.setdefault("on", timezone.localdate().isoformat())
        super().__init__(asked)
        self.is_valid()

    @property
    def shown_kind(self) -> SheetKind:
        return SheetKind(self.cleaned_data.get("kind") or self._usual)

    @property
    def day(self) -> dt.date:
        return self.cleaned_data.get("on") or timezone.localdate()


class SheetForm(forms.Form):
    """The sheet to be frozen."""

    kind = forms.ChoiceField(label="表名", choices=SheetKind.choices)
    on = forms.DateField(label="统计时点", widget=_DATE)

    def __init__(
        self, data: QueryDict | None = None, *, organization: Organization, user: User, query: SheetQuery
    ) -> None:
        super().__init__(data, initial={"kind": query.shown_kind.value, "on": query.day})
        self.organization, self.user = organization, user
        self.issued: IssuedSheet | None = None
        self.helper = FormHelper()
        self.helper.form_tag, self.helper.disable_csrf = False, True
        self.helper.layout = Layout(Fieldset("定稿哪张表", "kind", "on"))

    def issue(self) -> None:
        """Freeze it; refusals come from ``issuing.issue``."""
        self.issued = issuing.issue(self.organization, **self.cleaned_data, by=self.user)
