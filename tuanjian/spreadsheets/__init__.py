"""Spreadsheet files: any of them in as sheets of text cells, ours out as workbooks. Knows no model.

``reading.read_workbook`` and ``writing.write_workbook`` are imported from their modules: this one is also loaded by the
process that parses, whose start is part of every upload, and openpyxl alone takes longer than that. For the same reason
what is made of the answers is loaded when it is asked for.
"""

from typing import TYPE_CHECKING, Any

from tuanjian.spreadsheets.kinds import Cell, Kind, Merge
from tuanjian.spreadsheets.refusals import FileRefused

if TYPE_CHECKING:
    from tuanjian.spreadsheets.cells import Limits, Row, Sheet, Workbook

__all__ = ["Cell", "FileRefused", "Kind", "Limits", "Merge", "Row", "Sheet", "Workbook"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tuanjian.spreadsheets import cells

    return getattr(cells, name)
