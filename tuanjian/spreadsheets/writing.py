"""Our own workbooks: lists, ledgers, refused rows, templates to be filled in.

Cells hold values and never formulas: a text that begins with ``=``, ``+``, ``-`` or ``@`` stays the text it is, and
cells of text have the format 文本, so that it stays one when somebody edits it.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

from openpyxl import Workbook as Book
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from tuanjian.spreadsheets.lines import FORBIDDEN, LONGEST, Cells, Styled, lines
from tuanjian.spreadsheets.lines import Value as Value


class Open(NamedTuple):
    """A cell to be filled in, in a column that is locked: it may be changed and is tinted."""

    value: Value = None


class Closed(NamedTuple):
    """A cell nothing has to be done about: locked, its words in grey."""

    value: Value


Content = Value | Open | Closed
_MARKS: Final = frozenset((Open, Closed))

_NOT_IN_TITLES = re.compile(r"[\\/*?:\[\]]")
# The last line there can be stands for the last line there is until that is known.
_LAST: Final = 1_048_576
_RANGE_TO_LAST = re.compile(rb'(sqref="[A-Z]+[0-9]+:[A-Z]+)1048576"')
_END_OF_LINES: Final = b"</sheetData>"
# Half as long as the usual level for a file a tenth larger.
_COMPRESSION: Final = 3
_A4: Final = 9
_FONT: Final = "宋体"
_THIN = Side(style="thin", color="BFBFBF")
_FRAME = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet that is written."""

    heading: str
    width: float = 12
    number_format: str = "@"
    """``@`` is text; numbers need ``0``, ``0.0%``, ``#,##0``, dates ``yyyy-mm-dd``."""
    locked: bool = False
    """In a protected sheet only the cells of open columns may be changed."""
    choices: str = ""
    """The name of a list of the workbook (``WorkbookPlan.lists``) the cells are chosen from."""
    other_words: bool = False
    """Whether words that do not stand in the list may be typed as well."""
    note: str = ""
    """Shown beside the cell when it is selected."""
    wrap: bool = False


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One sheet: lines of title, the heading, the rows, notes below.

    ``rows`` may be a generator; it is gone through once. ``open_lines`` empty lines below the rows get formats and
    lists too, for templates. A sheet is protected as soon as one of its columns is locked; values given as ``Open`` or
    ``Closed`` make exceptions for single cells.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Content]]
    heading_lines: Sequence[str] = ()
    notes: Sequence[str] = ()
    open_lines: int = 0
    landscape: bool = True


@dataclass(frozen=True, slots=True)
class WorkbookPlan:
    """A workbook; each of ``lists`` becomes a column of a hidden sheet and a name that cells choose from."""

    sheets: Sequence[SheetPlan]
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)


def write_workbook(plan: WorkbookPlan, target: Path | IO[bytes]) -> None:
    """Write the workbook to a path or an open file.

    Characters no workbook can hold are left out, texts end where a cell does. A path holds the whole workbook or what
    it held before. Raises ValueError for a list that is missing and for a row of another length than the heading.
    """
    for column in (column for sheet in plan.sheets for column in sheet.columns):
        if column.choices and column.choices not in plan.lists:
            raise ValueError(f"there is no list {column.choices}")
    if not isinstance(target, Path):
        _write(plan, target)
        return
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with unfinished.open("wb") as file:
            _write(plan, file)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(plan: WorkbookPlan, target: IO[bytes]) -> None:
    """Let openpyxl make everything but the lines, and put these where they belong on the way to the target."""
    book, frame = Book(write_only=True), io.BytesIO()
    try:
        filled = _fill_book(book, plan)
    finally:
        # openpyxl closes its sheets and removes their temporary files only when it saves.
        book.save(frame)
    with (
        zipfile.ZipFile(frame) as made,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as finished,
    ):
        for part in made.infolist():
            content = made.read(part)
            if part.filename in filled:
                with finished.open(part.filename, "w", force_zip64=True) as sheet:
                    _insert_lines(content, filled[part.filename], sheet)
            else:
                finished.writestr(part.filename, content)


