"""The preview of an import: how many rows come to what, which rows are asked for, what of the file was not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db.models import Q, QuerySet

from branches.models import User
from members.models.people import MemberQuerySet
from members.models.roster import ImportPurpose, ImportState, RosterImport, RosterRow, RowKind, RowState
from members.roster import purposes
from members.roster.plans import absent
from members.roster.preview.classifying import FindingClass, Gravity, classes_of, rows_with
from members.roster.preview.replanning import MOVED
from members.roster.preview.showing import STATES
from tuanjian.masking import without_numbers

_OF_FILE: Final = {
    "W_EXTERNAL": "文件引用了外部链接，已忽略。",
    "W_HIDDEN": "有隐藏的工作表，没有读取，请确认。",
}
_UNKNOWN: Final = "R_BRANCH_UNKNOWN"
# Rows after the mended one that are looked through for the next cell to mend.
_LOOKED_AT: Final = 50
# Rows that moved which the page names itself; the others are a click away.
_MOVED_SHOWN: Final = 10
_HAS_PREVIEW: Final = (ImportState.TO_CONFIRM, ImportState.DONE, ImportState.TAKEN_BACK)


@dataclass(frozen=True)
class Segment:
    """One of several narrower views of the rows: the value that asks for it, its word and how many rows it has."""

    value: str
    word: str
    rows: int


@dataclass(frozen=True)
class Moved:
    """Rows that are not what the preview said when the import was to be written: how many, and the first of them, each
    with where it stands, whom it lists and what it was and is."""

    rows: int
    named: list[tuple[str, str, str, str]]

    @property
    def others(self) -> int:
        """How many are not named."""
        return self.rows - len(self.named)


@dataclass(frozen=True)
class Unread:
    """What of a sheet was not read: columns nobody knows, lines left out by reason, sentences about it."""

    sheet: str
    headings: list[str]
    lines: list[tuple[str, list[int]]]
    sentences: list[str]


class Review:
    """What the preview says about an import. Reads nothing but the import itself."""

    def __init__(self, roster: RosterImport) -> None:
        self.roster = roster
        self.kinds: dict[str, dict[str, int]] = roster.counts.get("rows", {})

    def rows_in(self, *states: RowState, kind: str = "") -> int:
        """How many rows come to one of these states (any of them: none named), of one kind or all."""
        wanted = states or tuple(RowState)
        counted = [self.kinds.get(kind, {})] if kind else self.kinds.values()
        return sum(numbers.get(state, 0) for numbers in counted for state in wanted)

    @property
    def total(self) -> int:
        return self.rows_in()

    @property
    def writable(self) -> int:
        """Rows that will be written."""
        return self.rows_in(RowState.NEW, RowState.UPDATE)

    @property
    def new(self) -> int:
        return self.rows_in(RowState.NEW)

    @property
    def updated(self) -> int:
        return self.rows_in(RowState.UPDATE)

    @property
    def same(self) -> int:
        return self.rows_in(RowState.SAME)

    @property
    def invalid(self) -> int:
        return self.rows_in(RowState.INVALID)

    @property
    def elsewhere(self) -> int:
        return self.rows_in(RowState.ELSEWHERE)

    @property
    def asked(self) -> int:
        """Rows somebody has to decide about; until then they are not imported."""
        return self.rows_in(RowState.ASKED)

    @property
    def refused(self) -> int:
        """Rows that will not be imported."""
        return self.invalid + self.elsewhere + self.asked

    def by_kind(self) -> list[Segment]:
        """The kinds of rows in the file, in the order in which they are written."""
        return [
            Segment(kind, RowKind(kind).label, self.rows_in(kind=kind)) for kind in RowKind.values if kind in self.kinds
        ]

    def by_state(self, kind: str = "") -> list[Segment]:
        """The states, of rows of one kind or all; 不在管理范围 and 待确定 only where there are such rows."""
        order = (
            *(RowState.INVALID, RowState.ASKED),
            *(RowState.NEW, RowState.UPDATE, RowState.SAME, RowState.ELSEWHERE),
        )
        segments = [Segment(state.value, STATES[state][1], self.rows_in(state, kind=kind)) for state in order]
        rare = {RowState.ELSEWHERE.value: self.elsewhere, RowState.ASKED.value: self.asked}
        return [segment for segment in segments if rare.get(segment.value, 1)]

    @cached_property
    def classes(self) -> list[FindingClass]:
        return classes_of(self.roster)

    @property
    def graded(self) -> list[tuple[str, list[FindingClass]]]:
        """The classes somebody has to see, by gravity; the gravest first, in words."""
        found = [(each, [one for one in self.classes if one.gravity == each]) for each in Gravity]
        return [(each.value, classes) for each, classes in found if classes and each != Gravity.NOTE]

    @property
    def notes(self) -> list[FindingClass]:
        """The classes nobody has to do anything about."""
        return [each for each in self.classes if each.gravity == Gravity.NOTE]

    @property
    def noted(self) -> int:
        """How often there is something to note."""
        return sum(each.rows for each in self.notes)

    @cached_property
    def unread(self) -> list[Unread]:
        """What was not read, sheet by sheet; sheets of which everything was read are left out."""
        return [each for sheet in self.roster.sheets if _is_worth_saying(each := _unread(sheet))]

    @property
    def about_file(self) -> list[str]:
        """Sentences about the file as a whole."""
        return [_OF_FILE.get(code, code) for code in self.roster.warnings]

    @property
    def sheet_names(self) -> list[str]:
        """The sheets that were read."""
        return [sheet["name"] for sheet in self.roster.sheets if sheet["kind"] != RowKind.IGNORED]

    @property
    def listed_nobody(self) -> bool:
        return not self.total


def has_preview(roster: RosterImport) -> bool:
    """Whether there are rows to look at."""
    return roster.state in _HAS_PREVIEW and bool(roster.counts.get("rows"))


def rows_asked(
    roster: RosterImport, *, kind: str = "", state: str = "", finding: str = "", q: str = "", moved: str = ""
) -> QuerySet[RosterRow]:
    """Rows of one kind, state or class of findings, with this line number or this in the name, or only those that moved
    before the writing; in the file's order."""
    rows = roster.rows.order_by("number")
    if moved:
        rows = rows.filter(number__in=[number for number, _ in roster.counts.get("moved", {}).get("named", [])])
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if q:
        line = Q(line=int(q)) if q.isascii() and q.isdigit() and len(q) < 8 else Q(pk__in=())
        rows = rows.filter(line | Q(label__contains=q))
    return rows_with(rows, finding) if finding else rows


