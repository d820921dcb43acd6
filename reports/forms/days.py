"""Of which day a page speaks: 统计时点, and the day it is compared with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from tuanjian.fields import refuse_far_year


class DayField(forms.DateField):
    """A day that is not to come, of a year that somebody means."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_validators = [refuse_far_year]

    def validate(self, value: dt.date | None) -> None:
        super().validate(value)
        if value is not None and value > timezone.localdate():
            raise ValidationError("不能晚于今天，请改选日期。")


class DayQuery(forms.Form):
    """Of which day. What cannot be read is not asked for."""

    organization = forms.CharField(required=False, widget=forms.HiddenInput)
    on = DayField(label="统计时点", required=False)

    def __init__(self, data: QueryDict) -> None:
        """Where no day is chosen it is today, and says so."""
        asked = data.copy()
        if not asked.get("on"):
            asked["on"] = str(timezone.localdate())
        super().__init__(asked)

    @property
    def _read(self) -> dict[str, Any]:
        """What could be read, empty if anything could not: then nothing is asked for."""
        return self.cleaned_data if self.is_valid() else {}

    @property
    def day(self) -> dt.date:
        """统计时点; today where none is chosen. It stays where only something else could not be read."""
        self.is_valid()
        chosen: dt.date = self.cleaned_data.get("on", timezone.localdate())
        return chosen


class ComparedQuery(DayQuery):
    """Of which day, compared with which."""

    against = DayField(label="对比", required=False)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        against = answers.get("against")
        if against is not None and against >= answers.get("on", timezone.localdate()):
            self.add_error("against", "对比日期要早于统计时点，请改选。")
        return answers

    @property
    def compared(self) -> dt.date | None:
        """The day compared with."""
        return self._read.get("against")


def day_in_address(on: dt.date) -> dict[str, dt.date]:
    """统计时点 in an address: today is not named, so that the address shows tomorrow what is then today."""
    return {"on": on} if on < timezone.localdate() else {}
