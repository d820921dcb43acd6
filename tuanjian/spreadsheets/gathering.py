"""Rows on their way from the file to the caller, small enough to pass between two processes quickly.

Each distinct cell is kept once in a table; a row is its columns and the places of its cells in that table. Rosters
repeat themselves (男, 汉族, the branch), so most cells cost one number instead of a text, a kind and three marks; and
most rows have the columns of another, so these too cost one number.
"""

from __future__ import annotations

import json
from array import array
from binascii import b2a_base64
from itertools import compress
from typing import TYPE_CHECKING, Any, Final

from tuanjian.spreadsheets.kinds import NOTHING, Cell
from tuanjian.spreadsheets.refusals import FileRefused

if TYPE_CHECKING:
    # Only named here: the process that parses begins sooner without them.
    from collections.abc import Callable, Iterable, Sequence

    from tuanjian.spreadsheets.cells import Limits, Merge, Workbook

_BATCH: Final = 1_000


class BrokenOff(Exception):
    """The messages ended before the workbook did."""


class Cells:
    """The table of distinct cells. Place 0 is the blank cell, which no row holds.

    On its way a plain text is itself, a number stored as it is shown stands alone in a tuple.
    """

    def __init__(self) -> None:
        self._unsent: list[str | tuple[str] | Cell] = []
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

    def append_number(self, digits: str) -> int:
        """Return a new place for a number stored in digits that the caller knows to be new."""
        self._unsent.append((digits,))
        self._count += 1
        return self._count

    def unsent(self) -> list[str | tuple[str] | Cell]:
        """Return the cells that are new since the last time."""
        cells, self._unsent = self._unsent, []
        return cells


class SheetGathering:
    """The rows of one sheet, counted against the limits as they come and sent on by the thousand."""

    def __init__(self, gathering: Gathering, name: str, *, hidden: bool, date1904: bool, size: int) -> None:
        self.date1904 = date1904
        self.merged: list[Merge] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self._gathering, self._size = gathering, size
        self._limits = gathering.limits
        self._forget()
        gathering.send({"sheet": name, "hidden": hidden, "date1904": date1904})

    def add(
        self, line: int, columns: tuple[int, ...], places: list[int], *, hidden: bool = False, ragged: bool = False
    ) -> None:
        """Keep a row without its blank cells; a row of blank cells is none.

        Refuses with F_TOO_MANY_ROWS or F_TOO_MANY_COLUMNS what goes past the limits.
        """
        if 0 in places:
            columns = tuple(compress(columns, places))
            places = [place for place in places if place]
        if places:
            self.put(line, self.shape(columns), places, hidden=hidden, ragged=ragged)

    def shape(self, columns: tuple[int, ...]) -> int:
        """Return the number by which ``put`` knows a row of these columns.

        Refuses with F_TOO_MANY_COLUMNS what goes past the limit.
        """
        shape = self._shapes.get(columns)
        if shape is None:
            self._used_columns.update(columns)
            if len(self._used_columns) > self._limits.columns:
                raise FileRefused("F_TOO_MANY_COLS", f"列数超过 {self._limits.columns}，请用系统提供的模板。")
            shape = self._shapes[columns] = len(self._shapes)
            self._new_shapes.append(columns)
        return shape

    def put(self, line: int, shape: int, places: list[int], *, hidden: bool = False, ragged: bool = False) -> None:
        """Keep a row of that shape, none of whose cells is blank; a row without any cell is none.

        Refuses with F_TOO_MANY_ROWS what goes past the limit.
        """
        if not places:
            return
        self._rows += 1
        if self._gathering.rows + self._rows > self._limits.rows:
            raise FileRefused("F_TOO_MANY_ROWS", f"数据超过 {self._limits.rows} 行，请分批导入。")
        self._lines.append(line)
        self._marks.append(hidden + 2 * ragged)
        self._row_shapes.append(shape)
        self._places += places
        if len(self._lines) >= _BATCH:
            self._send_rows()

    def reach(self, done: int, of: int) -> None:
        """Note how far the reading of the sheet has come, for those who wait."""
        self._gathering.reach(self._size * done // max(of, 1))

    def restart(self) -> None:
        """Forget what was read of the sheet."""
        self._forget()
        self.merged.clear()
        self.hidden_columns.clear()
        self._gathering.send({"restart": True})

    def finish(self) -> None:
        """Send the rest, once the sheet has been read to its end."""
        if self._lines:
            self._send_rows()
        ranges, used = self.hidden_columns, self._used_columns
        hidden = sorted({column for column in used for first, last in ranges if first <= column <= last})
        self._gathering.rows += self._rows
        self._gathering.pass_by(self._size)
        self._gathering.send({"merged": self.merged, "hidden_columns": hidden})

    def _forget(self) -> None:
        self._rows = 0
        self._used_columns: set[int] = set()
        self._shapes: dict[tuple[int, ...], int] = {}
        self._new_shapes: list[tuple[int, ...]] = []
        self._clear_waiting()

    def _clear_waiting(self) -> None:
        self._lines: list[int] = []
        self._marks = bytearray()
        self._row_shapes: list[int] = []
        self._places: list[int] = []

    def _send_rows(self) -> None:
        numbers = (_packed(each) for each in (self._lines, self._row_shapes, self._places))
        rows = [_in_letters(self._marks), *numbers]
        shapes, self._new_shapes = self._new_shapes, []
        self._gathering.send(
            {
                "cells": self._gathering.cells.unsent(),
                "shapes": shapes,
                "rows": rows,
                "permille": self._gathering.permille,
            }
        )
        self._clear_waiting()


def _packed(numbers: list[int]) -> str:
    return _in_letters(array("I", numbers).tobytes())


def _in_letters(data: bytes | bytearray) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


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
    # The process that parses has no use for it, and its start is part of every upload.
    from tuanjian.spreadsheets.arriving import workbook_of

    try:
        return workbook_of(messages)
    except (LookupError, OverflowError, TypeError, ValueError) as senseless:
        raise BrokenOff from senseless


def as_line(message: dict[str, Any]) -> str:
    """Write one message as a line of JSON; control characters are spelled out, so a line stays a line."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":"))
