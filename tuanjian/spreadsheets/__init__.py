"""Spreadsheet files: any of them in as sheets of text cells, ours out as workbooks. Knows no model.

``reading.read_workbook`` and ``writing.write_workbook`` are imported from their modules: this one is also loaded by the
process that parses, whose start is part of every upload, and openpyxl alone takes longer than that.
"""

from tuanjian.spreadsheets.cells import Cell, Kind, Limits, Merge, Row, Sheet, Workbook
from tuanjian.spreadsheets.refusals import FileRefused

__all__ = ["Cell", "FileRefused", "Kind", "Limits", "Merge", "Row", "Sheet", "Workbook"]
