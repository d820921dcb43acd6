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
from functools import cache
from typing import Final

from tuanjian.spreadsheets.contents import Contents
from tuanjian.spreadsheets.gathering import SheetGathering

_PIECE: Final = 256 * 1024
_LAST_LINE, _LAST_COLUMN = 1_048_576, 16_384
_OPENING, _CLOSING = b"<sheetData>", b"</sheetData>"
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-8[\"'])", re.IGNORECASE)
# Text as XML allows it, without what would have to be looked at twice: "]]>", line ends to be changed.
_REFERRING: Final = "[^<>\x00-\x08\x0b-\x1f\ufffe\uffff]"
_T: Final = '<t(?: xml:space="preserve")?>'
_ROW = re.compile(r'<row(?: r="([0-9]{1,7})")?((?: [A-Za-z]+="[A-Za-z0-9 .:-]*"| x14ac:dyDescent="[0-9.]*")*) ?(/?)>')
_ATTRIBUTE = re.compile(r' ([A-Za-z0-9:]+)="([^"]*)"')
_CELL = re.compile(r'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_OPENED: Final = '<c r="([A-Z]{1,3})'
_LETTERS = re.compile("[A-Z]{1,3}")
_BEGINNING = re.compile(rf'((?: [A-Za-z]+="[A-Za-z0-9 .:-]*"| x14ac:dyDescent="[0-9.]*")*) ?>{_OPENED}')
# What nearly every cell has: a text of its own, a shared string by its number, a number, nothing but a style.
_PLAIN = re.compile(
    rf'(?:(?: s="([0-9]{{1,9}})")?(?: t="(?:inlineStr"><is>{_T}({_REFERRING}+)</t></is>|s"><v>([0-9]{{1,9}})</v>'
    rf'|n"><v>([0-9.]{{1,20}})</v>)|><v>([0-9.]{{1,20}})</v>)</c>| s="[0-9]{{1,9}}"/>)(?:{_OPENED})?'
)
_CONTENT = re.compile(
    r'(?: s="([0-9]{1,9})")?(?: t="([A-Za-z]{1,9})")? ?(?:/>|>'
    rf'(?:(<f(?: t="[a-z]+")?(?: ref="[A-Z0-9:]+")?(?: si="[0-9]+")?(?: ca="1")?(?:/>|>{_REFERRING}*</f>)))?'
    rf'(?:<v(?: xml:space="preserve")?>({_REFERRING}*)</v>|(<v ?/>)|<is>{_T}({_REFERRING}*)</t></is>)?'
    r"</c>)"
)
_READING: Final = r'(?:<phoneticPr(?: fontId="[0-9]+")?(?: type="[A-Za-z]+")?(?: alignment="[A-Za-z]+")? ?/>)?</si>'
_STRING = re.compile(rf"<si>(?:{_T}({_REFERRING}*)</t>|<t ?/>){_READING}|(.+)", re.DOTALL)
_STRING_END = re.compile(_READING)
_NO_TEXT = re.compile(_REFERRING.replace("^", ""))
_NUMBER = re.compile("#(?:[0-9]{1,7}|x[0-9A-Fa-f]{1,6})")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LONGEST_REFERENCE, _MOST_MEANT = len("&#x10FFFF"), 8_192
# What is known of a cell, in one number: the column of the next in 15 bits, whether it is blank, its place above.
_COLUMN: Final = 0x7FFF
_BLANK: Final = 0x8000
_SHAPE: Final = _COLUMN | _BLANK
_PLACE: Final = 16
# Beyond that, contents met again are judged again; of what comes so late little does.
_MOST_KNOWN: Final = 131_072


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
            texts += _plain_strings(piece) or _strings(piece)
    except (_GiveUp, UnicodeDecodeError):
        return None
    return texts


def _plain_strings(piece: str) -> list[str]:
    """Return the texts of strings that all begin in the way nearly every one does; none if any does not."""
    before, *strings = piece.split("<si><t>")
    if before or not strings:
        return []
    texts, _, ends = zip(*[string.partition("</t>") for string in strings], strict=True)
    together = "".join(texts)
    if not all(map(_STRING_END.fullmatch, set(ends))) or _NO_TEXT.search(together):
        return []
    return [*map(_unescaped, texts)] if "&" in together else [*texts]


def _strings(piece: str) -> list[str]:
    found = _STRING.findall(piece)
    if found and found[-1][1]:
        raise _GiveUp
    return [_unescaped(text) for text, _ in found]


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
        self._shapes = _Shapes(sheet)
        self._hidden = _Hidden()
        self._beginnings = _Beginnings(self._hidden)
        self._line = 0

    def read(self, data: bytes, start: int, end: int) -> None:
        for piece, stop in _pieces(data, start, end, b"</row>"):
            *rows, rest = piece.split("</row>")
            for row in rows:
                if not self._next_row(row):
                    self._row(row)
            if rest and self._heads(rest) is not None:
                raise _GiveUp
            self._sheet.reach(stop, end)

    def _next_row(self, text: str) -> bool:
        """Keep the row if it is the one after the row before and as simple as nearly all are; else say that it is not.

        Where the number of the row stands before a quotation mark, it ends an address: the text is cut there in one go.
        What is left has to match in full: first what opens a row, then the rest of its head with what opens the first
        cell, then each cell from its address on with what opens the next. A text or a style that has the same digits
        and mark leaves pieces that match nothing.
        """
        line = self._line + 1
        parts = text.split(f'{line}"')
        if len(parts) < 3 or parts[0] != '<row r="' or line > _LAST_LINE:
            return False
        try:
            hidden, column = self._beginnings[parts[1]]
            found = [*map(self._known.__getitem__, parts[2:])]
            shape = self._shapes[column, *[each & _SHAPE for each in found]]
        except _GiveUp:
            return False
        self._line = line
        self._sheet.put(line, shape, [place for each in found if (place := each >> _PLACE)], hidden=hidden)
        return True

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
        columns = tuple(map(_column_number, letters))
        if len(set(columns)) < len(columns):
            raise _GiveUp
        found = [self._known[content] for content in cells[2::3]]
        if any(each & _COLUMN for each in found):
            raise _GiveUp
        self._sheet.add(self._line, columns, [each >> _PLACE for each in found], hidden=hidden)

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
            if not self._line < line <= _LAST_LINE:
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


class _Beginnings(dict[str, tuple[bool, int]]):
    """Whether a row is hidden, and the column of its first cell, by what stands between their two addresses."""

    def __init__(self, hidden: _Hidden) -> None:
        super().__init__()
        self._hidden = hidden

    def __missing__(self, text: str) -> tuple[bool, int]:
        found = _BEGINNING.fullmatch(text)
        if found is None:
            raise _GiveUp
        beginning = self[text] = self._hidden[found[1]], _column_number(found[2])
        return beginning


class _Known(dict[str, int]):
    """What is known of cells already met, by their contents with what opens the next cell; each is judged once.

    That is a number made of the place of the content, whether it is blank, and the column of the next cell or 0.
    """

    def __init__(self, contents: Contents) -> None:
        super().__init__()
        self._contents = contents

    def __missing__(self, text: str) -> int:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        found = _PLAIN.fullmatch(text)
        if found is None:
            known = self[text] = self._other(text)
            return known
        style, inline, index, number, untyped, letters = found.groups()
        if inline:
            place = self._contents.new_text(_unescaped(inline) if "&" in inline else inline)
        elif index:
            place = self._contents.shared(index)
        elif number or untyped:
            place = self._contents.new_number(style or "", number or untyped)
        else:
            place = 0
        known = self[text] = place << _PLACE | (0 if place else _BLANK) | (_column_number(letters) if letters else 0)
        return known

    def _other(self, text: str) -> int:
        content, opened, letters = text.rpartition('<c r="')
        column = _column_number(letters) if opened else 0
        found = _CONTENT.fullmatch(content if opened else text)
        if found is None:
            raise _GiveUp
        style, type, formula, value, empty, inline = found.groups()
        _unescaped(formula or "")
        value = "" if empty else inline if type == "inlineStr" else value
        value = value and _unescaped(value)
        place = self._contents.place(style or "", type or "", value, formula=formula is not None)
        return place << _PLACE | (0 if place else _BLANK) | column


class _Shapes(dict[tuple[int, ...], int]):
    """Shapes of rows in the gathering, by the column of the first cell and what is known of each without its place.

    Rows of one sheet share a handful of them.
    """

    def __init__(self, sheet: SheetGathering) -> None:
        super().__init__()
        self._sheet = sheet

    def __missing__(self, known: tuple[int, ...]) -> int:
        *columns, last = (each & _COLUMN for each in known)
        if last or 0 in columns or len(set(columns)) < len(columns):
            raise _GiveUp
        blanks = (each & _BLANK for each in known[1:])
        shape = self._sheet.shape(tuple(column for column, blank in zip(columns, blanks, strict=True) if not blank))
        self[known] = shape
        return shape


@cache
def _column_number(letters: str) -> int:
    if not _LETTERS.fullmatch(letters):
        raise _GiveUp
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if number > _LAST_COLUMN:
        raise _GiveUp
    return number


def _unescaped(text: str) -> str:
    # Writers that keep to ASCII refer to every Chinese character by its number.
    if "&" not in text:
        return text
    *pieces, last = text.split(";")
    if "&" in last:
        raise _GiveUp
    return "".join(map(_MEANT.__getitem__, pieces)) + last


class _Meant(dict[str, str]):
    """What text up to a semicolon means, that mark included: text as it is, then perhaps one reference."""

    def __missing__(self, piece: str) -> str:
        before, mark, name = piece.partition("&")
        meant = before + _character(name) if mark else f"{piece};"
        # Nearly always there is nothing before a reference, and there are only so many characters.
        if len(piece) <= _LONGEST_REFERENCE and len(self) < _MOST_MEANT:
            self[piece] = meant
        return meant


_MEANT: Final = _Meant()


def _character(name: str) -> str:
    if name in _NAMED:
        return _NAMED[name]
    if not _NUMBER.fullmatch(name):
        raise _GiveUp
    number = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    # XML 1.0, section 2.2.
    if (
        number in (0x9, 0xA, 0xD)
        or 0x20 <= number <= 0xD7FF
        or 0xE000 <= number <= 0xFFFD
        or 0x10000 <= number < 0x110000
    ):
        return chr(number)
    raise _GiveUp
