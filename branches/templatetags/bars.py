"""The bar that shows a share of a hundred."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def bar(value: float, state: str = "", css: str = "") -> SafeString:
    """A bar filled to so many percent, in the colour of a state if one is named; the words stand beside it.

    A tag, since a template included for each of two hundred lines takes ten times as long.
    """
    names = " ".join(filter(None, ["bar", f"bar-{state}" if state else "", css]))
    return mark_safe(  # noqa: S308 - the names are escaped, the value is a number
        f'<svg class="{escape(names)}" aria-hidden="true" focusable="false">'
        '<rect class="bar-ground" width="100%" height="100%" rx="3"/>'
        f'<rect class="bar-done" width="{float(value):.4g}%" height="100%" rx="3"/></svg>'
    )
