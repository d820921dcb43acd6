"""The quick way through a worksheet or a list of strings written the way Excel, WPS and openpyxl write them.

An event for every element costs three times as long as the whole of this (docs/decisions, reading of workbooks).
So the text between ``<sheetData>`` and ``</sheetData>`` is taken apart by expressions that leave no character
unaccounted for; the rest still goes through the XML parser. Whatever is written in any other way – comments, prefixes,
cells without address, named entities beyond the five, white space between elements, a fault – makes the scan give up,
and the parser reads the part from the beginning. A scan that succeeds gives what the parser gives; a test compares the
two.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from tuanjian.spreadsheets.contents import Contents
from tuanjian.spreadsheets.gathering import SheetGathering

_PIECE: Final = 256 * 1024
_OPENING, _CLOSING = b"<sheetData>", b"</sheetData>"
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-8[\"'])", re.IGNORECASE)
# Text as XML allows it, without what would have to be looked at twice: references, "]]>", line ends to be changed.
_CHARACTER: Final = "[^<>&\x00-\x08\x0b-\x1f\ufffe\uffff]"
_REFERRING: Final = "[^<>\x00-\x08\x0b-\x1f\ufffe\uffff]"
_T: Final = '<t(?: xml:space="preserve")?>'
_ROW = re.compile(r'<row(?: r="([0-9]{1,7})")?((?: [A-Za-z]+="[A-Za-z0-9 .:-]*"| x14ac:dyDescent="[0-9.]*")*) ?(/?)>')
_ATTRIBUTE = re.compile(r' ([A-Za-z0-9:]+)="([^"]*)"')
_CELL = re.compile(r'<c r="([A-Z]{1,3})([0-9]{1,7})"')
# What nearly every cell has: a shared string by its number, a text of its own, a number.
_PLAIN = re.compile(
    r'(?: s="([0-9]{1,9})")?'
    rf'(?: t="(?:s"><v>([0-9]{{1,9}})</v>|inlineStr"><is>{_T}({_CHARACTER}+)</t></is>)|><v>([0-9.]{{1,20}})</v>)</c>'
)
_CONTENT = re.compile(
    r'(?: s="([0-9]{1,9})")?(?: t="([A-Za-z]{1,9})")? ?(?:/>|>'
    rf'(?:(<f(?: t="[a-z]+")?(?: ref="[A-Z0-9:]+")?(?: si="[0-9]+")?(?: ca="1")?(?:/>|>{_REFERRING}*</f>)))?'
    rf'(?:<v(?: xml:space="preserve")?>({_REFERRING}*)</v>|(<v ?/>)|<is>{_T}({_REFERRING}*)</t></is>)?'
    r"</c>)"
)
_STRING = re.compile(
    rf"<si>(?:{_T}({_REFERRING}*)</t>|<t ?/>)"
    r'(?:<phoneticPr(?: fontId="[0-9]+")?(?: type="[A-Za-z]+")?(?: alignment="[A-Za-z]+")? ?/>)?</si>|(.+)',
    re.DOTALL,
)
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)?")
_MEANT: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
# XML 1.0, section 2.2.
_CHARACTERS: Final = ((0x9, 0xA), (0xD, 0xD), (0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))


class _GiveUp(Exception):
    """The part is written in a way only the parser knows to read."""


def scan(
    data: bytes,
    sheet: SheetGathering,
    contents: Contents,
    *,
    walk_frame: Callable[[bytes, SheetGathering], int],
) -> bool:
    """Read a worksheet part the quick way; False if the parser has to, and nothing is kept then.

    ``walk_frame`` reads what stands around the rows and says how many ``sheetData`` there are.
    """
    start, end = data.find(_OPENING) + len(_OPENING), data.rfind(_CLOSING)
    if not len(_OPENING) <= start <= end or not _plain(data[:start], data[end:]):
        return False
    try:
        # The parser sees the frame first: a broken end is refused before any row is looked at.
        if walk_frame(data[:start] + data[end:], sheet) != 1:
            raise _GiveUp
        if data.find(b" x14ac:", start, end) >= 0 and data.find(b"xmlns:x14ac=", 0, start) < 0:
            raise _GiveUp
        _Rows(sheet, contents).read(data, start, end)
    except (_GiveUp, UnicodeDecodeError):
        sheet.restart()
        return False
    return True


def scan_strings(data: bytes, *, walk_frame: Callable[[bytes], None]) -> list[str] | None:
    """Return the texts of a shared strings part that holds nothing but plain ones, or None."""
    start, end = data.find(b"<si>"), data.rfind(b"</sst>")
    if not 0 <= start <= end or not _plain(data[:start], data[end:]):
        return None
    walk_frame(data[:start] + data[end:])
    texts: list[str] = []
    try:
        for piece, _ in _pieces(data, start, end, b"</si>"):
            found = _STRING.findall(piece)
            if found and found[-1][1]:
                return None
            texts += [_unescaped(text) if "&" in text else text for text, _ in found]
    except (_GiveUp, UnicodeDecodeError):
        return None
    return texts


def _plain(head: bytes, tail: bytes) -> bool:
    """Say whether the part is UTF-8 and what was found is not inside a comment, an instruction or CDATA."""
    return not (
        b"<!" in head or head.find(b"<?", 1) >= 0 or _OTHER_ENCODING.match(head) or b"<!" in tail or b"<?" in tail
    )


def _pieces(data: bytes, start: int, end: int, closing: bytes) -> Iterator[tuple[str, int]]:
    """Yield whole rows or strings as text, and where they end.

    A few hundred come at a time, so that a big part is never there twice.
    """
    while start < end:
        cut = data.find(closing, min(start + _PIECE, end), end)
        stop = end if cut < 0 else cut + len(closing)
        yield data[start:stop].decode(), stop
        start = stop


class _Rows:
    def __init__(self, sheet: SheetGathering, contents: Contents) -> None:
        self._sheet = sheet
        self._known = _Known(contents)
        self._shapes = _Shapes()
        self._hidden = _Hidden()
        self._line = 0

    def read(self, data: bytes, start: int, end: int) -> None:
        for piece, stop in _pieces(data, start, end, b"</row>"):
            *rows, rest = piece.split("</row>")
            for row in rows:
                self._row(row)
            if rest and self._heads(rest) is not None:
                raise _GiveUp
            self._sheet.reach(stop, end)

    def _row(self, text: str) -> None:
        head = self._heads(text)
        if head is None:
            raise _GiveUp
        position, hidden = head
        before, *cells = _CELL.split(text[position:])
        if before:
            raise _GiveUp
        if not cells:
            return
        # Each cell is its letters, its line and the rest of it up to the next; the rest has to match in full.
        letters = cells[0::3]
        if cells[1::3].count(str(self._line)) != len(letters):
            raise _GiveUp
        columns = self._shapes[tuple(letters)]
        self._sheet.add(self._line, columns, list(map(self._known.__getitem__, cells[2::3])), hidden=hidden)

    def _heads(self, text: str) -> tuple[int, bool] | None:
        """Pass over rows without cells; return where the cells of the next begin and whether that row is hidden."""
        position = 0
        while position < len(text):
            found = _ROW.match(text, position)
            if found is None:
                raise _GiveUp
            position = found.end()
            digits, attributes, closed = found.groups()
            line = int(digits) if digits else self._line + 1
            if not self._line < line <= 1_048_576:
                raise _GiveUp
            self._line = line
            hidden = self._hidden[attributes]
            if not closed:
                return position, hidden
        return None


class _Hidden(dict[str, bool]):
    """Whether the attributes of a row hide it."""

    def __missing__(self, attributes: str) -> bool:
        found = _ATTRIBUTE.findall(attributes)
        named = dict(found)
        if len(named) < len(found) or "xmlns" in named or "r" in named:
            raise _GiveUp
        hidden = self[attributes] = named.get("hidden") in ("1", "true")
        return hidden


class _Known(dict[str, int]):
    """The places of cell contents already met; each distinct one is judged once."""

    def __init__(self, contents: Contents) -> None:
        super().__init__()
        self._contents = contents

    def __missing__(self, content: str) -> int:
        plain = _PLAIN.fullmatch(content)
        if plain is None:
            place = self._other(content)
        else:
            style, index, text, number = plain.groups()
            if text:
                place = self._contents.new_text(text)
            elif index:
                place = self._contents.shared(index)
            else:
                place = self._contents.place(style or "", "", number, formula=False)
        self[content] = place
        return place

    def _other(self, content: str) -> int:
        found = _CONTENT.fullmatch(content)
        if found is None:
            raise _GiveUp
        style, type, formula, value, empty, inline = found.groups()
        _unescaped(formula or "")
        value = "" if empty else inline if type == "inlineStr" else value
        return self._contents.place(style or "", type or "", value and _unescaped(value), formula=formula is not None)


class _Shapes(dict[tuple[str, ...], tuple[int, ...]]):
    """Column numbers for the letters of a row; rows of one sheet share a handful of shapes."""

    def __missing__(self, letters: tuple[str, ...]) -> tuple[int, ...]:
        columns = tuple(_column_number(each) for each in letters)
        if len(set(columns)) < len(columns):
            raise _GiveUp
        self[letters] = columns
        return columns


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if number > 16_384:
        raise _GiveUp
    return number


def _unescaped(text: str) -> str:
    # Writers that keep to ASCII refer to every Chinese character by its number.
    return _REFERENCE.sub(_meant, text) if "&" in text else text


def _meant(found: re.Match[str]) -> str:
    return _character(found[1])


@lru_cache(maxsize=8192)
def _character(name: str | None) -> str:
    if name is None:
        raise _GiveUp
    if name in _MEANT:
        return _MEANT[name]
    number = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    if (
        number in (0x9, 0xA, 0xD)
        or 0x20 <= number <= 0xD7FF
        or 0xE000 <= number <= 0xFFFD
        or 0x10000 <= number < 0x110000
    ):
        return chr(number)
    raise _GiveUp
