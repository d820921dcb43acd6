"""The bar that shows a share of a hundred."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def bar(value: float, state: str = "", css: str = "") -> SafeString:
    """A bar filled to so many percent, in the colour of a state if one is named; the words stand beside it.

    A tag, since a template included for each of two hundred lines takes ten times as long.
    """
    names = " ".join(filter(None, ["bar", f"bar-{state}" if state else "", css]))
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false">'
        '<rect class="bar-ground" width="100%" height="100%" rx="3"/>'
        '<rect class="bar-done" width="{}%" height="100%" rx="3"/></svg>',
        names,
        f"{float(value):.4g}",
    )
