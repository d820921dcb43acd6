"""A statistical sheet as a table: the same on the screen, in the workbook, on paper and in what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Value = str | int | float | None


@dataclass(frozen=True)
class Heading:
    """A column; numbers are printed at the right."""

    label: str
    is_number: bool = True
    width: float = 10


@dataclass(frozen=True)
class Cell:
    """A value as it is read, with the heading it stands under."""

    label: str
    text: str
    is_number: bool


@dataclass
class Sheet:
    """Title, heading, lines, the sum as the last line where there is one, notes beneath."""

    title: str
    unit: str
    headings: list[Heading]
    rows: list[list[Value]]
    total: list[Value] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[list[Value]]:
        """All lines, the sum last."""
        return [*self.rows, *([self.total] if self.total else [])]

    @property
    def cells(self) -> list[list[Cell]]:
        """The lines without the sum, as they are read."""
        return [self._read(row) for row in self.rows]

    @property
    def sums(self) -> list[Cell]:
        """The sum as it is read; empty where there is none."""
        return self._read(self.total) if self.total else []

    def _read(self, row: list[Value]) -> list[Cell]:
        return [
            Cell(heading.label, in_words(value), heading.is_number)
            for heading, value in zip(self.headings, row, strict=True)
        ]

    def kept(self) -> dict[str, Any]:
        """As the database keeps it."""
        return asdict(self)


def in_words(value: Value) -> str:
    """1,016; 26.4; "" for nothing."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def sheet_in(stored: Mapping[str, Any]) -> Sheet:
    """The sheet out of the database."""
    headings = [Heading(**each) for each in stored["headings"]]
    return Sheet(**{**stored, "headings": headings})
