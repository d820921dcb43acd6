"""The result of a comparison as it is looked at and taken out: which lines, in which words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db.models import Q, QuerySet

from branches.models import User
from members.models import Comparison, ComparisonRow, Member, Outcome
from members.national_check.facts import LABELS
from tuanjian.spreadsheets.writing import Column

NOTHING: Final = "（空）"
MOST_NAMED: Final = 5
CHUNK: Final = 1_000
COLUMNS: Final = (
    Column("结果", width=14),
    Column("姓名", width=12),
    Column("证件号码", width=22),
    Column("所在团支部", width=28),
    Column("项目", width=14),
    Column("本系统", width=24),
    Column("国家系统", width=24),
    Column("国家系统文件中的位置", width=22),
    Column("说明", width=40),
)


@dataclass(frozen=True)
class Asked:
    """Which lines: of an outcome, with a differing field, with a name."""

    outcome: str = ""
    field: str = ""
    name: str = ""

    @property
    def in_words(self) -> str:
        said = [
            f"结果：{Outcome(self.outcome).label}" if self.outcome else "",
            f"项目：{LABELS[self.field]}" if self.field else "",
            f"姓名：{self.name}" if self.name else "",
        ]
        return "，".join(filter(None, said))


@dataclass(frozen=True)
class Line:
    """A line of the result in words."""

    row: ComparisonRow
    number: str
    branch: str
    where: str
    pairs: list[tuple[str, str, str]]
    why: str
    people: list[Member]

    @property
    def outcome(self) -> str:
        return str(Outcome(self.row.outcome).label)


def rows_asked(comparison: Comparison, asked: Asked, *, user: User) -> QuerySet[ComparisonRow]:
    """The lines asked for, as far as their people are in sight."""
    wanted = Q(comparison=comparison)
    if asked.outcome:
        wanted &= Q(outcome=asked.outcome)
    if asked.field:
        wanted &= Q(fields__contains=f",{asked.field},")
    if asked.name:
        wanted &= Q(name__contains=asked.name)
    return ComparisonRow.objects.visible_to(user).filter(wanted).order_by("number")


def shown(rows: Sequence[ComparisonRow], *, user: User) -> list[Line]:
    """The lines in words; who could be meant is named as far as they are in sight. One query."""
    contents = [row.content for row in rows]
    meant = {key for content in contents for key in content["people"][:MOST_NAMED]}
    visible = Member.objects.visible_to(user).filter(pk__in=meant).select_related("branch")
    people = {member.pk: member for member in visible} if meant else {}
    return [
        Line(
            row,
            content["number"],
            content["branch"],
            content["where"],
            [(LABELS[field], here or NOTHING, there or NOTHING) for field, here, there in content["pairs"]],
            content["why"],
            [people[key] for key in content["people"][:MOST_NAMED] if key in people],
        )
        for row, content in zip(rows, contents, strict=True)
    ]


def lines_of(rows: QuerySet[ComparisonRow], *, user: User) -> Iterator[list[str]]:
    """The lines as a sheet has them: one for each differing field. A chunk of them at a time is in memory."""
    waiting = rows.iterator(chunk_size=CHUNK)
    while some := list(islice(waiting, CHUNK)):
        for line in shown(some, user=user):
            head = [line.outcome, line.row.name, line.number, line.branch]
            meant = "、".join(named(line.people))
            why = f"{line.why}：{meant}" if meant else line.why
            for label, here, there in line.pairs or [("", "", "")]:
                yield [*head, label, here, there, line.where, why]


def named(people: Iterable[Member]) -> Iterator[str]:
    """People told apart: name, branch, masked number."""
    for member in people:
        branch = member.branch.short_name if member.branch else ""
        yield f"{member.name}（{branch}，{member.birth_on or '出生日期未填'}）"


def sums(comparison: Comparison) -> list[tuple[str, str, int]]:
    """The numbers of each outcome, as (outcome, word, number); people who agree first, under no outcome."""
    counts = comparison.counts
    found = [(outcome.value, str(outcome.label), counts.get(outcome.value, 0)) for outcome in Outcome]
    return [("", "两边一致", counts.get("same", 0)), *found] if counts else []
