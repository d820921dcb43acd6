"""What a query form was asked, in words: for the page that found nothing, for paper, workbooks and the log."""

from __future__ import annotations

from collections.abc import Collection

from django.forms import BaseForm, ChoiceField, ModelChoiceField


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
