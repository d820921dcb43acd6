"""What one cell of a list of activities says: the value to keep, the words to show, or why it refuses its row.

An activity is a record of what took place: what cannot be read is refused, never left out without a word.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from django.db.models import Q

from activities.ledger.columns import label_of
from activities.ledger.names import NotAName, read_names
from activities.models import Activity, ActivityKind, Attendance, ExternalParticipants
from members.models.roster import RowKind
from members.roster.reading.cells import NOTHING, Value, Warnings, refuse_unreadable, with_formula
from members.roster.reading.findings import CellRefused
from tuanjian import officedates
from tuanjian.officedates import DateRefused, OfficeDate
from tuanjian.placeholders import is_placeholder
from tuanjian.spreadsheets import Cell, Kind
from tuanjian.spreadsheets.cleaning import Vocabulary, fold, tidy_line, tidy_text

# Of the kinds a committee starts with, and only where it still has them.
_SYNONYMS: Final = {
    "branch_assembly": "团员大会 支部团员大会 团支部大会 支部全体团员大会 支部大会会议",
    "committee_meeting": "支部委员会 支部委员会议 支部委员会会议 支委会议 团支委会 团支部委员会",
    "group_meeting": "团小组会议 小组会",
    "league_lesson": "上团课 微团课 主题团课 团课学习",
    "theme_day": "主题团日活动 团日 团日活动",
    "org_life_meeting": "组织生活 专题组织生活会 团组织生活会",
    "topic_study": "学习 专题学习会 集中学习 理论学习 学习活动",
    "training": "培训活动 业务培训 教育培训",
    "visit": "参观 走访 参观学习 实地参观 参观活动",
    "contest": "比赛 竞赛 技能比赛 技能竞赛 知识竞赛 文体比赛",
    "volunteer_service": "志愿服务活动 志愿活动 志愿者活动 志愿者服务",
    "care": "慰问 关怀 走访慰问 慰问活动 关爱活动 送温暖",
}
_LONG_TEXTS: Final = ("agenda", "minutes", "resolution")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_COUNT = re.compile(r"([0-9]{1,9})(?:\.0+)?\s*(?:人次|人|名|位|个)?")
_GUESTS = re.compile(r"(.*?)[:：]?\s*([0-9]{1,9})(?:\.0+)?\s*(?:人次|人|名|位|个)?")
_APART = re.compile(r"[、，,;；\n]+")
_NOT_THERE = re.compile(r"假|缺席|未到|未参加|没来")
MOST_COUNTED: Final = 99_999
# Guests of whom only a number is given.
_GUESTS_AT_ALL: Final = "列席和来宾"


def kinds_in_use(on: dt.date) -> dict[str, ActivityKind]:
    """The kinds of activity that may be chosen on that day, by code. One query."""
    offered = ActivityKind.objects.filter(Q(retired_on=None) | Q(retired_on__gt=on))
    return {kind.code: kind for kind in offered}


class Reader:
    """Reads the cells of one list as of one day."""

    def __init__(self, on: dt.date) -> None:
        """``on`` is today, or the day judged by. One query for the kinds of activity."""
        self.on = on
        self.kinds = _vocabulary({code: kind.name for code, kind in kinds_in_use(on).items()})
        self._readers: dict[str, Callable[[Cell, str], Value]] = {
            "branch": _branch,
            "kind": self._kind,
            "topic": _line,
            "people": _people,
            "attended": _attended,
            "leave": _people,
            "absent": _people,
            "guests": _guests,
        }

    def read(self, field: str, cell: Cell, kind: RowKind, *, date1904: bool = False) -> Value:
        """The value of a cell in the column of this field; raises ``CellRefused``."""
        label = label_of(field)
        refuse_unreadable(cell, label)
        if not tidy_line(cell.text):
            return NOTHING
        if field == "held_on":
            value = self._day(cell, label, date1904=date1904)
        elif field in self._readers:
            value = self._readers[field](cell, field)
        else:
            value = (_text if field in _LONG_TEXTS else _line)(cell, field)
        return with_formula(value, cell, label)

    def _day(self, cell: Cell, label: str, *, date1904: bool) -> Value:
        text, number = tidy_line(cell.text), cell.kind == Kind.NUMBER
        try:
            if number and _SERIAL.fullmatch(text):
                found = officedates.from_serial(float(text), epoch1904=date1904)
            else:
                found = officedates.read(text, day_required=True, number_cell=number)
        except DateRefused as refusal:
            raise CellRefused(refusal.code, f"{label}：{refusal.message}") from None
        if cell.month:
            found = OfficeDate(found.day, is_month=True)
            raise CellRefused("R_DATE_BAD", f"{label} {found} 只写到月，请写到日，如 2026-03-05。")
        if found.day > self.on:
            raise CellRefused("R_DATE_FUTURE", f"{label} {found} 在今天之后，请核对；活动举行以后再导入。")
        return Value(str(found), str(found))

    def _kind(self, cell: Cell, field: str) -> Value:
        text = tidy_line(cell.text)
        code = self.kinds.find(text)
        if code is not None:
            return Value(code, self.kinds.labels[code])
        if is_placeholder(text):
            return NOTHING
        near = self.kinds.near(text)
        hint = f"您是不是要填“{near}”？" if near else "可以填：" + "、".join(self.kinds.labels.values())[:150] + "。"
        raise CellRefused("R_VALUE_UNKNOWN", f"活动类型“{text[:20]}”不在系统的活动类型中。{hint}")


def _vocabulary(names: dict[str, str]) -> Vocabulary:
    """The kinds under their names and what else they are called; a committee's own name goes before a synonym."""
    taken: dict[str, str] = {}
    for code, name in names.items():
        taken.setdefault(fold(name), code)
    entries = [(code, name) for code, name in names.items() if taken[fold(name)] == code]
    known = {code for code, _ in entries}
    synonyms = {
        code: " ".join(word for word in words.split() if fold(word) not in taken)
        for code, words in _SYNONYMS.items()
        if code in known
    }
    return Vocabulary(entries, synonyms)


