"""随机抽查 out of the system: the sheet for the files, the list of the population, the result; all of it logged."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import User
from members.models import Member
from reports.models import SpotCheck, SpotKind, SpotRecord
from reports.spot_checks.drawing import scope_in_words
from reports.spot_checks.facts import (
    ORGANIZATION_FACTS,
    SECRETARY,
    Fact,
    Seen,
    labels_of,
    seen_by,
)
from reports.spot_checks.results import Rates, Result, result_of
from tuanjian.spreadsheets.writing import Column, SheetPlan, Value, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

SHEET: Final = "随机抽查核对表"
RESULT: Final = "随机抽查结果"
TO_FILL_IN: Final = ("与档案一致", "不一致的项目", "应为", "检查人签字")
_NUMBER, _PERCENT = "#,##0", "0.0%"
_OF_PEOPLE: Final = (("name", "gender", "ethnicity"), ("id_number", "birth_on"), ("political_status", "education"))
# What may take several lines on paper, and how many narrow characters fit into one: two to each Chinese one.
_LONG: Final = ("work_unit", "full_name", "short_name", "unit_category", "contact_email")
SHORT: Final = 20
# Which facts share a column on paper, one under the other.
STACKED: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    SpotKind.MEMBERS: (*_OF_PEOPLE, ("league_status", "joined_on"), ("member_no", "phone"), ("work_unit",)),
    SpotKind.CADRES: (*_OF_PEOPLE, ("phone",), ("post", "nature"), ("manner", "started_on")),
    SpotKind.ORGANIZATIONS: (
        tuple(ORGANIZATION_FACTS),
        ("unit_nature", "unit_category"),
        ("founded_on", "last_election_on"),
        ("contact_phone", "contact_email"),
        ("admin_quota", "admin_quota_filled"),
        ("institution_quota", "institution_quota_filled"),
        (SECRETARY,),
    ),
}


@dataclass(frozen=True)
class Cell:
    """A fact on the sheet. Names, dates and numbers stay in one line; what may be long is broken between words."""

    said: str
    is_whole: bool

    @property
    def css(self) -> str:
        return "whole" if self.is_whole else "words"


@dataclass(frozen=True)
class Heading:
    """What a column holds, one under the other; ``is_wide`` where it takes what width is left."""

    labels: list[str]
    is_wide: bool


@dataclass(frozen=True)
class Line:
    """A record on the sheet: what is entered, column by column; ``gone`` says why there is nothing."""

    organization: str
    number: int
    cells: list[list[Cell]]
    gone: str


@dataclass(frozen=True)
class Sheet:
    """核对表: one line a record, in the committee's order, and empty columns for whoever holds it against the files."""

    check: SpotCheck
    scope: str
    headings: list[Heading]
    lines: list[Line]
    counted_at: dt.datetime


@transaction.atomic
def sheet_on_paper(check: SpotCheck, *, by: User) -> Sheet:
    """The sheet for printing; the log notes it, and so does that of each person on it."""
    seen = _seen(check, by)
    labels, stacks = labels_of(check.kind), STACKED[check.kind]
    lines = [
        Line(each.record.organization_name, each.record.number, list(_cells(each, stacks)), each.gone) for each in seen
    ]
    _record(audit.Kind.PRINTED, check, SHEET, seen, by)
    headings = [Heading([labels[name] for name in stack], not set(stack).isdisjoint(_LONG)) for stack in stacks]
    return Sheet(check, scope_in_words(check), headings, lines, timezone.localtime())


@transaction.atomic
def sheet_as_workbook(check: SpotCheck, *, by: User) -> bytes:
    """The same as XLSX, each fact in a column of its own. The log notes the SHA-256 of the file."""
    seen, now = _seen(check, by), timezone.localtime()
    labels = labels_of(check.kind)
    plan = SheetPlan(
        title=SHEET,
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("抽中序号", width=8, number_format="0"),
            Column("组织", width=24),
            *(Column(label, width=_width(name), wrap=name == "full_name") for name, label in labels.items()),
            *(Column(label, width=14, wrap=True) for label in TO_FILL_IN),
        ],
        rows=_sheet_rows(seen, list(labels)),
        heading_lines=[f"{check.organization.short_name}“{check}”{SHEET}", _under(check, now)],
        notes=[made_by(by, now, more=f"共 {len(seen)} 条"), f"制表人：{by}　制表日期：{now:%Y-%m-%d}"],
    )
    return _written(WorkbookPlan([plan]), check, SHEET, seen, by)


@transaction.atomic
def population_file(check: SpotCheck, *, by: User) -> bytes:
    """The list of keys among which was drawn, a key a line; sha256sum of the file is the digest of the draw."""
    content = check.population.keys.encode()
    changes = {"内容": [None, "总体名单"], "条数": [None, check.population_size]}
    audit.record(audit.Kind.EXPORTED, check, by=by, at=check.organization, changes=changes)
    return content


@transaction.atomic
def result_on_paper(check: SpotCheck, *, by: User) -> Result:
    """The result for printing; the log notes it."""
    _record(audit.Kind.PRINTED, check, RESULT, [], by)
    return result_of(check)


