"""Rows on their way from the file to the caller, small enough to pass between two processes quickly.

Each distinct cell is kept once in a table; a row is its columns and the places of its cells in that table. Rosters
repeat themselves (男, 汉族, the branch), so most cells cost one number instead of a text, a kind and three marks.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tuanjian.spreadsheets.cells import NOTHING, Cell, Kind, Limits, Merge, Row, Sheet, Workbook
from tuanjian.spreadsheets.packed import PackedRows
from tuanjian.spreadsheets.refusals import FileRefused

_BATCH = 1_000
_KINDS = {kind.value: kind for kind in Kind}


class BrokenOff(Exception):
    """The messages ended before the workbook did."""


class Cells:
    """The table of distinct cells, a plain text as itself. Place 0 is the blank cell, which no row holds."""

    def __init__(self) -> None:
        self._unsent: list[Cell | str] = []
        self._count = 0
        self._places: dict[Cell, int] = {NOTHING: 0}

    def place(self, cell: Cell) -> int:
        """Return the place of a cell, which is new or known."""
        place = self._places.get(cell)
        if place is None:
            self._unsent.append(cell)
            self._count += 1
            place = self._places[cell] = self._count
        return place

    def append(self, text: str) -> int:
        """Return a new place for a plain text that the caller knows to be new, within the limit and not blank."""
        self._unsent.append(text)
        self._count += 1
        return self._count

    def unsent(self) -> list[Cell | str]:
        """Return the cells that are new since the last time."""
        cells, self._unsent = self._unsent, []
        return cells


class SheetGathering:
    """The rows of one sheet, counted against the limits as they come and sent on by the thousand."""

    def __init__(self, gathering: "Gathering", name: str, *, hidden: bool, date1904: bool, size: int) -> None:
        self.date1904 = date1904
        self.merged: list[Merge] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self._gathering, self._size = gathering, size
        self._limits = gathering.limits
        self._waiting: list[tuple[int, int, tuple[int, ...] | int, list[int]]] = []
        self._used_columns: set[int] = set()
        self._last_columns: tuple[int, ...] = ()
        self._rows = 0
        gathering.send({"sheet": name, "hidden": hidden, "date1904": date1904})

    def add(
        self, line: int, columns: tuple[int, ...], places: list[int], *, hidden: bool = False, ragged: bool = False
    ) -> None:
        """Keep a row without its blank cells; a row of blank cells is none.

        Refuses with F_TOO_MANY_ROWS or F_TOO_MANY_COLS what goes past the limits.
        """
        if 0 in places:
            columns = tuple(column for column, place in zip(columns, places, strict=True) if place)
            places = [place for place in places if place]
        if not places:
            return
        self._rows += 1
        if self._gathering.rows + self._rows > self._limits.rows:
            raise FileRefused("F_TOO_MANY_ROWS", f"数据超过 {self._limits.rows} 行，请分批导入。")
        # Nearly all rows of a roster have the columns of the row before.
        repeated = columns == self._last_columns
        if not repeated:
            self._use(columns)
        self._waiting.append((line, hidden + 2 * ragged, 0 if repeated else columns, places))
        if len(self._waiting) >= _BATCH:
            self._send_rows()

    def reach(self, done: int, of: int) -> None:
        """Note how far the reading of the sheet has come, for those who wait."""
        self._gathering.reach(self._size * done // max(of, 1))

    def restart(self) -> None:
        """Forget what was read of the sheet."""
        self._waiting, self._last_columns, self._rows = [], (), 0
        self._used_columns.clear()
        self.merged.clear()
        self.hidden_columns.clear()
        self._gathering.send({"restart": True})

    def finish(self) -> None:
        """Send the rest, once the sheet has been read to its end."""
        self._send_rows()
        ranges, used = self.hidden_columns, self._used_columns
        hidden = sorted({column for column in used for first, last in ranges if first <= column <= last})
        self._gathering.rows += self._rows
        self._gathering.pass_by(self._size)
        self._gathering.send({"merged": self.merged, "hidden_columns": hidden})

    def _use(self, columns: tuple[int, ...]) -> None:
        self._last_columns = columns
        self._used_columns.update(columns)
        if len(self._used_columns) > self._limits.columns:
            raise FileRefused("F_TOO_MANY_COLS", f"列数超过 {self._limits.columns}，请用系统提供的模板。")

    def _send_rows(self) -> None:
        if self._waiting:
            cells, permille = self._gathering.cells.unsent(), self._gathering.permille
            self._gathering.send({"cells": cells, "rows": self._waiting, "permille": permille})
            self._waiting = []


class Gathering:
    """What is read from one file, sent on message by message while the reading goes on."""

    def __init__(self, limits: Limits, send: Callable[[dict[str, Any]], None]) -> None:
        self.limits, self.send = limits, send
        self.cells = Cells()
        self.rows = 0
        # How much of the file has been read, as far as that is known. What the file says of its sizes is believed here,
        # where nothing but a bar on the screen depends on it.
        self.permille = 0
        self._expected = self._passed = 0

    def expect(self, size: int) -> None:
        """Say how much there is to read, in the measure of the sizes of the sheets."""
        self._expected = size

    def sheet(self, name: str, *, hidden: bool = False, date1904: bool = False, size: int = 0) -> SheetGathering:
        """Begin the next sheet; the one before has been finished."""
        return SheetGathering(self, name, hidden=hidden, date1904=date1904, size=size)

    def reach(self, within: int) -> None:
        """Note how much of the sheet being read has been."""
        if self._expected > 0:
            self.permille = min(1_000, 1_000 * (self._passed + within) // self._expected)

    def pass_by(self, size: int) -> None:
        """Note that a sheet has been read to its end."""
        self._passed += size
        self.reach(0)

    def end(self, *, format: str, warnings: Sequence[str] = ()) -> None:
        """Say that the file was read to its end."""
        self.send({"format": format, "warnings": warnings})


def put_together(messages: Iterable[dict[str, Any]]) -> Workbook:
    """Build the workbook from its messages.

    Raises ``BrokenOff`` when they end too soon or make no sense, and ``FileRefused`` if that is what they say.
    """
    try:
        return _put_together(messages)
    except (LookupError, OverflowError, TypeError, ValueError) as senseless:
        raise BrokenOff from senseless


def _put_together(messages: Iterable[dict[str, Any]]) -> Workbook:
    table: list[Cell | str] = [NOTHING]
    sheets: list[Sheet] = []
    rows = PackedRows(table)
    head: dict[str, Any] = {}
    for message in messages:
        match message:
            case {"cells": new_cells, "rows": new_rows}:
                table.extend(_cells(new_cells))
                rows.add(new_rows)
            case {"sheet": _}:
                head, rows = message, PackedRows(table)
            case {"restart": True}:
                rows = PackedRows(table)
            case {"merged": _, "hidden_columns": _}:
                sheets.append(_sheet(head | message, rows))
            case {"refused": [code, sentence]}:
                raise FileRefused(code, sentence)
            case {"format": format, "warnings": warnings}:
                return Workbook(sheets, tuple(warnings), format)
    raise BrokenOff


def _cells(cells: list[Any]) -> Iterator[Cell | str]:
    kinds, make = _KINDS, Cell._make
    for brief in cells:
        if isinstance(brief, str):
            yield brief
        else:
            text, kind, *rest = brief
            yield make((text, kinds[kind], *rest))


def _sheet(about: dict[str, Any], rows: Sequence[Row]) -> Sheet:
    return Sheet(
        about["sheet"],
        hidden=about["hidden"],
        rows=rows,
        merged=tuple(Merge(*merge) for merge in about["merged"]),
        hidden_columns=frozenset(about["hidden_columns"]),
        date1904=about["date1904"],
    )


def as_line(message: dict[str, Any]) -> str:
    """Write one message as a line of JSON; control characters are spelled out, so a line stays a line."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":"))
