"""问题分类: what is wrong with the rows of an import, and what is worth a look, by kind of finding and column.

Counted once, when the file is checked; the preview shows the counts and finds the rows of one class again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast

from members.models.roster import RosterImport, RosterRow, RowKind, RowState
from members.roster import purposes
from members.roster.plans.plan import PlannedRow
from members.roster.reading.findings import ELSEWHERE, KNOWN, OTHER_BRANCH, SAME_PERSON, Finding
from tuanjian.masking import without_numbers

REFUSED: Final = (RowState.INVALID, RowState.ELSEWHERE, RowState.ASKED)
# Half a sentence for findings whose sentence names what stands in the cell, and so differs from row to row.
WORDS: Final = {
    "R_AGE_BAD": "年龄不合理",
    "R_AGE_LOW": "年龄未满",
    "R_BRANCH_UNKNOWN": "找不到这个组织",
    "R_CELL_ERROR": "单元格是错误值",
    "R_CONTROL": "含有看不见的控制字符",
    "R_DATE_AMBIG": "写法有歧义",
    "R_DATE_BAD": "不是日期",
    "R_DATE_FUTURE": "日期在今天之后",
    "R_FORMULA": "公式没有计算结果",
    "R_GAP_KEY": "补录编号不对",
    "R_GAP_VALUE": "填写的内容不能使用",
    "R_ID_15": "15 位旧身份证号",
    "R_ID_BIRTH": "与身份证号不一致",
    "R_ID_CHECKSUM": "校验位不对",
    "R_ID_DATE": "号码中的出生日期不存在",
    "R_ID_DUP": "与本文件另一行重复",
    "R_ID_EMPTY": "没有填写号码",
    "R_ID_FORMAT": "位数或格式不对",
    "R_ID_FUTURE": "号码中的出生日期在今天之后",
    "R_ID_MASKED": "号码被遮盖",
    "R_ID_PRECISION": "被改成数字，丢失后几位",
    "R_ID_SEX": "与身份证号不一致",
    "R_ID_TAKEN": "号码已登记",
    "R_ID_TYPE": "像是其他证件的号码",
    "R_JOIN_EARLY": "入团时年龄过小",
    "R_LONG": "内容过长",
    "R_NAME_BAD": "不是名称，或含有不允许的字符",
    "R_NAME_EMPTY": "没有填写",
    "R_NAME_LONG": "名称过长",
    "R_OUT_OF_SCOPE": "没有录入的权限",
    "R_PHONE_BAD": "不是手机号",
    "R_PHONE_SHARED": "多人共用的号码",
    "R_RAGGED": "列数与表头不一致",
    "W_AGE_HIGH": "已满离团年龄",
    "W_ELSEWHERE": "不能由您办理",
    "W_FILLED_ELSEWHERE": "与本文件前面的行不同",
    "W_FILLED_MEANWHILE": "已由他人填写，不作修改",
    "W_FORMULA": "取的是公式的计算结果",
    "W_GONE": "原记录已不在册，没有更新",
    "W_HIDDEN": "隐藏的行或列，已读取",
    "W_JOIN_EARLY": "入团时年龄偏小",
    "W_KNOWN": "已在册，不作修改",
    "W_LOCKED": "已核实，不作修改",
    "W_MEMBER_NO": "缺失或与入团年份不符",
    "W_MERGED": "合并单元格，已按左上角的值填充",
    "W_NAME_DIFFERS": "姓名与记录不同",
    "W_NORMALISED": "已自动整理写法",
    "W_ORGANIZATION_DIFFERS": "与系统中的不同，没有改动",
    "W_OTHER_BRANCH": "现在登记在其他团支部，没有改动",
    "W_PRECISION": "只写到月，按年月保存",
    "W_RARE": "含有生僻字",
    "W_SAME_PERSON": "同一团支部有同名的人",
    "W_SECOND_SECRETARY": "有两名书记",
    "W_STRUCK_OUT": "备注说已不在册或不要登记",
    "W_VALUE_UNKNOWN": "不在字典中，或不能识别",
}
# Warnings for which a row is not imported, or not before somebody has decided.
_REASONS: Final = frozenset({ELSEWHERE, OTHER_BRANCH, SAME_PERSON})
_LEFT_OUT: Final = "未导入"
# A list taken out of some other system covers every phone: nothing anybody could mend here.
_COVERED_PHONE: Final = "W_VALUE_UNKNOWN.phone.out"
# What is kept as it was meant, or left alone because somebody wanted it so.
_NOTES: Final = frozenset({"W_NORMALISED", "W_MERGED", "W_PRECISION", "W_RARE", KNOWN})


class Gravity(Enum):
    """What a class of findings asks of whoever imports, the gravest first."""

    MEND = "改正后才能导入"
    DECIDE = "需要决定，或由他人办理"
    LOOK = "可以导入，请留意"
    NOTE = "仅供了解"


@dataclass(frozen=True)
class FindingClass:
    """Rows with one kind of finding in one column. ``refuses``: they are not imported because of it."""

    key: str
    words: str
    heading: str
    rows: int
    refuses: bool
    gravity: Gravity


class FindingCounts:
    """Counts the findings of rows by class.

    Rows that are refused count by what refuses them, the others by their warnings.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, bool], int] = {}
        self._sentences: dict[tuple[str, bool], set[str]] = {}
        self._kinds: dict[tuple[str, bool], str] = {}

    def add(self, rows: Iterable[PlannedRow]) -> None:
        """Count rows as they are planned."""
        for row in rows:
            if row.problems or row.warnings:
                self._count(row.state, row.clean.kind, _findings(row.state, row.problems, row.warnings))

    def add_kept(self, rows: QuerySet[RosterRow]) -> None:
        """Count rows as they are kept. One query, in which rows that say the same are one."""
        alike = rows.order_by().values_list("state", "kind", "problems", "warnings")
        for state, kind, problems, warnings, times, _ in alike.annotate(rows=Count("pk"), first=Min("number")).order_by(
            "first"
        ):
            self._count(state, kind, _findings(state, problems, warnings), times)

    def add_warning(self, row: RosterRow, finding: Finding) -> None:
        """Count a warning that comes to a row counted before."""
        before = _findings(row.state, row.problems, row.warnings)
        after = _findings(row.state, row.problems, [*row.warnings, list(finding)])
        self._count(row.state, row.kind, {key: after[key] for key in after.keys() - before.keys()})

    def kept(self) -> list[list[Any]]:
        """The classes as kept with the import: key, kind, sentence ("" if it differs), rows, whether it refuses.

        The largest class comes first, those that refuse before the others.
        """
        ordered = sorted(self._rows, key=lambda place: (not place[1], -self._rows[place]))
        return [
            [key, self._kinds[key, refuses], _only(self._sentences[key, refuses]), self._rows[key, refuses], refuses]
            for key, refuses in ordered
        ]

    def _count(self, state: str, kind: str, findings: Mapping[str, str], rows: int = 1) -> None:
        refuses = state in REFUSED
        for key, message in findings.items():
            place = (key, refuses)
            self._rows[place] = self._rows.get(place, 0) + rows
            # Two are as good as all: the sentence is kept where there is one.
            sentences = self._sentences.setdefault(place, set())
            if len(sentences) < 2:
                sentences.add(message)
            self._kinds.setdefault(place, kind)