def _insert_lines(frame: bytes, filled: "_Sheet", target: IO[bytes]) -> None:
    before, end, after = frame.partition(_END_OF_LINES)
    target.write(before)
    for written in filled.lines():
        target.write(written)
    last = str(filled.last).encode()
    target.write(end + _RANGE_TO_LAST.sub(lambda found: found[1] + last + b'"', after))


def _fill_book(book: Book, plan: WorkbookPlan) -> "dict[str, _Sheet]":
    """Make the sheets without their lines; return those by the names of their parts."""
    for style in _own_styles():
        book.add_named_style(style)
    sheets = {f"xl/worksheets/sheet{number}.xml": _Sheet(book, sheet) for number, sheet in enumerate(plan.sheets, 1)}
    if plan.lists:
        _write_lists(book, plan.lists)
    return sheets


def _own_styles() -> Iterator[NamedStyle]:
    """Yield the styles of title, lines and heading, new for each workbook: a style belongs to one."""
    yield NamedStyle("大标题", font=Font(name=_FONT, size=16, bold=True), alignment=Alignment("center", "center"))
    yield NamedStyle("标题行", font=Font(name=_FONT, size=11), alignment=Alignment("left", "center", wrap_text=True))
    yield NamedStyle(
        "表头",
        font=Font(name=_FONT, size=11, bold=True),
        fill=PatternFill("solid", fgColor="F2F2F2"),
        border=_FRAME,
        alignment=Alignment("center", "center", wrap_text=True),
        number_format="@",
    )


class _Sheet:
    """A sheet whose title and heading are written, and whose lines come when the workbook is put together."""

    def __init__(self, book: Book, plan: SheetPlan) -> None:
        self._plan, self._heading_line = plan, len(plan.heading_lines) + 1
        self.last = self._heading_line + 1
        sheet = _new_sheet(book, plan.title)
        _lay_out(sheet, plan, self._heading_line)
        _write_heading(sheet, plan)
        _offer_choices(sheet, plan, first=self._heading_line + 1, last=_LAST)
        protected = any(column.locked for column in plan.columns)
        self._styles = [_Styles(book, sheet, column, protected=protected) for column in plan.columns]
        self._note_style = _cell(sheet, None, "标题行").style_id

    def lines(self) -> Iterator[bytes]:
        """The lines and the notes below them; ``last`` is the last line that is no note, when they are over."""
        columns = [Cells(number, styles.usual) for number, styles in enumerate(self._styles, start=1)]
        yield from lines(self._heading_line + 1, columns, self._rows())
        notes = [Cells(1, self._note_style)]
        yield from lines(self._below, notes, ([note] for note in self._plan.notes))

    def _rows(self) -> Iterator[Sequence[Styled]]:
        empty: Sequence[Content] = [None] * len(self._styles)
        self._below = self._heading_line + 1
        for row in chain(self._plan.rows, repeat(empty, self._plan.open_lines)):
            # Marks are rare; a row without any goes on as it is.
            if any(type(content) in _MARKS for content in row):
                yield [styles.styled(content) for styles, content in zip(self._styles, row, strict=True)]
            else:
                yield cast("Sequence[Value]", row)
            self._below += 1
        self.last = max(self._below - 1, self._heading_line + 1)


def _new_sheet(book: Book, title: str) -> Worksheet:
    # A sheet that is only written has everything of an ordinary one that is used here; the types do not say so.
    return cast(Worksheet, book.create_sheet(_NOT_IN_TITLES.sub("-", title)[:31]))


