"""Links to the styles and scripts of every page: the same for everybody, so rendered once."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1)
def assets() -> SafeString:
    """What stands in the head of every page."""
    return render_to_string("components/_assets.html")
