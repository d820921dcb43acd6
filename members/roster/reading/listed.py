"""The rows of a sheet that list somebody or something, made from the lines of the sheet when they are asked for.

A long roster is gone through twice, once to find its rows and once to read them; kept is only where they stand.
"""

from __future__ import annotations

import bisect
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, overload

from members.roster.reading.headings import Heading
from tuanjian.spreadsheets import Cell, Row, Sheet

_UNSEEN = r"[\s\u200b-\u200f\u202a-\u202e\ufeff—–-]*"
_THE_SAME: Final = re.compile(rf"{_UNSEEN}(?:同\s?[上前]|上\s?同|[〃″\"“”]){_UNSEEN}")
# Found wherever something may say 同上; nearly no row is asked any further.
MAY_BE_THE_SAME: Final = re.compile(r"[同〃″\"“”]")
# What two people never have in common.
_EACH_ITS_OWN: Final = frozenset({"name", "id_number", "phone", "email", "member_no"})
_Cells = dict[str, tuple[int, Cell]]


@dataclass(frozen=True)
class DataRow:
    """A row that lists somebody or something.

    ``section`` is the line above it that names a part of the sheet, ``group`` what the row says its class is.
    """

    line: int
    cells: dict[str, tuple[int, Cell]]
    section: str = ""
    hidden: bool = False
    ragged: bool = False
    merged: bool = False
    group: str = ""


class _Part(NamedTuple):
    """Rows from number ``first`` on have these columns and stand below this line."""

    first: int
    fields: dict[int, str]
    section: str


class ListedRows(Sequence[DataRow]):
    """The rows of one sheet."""

    def __init__(self, lines: Sequence[Row], filling: Filling, *, grouped_by: int = 0) -> None:
        """``grouped_by`` is the column of the class, 0 if there is none."""
        self._lines, self._filling, self._grouped_by = lines, filling, grouped_by
        self._places = array("I")
        self._parts: list[_Part] = []

    def append(self, at: int, fields: dict[int, str], section: str) -> None:
        """Let the line at this place be the next row."""
        last = self._parts[-1] if self._parts else None
        if last is None or last.fields is not fields or last.section != section:
            self._parts.append(_Part(len(self), fields, section))
        self._places.append(at)

    @property
    def some_without_section(self) -> bool:
        """Whether one of the rows stands below no line that names a section."""
        return any(not part.section for part in self._parts)

    def leave_out(self, field: str) -> None:
        """Read the column of this field no more."""
        self._parts = [
            part._replace(fields={column: name for column, name in part.fields.items() if name != field})
            for part in self._parts
        ]

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[DataRow]:
        wanted = iter(enumerate(self._places))
        number, place = next(wanted, (0, -1))
        parts = iter([*self._parts, _Part(len(self), {}, "")])
        part, after = next(parts), next(parts, None)
        for at, line in enumerate(self._lines):
            if at != place:
                continue
            while after is not None and number >= after.first:
                part, after = after, next(parts, None)
            yield self._row(line, part)
            number, place = next(wanted, (0, -1))

    @overload
    def __getitem__(self, at: int) -> DataRow: ...

    @overload
    def __getitem__(self, at: slice) -> list[DataRow]: ...

    def __getitem__(self, at: int | slice) -> DataRow | list[DataRow]:
        if isinstance(at, slice):
            return [self[each] for each in range(len(self))[at]]
        number = range(len(self))[at]
        part = self._parts[bisect.bisect_right(self._parts, number, key=lambda part: part.first) - 1]
        return self._row(self._lines[self._places[number]], part)

    def _row(self, line: Row, part: _Part) -> DataRow:
        fields = part.fields
        cells = {fields[column]: (column, cell) for column, cell in line.cells.items() if column in fields}
        filled = self._filling.fill(line, cells)
        group = self._filling.text_at(line, self._grouped_by) if self._grouped_by else ""
        return DataRow(line.line, cells, part.section, line.hidden, line.ragged, filled, group)


class Filling:
    """Values that stand further up and hold for a row too: in the first of cells merged downwards, or above 同上."""

    def __init__(self, sheet: Sheet, heading: Heading, *, grouped_by: int = 0) -> None:
        self._again: dict[int, _Cells] = {}
        self._values: dict[int, list[tuple[int, int, Cell]]] = {}
        fields = {column: name for column, name in heading.fields.items() if name not in heading.family.unmerged}
        columns = {*fields, grouped_by}
        wanted = {
            (merge.first_line, merge.first_column): merge.last_line
            for merge in sheet.merged
            if merge.first_column == merge.last_column
            and merge.first_column in columns
            and merge.last_line > merge.first_line > heading.last_line
        }
        if not wanted:
            return
        for row in sheet.rows:
            for column in columns:
                last = wanted.get((row.line, column))
                if last is not None and column in row.cells:
                    self._values.setdefault(column, []).append((row.line, last, row.cells[column]))
        self._fields = fields

    def say_again(self, line: int, cells: _Cells, above: _Cells) -> _Cells:
        """The cells of the row above that hold for a line which says 同上 there; it is read so from now on."""
        same = {
            name: above[name]
            for name, (_, cell) in cells.items()
            if _THE_SAME.fullmatch(cell.text) and name in above and name not in _EACH_ITS_OWN
        }
        if same:
            self._again[line] = same
        return same

    def fill(self, row: Row, cells: dict[str, tuple[int, Cell]]) -> bool:
        """Put them into the row; say whether one was merged."""
        filled = False
        if self._again:
            cells.update(self._again.get(row.line, {}))
        for column in self._values:
            name = self._fields.get(column)
            if name and name not in cells and (cell := self._merged(row, column)):
                cells[name] = (column, cell)
                filled = True
        return filled

    def text_at(self, row: Row, column: int) -> str:
        """What the row says in a column, or the cell it is merged with."""
        cell = self._merged(row, column)
        return cell.text if cell else row.cell(column).text

    def _merged(self, row: Row, column: int) -> Cell | None:
        values = self._values.get(column, [])
        at = bisect.bisect_right(values, row.line, key=lambda value: value[0]) - 1
        return values[at][2] if at >= 0 and values[at][1] >= row.line else None
