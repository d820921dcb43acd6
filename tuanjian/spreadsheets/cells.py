"""What a spreadsheet file holds once it has been read: sheets of rows of text cells, each with its kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tuanjian.spreadsheets.kinds import NOTHING, Cell, Kind, Merge

__all__ = ["NOTHING", "Cell", "Kind", "Limits", "Merge", "Row", "Sheet", "Workbook"]


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

    ``format`` is ``xlsx``, ``xls`` or ``csv``; ``warnings`` are codes about the file (``W_EXTERNAL``, ``W_HIDDEN``),
    ``called`` is what the user calls it, without its ending and anything that cannot be printed.
    """

    sheets: list[Sheet]
    warnings: tuple[str, ...] = ()
    format: str = "xlsx"
    called: str = ""

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
