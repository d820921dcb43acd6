"""缺项补录表 handed out: the missing facts of a subtree, one row per person, only the empty cells open."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Right
from members.completeness import FACTS, incomplete, with_gaps
from members.models import Member
from members.models.people import MemberQuerySet
from members.roster.gap_sheets.gap_columns import COLUMNS, FILLED, GAPS, KIND, NOT_ASKED, holds, key_of, lacks
from members.roster.handed_out import choices
from members.roster.handed_out.guidance import guidance
from tuanjian.idnumbers import Gender
from tuanjian.spreadsheets.writing import Closed, Column, Content, Open, SheetPlan, WorkbookPlan, write_workbook
from tuanjian.watermark import made_by

TITLE: Final = "缺项补录表"
# One sheet holds no more; the reader takes twice as many rows.
MOST: Final = 5_000


@dataclass(frozen=True)
class Shortage:
    """How many people of a subtree lack something, and how many lack which fact, by its label."""

    people: int
    facts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """How many facts are missing."""
        return sum(count for _, count in self.facts)


def shortage_in(organization: Organization) -> Shortage:
    """What the people of the branches there lack today. Two queries; asks nothing about rights."""
    people = Member.objects.under(organization).on_roster()
    sums = {fact.field: Sum(fact.column, default=0) for fact in FACTS}
    counted = with_gaps(people).aggregate(without_number=Count("pk", filter=Q(id_number_index=None)), **sums)
    found = [("证件号码", counted["without_number"]), *((fact.label, counted[fact.field]) for fact in FACTS)]
    facts = tuple((label, count) for label, count in found if count)
    return Shortage(_lacking(people).count() if facts else 0, facts)


def _lacking(people: MemberQuerySet) -> MemberQuerySet:
    return people.filter(Q(id_number_index=None) | incomplete())


@transaction.atomic
def write_gap_sheet(organization: Organization, target: IO[bytes], *, by: User) -> int:
    """Write the 缺项补录表 of a subtree and return how many people it lists; the log notes who took it.

    People stand by branch in screen order, then by pinyin, with full names. Cells of missing facts are open, everything
    else is locked and shows no value. Refuses whoever keeps no people there, a subtree that lacks nothing, and one with
    more than ``MOST`` people to mend.
    """
    if not Organization.objects.manageable_by(by, right=Right.PEOPLE).filter(pk=organization.pk).exists():
        raise ValidationError("您没有在这里录入人员的权限，请联系上级管理员。")
    lacking = _lacking(Member.objects.under(organization).on_roster()).select_related("branch")
    people = list(with_gaps(lacking).order_by("branch__screen_order", "pinyin", "pk")[: MOST + 1])
    if not people:
        raise ValidationError(f"{organization.short_name}没有缺项，不需要补录。")
    if len(people) > MOST:
        raise ValidationError(f"缺项的人员超过 {MOST:,} 人，请选择下级组织分别下载。")
    file = io.BytesIO()
    write_workbook(_plan(organization, people, timezone.localdate(), by), file)
    target.write(file.getvalue())
    changes = {
        "内容": [None, TITLE],
        "人数": [None, len(people)],
        "文件 SHA-256": [None, hashlib.sha256(file.getvalue()).hexdigest()],
    }
    audit.record(audit.Kind.EXPORTED, organization, by=by, at=organization, changes=changes, about=people)
    return len(people)


def _plan(organization: Organization, people: list[Member], on: dt.date, by: User) -> WorkbookPlan:
    lists = {name: list_ for name, list_ in choices.dictionaries().items() if name != "团内职务"}
    asked = [gap for gap in GAPS if any(lacks(member, gap.attribute) for member in people)]
    columns = [*COLUMNS[:3], *(gap.column for gap in asked)]
    written = [choices.sheet_column(column, KIND, lists, mark="", locked=True) for column in columns]
    telling = _telling_apart(people)
    if telling:
        written.insert(3, Column("同名区分", width=30, locked=True))
    rows = _rows(organization, people, [gap.attribute for gap in asked], telling)
    missing = sum(lacks(member, gap.attribute) for member in people for gap in asked)
    sheet = SheetPlan(
        title=TITLE,
        columns=written,
        rows=rows,
        heading_lines=[
            f"{organization.short_name}{TITLE}",
            f"单位：{organization.full_name}　统计时点：{on}　共 {len(people)} 人，{missing} 个空格待填　"
            # Not below the rows, nor in a line of its own: the sheet comes back and is read by its lines.
            f"{made_by(by, timezone.localtime())}",
            "只填浅黄色的空格，不清楚的留空；写“已填”“不要求”的不用管。填好后在“导入”的“缺项补录表”里上传，检查无误再写入。",
        ],
    )
    first = ["浅黄色的空格是还缺的内容，其余单元格已锁定。上传时只补这些空格，已经有的内容不会被改动。"]
    parts = [(TITLE, KIND, [replace(column, required=()) for column in columns[3:]])]
    return WorkbookPlan([sheet, guidance(parts, first=first)], choices.used(written, lists))


def _rows(
    organization: Organization, people: Iterable[Member], asked: list[str], telling: dict[int, str]
) -> Iterator[list[Content]]:
    for member in people:
        apart: list[Content] = [telling.get(member.pk, "")] if telling else []
        branch = member.branch.short_name if member.branch else ""
        cells = [_cell(member, attribute) for attribute in asked]
        yield [Closed(key_of(member, organization)), member.name, branch, *apart, *cells]


def _cell(member: Member, attribute: str) -> Content:
    if lacks(member, attribute):
        return Open()
    return Closed(FILLED if holds(member, attribute) else NOT_ASKED)


def _telling_apart(people: list[Member]) -> dict[int, str]:
    """What tells people of one name in one branch apart, by their keys; phones masked. One query."""
    in_branches = Member.objects.on_roster().filter(branch__in={member.branch_id for member in people})
    same = in_branches.order_by().values_list("branch_id", "name").annotate(Count("pk")).filter(pk__count__gt=1)
    shared = {(branch, name) for branch, name, _ in same}
    return {
        member.pk: "，".join(word for word in _marks(member) if word)
        for member in people
        if (member.branch_id, member.name) in shared
    }


def _marks(member: Member) -> Iterator[str]:
    yield f"{member.birth_on:%Y-%m} 出生" if member.birth_on else ""
    yield Gender(member.gender).label if member.gender in (Gender.MALE, Gender.FEMALE) else ""
    yield f"手机 {member.phone_masked}" if member.phone_index else ""
