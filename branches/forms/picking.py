"""Choosing one organisation: a list while it is short, search as one types beyond."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.urls import reverse

from branches.browsing import MOST_HITS
from branches.models import Organization, OrgType
from branches.scoping import Right

EMPTY = "请选择"


class PickForm(forms.Form):
    """Parameters of branches:pick."""

    q = forms.CharField(required=False, max_length=60)
    right = forms.ChoiceField(required=False, choices=Right.choices)
    type = forms.ChoiceField(required=False, choices=OrgType.choices)
    receives = forms.ChoiceField(required=False, choices=OrgType.choices)
    under = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ChildrenForm(forms.Form):
    """Parameters of branches:tree_children."""

    after = forms.IntegerField(required=False, min_value=0, max_value=999_999)


class OrganizationChoiceField(forms.ModelChoiceField[Organization]):
    """One of the organisations offered by ``offer``; without that it offers none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Organization.objects.none(), **({"empty_label": EMPTY} | kwargs))

    def offer(self, organizations: QuerySet[Organization], *, chosen: str | None = None, **picker: str) -> None:
        """Offer these. Beyond MOST_HITS only the one chosen is listed and the rest is found by branches:pick.

        ``picker`` are the parameters that narrow branches:pick to the same organisations.
        """
        self.queryset = organizations
        if organizations.order_by()[: MOST_HITS + 1].count() <= MOST_HITS:
            return
        address = reverse("branches:pick")
        self.widget.attrs["data-picker-url"] = f"{address}?{urlencode(picker)}" if picker else address
        listed = organizations.filter(pk=chosen) if chosen and chosen.isdecimal() else organizations.none()
        self.widget.choices = [("", EMPTY), *((each.pk, str(each)) for each in listed)]
