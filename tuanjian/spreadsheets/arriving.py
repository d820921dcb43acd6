"""The workbook of the messages in which ``gathering`` sends what was read, none of which is believed unseen."""

from __future__ import annotations

from array import array
from binascii import a2b_base64
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from tuanjian.spreadsheets.cells import NOTHING, Cell, Kind, Merge, Sheet, Workbook
from tuanjian.spreadsheets.gathering import BrokenOff
from tuanjian.spreadsheets.packed import PackedRows
from tuanjian.spreadsheets.refusals import FileRefused

_KINDS: Final = {kind.value: kind for kind in Kind}


def workbook_of(messages: Iterable[dict[str, Any]]) -> Workbook:
    """Build the workbook from its messages.

    Raises ``BrokenOff`` when they end too soon, ``FileRefused`` if that is what they say, and LookupError, TypeError,
    ValueError or OverflowError when they make no sense.
    """
    table: list[Cell | str] = [NOTHING]
    sheets: list[Sheet] = []
    rows = PackedRows(table)
    head: dict[str, Any] = {}
    for message in messages:
        match message:
            case {"cells": cells, "shapes": shapes, "rows": [marks, lines, row_shapes, places]}:
                table.extend(_cells(cells))
                rows.extend(
                    shapes,
                    lines=_numbers(lines),
                    marks=a2b_base64(marks),
                    row_shapes=_numbers(row_shapes),
                    places=_numbers(places),
                )
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
            case _:
                raise BrokenOff
    raise BrokenOff


def _numbers(letters: str) -> array[int]:
    numbers = array("I")
    numbers.frombytes(a2b_base64(letters))
    return numbers


def _cells(cells: list[Any]) -> Iterator[Cell | str]:
    kinds, make, number = _KINDS, Cell._make, Kind.NUMBER
    for brief in cells:
        if isinstance(brief, str):
            yield brief
        elif len(brief) == 1:
            yield make((brief[0], number, brief[0], False, False, False))
        else:
            text, kind, *rest = brief
            yield make((text, kinds[kind], *rest))


def _sheet(about: dict[str, Any], rows: Sequence[Any]) -> Sheet:
    return Sheet(
        about["sheet"],
        hidden=about["hidden"],
        rows=rows,
        merged=tuple(Merge(*merge) for merge in about["merged"]),
        hidden_columns=frozenset(about["hidden_columns"]),
        date1904=about["date1904"],
    )