def moved_rows(roster: RosterImport) -> Moved | None:
    """What moved between the preview and the writing that was refused for it, None where nobody has found out. One
    query."""
    moved = roster.counts.get("moved")
    if roster.error_code != MOVED or moved is None:
        return None
    states = dict(moved["named"][:_MOVED_SHOWN])
    rows = roster.rows.filter(number__in=states).order_by("number").defer("sealed")
    named = [
        (f"{row.sheet} {row.line}", without_numbers(row.label), _word(states[row.number]), _word(row.state))
        for row in rows
    ]
    return Moved(moved["rows"], named)


def _word(state: str) -> str:
    return STATES[RowState(state)][1]


def decisions_of(roster: RosterImport) -> dict[tuple[str, int], str]:
    """What was decided, by sheet and line. One query."""
    return {(sheet, line): choice for sheet, line, choice in roster.decisions.values_list("sheet", "line", "choice")}


def next_problem(roster: RosterImport, row: RosterRow, asked: Mapping[str, str]) -> tuple[RosterRow, str] | None:
    """The next cell to be mended among the rows asked for: in this row, else in one of those after it."""
    mendable, rows = purposes.of(roster).mendable, rows_asked(roster, **asked).filter(state=RowState.INVALID)
    for each in [row, *rows.filter(number__gt=row.number)[:_LOOKED_AT]]:
        if each.state == RowState.INVALID:
            for _, _, field, *_ in each.problems:
                if field in mendable(each.kind):
                    return each, field
    return None


def place_of(roster: RosterImport, row: RosterRow, asked: Mapping[str, str]) -> int | None:
    """How many of the rows asked for stand before this one; None if it is not among them."""
    rows = rows_asked(roster, **asked)
    return rows.filter(number__lt=row.number).count() if rows.filter(pk=row.pk).exists() else None


def names_nobody(roster: RosterImport) -> bool:
    """Whether there are rows whose branch is not known, by the name they have or because they have none."""
    return any(key.startswith(f"{_UNKNOWN}.branch.") for key, *_ in roster.counts.get("findings", []))


def absent_people(roster: RosterImport, *, user: User) -> MemberQuerySet | None:
    """在册但不在表中, None where the question makes no sense: other purposes, and imports taken back."""
    asks = roster.purpose == ImportPurpose.ROSTER and roster.state in (ImportState.TO_CONFIRM, ImportState.DONE)
    return absent.missing_from_file(roster, user=user) if asks and roster.counts.get("branches") else None


def _unread(sheet: dict[str, Any]) -> Unread:
    lines: dict[str, list[int]] = {}
    for line, reason in sheet.get("left_out", []):
        lines.setdefault(reason, []).append(line)
    sentences = list(_sentences(sheet))
    return Unread(sheet["name"], list(sheet.get("unmapped", [])), list(lines.items()), sentences)


def _sentences(sheet: dict[str, Any]) -> Iterator[str]:
    for code, message in sheet.get("warnings", []):
        # Said already, heading by heading.
        if code != "W_UNKNOWN_COLUMN":
            yield message


def _is_worth_saying(unread: Unread) -> bool:
    return bool(unread.headings or unread.lines or unread.sentences)
