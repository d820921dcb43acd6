"""Parameters of an address that are only handed on: by a query form whose view, or table, has acted on them already;
by a link to a form, so that saving leads back.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms


def carrying(address: str, **more: str) -> str:
    """The address with these parameters added, before its anchor."""
    path, mark, anchor = address.partition("#")
    joint = "&" if "?" in path else "?"
    return f"{path}{joint}{urlencode(more)}{mark}{anchor}"


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
