"""How numbers read on a page."""

from django import template

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """1016 → 1,016: by thousands, which Django's Chinese formats do not do."""
    return f"{number:,}"