def _longest(field: str) -> int:
    longest: int = Activity._meta.get_field(field).max_length  # type: ignore[union-attr, assignment]  # a text column
    return longest


def _kept(text: str, field: str) -> Value:
    if is_placeholder(text):
        return NOTHING
    if len(text) > (longest := _longest(field)):
        raise CellRefused("R_LONG", f"{label_of(field)}的内容超过长度上限（最多 {longest:,} 个字），请缩短。")
    return Value(text, text)


def _line(cell: Cell, field: str) -> Value:
    return _kept(tidy_line(cell.text), field)


def _text(cell: Cell, field: str) -> Value:
    return _kept(tidy_text(cell.text), field)


def _branch(cell: Cell, field: str) -> Value:
    text = "".join(tidy_line(cell.text).split())
    return NOTHING if is_placeholder(text) else Value(text, text)


def _count(text: str, label: str) -> int:
    found = _COUNT.fullmatch(text)
    if found is None:
        raise CellRefused("R_COUNT_BAD", f"{label}“{text[:20]}”不是人数，请只填数字。")
    if not 0 < int(found[1]) <= MOST_COUNTED:
        raise CellRefused("R_COUNT_BAD", f"{label}“{text[:20]}”不合理，请核对。")
    return int(found[1])


def _plain(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", tidy_line(cell.text))


def _attended(cell: Cell, field: str) -> Value:
    text = _plain(cell)
    if not any(character.isdigit() for character in text) and is_placeholder(text):
        return NOTHING
    count = _count(text, label_of(field))
    return Value(count, str(count))


def _people(cell: Cell, field: str) -> Value:
    """Names as [name, birth, state, reason]; in 参加人员 a number alone is the number of people."""
    text = _plain(cell)
    if field == "people" and _COUNT.fullmatch(text):
        count = _count(text, label_of(field))
        return Value({"count": count}, str(count))
    if is_placeholder(text):
        return NOTHING
    try:
        found = read_names(cell.text)
    except NotAName as refusal:
        raise CellRefused("R_NAME_BAD", f"{label_of(field)}：{refusal.message}") from None
    present, rows, warnings = field == "people", [], []
    for named in found:
        if present and _NOT_THERE.search(named.remark):
            message = f"参加人员：{named.name}注明“{named.remark[:20]}”，没来的人请写到“请假人员”或“缺席人员”。"
            raise CellRefused("R_NAME_BAD", message)
        if present and named.remark:
            warnings.append(f"{named.name}（{named.remark[:20]}）")
        rows.append([named.name, named.born, _state(field, named.remark), "" if present else _reason(named.remark)])
    told: Warnings = ()
    if warnings:
        told = (("W_VALUE_UNKNOWN", f"参加人员括号里的说明没有保存：{'、'.join(warnings)[:100]}。"),)
    return Value({"names": rows} if rows else None, "、".join(named.name for named in found), told)


def _state(field: str, remark: str) -> str:
    if field == "people":
        return Attendance.State.PRESENT.value
    on_leave = field == "leave" or "假" in remark
    return (Attendance.State.LEAVE if on_leave else Attendance.State.ABSENT).value


def _reason(remark: str) -> str:
    longest: Any = Attendance._meta.get_field("reason").max_length
    if len(remark) > longest:
        raise CellRefused("R_LONG", f"缺席原因超过长度上限（最多 {longest} 个字），请缩短。")
    return "" if is_placeholder(remark) else remark


def _guests(cell: Cell, field: str) -> Value:
    """Guests as [where from, how many]: a number alone, groups with their numbers, or names, which are counted."""
    text = unicodedata.normalize("NFKC", tidy_text(cell.text))
    if is_placeholder(text) and not any(character in "123456789" for character in text):
        return NOTHING
    groups: list[tuple[str, int]] = []
    named: list[str] = []
    for part in filter(None, (" ".join(each.split()) for each in _APART.split(text))):
        found = _GUESTS.fullmatch(part)
        if found is None:
            named.append(part)
        elif int(found[2]) > MOST_COUNTED:
            raise CellRefused("R_COUNT_BAD", f"{label_of(field)}“{part[:20]}”的人数不合理，请核对。")
        elif int(found[2]):
            groups.append((found[1].strip() or _GUESTS_AT_ALL, int(found[2])))
    if named:
        groups.append(("、".join(named), len(named)))
    longest: Any = ExternalParticipants._meta.get_field("description").max_length
    if any(len(description) > longest for description, _ in groups):
        raise CellRefused("R_LONG", f"{label_of(field)}的内容超过长度上限（每项最多 {longest} 个字），请缩短。")
    shown = "、".join(f"{description} {count} 人" for description, count in groups)
    return Value([list(group) for group in groups] or None, shown)
