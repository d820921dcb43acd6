"""How numbers read on a page."""

from collections.abc import Iterable

from django import template

from reports.completion import Point
from reports.trends import Line, Scale

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """1016 → 1,016: by thousands, which Django's Chinese formats do not do."""
    return f"{number:,}"


@register.filter
def signed(number: int) -> str:
    """12 → +12, −3 with a real minus sign, 0 as 持平: how much more or less than before."""
    if not number:
        return "持平"
    return f"{'+' if number > 0 else '−'}{abs(number):,}"


@register.filter
def in_points(number: float | None) -> str:
    """Percentage points more or less, with one decimal; 持平 where that is none, “—” where nothing is known."""
    if number is None:
        return "—"
    return "持平" if abs(number) < 0.05 else f"{'+' if number > 0 else '−'}{abs(number):.1f}"


@register.simple_tag
def line_of(scale: Scale, points: Iterable[Point]) -> Line | None:
    """The points drawn on this scale."""
    return scale.line(points)
