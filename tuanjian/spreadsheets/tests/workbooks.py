"""Builders of workbook files, good and bad, from their parts."""

import struct
import zipfile
from html import escape

from tuanjian.spreadsheets.cells import Cell, Kind

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def text(value, *, formula=False):
    return Cell(value, Kind.TEXT, "", formula)


def number(stored, shown=None):
    return Cell(shown or stored, Kind.NUMBER, stored)


def a_sheet(*rows, before="", after="", declaration=""):
    """A worksheet part; a row is XML as it stands, or a list of texts."""
    written = [row if isinstance(row, str) else a_row(line, *row) for line, row in enumerate(rows, start=1)]
    data = f"<sheetData>{''.join(written)}</sheetData>"
    return f'{declaration}<worksheet xmlns="{MAIN}">{before}{data}{after}</worksheet>'


def a_row(line, *values):
    cells = [
        f'<c r="{chr(65 + column)}{line}" t="inlineStr"><is><t>{escape(value, quote=False)}</t></is></c>'
        for column, value in enumerate(values)
    ]
    return f'<row r="{line}">{"".join(cells)}</row>'


def parts_of(*sheets, states=(), strings=None, formats=(), workbook_properties="", main=_SHEET_MAIN):
    """The parts of a workbook with these worksheet parts; ``formats`` are number formats of the styles 1, 2, …"""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="表{number}" sheetId="{number}" r:id="rId{number}"{state}/>'
        for number, state in zip(numbers, [*states, *[""] * len(sheets)], strict=False)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    links += f'<Relationship Id="rId98" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    codes = "".join(
        f'<numFmt numFmtId="{164 + index}" formatCode="{escape(code)}"/>' for index, code in enumerate(formats)
    )
    used = "".join(f'<xf numFmtId="{164 + index}"/>' for index in range(len(formats)))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">{workbook_properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts>'
        f'<cellXfs><xf numFmtId="0"/>{used}</cellXfs></styleSheet>',
        **{f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in zip(numbers, sheets, strict=True)},
    }
    if strings is not None:
        links += f'<Relationship Id="rId99" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
    return parts


def packed(path, parts, *, compression=zipfile.ZIP_DEFLATED):
    """Write parts (a dict or pairs) into an archive at the path and return the path."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(name, content)
    return path


def compound(*streams):
    """A compound (OLE) file holding the given (name, content) streams, each padded to 4 KiB at least."""
    chain, body, entries = [], b"", []
    for name, content in streams:
        content = content.ljust(-(-max(len(content), 4096) // 512) * 512, b"\0")
        first, count = len(chain), len(content) // 512
        chain += [*range(first + 1, first + count), 0xFFFFFFFE]
        body += content
        entries.append((name, 2, first, len(content)))
    directory = len(chain)
    table = [("Root Entry", 5, 0xFFFFFFFE, 0), *entries]
    table += [("", 0, 0, 0)] * (-len(table) % 4)
    chain += [*range(directory + 1, directory + len(table) // 4), 0xFFFFFFFE]
    allocation = len(chain)
    chain.append(0xFFFFFFFD)
    listing = b""
    for place, (name, kind, start, size) in enumerate(table):
        raw = name.encode("utf-16-le")
        following = place + 1 if kind == 2 and place < len(entries) else 0xFFFFFFFF
        child = 1 if kind == 5 else 0xFFFFFFFF
        listing += raw.ljust(64, b"\0") + struct.pack(
            "<HBB3I", len(raw) + 2 if raw else 0, kind, 1, 0xFFFFFFFF, following, child
        )
        listing += bytes(36) + struct.pack("<IQ", start, size)
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", allocation, *[0xFFFFFFFF] * 108)
    return head + body + listing + struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))


def an_xls(*cells, hidden=False, formats=()):
    """A BIFF8 workbook with one sheet called 名册; cells are (row, column, value, style), counted from 0."""
    bof = struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6)
    start = _record(0x809, bof) + _record(0x42, struct.pack("<H", 1200)) + _record(0x22, struct.pack("<H", 0))
    start += _record(0x31, struct.pack("<HHHHHBBBB", 220, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x05\x00Arial") * 5
    start += b"".join(_record(0x41E, struct.pack("<H", 164 + n) + _wide(code)) for n, code in enumerate(formats))
    styles = [0, *range(164, 164 + len(formats))]
    start += b"".join(_record(0xE0, struct.pack("<HHH", 0, style, 0) + bytes(14)) for style in styles)
    sheet_head = _wide("名册", length="<B")
    place = len(start) + 4 + 6 + len(sheet_head) + 4
    start += _record(0x85, struct.pack("<IBB", place, int(hidden), 0) + sheet_head) + _record(0x0A, b"")
    body = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    for row, column, value, style in cells:
        where = struct.pack("<HHH", row, column, style)
        if isinstance(value, bool):
            body += _record(0x205, where + struct.pack("<BB", value, 0))
        elif isinstance(value, str):
            body += _record(0x204, where + _wide(value))
        elif value is None:
            body += _record(0x205, where + struct.pack("<BB", 0x2A, 1))
        else:
            body += _record(0x203, where + struct.pack("<d", value))
    return compound(("Workbook", start + body + _record(0x0A, b"")))


def _record(kind, content):
    return struct.pack("<HH", kind, len(content)) + content


def _wide(value, length="<H"):
    return struct.pack(length, len(value)) + b"\x01" + value.encode("utf-16-le")
