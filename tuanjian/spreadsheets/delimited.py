"""Text tables (.csv): the encoding and the delimiter are found, never guessed, and no record is repaired in silence."""

import csv
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final

from tuanjian.spreadsheets.gathering import Gathering
from tuanjian.spreadsheets.kinds import NOTHING
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.values import is_blank, text_cell

_DELIMITERS: Final = ",;\t"
_LOOKED_AT: Final = 20
_COUNTED: Final = 60
_LONGEST_FIELD: Final = 2**31 - 1
_QUOTED = re.compile(r'"[^"]*"')
# How a text is kept from becoming a number when a table of this kind is opened in Excel.
_TEXT_AS_FORMULA = re.compile(r'="([^"]*)"')


def gather_delimited(path: Path, gathering: Gathering) -> None:
    """Read a delimited text as one sheet called ``csv``; its lines are numbers of records, blank ones counted.

    Refuses with F_EMPTY, F_ENCODING, F_DELIM, with F_CORRUPT where a quotation mark swallows what follows, or with a
    limit's code. A record with fewer fields than the heading, or more, is kept and marked.
    """
    text = decoded(path.read_bytes())
    if is_blank(text):
        raise FileRefused("F_EMPTY")
    gathering.expect(len(text))
    sheet = gathering.sheet("csv", size=len(text))
    lines = text.count("\n") or text.count("\r")
    records = _records(text)
    first = list(islice(records, _COUNTED))
    filled = _usually_filled(first)
    expected = width = 0
    for line, fields in enumerate(chain(first, records), start=1):
        used = _used(fields)
        if len(fields) == width:
            # All records have as many fields: none is shifted, and the line that seemed the heading was a title.
            expected = max(expected, used)
        ragged = expected > 0 and not (len(fields) >= expected >= used)
        if not expected and used > 1 and _filled(fields) * 3 > filled * 2:
            expected, width = used, len(fields)
        cells = [text_cell(_bare(value), gathering.limits.text) for value in fields[:used]]
        columns = [column for column, cell in enumerate(cells, start=1) if cell is not NOTHING]
        places = [gathering.cells.place(cell) for cell in cells if cell is not NOTHING]
        sheet.reach(line, lines)
        sheet.add(line, tuple(columns), places, ragged=ragged)
    sheet.finish()
    gathering.end(format="csv")


def decoded(data: bytes) -> str:
    """Return the text: UTF-8 or UTF-16 by its mark, else UTF-8, else GB18030, each from end to end.

    Refuses with F_ENCODING. Nothing is replaced: a mark in place of a character is a person with another name.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        tried = ["utf-8-sig"]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ["utf-16"]
    else:
        tried = ["utf-8", "gb18030"]
    for encoding in tried:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("F_ENCODING")


def _records(text: str) -> Iterator[list[str]]:
    # A long field is no mistake of the table: the row it stands in is refused.
    csv.field_size_limit(_LONGEST_FIELD)
    lines = text.splitlines(keepends=True) if "\r" not in text else re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    try:
        yield from csv.reader(lines, delimiter=_delimiter(text), strict=True)
    except csv.Error as broken:
        raise FileRefused("F_CORRUPT", "有一处引号没有成对，后面的内容无法分列。请另存为 .xlsx 后再上传。") from broken


def _delimiter(text: str) -> str:
    """Return the delimiter of the first line that has one: the heading, or the title padded like it.

    Refuses with F_DELIM where there is none or two are as frequent.
    """
    for line in text[:100_000].splitlines()[:_LOOKED_AT]:
        bare = _QUOTED.sub("", line)
        counts = sorted((bare.count(each), each) for each in _DELIMITERS)
        if counts[-1][0]:
            if counts[-1][0] == counts[-2][0]:
                break
            return counts[-1][1]
    raise FileRefused("F_DELIM")


def _used(fields: list[str]) -> int:
    """Return how many fields there are up to the last that is not blank."""
    used = len(fields)
    while used and is_blank(fields[used - 1]):
        used -= 1
    return used


def _filled(fields: list[str]) -> int:
    return sum(not is_blank(field) for field in fields)


def _usually_filled(records: list[list[str]]) -> int:
    """Return in how many fields the records usually have something: titles have less."""
    counts = sorted(count for fields in records if (count := _filled(fields)) > 1)
    return counts[len(counts) // 2] if counts else 0


def _bare(value: str) -> str:
    found = _TEXT_AS_FORMULA.fullmatch(value) if value.startswith("=") else None
    return found[1] if found else value
