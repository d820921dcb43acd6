"""信息录入进度: where the direct lower organisations stand on a day, and what has changed since another.

Everything here is JSON: a circular keeps it as it was, with the names of then.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NotRequired, TypedDict

from django.core.exceptions import ValidationError

from branches.models import Organization, User
from reports.completion import progress, schemes
from reports.completion.schemes import Scheme
from reports.completion.sums import Completion
from reports.facts import reading

COMPLETE: Final = 100.0


class Row(TypedDict):
    """One organisation; ``then`` are expected, actual and rate on the day compared with, None where it was not.

    ``place`` is its place in the committee's order.
    """

    pk: int
    place: int
    name: str
    type: str
    expected: int
    actual: int
    on_time: int
    missing: int
    rate: float | None
    then: list[Any] | None


class Band(TypedDict):
    """Organisations of one state, in the committee's order; ``chip`` names it among the others."""

    word: str
    chip: str
    bounds: str
    rows: list[Row]


class Entry(TypedDict):
    """What a circular about 信息录入进度 keeps; ``is_remeasured`` says that the day compared with was told otherwise.

    ``weighed`` says how the rate is weighed, "" where it is not; ``every_branch`` that the rows are all branches and
    ``own`` whatever stands above them. Drafts made earlier lack these.
    """

    bands: list[Band]
    own: Row
    total: Row
    counted_at: str
    weighed: NotRequired[str]
    is_remeasured: NotRequired[bool]
    every_branch: NotRequired[bool]


def entry_on(
    organization: Organization, on: dt.date, *, since: dt.date | None, by: User, every_branch: bool = False
) -> Entry:
    """The figures of 应录尽录 on that day, by state. They are those of ``progress.board_of``.

    The rows are the direct lower organisations, or every branch below; with ``own`` they add up to the whole.
    Both days are measured by the scheme of the later one: what was set anew in between is no progress. Refuses a day of
    which no figures are kept.
    """
    asked = progress.Asked(every_branch=every_branch)
    board = _board(organization, on, by, asked)
    before = _board(organization, since, by, asked, scheme=board.scheme) if since else None
    then = {row.organization.pk: row for row in before.rows} if before else {}
    ordered = sorted(board.rows, key=lambda row: row.organization.screen_order)
    places = {row.organization.pk: place for place, row in enumerate(ordered)}
    return Entry(
        bands=[
            Band(
                word=band.state.word,
                chip=band.state.chip,
                bounds=band.bounds,
                rows=[_row(row, then.get(row.organization.pk), place=places[row.organization.pk]) for row in band.rows],
            )
            for band in board.bands
        ],
        own=_row(_not_listed(board), _not_listed(before) if before else None, name=_own_name(board)),
        total=_row(board.total, before.total if before else None, name=_sum_name(board)),
        counted_at=board.counted_at.isoformat() if board.counted_at else "",
        weighed=_weighed(board.scheme),
        is_remeasured=since is not None and _weighed(schemes.scheme_of(organization, since)) != _weighed(board.scheme),
        every_branch=every_branch,
    )


def _not_listed(board: progress.Board) -> Completion:
    """What is in the total and in no row: the own level, with all that stands between it and its branches."""
    return board.total.without(board.listed) if board.asked.every_branch else board.own_level


def _own_name(board: progress.Board) -> str:
    return "各级团委、团总支本级" if board.asked.every_branch else f"{board.organization.short_name}本级"


def _sum_name(board: progress.Board) -> str:
    return f"合计（{board.lower_count:,} 个团支部及各级本级）" if board.asked.every_branch else board.sum_name


def _weighed(scheme: Scheme) -> str:
    if not scheme.is_weighted:
        return ""
    more = "；权重为 0 的不计入完成率，缺项照列" if scheme.leaves_out else ""
    return f"完成率按权重计算：{scheme.weights_in_words}{more}"


def _board(
    organization: Organization, on: dt.date, by: User, asked: progress.Asked, *, scheme: Scheme | None = None
) -> progress.Board:
    board = progress.board_of(organization, on, user=by, asked=asked, scheme=scheme)
    if board.counted_at is None:
        raise ValidationError(no_figures_on(on))
    return board


def no_figures_on(on: dt.date) -> str:
    """The sentence for a day before figures were kept."""
    first = reading.first_day()
    since = f"，请选择 {first} 或以后的日期" if first else "，请选择今天"
    return f"{on} 没有统计数据{since}。"


def _row(now: Completion, then: Completion | None, *, name: str = "", place: int = 0) -> Row:
    return Row(
        pk=now.organization.pk,
        place=place,
        name=name or now.organization.short_name,
        type=now.organization.get_org_type_display(),
        expected=now.expected,
        actual=now.actual,
        on_time=now.on_time,
        missing=now.missing,
        rate=now.rate,
        then=[then.expected, then.actual, then.rate] if then else None,
    )


def rows_of(figures: Entry) -> list[Row]:
    """The organisations in the order of the table."""
    return [row for band in figures["bands"] for row in band["rows"]]


def newly_complete(figures: Entry) -> list[str]:
    """Organisations that lacked something on the day compared with and lack nothing now, by facts, not by weights."""
    return [row["name"] for row in rows_of(figures) if _lacked(row) and row["expected"] and not row["missing"]]


def newly_lacking(figures: Entry) -> list[str]:
    """Organisations that lacked nothing then and lack something now."""
    rows = rows_of(figures)
    return [row["name"] for row in rows if row["then"] and row["then"][0] and not _lacked(row) and row["missing"]]


def _lacked(row: Row) -> bool:
    """Whether anything was missing on the day compared with."""
    return bool(row["then"] and row["then"][0] > row["then"][1])
