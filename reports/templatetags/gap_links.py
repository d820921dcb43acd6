"""Links to where a missing fact is mended."""

from django import template

from reports.missing import Missing

register = template.Library()


@register.simple_tag
def returning(line: Missing, here: str) -> str:
    """The form that mends it; saving leads back to the page ``here``."""
    return line.url_from(here)
