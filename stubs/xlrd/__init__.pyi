from typing import IO

from xlrd import sheet as sheet

XL_CELL_EMPTY: int
XL_CELL_TEXT: int
XL_CELL_NUMBER: int
XL_CELL_DATE: int
XL_CELL_BOOLEAN: int
XL_CELL_ERROR: int
XL_CELL_BLANK: int
error_text_from_code: dict[int, str]

class XLRDError(Exception): ...

class Format:
    format_key: int
    format_str: str

class XF:
    format_key: int

class Book:
    datemode: int
    format_map: dict[int, Format]
    xf_list: list[XF]
    _sheet_visibility: list[int]
    def sheet_names(self) -> list[str]: ...
    def sheet_by_index(self, sheetx: int) -> sheet.Sheet: ...

def open_workbook(
    filename: str | None = ...,
    logfile: IO[str] = ...,
    *,
    use_mmap: bool = ...,
    file_contents: bytes | None = ...,
    formatting_info: bool = ...,
    on_demand: bool = ...,
    ragged_rows: bool = ...,
) -> Book: ...