@transaction.atomic
def result_as_workbook(check: SpotCheck, *, by: User) -> bytes:
    """The result as XLSX: 汇总 by organisation, 项目 by fact. The log notes the SHA-256 of the file."""
    result, now = result_of(check), timezone.localtime()
    half = f"，{result.total.drawn} 条中已查 {result.total.checked} 条，未查完" if result.is_half_done else ""
    heading = [f"{check.organization.short_name}“{check}”{RESULT}", f"{_under(check, now)}{half}"]
    notes = [
        "真实率＝真实的记录÷已查的记录；准确率＝与档案一致的项目÷核对的项目；完整率＝已填的项目÷应填的项目。",
        f"以上为{result.by_what}，名称为抽取时的名称；按状态分组，组内按组织顺序，不排名次。",
        made_by(by, now),
        f"制表人：{by}　制表日期：{now:%Y-%m-%d}",
    ]
    plan = WorkbookPlan([_summary(result, heading, notes), _facts(result, heading)])
    return _written(plan, check, RESULT, [], by)


def _seen(check: SpotCheck, by: User) -> list[Seen]:
    return seen_by(by, SpotRecord.objects.of(check).in_sheet_order())


def _cells(seen: Seen, stacks: Iterable[tuple[str, ...]]) -> Iterator[list[Cell]]:
    facts = {fact.key: fact for fact in seen.facts}
    for stack in stacks:
        yield [_cell(name, _said(facts.get(name))) for name in stack]


def _cell(name: str, said: str) -> Cell:
    short = SHORT if said.isascii() else SHORT // 2
    return Cell(said, name not in _LONG and len(said) <= short)


def _said(fact: Fact | None) -> str:
    if fact is None:
        return "—"
    return fact.entered or ("未填" if fact.is_missing else "—")


def _sheet_rows(seen: list[Seen], names: list[str]) -> Iterator[list[Value]]:
    for place, each in enumerate(seen, 1):
        facts = {fact.key: fact for fact in each.facts}
        said = [_said(facts.get(name)) for name in names]
        yield [place, each.record.number, each.record.organization_name, *said, None, each.gone or None, None, None]


def _width(name: str) -> float:
    return {"id_number": 20, "full_name": 36, "work_unit": 22, "member_no": 15, "phone": 13}.get(name, 11)


def _under(check: SpotCheck, now: dt.datetime) -> str:
    drawn = f"{timezone.localtime(check.drawn_at):%Y-%m-%d %H:%M}"
    return (
        f"单位：{check.organization.full_name}　范围：{scope_in_words(check)}　抽取时间：{drawn}　"
        f"种子：{check.seed_in_words}　"
        f"统计时点：{now:%Y-%m-%d}　数据截至：{now:%Y-%m-%d %H:%M}"
    )


def _record(kind: audit.Kind, check: SpotCheck, what: str, seen: list[Seen], by: User, digest: str = "") -> None:
    keys = {each.record.person_id for each in seen if each.record.person_id and each.facts}
    changes: dict[str, list[str | int | None]] = {"内容": [None, what]}
    changes |= {"条数": [None, len(seen)]} if seen else {}
    changes |= {"文件 SHA-256": [None, digest]} if digest else {}
    people = [Member(pk=key) for key in sorted(keys)]
    audit.record(kind, check, by=by, at=check.organization, changes=changes, about=people)


def _written(plan: WorkbookPlan, check: SpotCheck, what: str, seen: list[Seen], by: User) -> bytes:
    file = io.BytesIO()
    write_workbook(plan, file)
    content = file.getvalue()
    _record(audit.Kind.EXPORTED, check, what, seen, by, hashlib.sha256(content).hexdigest())
    return content


def _summary(result: Result, heading: list[str], notes: list[str]) -> SheetPlan:
    counts = ("抽中", "已查", "真实", "核对项目", "一致项目", "应填项目", "已填项目", "待整改", "待复核", "已整改")
    return SheetPlan(
        title="汇总",
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("状态", width=12),
            Column("组织", width=28),
            *(Column(label, width=10, number_format=_NUMBER) for label in counts),
            *(Column(label, width=10, number_format=_PERCENT) for label in ("真实率", "准确率", "完整率")),
        ],
        rows=_summary_rows(result),
        heading_lines=heading,
        notes=notes,
    )


def _summary_rows(result: Result) -> Iterator[list[Value]]:
    for number, row in enumerate(result.rows, 1):
        yield [number, row.state.word, row.name, *_figures(row.rates)]
    yield [None, None, f"合计（{len(result.rows)} 个组织）", *_figures(result.total)]


def _figures(rates: Rates) -> list[Value]:
    return [
        *(rates.drawn, rates.checked, rates.real, rates.compared, rates.right, rates.expected, rates.present),
        *(rates.to_mend, rates.to_confirm, rates.confirmed),
        *("—" if rate is None else rate / 100 for rate in (rates.real_rate, rates.right_rate, rates.present_rate)),
    ]


def _fact_rows(result: Result) -> Iterator[list[Value]]:
    for number, each in enumerate(result.facts, 1):
        yield [number, each.label, each.wrong, each.missing]
    yield [None, "合计", result.wrong, result.missing]


def _facts(result: Result, heading: list[str]) -> SheetPlan:
    return SheetPlan(
        title="项目",
        columns=[
            Column("序号", width=6, number_format="0"),
            Column("项目", width=20),
            Column("不一致", width=10, number_format=_NUMBER),
            Column("缺漏", width=10, number_format=_NUMBER),
        ],
        rows=_fact_rows(result),
        heading_lines=heading,
    )