def _lay_out(sheet: Worksheet, plan: SheetPlan, heading_line: int) -> None:
    for number, column in enumerate(plan.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.freeze_panes = f"A{heading_line + 1}"
    sheet.print_title_rows = f"{heading_line}:{heading_line}"
    sheet.page_setup.orientation = "landscape" if plan.landscape else "portrait"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    assert sheet.oddFooter is not None  # openpyxl makes them with the sheet
    assert sheet.oddFooter.center is not None
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    for line in range(1, heading_line):
        if len(plan.columns) > 1:
            sheet.merged_cells.add(CellRange(min_row=line, max_row=line, min_col=1, max_col=len(plan.columns)))
    if any(column.locked for column in plan.columns):
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False


def _write_heading(sheet: Worksheet, plan: SheetPlan) -> None:
    for number, line in enumerate(plan.heading_lines):
        sheet.append([_cell(sheet, line, "标题行" if number else "大标题")])
    sheet.append([_cell(sheet, column.heading, "表头") for column in plan.columns])


class _Styles:
    """The styles of the cells of a column: of ordinary ones, of open and of closed ones."""

    def __init__(self, book: Book, sheet: Worksheet, column: Column, *, protected: bool) -> None:
        def style(state: str) -> int:
            return _cell(sheet, None, _named_style(book, column, state)).style_id

        self.usual = style("可填" if protected and not column.locked else "")
        self._open, self._closed = (style("待填"), style("已填")) if protected else (self.usual, self.usual)

    def styled(self, content: Content) -> Styled:
        """The content with its style where that is not the usual one."""
        if not isinstance(content, Open | Closed):
            return content
        return content.value, self._open if isinstance(content, Open) else self._closed


def _named_style(book: Book, column: Column, state: str) -> str:
    """The name of the style of cells of this column in this state, made at its first use.

    Setting one name costs a cell far less than setting its parts.
    """
    name = f"单元格 {column.number_format}{' 换行' if column.wrap else ''} {state}".rstrip()
    if name not in book.named_styles:
        style = NamedStyle(
            name=name,
            font=Font(name=_FONT, size=11, color="808890" if state == "已填" else None),
            border=_FRAME,
            alignment=Alignment(vertical="center", wrap_text=column.wrap),
            number_format=column.number_format,
            protection=Protection(locked=state not in ("可填", "待填")),
        )
        if state == "待填":
            style.fill = PatternFill("solid", fgColor="FFF4D6")
        book.add_named_style(style)
    return name


def _cell(sheet: Worksheet, value: Value, style: str) -> Cell:
    cell: Cell = WriteOnlyCell(sheet)
    cell.style = style
    _fill(cell, value)
    return cell


def _fill(cell: Cell, value: Value) -> None:
    if isinstance(value, str):
        cell.value = FORBIDDEN.sub("", value)[:LONGEST]
        # Otherwise "=1+1" would be taken for a formula and "#N/A" for an error.
        cell.data_type = "s" if cell.value else "n"
    else:
        cell.value = value


def _offer_choices(sheet: Worksheet, plan: SheetPlan, *, first: int, last: int) -> None:
    for number, column in enumerate(plan.columns, start=1):
        letter = get_column_letter(number)
        if column.choices:
            check = DataValidation(type="list", formula1=column.choices, allow_blank=True)
            check.error, check.errorTitle = f"请从列表中选择{column.heading}。", "填写有误"
            check.showErrorMessage = not column.other_words
        elif column.note:
            check = DataValidation(allow_blank=True)
        else:
            continue
        if column.note:
            check.prompt, check.promptTitle, check.showInputMessage = column.note[:255], column.heading[:32], True
        check.add(f"{letter}{first}:{letter}{last}")
        sheet.data_validations.append(check)


def _write_lists(book: Book, lists: Mapping[str, Sequence[str]]) -> None:
    """Write the lists side by side on a hidden sheet: a list in the validation itself ends at 255 characters."""
    sheet = _new_sheet(book, "字典")
    sheet.sheet_state = "hidden"
    longest = max(map(len, lists.values()))
    for line in range(longest):
        values = [options[line] if line < len(options) else None for options in lists.values()]
        sheet.append([_cell(sheet, value, "Normal") if value is not None else None for value in values])
    for number, (name, options) in enumerate(lists.items(), start=1):
        letter = get_column_letter(number)
        book.defined_names[name] = DefinedName(
            name, attr_text=f"'{sheet.title}'!${letter}$1:${letter}${max(len(options), 1)}"
        )
