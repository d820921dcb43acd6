"""The rows of a sheet as numbers of cells: a long roster takes a tenth of the memory its rows and cells would."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final, overload

from tuanjian.spreadsheets.cells import Cell, Kind, Row

# So many rows are made from one look at the table.
_TOGETHER: Final = 500


class PackedRows(Sequence[Row]):
    """Rows over a table of distinct cells, where a plain text stands for its cell. Each row is made when asked for."""

    def __init__(self, table: list[Cell | str]) -> None:
        """``table`` may grow while rows are added and is shared by the sheets of a workbook."""
        self._table = table
        self._lines, self._places, self._ends = array("I"), array("I"), array("I", [0])
        self._marks = bytearray()
        # Few rows have columns of their own: each set of them is kept once, a row is the number of its.
        self._shapes: list[tuple[int, ...]] = []
        self._row_shapes = array("I")

    def extend(
        self,
        shapes: Iterable[Sequence[int]],
        *,
        lines: array[int],
        marks: bytes,
        row_shapes: array[int],
        places: array[int],
    ) -> None:
        """Keep rows by their lines and marks, the numbers of their shapes, and their places in the table on end.

        A shape is the columns of a row; ``shapes`` are numbered on from those of the rows before. Raises LookupError,
        TypeError, ValueError or OverflowError for what makes no sense, and keeps nothing then.
        """
        known = self._shapes + [tuple(columns) for columns in shapes]
        sizes = [*map(len, known)]
        ends = array("I", accumulate(map(sizes.__getitem__, row_shapes), initial=self._ends[-1]))
        if not len(lines) == len(marks) == len(row_shapes):
            raise ValueError("not as many lines as rows")
        if ends[-1] - ends[0] != len(places):
            raise ValueError("rows have more or fewer cells than columns")
        if places and max(places) >= len(self._table):
            raise IndexError("a row has a cell that is not in the table")
        self._shapes = known
        self._lines.extend(lines)
        self._marks += marks
        self._row_shapes.extend(row_shapes)
        self._places.extend(places)
        self._ends.extend(ends[1:])

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Row]:
        for start in range(0, len(self), _TOGETHER):
            yield from self._between(start, min(start + _TOGETHER, len(self)))

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            return list(self._between(start, stop)) if step == 1 else [self[each] for each in range(start, stop, step)]
        at = range(len(self))[at]
        return next(self._between(at, at + 1))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(ours == theirs for ours, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # like a list

    def _between(self, start: int, stop: int) -> Iterator[Row]:
        if start >= stop:
            return
        table, make, ends, marks = self._table, Cell._make, self._ends, self._marks
        first = ends[start]
        places = self._places[first : ends[stop]]
        made: dict[int, Cell] = {}
        for place in set(places):
            cell = table[place]
            made[place] = cell if isinstance(cell, Cell) else make((cell, Kind.TEXT, "", False, False, False))
        at = made.__getitem__
        shapes, row_shapes, lines = self._shapes, self._row_shapes, self._lines
        for number in range(start, stop):
            own = places[ends[number] - first : ends[number + 1] - first]
            cells = dict(zip(shapes[row_shapes[number]], map(at, own), strict=True))
            yield Row(lines[number], cells, bool(marks[number] & 1), bool(marks[number] & 2))
