"""Bringing a rule's refusal back to the person who filled in the form."""

from collections.abc import Callable

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm


def rule_accepts(form: BaseForm, deed: Callable[[], object]) -> bool:
    """Do the deed; False if its rule refused, and the sentences then stand in the form.

    A sentence about a field the form does not show stands above the form. Only ``ValidationError`` is a refusal:
    whatever else goes wrong is a failure and passes through.
    """
    try:
        deed()
    except ValidationError as refusal:
        add_refusal(form, refusal)
        return False
    return True


def add_refusal(form: BaseForm, refusal: ValidationError) -> None:
    """Put each sentence of a refusal beside the field it names."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for field, errors in refusal.error_dict.items():
        shown = field if field in form.fields and field != NON_FIELD_ERRORS else None
        form.add_error(shown, errors)
