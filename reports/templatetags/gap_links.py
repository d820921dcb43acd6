"""Links to where a missing or wrong fact is mended."""

from typing import Protocol

from django import template

register = template.Library()


class Mendable(Protocol):
    """A line about something that is mended on a page of its own."""

    def url_from(self, saved: str, /) -> str: ...


@register.simple_tag
def returning(line: Mendable, here: str) -> str:
    """The form that mends it; saving leads back to the page ``here``."""
    return line.url_from(here)
