"""What a spreadsheet file holds once it has been read: sheets of rows of text cells, each with its kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What the file says a cell is; the text alone no longer shows it."""

    TEXT = "t"
    NUMBER = "n"
    DATE = "d"
    BOOLEAN = "b"
    ERROR = "e"
    FORMULA_EMPTY = "f"
    EMPTY = ""


class Cell(NamedTuple):
    """One cell. A tuple, not a dataclass: a roster has hundreds of thousands, and tuples are made three times as fast.

    ``text`` is what the column's rule reads. Numbers are written out in digits (``14200000005``, ``2021.5``), dates as
    ``2021-05-04`` or ``2021-05-04 08:30:00``, errors as ``#N/A``. ``stored`` is what a number or date cell holds in
    the file, letter for letter: ``3.79999200203041E+17`` shows that an ID number was kept as a number.
    """

    text: str
    kind: Kind = Kind.TEXT
    stored: str = ""
    formula: bool = False
    """The text is the stored result of a formula; of ``FORMULA_EMPTY`` there is none."""
    month: bool = False
    """The date is shown as year and month only: the day is not meant."""
    cut: bool = False
    """The text was longer than the limit and ends there."""


NOTHING = Cell("", Kind.EMPTY)


class Merge(NamedTuple):
    """A merged range, all four ends inclusive; its value stands in the first cell only."""

    first_line: int
    first_column: int
    last_line: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line with at least one cell that is not blank.

    ``line`` is the number a spreadsheet program shows (in CSV the number of the record), columns count from 1.
    """

    line: int
    cells: dict[int, Cell]
    hidden: bool = False
    ragged: bool = False
    """A CSV record with fewer or more fields than the heading."""

    def cell(self, column: int) -> Cell:
        """Return the cell in this column, an empty one where the file has none."""
        return self.cells.get(column, NOTHING)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet. Of a hidden sheet only the name is known: nobody sees its rows, so nobody vouches for them."""

    name: str
    hidden: bool = False
    rows: Sequence[Row] = field(default_factory=list)
    merged: tuple[Merge, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    date1904: bool = False


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that was read to its end.

    ``format`` is ``xlsx``, ``xls`` or ``csv``; ``warnings`` are codes about the file (``W_EXTERNAL``, ``W_HIDDEN``).
    """

    sheets: list[Sheet]
    warnings: tuple[str, ...] = ()
    format: str = "xlsx"

    @property
    def visible(self) -> list[Sheet]:
        """The sheets a person sees."""
        return [sheet for sheet in self.sheets if not sheet.hidden]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused. Rows and text count only what is not blank.

    ``rows`` is the sum over all visible sheets, headings and notes included.
    """

    upload_bytes: int = 10 * 2**20
    part_bytes: int = 64 * 2**20
    all_bytes: int = 100 * 2**20
    parts: int = 2_000
    columns: int = 60
    rows: int = 20_000
    text: int = 1_000
    seconds: int = 20
    memory_bytes: int = 512 * 2**20
