"""Parameters of an address that a query form only hands on: the view, or the table, has acted on them already."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms


class CarriedFilter(django_filters.CharFilter):
    """Goes through the form hidden, and narrows nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs


class CarriedNumberFilter(django_filters.NumberFilter):
    """The same for a key, which must be a number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs
