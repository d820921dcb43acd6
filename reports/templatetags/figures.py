"""How numbers read on a page."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from reports.completion.sums import Point
from reports.completion.trends import Line, Scale
from reports.statistics.tables import Cell

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
def cells(shown: Iterable[Cell]) -> SafeString:
    """The figures of one line of a table. A loop of the template takes four times as long, for two hundred lines."""
    return mark_safe("".join(map(_cell, shown)))  # noqa: S308 - every word in it is escaped


def _cell(cell: Cell) -> str:
    text, change = escape(cell.text), cell.difference
    if cell.url and cell.value:
        text = f'<a href="{escape(cell.url)}">{text}</a>'
    if change:
        text = f'{text} <small class="change">{escape(change)}</small>'
    return f'<td class="num" data-label="{escape(cell.heading)}">{text}</td>'


@register.simple_tag
def line_of(scale: Scale, points: Iterable[Point]) -> Line | None:
    """The points drawn on this scale."""
    return scale.line(points)
