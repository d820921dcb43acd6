"""Binary workbooks of Excel 97–2003 and WPS (.xls, .et), through xlrd.

xlrd and not calamine, which is quicker, because calamine leaves out error values, hidden rows, columns and number
formats. That a cell is a formula is not known here.
"""

import io
from pathlib import Path
from typing import Final

import xlrd

from tuanjian.spreadsheets.gathering import Gathering, SheetGathering
from tuanjian.spreadsheets.kinds import NOTHING, Cell, Kind, Merge
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.values import Shown, number_cell, shown_by, text_cell

# Of one sheet as of any other: how much it holds is known only once it is there.
_SIZE: Final = 1_000


def gather_xls(path: Path, gathering: Gathering) -> None:
    """Read the visible worksheets of an .xls file. Refuses with a code of ``refusals.SENTENCES``."""
    book = _opened(path)
    hidden = [bool(state) for state in book._sheet_visibility]  # the library offers no public name for it
    warnings: list[str] = []
    if all(hidden):
        raise FileRefused("F_NO_SHEET")
    if any(hidden):
        warnings.append("W_HIDDEN")
    shown = [shown_by(*_format(book, xf.format_key)) for xf in book.xf_list]
    gathering.expect(_SIZE * hidden.count(False))
    for number, (name, is_hidden) in enumerate(zip(book.sheet_names(), hidden, strict=True)):
        sheet = gathering.sheet(name, hidden=is_hidden, date1904=bool(book.datemode), size=0 if is_hidden else _SIZE)
        if not is_hidden:
            _Cells(gathering, sheet, shown).read(_sheet(book, number))
        sheet.finish()
    gathering.end(format="xls", warnings=warnings)


def _opened(path: Path) -> xlrd.Book:
    try:
        return xlrd.open_workbook(
            file_contents=path.read_bytes(),
            filename=None,
            logfile=io.StringIO(),
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
            use_mmap=False,
        )
    except MemoryError:
        raise
    except Exception as broken:
        # xlrd lets whatever its arithmetic runs into out: every one of them means a file that is not what it says.
        if isinstance(broken, xlrd.XLRDError) and "ncrypted" in str(broken):
            raise FileRefused("F_ENCRYPTED") from broken
        raise FileRefused("F_CORRUPT") from broken


def _sheet(book: xlrd.Book, number: int) -> xlrd.sheet.Sheet:
    try:
        return book.sheet_by_index(number)
    except MemoryError:
        raise
    except Exception as broken:
        raise FileRefused("F_CORRUPT") from broken


def _format(book: xlrd.Book, key: int) -> tuple[int, str | None]:
    known = book.format_map.get(key)
    # xlrd fills in the American built-in formats; ours know what the Chinese programs show.
    return key, known.format_str if known is not None and key >= 164 else None


class _Cells:
    def __init__(self, gathering: Gathering, sheet: SheetGathering, shown: list[Shown]) -> None:
        self._gathering, self._sheet, self._shown = gathering, sheet, shown
        self._limit = gathering.limits.text

    def read(self, source: xlrd.sheet.Sheet) -> None:
        self._sheet.merged += [
            Merge(top + 1, left + 1, bottom, right) for top, bottom, left, right in source.merged_cells
        ]
        self._sheet.hidden_columns += [(c + 1, c + 1) for c, about in source.colinfo_map.items() if about.hidden]
        for index in range(source.nrows):
            about = source.rowinfo_map.get(index)
            cells = [self._cell(cell, self._sheet.date1904) for cell in source.row(index)]
            columns = tuple(column for column, cell in enumerate(cells, start=1) if cell is not NOTHING)
            places = [self._gathering.cells.place(cell) for cell in cells if cell is not NOTHING]
            self._sheet.reach(index, source.nrows)
            self._sheet.add(index + 1, columns, places, hidden=bool(about and about.hidden))

    def _cell(self, cell: xlrd.sheet.Cell, date1904: bool) -> Cell:
        match cell.ctype:
            case xlrd.XL_CELL_TEXT:
                return text_cell(str(cell.value), self._limit)
            case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
                return self._number(float(cell.value), cell.xf_index, date1904)
            case xlrd.XL_CELL_BOOLEAN:
                return Cell("TRUE" if cell.value else "FALSE", Kind.BOOLEAN)
            case xlrd.XL_CELL_ERROR:
                return Cell(xlrd.error_text_from_code.get(int(cell.value), "#N/A"), Kind.ERROR)
            case _:
                return NOTHING

    def _number(self, value: float, style: int | None, date1904: bool) -> Cell:
        stored = repr(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
        shown = self._shown[style] if style is not None and style < len(self._shown) else Shown.NUMBER
        # What is no finite number was never typed by anybody.
        return number_cell(stored, shown, date1904=date1904) or Cell(stored, Kind.ERROR)
