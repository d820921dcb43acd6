"""Form fields for what an office writes: dates that may be months, names, mobile numbers, yes or no.

Each hands the text to the library that reads it and shows its sentence; nothing is judged here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tuanjian import officedates
from tuanjian.names import NameRefused, read_person_name
from tuanjian.officedates import DateRefused, OfficeDate
from tuanjian.phones import PhoneRefused, read_mobile


def refuse_far_year(day: dt.date) -> None:
    """Refuse a year nobody means, such as 0002: what a calendar field holds while its year is still being typed."""
    if not officedates.is_sensible(day):
        raise ValidationError("年份不对，请重新选择日期。", code="year")


class OfficeDateField(forms.CharField):
    """A day, or only its month; cleans to an ``OfficeDate`` or None. With ``day_required`` a month is refused."""

    def __init__(self, *, day_required: bool = False, **kwargs: Any) -> None:
        self.day_required = day_required
        super().__init__(**({"max_length": 40} | kwargs))
        self.widget.attrs.setdefault("placeholder", "如 2016-05-04" if day_required else "如 2016-05 或 2016-05-04")
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> Any:
        """The date; the text itself has been stripped and is not too long."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return officedates.read(text, day_required=self.day_required)
        except DateRefused as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from None

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (OfficeDate, dt.date)):
            return str(value)
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class PersonNameField(forms.CharField):
    """The name of a person, tidied."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return read_person_name(text)
        except NameRefused as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from None


class MobileField(forms.CharField):
    """A mobile number as eleven digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 40} | kwargs))
        self.widget.attrs.update({"inputmode": "tel", "autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return read_mobile(text)
        except PhoneRefused as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from None


class YesNoField(forms.TypedChoiceField):
    """True, False, or None while nobody has said; two radio buttons, none of them ticked beforehand."""

    def __init__(self, *, yes: str = "是", no: str = "否", **kwargs: Any) -> None:
        super().__init__(
            choices=[("true", yes), ("false", no)],
            coerce=lambda value: value == "true",
            empty_value=None,
            widget=forms.RadioSelect,
            **({"required": False} | kwargs),
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "true", False: "false"}.get(value, value)


def office_date(day: dt.date | None, is_month: bool) -> OfficeDate | None:
    """What two columns of a model hold, as one value."""
    return OfficeDate(day, is_month=is_month) if day is not None else None
