"""What a row says: its cells read and held against each other, with everything that is wrong or worth a look.

Knows the file and the rules of age, but nobody in the database: that is ``planning``.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Protocol

from members.completeness import NUMBERED_FROM, member_no_fits
from members.dictionaries import PoliticalStatus
from members.models import AgeRule
from members.models.roster import RowKind
from members.roster.reading.cells import Cleaner, Value, read_date
from members.roster.reading.columns import PEOPLE_KINDS, column_of, label_of
from members.roster.reading.findings import STRUCK_OUT, CellRefused, Finding
from members.roster.reading.layouts import SheetLayout
from members.roster.reading.listed import DataRow
from members.roster.reading.places import names_in, names_in_file, organization_said
from members.roster.reading.unlisted import why_struck_out
from members.roster.reading.words import GENDERS, POLITICAL_STATUSES
from tuanjian import ages
from tuanjian.spreadsheets import Cell, Kind
from tuanjian.spreadsheets.cleaning import tidy_line

# An empty cell leaves what is known; this word in it takes that away, where it may be missing.
CLEAR: Final = "清空"
CLEARABLE: Final = frozenset(
    {"ethnicity", "education", "member_no", "phone", "email", "work_unit", "income_band", "remark"}
)
# Nobody on the roster of a League branch is older; cadres may be.
OLDEST_MEMBER: Final = 60
OLDEST: Final = 70


@dataclass(slots=True)
class CleanRow:
    """A row as it was read: ``facts`` to keep, ``shown`` in words, ``cells`` as they stand in the file, by field.

    Everything in it can be written as JSON; ``places`` are names that may say which branch the row belongs to,
    ``claimed`` is the one its section says, which must not be passed over.
    """

    sheet: str
    line: int
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    cells: dict[str, list[str]] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    claimed: str = ""
    letters: dict[str, str] = field(default_factory=dict)
    # Fields whose cell says that what is known is to go.
    cleared: list[str] = field(default_factory=list)

    def refuse(self, code: str, message: str, name: str) -> None:
        """Add a problem, told of the column of this field."""
        self.problems.append(Finding(code, message, name, self.letters.get(name, "")))

    def warn(self, code: str, message: str, name: str = "") -> None:
        """Add a warning."""
        self.warnings.append(Finding(code, message, name, self.letters.get(name, "")))


class Reader(Protocol):
    """Reads cells by the field of their column; ``cells.Cleaner`` reads those of rosters."""

    def read(self, field: str, cell: Cell, kind: RowKind, *, date1904: bool = False) -> Value:
        """The value of a cell; raises ``CellRefused``."""
        ...


class Rules:
    """The ages of ``AgeRule`` for any day, read with one query (``age_rules`` asks once a day)."""

    def __init__(self) -> None:
        rows = AgeRule.objects.order_by("valid_from").values_list("kind", "valid_from", "age")
        self._rules = [(str(kind), valid_from, age) for kind, valid_from, age in rows]

    def age(self, kind: AgeRule.Kind, on: dt.date) -> int:
        """The age that holds on that day, 0 before the first rule."""
        found = 0
        for rule, valid_from, age in self._rules:
            if rule == kind and valid_from <= on:
                found = age
        return found


def clean(layouts: Iterable[SheetLayout], *, on: dt.date) -> Iterator[CleanRow]:
    """Read the rows of all sheets as of that day, in their order. One or two queries, however many rows."""
    cleaner, rules = Cleaner(on), Rules()
    for layout in layouts:
        if layout.kind == RowKind.IGNORED:
            continue
        required = [name for name in layout.fields.values() if layout.kind in column_of(name, layout.kind).required]
        for row in layout.rows:
            yield _clean_row(layout, row, required, cleaner, rules)


def numbers_in(layouts: Iterable[SheetLayout], *, on: dt.date) -> Iterator[str]:
    """The ID numbers of all rows, as ``clean`` reads them, and nothing else of them."""
    cleaner = Cleaner(on)
    for layout in layouts:
        if layout.kind not in PEOPLE_KINDS or "id_number" not in layout.fields.values():
            continue
        for row in layout.rows:
            if "id_number" not in row.cells:
                continue
            with suppress(CellRefused):
                if told := cleaner.read("id_number", row.cells["id_number"][1], layout.kind).fact:
                    yield told["number"]


def letter(column: int) -> str:
    """The letters of a column as spreadsheet programs show them."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=64)
def _letters(fields: tuple[tuple[int, str], ...]) -> dict[str, str]:
    """The letters of the columns of each field, one dictionary for all rows of a sheet."""
    return {name: letter(column) for column, name in fields}


