"""The lines of a sheet as XML, written one by one into the part of a workbook that openpyxl made the frame of.

openpyxl needs ten times as long for a line, because it makes and judges an object and an element for each cell. The
grammar is that of ECMA-376 part 1, 18.3.1.73 (row) and 18.3.1.4 (c); texts stand in the cells (``inlineStr``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

Value = str | int | float | Decimal | bool | date | datetime | None

# A value with the style of its cell.
Styled = tuple[Value, int] | Value

LONGEST: Final = 32_767  # characters in a cell
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Whatever cannot stand in an element of text as it is. Programs take _x0041_ for a character spelled out.
_SPECIAL = re.compile("[\x00-\x1f&<>\ud800-\udfff\ufffe\uffff]|^\\s|\\s$|_x[0-9A-Fa-f]{4}_")
_SPELLED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "\n"})
_TOGETHER: Final = 500


class Cells:
    """The cells of one column: each with this style unless it has another."""

    def __init__(self, number: int, style: int) -> None:
        """``number`` is that of the column, from 1; ``style`` its index among the formats of the workbook."""
        self.start = f'<c r="{get_column_letter(number)}'
        self.style = style
        self.text = f'" s="{style}" t="inlineStr"><is><t>'


def lines(first: int, columns: Sequence[Cells], rows: Iterable[Sequence[Styled]]) -> Iterator[bytes]:
    """Yield the lines from line ``first`` on, some hundred at a time.

    A value with a style of its own comes as a pair. Raises ValueError for a row of another length than the columns.
    """
    together: list[str] = []
    for number, row in enumerate(rows, start=first):
        cells = []
        for column, value in zip(columns, row, strict=True):
            if type(value) is str and value and len(value) <= LONGEST and not _SPECIAL.search(value):
                cells.append(f"{column.start}{number}{column.text}{value}</t></is></c>")
            elif isinstance(value, tuple):
                cells.append(f'{column.start}{number}" s="{value[1]}"{_content(value[0])}')
            else:
                cells.append(f'{column.start}{number}" s="{column.style}"{_content(value)}')
        together.append(f'<row r="{number}">{"".join(cells)}</row>')
        if len(together) == _TOGETHER:
            yield "".join(together).encode()
            together = []
    yield "".join(together).encode()


def _content(value: Value) -> str:
    """The end of a cell, from its type on."""
    match value:
        case None | "":
            return "/>"
        case str():
            text = FORBIDDEN.sub("", value)[:LONGEST].replace("\r\n", "\n").translate(_ESCAPES)
            text = _SPELLED.sub("_x005F_", text)
            return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if text else "/>"
        case bool():
            return f' t="b"><v>{value:d}</v></c>'
        case date():
            return f' t="n"><v>{to_excel(value):.15g}</v></c>'  # type: ignore[no-untyped-call]
        case _:
            return f' t="n"><v>{value}</v></c>'
