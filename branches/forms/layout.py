"""How our forms are laid out: groups under headings, no form tag of their own."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout

# Two columns wide: a full name or a remark does not fit in one.
WIDE = {"full_name", "remark"}


def grouped(*groups: tuple[str, list[str]], css_class: str = "") -> FormHelper:
    """A helper that shows each group of fields as a section under its heading.

    Form tag, token and buttons are in the template.
    """
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(
        *(Fieldset(heading, *map(_placed, names), css_class=css_class) for heading, names in groups if names)
    )
    return helper


def _placed(name: str) -> Field:
    return Field(name, wrapper_class="span-2") if name in WIDE else Field(name)
