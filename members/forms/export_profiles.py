"""Columns of an export profile as they are edited in the back office: code words as lines 本系统的词=对方的词."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from members.models import ExportColumn


class WordsField(forms.CharField):
    """Pairs of words, one a line; cleans to a mapping, in the order of the lines."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "cols": 22}), **({"required": False} | kwargs))

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{own}={other}" for own, other in value.items())
        return value

    def clean(self, value: Any) -> Any:
        words: dict[str, str] = {}
        for line in str(super().clean(value)).splitlines():
            if not line.strip():
                continue
            own, mark, other = (part.strip() for part in line.replace("＝", "=").partition("="))
            if not (own and mark and other):
                raise ValidationError(f"“{line.strip()}”看不懂，请每行写一对，如“本科=普通本科”。")
            if own in words:
                raise ValidationError(f"“{own}”写了两次，请只留一行。")
            words[own] = other
        return words

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or {}) != self.clean(data))
        except ValidationError:
            return True


class ExportColumnForm(forms.ModelForm[ExportColumn]):
    words = WordsField(label="代码词", help_text="每行一对：本系统的词=对方的词。没有写的照原词导出。")

    class Meta:
        model = ExportColumn
        fields = ("position", "heading", "field", "fixed_text", "is_required", "words")
        # The stock widths would not fit side by side at 1366.
        widgets = {"heading": forms.TextInput(attrs={"size": 16}), "fixed_text": forms.TextInput(attrs={"size": 10})}
