"""The rows of a sheet as numbers of cells: a long roster takes a tenth of the memory its rows and cells would."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, overload

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
        self._columns: list[tuple[int, ...]] = []
        # Few rows have columns of their own: each set of them is kept once.
        self._known: dict[tuple[int, ...], tuple[int, ...]] = {}

    def add(self, rows: Iterable[Any]) -> None:
        """Keep rows as (line, marks, columns or 0 for those of the row before, places in the table).

        Raises LookupError, TypeError, ValueError or OverflowError for what makes no sense.
        """
        columns = self._columns[-1] if self._columns else ()
        count = len(self._table)
        for line, marks, own_columns, places in rows:
            if own_columns:
                columns = tuple(own_columns)
                columns = self._known.setdefault(columns, columns)
            if len(columns) != len(places):
                raise ValueError("a row has more or fewer cells than columns")
            if places and max(places) >= count:
                raise IndexError("a row has a cell that is not in the table")
            self._places.extend(places)
            self._lines.append(line)
            self._marks.append(marks)
            self._columns.append(columns)
            self._ends.append(len(self._places))

    def __len__(self) -> int:
        return len(self._columns)

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
        columns, lines = self._columns, self._lines
        for number in range(start, stop):
            own = places[ends[number] - first : ends[number + 1] - first]
            cells = dict(zip(columns[number], map(at, own), strict=True))
            yield Row(lines[number], cells, bool(marks[number] & 1), bool(marks[number] & 2))
