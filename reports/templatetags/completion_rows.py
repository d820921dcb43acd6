"""Lines of the completion table. As an included template two hundred of them take ten times as long."""

from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from branches.templatetags.bars import bar
from reports.completion.progress import Board
from reports.completion.sums import Completion, Point
from reports.completion.trends import Scale
from reports.templatetags.figures import in_points

register = template.Library()


@register.simple_tag(takes_context=True)
def completion_row(context: dict[str, Any], row: Completion, own: bool = False) -> SafeString:
    """One organisation of the board of the page with its figures; of ``own`` level nothing leads on."""
    board, opened, pk = context["board"], context["opened"], row.organization.pk
    name = escape(row.organization.short_name)
    link = f'<a href="{_address(pk)}?{escape(context["carried"])}" data-keep-scroll'
    chosen = ' class="chosen"' if opened and opened.completion.organization.pk == pk else ""
    missing = f"缺 {row.missing:,} 项" if row.missing else "无缺项"
    if row.missing and not own:
        missing = f'{link} aria-label="{name}{missing}">{missing}</a>'
    cells = [
        f'<td class="name">{name}本级</td>' if own else f'<td class="name">{link}>{name}</a></td>',
        f'<td class="num" data-label="应录">{row.expected:,}</td>',
        f'<td class="num" data-label="已录">{row.actual:,}</td>',
        f'<td class="num not-phone" data-label="按期">{row.on_time:,}</td>',
        f'<td class="rate" data-label="完成率">{_rate(row)}</td>',
        *_further(board, row, own=own),
        f'<td class="num" data-label="缺项">{missing}</td>',
    ]
    return mark_safe(f"<tr{chosen}>{''.join(cells)}</tr>")  # noqa: S308 - names and addresses are escaped


def _rate(row: Completion) -> str:
    if (rate := row.rate) is None:
        return "不适用"
    return f"{bar(rate, row.scheme.state_of(rate).chip)} <b>{floatformat(rate, 1)}%</b>"


def _further(board: Board, row: Completion, *, own: bool) -> list[str]:
    """The columns only some tables have."""
    cells = []
    if board.scheme.ranks:
        cells.append(f'<td class="num" data-label="名次">{"—" if row.place is None else row.place}</td>')
    if board.scale:
        drawn = "" if own else sparkline(board.scale, row.trend)
        cells.append(f'<td class="trend not-phone" data-label="近 12 周">{drawn}</td>')
    if board.against:
        cells.append(f'<td class="num" data-label="较 {board.against:%m-%d}">{in_points(row.change)}</td>')
    return cells


@register.simple_tag
def sparkline(scale: Scale, points: list[Point]) -> SafeString:
    """The way of the rate over the last weeks as a line without axes, in words for who cannot see it."""
    if (line := scale.line(points)) is None:
        return SafeString("—")
    return mark_safe(  # noqa: S308 - numbers and days only
        f'<svg class="sparkline" viewBox="0 0 {scale.width} {scale.height}" role="img" aria-label="走势：{line.words}">'
        f'<polyline points="{line.path}"/><circle cx="{line.last_x}" cy="{line.last_y}" r="2"/></svg>'
    )


@lru_cache(maxsize=4096)
def _address(pk: int) -> str:
    """The page of an organisation's completion; a table asks for the same ones again and again."""
    return reverse("reports:completion_of", args=[pk])
