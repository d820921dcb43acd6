"""应录尽录 out of the system: the completion table on paper and as a workbook, exactly as queried, and logged."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import AuditEntry, Organization, User
from reports.completion import schemes
from reports.completion.missing import Missing, missing_among
from reports.completion.progress import Asked, Board, Found, board_of, found_under
from reports.completion.sums import Completion
from reports.completion_items import GROUPS, Group
from tuanjian.spreadsheets.writing import Column, SheetPlan, Value, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

TITLE = "应录尽录完成情况表"
# More missing facts than anybody reads; the lower organisations are then exported one by one.
MOST_LINES = 20_000
_NUMBER, _PERCENT = "#,##0", "0.0%"


@transaction.atomic
def completion_on_paper(
    organization: Organization, on: dt.date, *, asked: Asked, said: str, by: User, against: dt.date | None = None
) -> Board:
    """The table for printing; the log notes it. ``said`` are the conditions in words."""
    board = board_of(organization, on, user=by, asked=asked, against=against)
    _record(audit.Kind.PRINTED, board, on, said, by)
    return board


@transaction.atomic
def completion_as_workbook(
    organization: Organization, on: dt.date, *, asked: Asked, said: str, by: User, against: dt.date | None = None
) -> bytes:
    """The table as XLSX: 汇总 by organisation as on the page, 缺项明细 with the facts behind its figures.

    Of a day that is over there are no facts any more, only figures. People appear as the page shows them: of other
    branches than the own by surname only. The log notes who took it, how many lines, and the SHA-256 of the file.
    """
    board = board_of(organization, on, user=by, asked=asked, against=against)
    is_past = on < timezone.localdate()
    lines = [] if is_past else missing_among(_behind(board, found_under(organization, on, asked)), user=by)
    past = "（历史数据）" if is_past else ""
    heading = [f"单位：{organization.full_name}　统计时点：{on}{past}　条件：{said or '全部'}"]
    notes = [made_by(by, timezone.localtime()), f"制表人：{by}　制表日期：{timezone.localdate()}"]
    sheets = [_summary(board, heading, [*_notes_on(board, on, by), *notes])]
    plan = WorkbookPlan(sheets if is_past else [*sheets, _details(board, lines, heading, notes)])
    file = io.BytesIO()
    write_workbook(plan, file)
    taken = {
        "缺项明细": [None, f"{min(len(lines), MOST_LINES)} 条"],
        "文件 SHA-256": [None, hashlib.sha256(file.getvalue()).hexdigest()],
    }
    _record(audit.Kind.EXPORTED, board, on, said, by, taken)
    return file.getvalue()


def _record(
    kind: AuditEntry.Kind,
    board: Board,
    on: dt.date,
    said: str,
    by: User,
    more: Mapping[str, list[str | None]] | None = None,
) -> None:
    changes: dict[str, list[str | int | None]] = {
        "内容": [None, TITLE],
        "统计时点": [None, str(on)],
        "组织数": [None, board.lower_count],
        "缺项": [None, board.listed.missing],
        "条件": [None, said or "全部"],
    }
    audit.record(kind, board.organization, by=by, at=board.organization, changes={**changes, **(more or {})})


def _behind(board: Board, found: Found) -> Found:
    """What the figures of the last line are made of."""
    if not board.asked.picks_organizations:
        return found
    listed = tuple(row.organization.path for row in board.rows)
    return [(each, results) for each, results in found if listed and each.path.startswith(listed)]


def _notes_on(board: Board, on: dt.date, by: User) -> Iterator[str]:
    """How the rates came about, and what a day that is over does not tell."""
    scheme = board.scheme
    if not board.is_known:
        yield f"{on} 没有统计数据。"
    if scheme.is_weighted:
        yield f"完成率按{schemes.name_of(scheme, user=by)}设置的权重计算：{scheme.weights_in_words}。"
    if scheme.ranks:
        yield f"名次依据：{scheme.ranks_by}。"
    if on < timezone.localdate():
        yield "缺项明细只有当天的，历史数据不列。"


def _summary(board: Board, heading: list[str], notes: list[str]) -> SheetPlan:
    groups = [group for group in GROUPS if board.asked.group in (None, group)]
    bounds = "，".join(f"{state.word} {state.bounds}" for state in board.scheme.states)
    places = [Column("名次", width=7, number_format="0")] if board.scheme.ranks else []
    changes = [Column(f"较 {board.against}（百分点）", width=12, number_format="+0.0;−0.0;0.0", wrap=True)]
    return SheetPlan(
        title="汇总",
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("状态", width=10),
            Column("组织", width=28),
            Column("类别", width=12),
            *(Column(label, width=9, number_format=_NUMBER) for label in ("应录", "已录", "按期")),
            Column("完成率", width=9, number_format=_PERCENT),
            *places,
            *(changes if board.against else []),
            Column("缺项", width=9, number_format=_NUMBER),
            *(Column(f"{group.label}缺项", width=10, number_format=_NUMBER, wrap=True) for group in groups),
        ],
        rows=_summary_rows(board, groups),
        heading_lines=[f"{board.organization.short_name}{TITLE}", *heading],
        notes=[f"状态按完成率划分：{bounds}。不适用的项目不计入应录。", *notes],
    )


def _summary_rows(board: Board, groups: list[Group]) -> Iterator[list[Value]]:
    number = 0
    for row in board.rows:
        number += 1
        kind = row.organization.get_org_type_display()
        yield [number, row.state.word, row.organization.short_name, kind, *_figures(board, row, groups)]
    if not board.asked.picks_organizations:
        own = board.own_level
        yield [
            number + 1,
            own.state.word,
            f"{board.organization.short_name}本级",
            "本级",
            *_figures(board, own, groups),
        ]
    yield [None, None, board.sum_name, None, *_figures(board, board.listed, groups)]


def _figures(board: Board, row: Completion, groups: list[Group]) -> list[Value]:
    rate: Value = "不适用" if row.rate is None else row.rate / 100
    places: list[Value] = [row.place] if board.scheme.ranks else []
    changes: list[Value] = ["—" if row.change is None else row.change] if board.against else []
    missing = [row.missing_of(group) for group in groups]
    return [row.expected, row.actual, row.on_time, rate, *places, *changes, row.missing, *missing]


def _details(board: Board, lines: list[Missing], heading: list[str], notes: list[str]) -> SheetPlan:
    cut = f"缺项共 {len(lines):,} 条，只列出前 {MOST_LINES:,} 条，其余请按下级组织分别导出。"
    return SheetPlan(
        title="缺项明细",
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("类别", width=14),
            Column("组织", width=28),
            Column("对象", width=14),
            Column("缺项", width=24),
            Column("说明", width=40, wrap=True),
            Column("项数", width=8, number_format=_NUMBER),
        ],
        rows=_detail_rows(lines),
        heading_lines=[f"{board.organization.short_name}缺项明细", *heading],
        notes=[*([cut] if len(lines) > MOST_LINES else []), *notes],
    )


def _detail_rows(lines: list[Missing]) -> Iterable[list[Value]]:
    shown = lines[:MOST_LINES]
    for number, line in enumerate(shown, 1):
        whom = line.whom if line.person else "本级"
        yield [number, line.group.label, line.organization.short_name, whom, line.what, line.why, line.count]
    yield [None, "合计", None, None, None, None, sum(line.count for line in shown)]
