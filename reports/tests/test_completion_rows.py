"""A line of the completion table as the page gets it."""

import datetime as dt
from types import SimpleNamespace

from branches.models import Organization
from reports.completion.progress import EVERYTHING, Board
from reports.completion.schemes import Scheme
from reports.completion.sums import Completion, Point
from reports.completion.trends import Scale
from reports.completion_items import GROUPS
from reports.templatetags.completion_rows import completion_row, sparkline

TODAY = dt.date(2026, 11, 21)


def a_completion(expected=0, actual=0, on_time=0, *, name="一支部", pk=7, **fields):
    row = Completion(Organization(pk=pk, short_name=name), **fields)
    row._add(GROUPS[0].key, expected, actual, on_time)
    return row


def a_board(**fields):
    total = a_completion(pk=1)
    return Board(Organization(pk=1), EVERYTHING, total, total, total, [], 0, **fields)


def on_page(board, opened=None, carried="organization=1"):
    return {"board": board, "opened": opened, "carried": carried}


def test_a_line_leads_to_what_is_missing():
    row = a_completion(1200, 1100, 1000)

    shown = completion_row(on_page(a_board(), carried="organization=1&state=care"), row)

    link = '<a href="/completion/7/?organization=1&amp;state=care" data-keep-scroll'
    assert f'<tr><td class="name">{link}>一支部</a></td>' in shown
    assert '<td class="num" data-label="应录">1,200</td>' in shown
    assert '<td class="num" data-label="已录">1,100</td>' in shown
    assert '<td class="num not-phone" data-label="按期">1,000</td>' in shown
    assert "<b>91.7%</b></td>" in shown
    assert f'{link} aria-label="一支部缺 100 项">缺 100 项</a>' in shown


def test_the_own_level_leads_nowhere():
    shown = completion_row(on_page(a_board()), a_completion(2, 1, 1), own=True)

    assert '<td class="name">一支部本级</td>' in shown
    assert '<td class="num" data-label="缺项">缺 1 项</td></tr>' in shown
    assert "<a " not in shown


def test_of_what_is_asked_of_nobody_there_is_no_rate():
    shown = completion_row(on_page(a_board()), a_completion())

    assert '<td class="rate" data-label="完成率">不适用</td>' in shown
    assert '<td class="num" data-label="缺项">无缺项</td>' in shown


def test_a_name_is_text():
    shown = completion_row(on_page(a_board()), a_completion(1, 0, name="<b>“一&二”</b>"))

    assert "<b>“一" not in shown
    assert shown.count("&lt;b&gt;“一&amp;二”&lt;/b&gt;") == 2


def test_the_opened_line_is_marked():
    opened = SimpleNamespace(completion=a_completion(pk=7))

    marked = [completion_row(on_page(a_board(), opened), a_completion(pk=pk)).partition("<td")[0] for pk in (7, 8)]

    assert marked == ['<tr class="chosen">', "<tr>"]


def test_columns_only_some_tables_have():
    earlier = a_completion(4, 1)
    row = a_completion(4, 2, earlier=earlier, place=3)
    row.trend = [Point(TODAY, 50.0, 4, 2)]
    scale = Scale(45.0, 50.0, TODAY)
    board = a_board(scheme=Scheme(ranks=True, ranks_by="文件"), against=dt.date(2026, 11, 14), scale=scale)

    shown = completion_row(on_page(board), row)

    assert '<td class="num" data-label="名次">3</td>' in shown
    assert 'aria-label="走势：11-21 50.0%"' in shown
    assert '<td class="num" data-label="较 11-14">+25.0</td>' in shown


def test_no_line_is_drawn_without_a_rate_of_today():
    assert sparkline(Scale(45.0, 50.0, TODAY), []) == "—"