def read_row(layout: SheetLayout, row: DataRow, reader: Reader) -> CleanRow:
    """Read the cells of one row, each by itself."""
    clean_row = CleanRow(layout.name, row.line, layout.kind.value)
    clean_row.letters = _letters(tuple(layout.fields.items()))
    if "branch" not in row.cells:
        clean_row.claimed = organization_said(row.section)
        above = (row.section,) if clean_row.claimed else (row.section, *reversed(layout.titles), layout.name)
        clean_row.places = [name for text in above for name in names_in(text)]
        if not clean_row.claimed:
            clean_row.places += names_in_file(layout.file)
        if row.group:
            clean_row.places = [*names_in(row.group), *clean_row.places]
    if row.ragged:
        clean_row.problems.append(Finding("R_RAGGED", "这一行的列数与表头不一致，请检查分隔符后重新上传。"))
    if row.hidden:
        clean_row.warn("W_HIDDEN", "这是隐藏的行，请确认。")
    if row.merged:
        clean_row.warn("W_MERGED", "有合并单元格，已按左上角的值填充。")
    for name, (_, cell) in row.cells.items():
        _read_cell(clean_row, name, cell, layout, reader)
    if row.section and layout.kind in PEOPLE_KINDS:
        _read_section(clean_row, row.section)
    return clean_row


def _read_section(clean_row: CleanRow, section: str) -> None:
    """What the line above people says of all of them: “三、群众”, “已转出团员”."""
    status = next((found for name in names_in(section) if (found := POLITICAL_STATUSES.find(name))), None)
    if status and "political_status" not in clean_row.letters:
        clean_row.facts["political_status"] = status
        clean_row.shown["political_status"] = POLITICAL_STATUSES.labels[status]
    if found := why_struck_out(section):
        clean_row.warn(STRUCK_OUT, f"此人排在“{found}”下面，请核对是否还要登记；不要登记的，请从表中删去。", "name")


def _clean_row(layout: SheetLayout, row: DataRow, required: list[str], cleaner: Cleaner, rules: Rules) -> CleanRow:
    clean_row = read_row(layout, row, cleaner)
    _refuse_missing(clean_row, row, required)
    if layout.kind in PEOPLE_KINDS:
        _compare_with_number(clean_row)
        _refuse_member_without_number(clean_row)
        judge_ages(clean_row, cleaner.on, rules)
        _judge_member_no(clean_row)
        _warn_of_remark(clean_row)
    return clean_row


def _read_cell(clean_row: CleanRow, name: str, cell: Cell, layout: SheetLayout, reader: Reader) -> None:
    clean_row.cells[name] = [cell.text, cell.kind._value_, cell.stored]
    if cell.formula or cell.month or cell.cut:
        clean_row.cells[name].append(_flags(cell))
    if name in CLEARABLE and layout.kind in PEOPLE_KINDS and tidy_line(cell.text) == CLEAR:
        clean_row.cleared.append(name)
        clean_row.shown[name] = CLEAR
        return
    try:
        value = reader.read(name, cell, layout.kind, date1904=layout.date1904)
    except CellRefused as refusal:
        clean_row.refuse(refusal.code, refusal.message, name)
        return
    if value.fact is not None:
        clean_row.facts[name] = value.fact
    if value.shown:
        clean_row.shown[name] = value.shown
    for code, message in value.warnings:
        clean_row.warn(code, message, name)


def _flags(cell: Cell) -> str:
    """What else the file said of the cell; of most it says nothing."""
    return "".join(flag for flag, holds in zip("fmc", (cell.formula, cell.month, cell.cut), strict=True) if holds)


def cell_as_read(kept: list[str]) -> Cell:
    """The cell again, from what ``CleanRow.cells`` keeps of it."""
    text, kind, stored, *flags = kept
    return Cell(text, Kind(kind), stored, *(flag in "".join(flags) for flag in "fmc"))


def _refuse_missing(clean_row: CleanRow, row: DataRow, required: list[str]) -> None:
    """Say that a necessary cell is empty. A missing branch or post may follow from elsewhere: see ``planning``."""
    refused = {finding.field for finding in clean_row.problems}
    for name, code in (("name", "R_NAME_EMPTY"), ("full_name", "R_NAME_EMPTY"), ("id_number", "R_ID_EMPTY")):
        if name in required and name not in clean_row.facts and name not in refused:
            clean_row.refuse(code, f"{label_of(name, clean_row.kind)}为空，请填写。", name)


def _refuse_member_without_number(clean_row: CleanRow) -> None:
    """Young people may come without a number, members may not, in whichever list they stand."""
    is_member = clean_row.facts.get("political_status") == PoliticalStatus.LEAGUE_MEMBER
    refused = any(finding.field == "id_number" for finding in clean_row.problems)
    if clean_row.kind == RowKind.YOUTH and is_member and "id_number" not in clean_row.facts and not refused:
        clean_row.refuse("R_ID_EMPTY", "政治面貌是共青团员的要填写身份证号。", "id_number")


