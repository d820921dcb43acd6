"""What a query form was asked: for the page that found nothing, for paper, workbooks and the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

import django_filters
from django.forms import BaseForm, ChoiceField, ModelChoiceField

ANY: Final = "请选择"
Choices = Iterable[tuple[str, str]]
# What is not filled in.
BLANK: Final = "unfilled"


class Asking(django_filters.FilterSet):
    """A query form that asks for nothing by itself. What is hidden is only handed on."""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for."""
        asked = self.data or {}
        return any(asked.get(name) for name, field in self.form.fields.items() if not field.widget.is_hidden)


class FactFilter(django_filters.ChoiceFilter):
    """One of what a record may say, or that it says nothing.

    ``blank`` is how it says nothing; without any, the column is empty (NULL).
    """

    def __init__(self, label: str, choices: Choices = (), *, blank: Collection[str] = ("",), **kwargs: Any) -> None:
        self.blank = blank
        super().__init__(label=label, empty_label=ANY, **kwargs)
        self.offer(choices)

    def offer(self, choices: Choices) -> None:
        """Let these be what a record may say, where that is known only when somebody asks."""
        self.extra["choices"] = [*choices, (BLANK, "未填")]

    def filter(self, rows: Any, value: Any) -> Any:
        if value != BLANK:
            return super().filter(rows, value)
        name = self.field_name
        return rows.filter(**{f"{name}__in": self.blank} if self.blank else {f"{name}__isnull": True})


def in_words(form: BaseForm, *, but: Collection[str] = (), unsaid: Collection[object] = ()) -> str:
    """The conditions with their labels, as they are chosen on the page; "" for a form that is not valid.

    Left out are hidden fields, those named in ``but``, and values that are no condition (``unsaid``).
    """
    if not form.is_valid():
        return ""
    said = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if not value or value in unsaid or name in but or field.widget.is_hidden:
            continue
        # Choices of a model would be read from the database once more; their rows have words of their own.
        if isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField):
            value = dict(field.widget.choices).get(value, value)
        said.append(f"{field.label}：{value}")
    return "，".join(said)
