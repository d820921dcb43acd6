"""One cell, and what kinds there are. Loaded by the process that parses, without the rows and sheets of ``cells``."""

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
