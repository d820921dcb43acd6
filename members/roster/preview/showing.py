"""How a row of an import reads on the screen: values, what is wrong with them, what they replace – numbers masked.

The only way from a sealed row to a page. ID numbers keep two characters and mobile phones seven digits, in whichever
column of the file they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist

from branches.naming import PREFIX
from members import wording
from members.models.roster import Choice, RosterRow, RowKind, RowState
from members.roster.purposes import Purpose
from tuanjian.masking import mask_number, mask_phone, without_numbers
from tuanjian.spreadsheets.cleaning import tidy_line

STATES: Final = {
    RowState.NEW: ("neutral", "新增"),
    RowState.UPDATE: ("busy", "更新"),
    RowState.SAME: ("", "无变化"),
    RowState.INVALID: ("problem", "有问题"),
    RowState.ELSEWHERE: ("care", "不在管理范围"),
    RowState.ASKED: ("care", "待确定"),
}
# Fifteen digits and more are an ID number, eleven that begin with 1 a mobile phone; blanks and dashes do not hide them.
_DIGIT = re.compile(r"[0-9０-９]")
# Nothing to look at in the table: the value is kept, only more tidily or less precisely than it might be.
_QUIET: Final = frozenset({"W_NORMALISED", "W_MERGED", "W_PRECISION"})
_ATTRIBUTES: Final = {"birth_date": "birth_on"}
_PLACES: Final = ("branch", "parent")


@dataclass(frozen=True)
class Shown:
    """A value of a row. ``mark`` is problem, busy, care or "", ``old`` what it replaces, ``notes`` what is said of it.

    ``read`` is the cell as it stands in the file; ``mendable`` says that it can be written anew.
    """

    heading: str
    value: str
    field: str = ""
    read: str = ""
    old: str | None = None
    mark: str = ""
    notes: tuple[str, ...] = ()
    mendable: bool = False

    @property
    def needs_mending(self) -> bool:
        """Whether it can be put right, and there is something to put right."""
        return self.mendable and self.mark in ("problem", "care")


@dataclass(frozen=True)
class Offer:
    """Something that may be decided about a row; ``chosen`` if it has been."""

    value: str
    word: str
    chosen: bool


@dataclass(frozen=True)
class ShownRow:
    """A row in the preview: ``cells`` for the columns of its kind, ``others`` what is said of columns not shown."""

    number: int
    where: str
    label: str
    state: str
    word: str
    cells: list[Shown] = field(default_factory=list)
    others: list[Shown] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)

    @property
    def may_move(self) -> bool:
        """Whether it lists somebody of another branch, who can be moved."""
        return any(offer.value == Choice.MOVE for offer in self.offers)

    @property
    def is_decided(self) -> bool:
        return any(offer.chosen for offer in self.offers)


@dataclass(frozen=True)
class Block:
    """Rows of one kind that follow one another, with the headings of their columns."""

    label: str
    headings: list[str]
    rows: list[ShownRow]

    @property
    def has_others(self) -> bool:
        return any(row.others for row in self.rows)

    @property
    def may_move(self) -> bool:
        return any(row.may_move for row in self.rows)


def blocks(rows: Iterable[RosterRow], purpose: Purpose, decisions: Mapping[tuple[str, int], str]) -> list[Block]:
    """A page of rows, in the order of the file, with what was decided by sheet and line."""
    found: list[Block] = []
    last = ""
    for row in rows:
        if row.kind != last:
            kind = RowKind(last := row.kind)
            headings = [_heading(name, kind, purpose) for name in purpose.shown.get(kind, ())]
            found.append(Block(kind.label, headings, []))
        found[-1].rows.append(shown_row(row, purpose, decisions))
    return found


def shown_row(row: RosterRow, purpose: Purpose, decisions: Mapping[tuple[str, int], str]) -> ShownRow:
    """One row, as the preview shows it."""
    told = _Told(row, purpose)
    shown = purpose.shown.get(RowKind(row.kind), ())
    cells = [told.cell(name) for name in shown]
    return _row(row, cells, list(told.others(shown)), decisions)


def cell_read(row: RosterRow, name: str, purpose: Purpose) -> str:
    """What stands in one cell of the row; the column need not be shown."""
    return _Told(row, purpose).cell(name).read


def whole_row(row: RosterRow, purpose: Purpose, decisions: Mapping[tuple[str, int], str]) -> ShownRow:
    """One row with everything that was read and found, warnings not worth a mark in the table included."""
    told = _Told(row, purpose, quiet=frozenset())
    columns = [column.field for column in purpose.columns(RowKind(row.kind))]
    cells = [
        cell for name in columns if (cell := told.cell(name, short=False)) and (cell.value or cell.read or cell.notes)
    ]
    return _row(row, cells, list(told.others(columns)), decisions)


def _row(row: RosterRow, cells: list[Shown], others: list[Shown], decisions: Mapping[tuple[str, int], str]) -> ShownRow:
    state, word = STATES[RowState(row.state)]
    decided = decisions.get((row.sheet, row.line))
    offers = [Offer(value, Choice(value).label, value == decided) for value in row.offers]
    where = f"{row.sheet} {row.line}"
    return ShownRow(row.number, where, without_numbers(row.label), state, word, cells, others, offers)


class _Told:
    """What is known about one row; unsealed once."""

    def __init__(self, row: RosterRow, purpose: Purpose, *, quiet: frozenset[str] = _QUIET) -> None:
        content = row.content
        read = content["read"]
        self.kind, self.purpose, self.quiet = RowKind(row.kind), purpose, quiet
        self.mendable = purpose.mendable(row.kind)
        self.shown: dict[str, str] = content["shown"]
        self.facts: dict[str, Any] = read["facts"]
        self.cells: dict[str, list[str]] = read["cells"]
        self.problems = row.problems if row.state == RowState.INVALID else []
        self.warnings = row.warnings
        self.refused = row.state == RowState.ELSEWHERE
        fields = {label: column.field for column in purpose.columns(self.kind) for label in _labels(column.field, self)}
        self.changes: dict[str, list[str | None]] = {}
        self.other_changes: dict[str, list[str | None]] = {}
        for label, change in row.changes.items():
            if label in fields:
                self.changes[fields[label]] = change
            else:
                self.other_changes[label] = change

    def cell(self, name: str, *, short: bool = True) -> Shown:
        """The value of a column. A place is named without what all places begin with, where room is short."""
        problems = [message for _, message, at, *_ in self.problems if at == name]
        warnings = self._warned(name)
        read = self._masked(name, tidy_line(self.cells[name][0])) if name in self.cells else ""
        value = read if problems or name not in self.shown else self._masked(name, self.shown[name])
        if short and name in _PLACES:
            value = value.removeprefix(PREFIX)
        change = self.changes.get(name)
        if change and not problems and change[1]:
            value = self._masked(name, change[1])
        old = self._masked(name, change[0]) if change and change[0] else None
        mark = "problem" if problems else "care" if warnings else "busy" if change else ""
        notes = tuple(map(without_numbers, [*problems, *warnings]))
        heading = _heading(name, self.kind, self.purpose)
        return Shown(heading, value, name, read, old, mark, notes, name in self.mendable)

    def others(self, shown: Sequence[str]) -> Iterator[Shown]:
        """What is said of columns that are not among those shown, and of the row itself."""
        columns = [column.field for column in self.purpose.columns(self.kind)]
        for name in [name for name in columns if name not in shown]:
            cell = self.cell(name)
            if cell.mark:
                yield cell
        for label, (before, after) in self.other_changes.items():
            old = without_numbers(before) if before else None
            yield Shown(label, without_numbers(after or ""), old=old, mark="busy")
        for mark, findings in (("problem", self.problems), ("care", self.warnings)):
            for code, message, at, *_ in findings:
                if at not in columns and code not in self.quiet:
                    yield Shown("", "", mark=mark, notes=(without_numbers(message),))

    def _warned(self, name: str) -> list[str]:
        return [
            message
            for code, message, at, *_ in self.warnings
            if at == name and not (code in self.quiet and name in self.facts)
        ]

    def _masked(self, name: str, text: str) -> str:
        bare = _bare(text)
        if name == "id_number" and _DIGIT.search(text):
            return mask_number(bare, max(len(bare), 2))
        if name == "phone" and self.kind != RowKind.ORGANIZATIONS and _DIGIT.search(text):
            return text if "*" in text else mask_phone(bare)
        return without_numbers(text)


def _heading(name: str, kind: RowKind, purpose: Purpose) -> str:
    column = purpose.column(name, kind)
    return column.heading_in(kind) if column is not None else name


def _labels(name: str, told: _Told) -> Iterator[str]:
    """What changes of this column are called: as its heading, or as the record calls it."""
    yield _heading(name, told.kind, told.purpose)
    try:
        yield wording.label_of(_ATTRIBUTES.get(name, name))
    except FieldDoesNotExist:
        return


def _bare(text: str) -> str:
    return re.sub(r"[\s　\-－]", "", text)