def classes_of(roster: RosterImport) -> list[FindingClass]:
    """The classes of an import, the gravest first and among them the largest."""
    purpose = purposes.of(roster)
    classes = []
    for key, kind, sentence, rows, refuses in roster.counts.get("findings", []):
        code, field, left_out = key.split(".")
        words = purpose.finding_words.get(code) or WORDS.get(code) or sentence or code
        covered = key == _COVERED_PHONE and kind != RowKind.ORGANIZATIONS
        if covered:
            words = "被遮盖或只是占位的号码，未导入该项"
        elif left_out and code == "W_PRECISION":
            words = "只写到年，未导入该项"
        elif left_out and _LEFT_OUT not in words:
            words = f"{words}，未导入该项"
        column = purpose.column(field, kind)
        heading = column.heading_in(kind) if column is not None else ""
        gravity = Gravity.NOTE if covered or (code in _NOTES and not left_out) else _gravity(code, refuses)
        classes.append(FindingClass(key, words, heading, rows, refuses, gravity))
    order = list(Gravity)
    return sorted(classes, key=lambda each: order.index(each.gravity))


def _gravity(code: str, refuses: bool) -> Gravity:
    if not refuses:
        return Gravity.LOOK
    return Gravity.MEND if code.startswith("R_") else Gravity.DECIDE


def rows_with(rows: QuerySet[RosterRow], key: str) -> QuerySet[RosterRow]:
    """Those of the rows that are in this class; none where there is no such class. One query more."""
    code = key.split(".")[0]
    # Looked up in the text of the JSON, which both databases can, then held against the finding itself.
    told = rows.annotate(in_problems=Cast("problems", TextField()), in_warnings=Cast("warnings", TextField()))
    told = told.filter(Q(in_problems__contains=f'"{code}"') | Q(in_warnings__contains=f'"{code}"'))
    found = [
        pk
        for pk, state, problems, warnings in told.order_by().values_list("pk", "state", "problems", "warnings")
        if key in _findings(state, problems, warnings)
    ]
    return rows.filter(pk__in=found)


def _findings(state: str, problems: Sequence[Sequence[str]], warnings: Sequence[Sequence[str]]) -> dict[str, str]:
    """What counts about a row, by class: what it is not imported for if that is so, else its warnings."""
    if state in REFUSED and state != RowState.INVALID:
        warnings = [each for each in warnings if each[0] in _REASONS] or warnings
    return dict(_keyed(problems if state == RowState.INVALID else warnings))


def _keyed(findings: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    for code, message, field, *_ in findings:
        left_out = "out" if _LEFT_OUT in message and code.startswith("W_") else ""
        yield f"{code}.{field}.{left_out}", without_numbers(message)


def _only(sentences: set[str]) -> str:
    return next(iter(sentences)) if len(sentences) == 1 else ""
