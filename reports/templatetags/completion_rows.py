"""Lines of the completion table. As an included template two hundred of them take ten times as long."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from branches.templatetags.bars import bar
from reports.completion.progress import Board
from reports.completion.sums import Completion, Point
from reports.completion.trends import Scale
from reports.templatetags.figures import in_points

register = template.Library()


@register.simple_tag(takes_context=True)
def completion_row(context: dict[str, Any], row: Completion, own: bool = False) -> SafeString:
    """One organisation of the board of the page with its figures; of ``own`` level nothing leads on."""
    board, opened, organization = context["board"], context["opened"], row.organization
    name, missing = organization.short_name, f"缺 {row.missing:,} 项" if row.missing else "无缺项"
    if own:
        name = f"{name}本级"
    else:
        address = f"{_address(organization.pk)}?{context['carried']}"
        if row.missing:
            said = f"{name}{missing}"
            missing = format_html('<a href="{}" data-keep-scroll aria-label="{}">{}</a>', address, said, missing)
        name = format_html('<a href="{}" data-keep-scroll>{}</a>', address, name)
    return format_html(
        '<tr{}><td class="name">{}</td>'
        '<td class="num" data-label="应录">{}</td>'
        '<td class="num" data-label="已录">{}</td>'
        '<td class="num not-phone" data-label="按期">{}</td>'
        '<td class="rate" data-label="完成率">{}</td>{}'
        '<td class="num" data-label="缺项">{}</td></tr>',
        SafeString(' class="chosen"' if opened and opened.completion.organization == organization else ""),
        *(name, f"{row.expected:,}", f"{row.actual:,}", f"{row.on_time:,}"),
        *(_rate(row), _further(board, row, own=own), missing),
    )


def _rate(row: Completion) -> str:
    if (rate := row.rate) is None:
        return "不适用"
    return format_html("{} <b>{}%</b>", bar(rate, row.state.chip), floatformat(rate, 1))


def _further(board: Board, row: Completion, *, own: bool) -> SafeString:
    """The columns only some tables have."""
    cells = []
    if board.scheme.ranks:
        cells.append(("num", "名次", "—" if row.place is None else row.place))
    if board.scale:
        cells.append(("trend not-phone", "近 12 周", "" if own else sparkline(board.scale, row.trend)))
    if board.against:
        cells.append(("num", f"较 {board.against:%m-%d}", in_points(row.change)))
    return format_html_join("", '<td class="{}" data-label="{}">{}</td>', cells)


@register.simple_tag
def sparkline(scale: Scale, points: list[Point]) -> SafeString:
    """The way of the rate over the last weeks as a line without axes, in words for who cannot see it."""
    if (line := scale.line(points)) is None:
        return SafeString("—")
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img" aria-label="走势：{}">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        *(scale.width, scale.height, line.words, line.path, line.last_x, line.last_y),
    )


@lru_cache(maxsize=4096)
def _address(pk: int) -> str:
    """The page of an organisation's completion; a table asks for the same ones again and again."""
    return reverse("reports:completion_of", args=[pk])