def _compare_with_number(clean_row: CleanRow) -> None:
    """Birth date and sex follow from the number; columns that say otherwise refuse the row."""
    told = clean_row.facts.get("id_number")
    if told is None or not told["birth"]:
        return
    written = clean_row.shown.get("birth_date", "")
    if written and not told["birth"].startswith(written):
        clean_row.refuse("R_ID_BIRTH", f"出生日期 {written} 与身份证号不一致，请核对原件。", "birth_date")
    gender = clean_row.facts.get("gender")
    if gender and told["gender"] and gender != told["gender"]:
        clean_row.refuse("R_ID_SEX", f"性别“{clean_row.shown['gender']}”与身份证号不一致，请核对原件。", "gender")
    clean_row.shown["birth_date"] = told["birth"]
    clean_row.facts["birth_date"] = told["birth"]
    if told["gender"]:
        clean_row.facts["gender"] = told["gender"]
        clean_row.shown["gender"] = GENDERS.labels[told["gender"]]


def _warn_of_remark(clean_row: CleanRow) -> None:
    """Offices strike people out by a remark; what is struck out must not go in unseen."""
    said = clean_row.facts.get("remark")
    if said and (found := why_struck_out(said)):
        message = f"备注写着“{found}”，请核对此人是否还要登记；不要登记的，请从表中删去这一行后重新上传。"
        clean_row.warn(STRUCK_OUT, message, "remark")


def judge_ages(clean_row: CleanRow, on: dt.date, rules: Rules) -> None:
    """Hold birth date and day of joining against the rules of age, as of that day."""
    birth_text = clean_row.facts.get("birth_date")
    if not birth_text:
        return
    birth = read_date(birth_text).day
    at = "id_number" if "id_number" in clean_row.facts else "birth_date"
    age, lowest = ages.age_on(birth, on), rules.age(AgeRule.Kind.MEMBER_FROM, on)
    is_member = clean_row.kind == RowKind.MEMBERS
    if age < lowest:
        what = "登记为团员" if is_member else "登记"
        clean_row.refuse("R_AGE_LOW", f"未满 {lowest} 周岁，不能{what}。", at)
    elif age > (OLDEST_MEMBER if is_member else OLDEST):
        clean_row.refuse("R_AGE_BAD", f"年龄 {age} 周岁不合理，请核对。", at)
    leaving = rules.age(AgeRule.Kind.LEAVE_AT, on)
    if is_member and leaving and age >= leaving:
        clean_row.warn("W_AGE_HIGH", f"已满 {leaving} 周岁，请确认是否保留团籍。", at)
    if "joined_on" in clean_row.facts:
        _judge_joining(clean_row, birth, on, rules)


def _judge_joining(clean_row: CleanRow, birth: dt.date, on: dt.date, rules: Rules) -> None:
    """Age at joining by the rule of that day; of a month its last day counts, as ``records`` has it."""
    joined = read_date(clean_row.facts["joined_on"])
    day = joined.day
    if joined.is_month:
        day = min(day.replace(day=calendar.monthrange(day.year, day.month)[1]), on)
    age = ages.age_on(birth, day)
    lowest = rules.age(AgeRule.Kind.JOIN_REFUSED_BELOW, day)
    warned = rules.age(AgeRule.Kind.JOIN_WARNED_BELOW, day)
    if age < lowest:
        message = f"按当时规定入团须年满 {lowest} 周岁，此人入团时 {max(age, 0)} 周岁，请核对入团年月。"
        clean_row.refuse("R_JOIN_EARLY", message, "joined_on")
    elif age < warned:
        clean_row.warn("W_JOIN_EARLY", f"入团时未满 {warned} 周岁，请核对档案。", "joined_on")


def _judge_member_no(clean_row: CleanRow) -> None:
    """A number that does not fit the year of joining is left out: a wrong fact is worse than a missing one."""
    if clean_row.kind != RowKind.MEMBERS or "joined_on" not in clean_row.facts:
        return
    number, joined = clean_row.facts.get("member_no", ""), read_date(clean_row.facts["joined_on"]).day
    if member_no_fits(number, joined):
        return
    refused = any(finding.field == "member_no" for finding in clean_row.warnings)
    if number:
        message = f"发展团员编号与入团年份（{joined.year}）不符，未导入该项，请补正。"
        del clean_row.facts["member_no"]
    else:
        message = f"{joined.year} 年入团的应有发展团员编号（{NUMBERED_FROM} 年起必须有），请补正。"
    if not refused:
        clean_row.warn("W_MEMBER_NO", message, "member_no")
