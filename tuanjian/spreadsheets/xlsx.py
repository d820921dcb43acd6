"""Workbooks of Excel, WPS and LibreOffice (.xlsx): which parts there are, and in which order they are read."""

import posixpath
from pathlib import Path
from typing import Final, NamedTuple

from tuanjian.spreadsheets import scanning
from tuanjian.spreadsheets.contents import Contents
from tuanjian.spreadsheets.gathering import Gathering
from tuanjian.spreadsheets.markup import walk
from tuanjian.spreadsheets.package import Package
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.values import Shown, shown_by
from tuanjian.spreadsheets.worksheets import read_worksheet

_TRUE: Final = frozenset(("1", "true"))
_SHEET_MAIN: Final = ("spreadsheetml.sheet.main+xml", "spreadsheetml.template.main+xml")


class _Link(NamedTuple):
    kind: str
    target: str
    external: bool


def gather_xlsx(path: Path, gathering: Gathering) -> None:
    """Read the visible worksheets of an .xlsx file. Nothing outside the file is ever opened.

    Refuses with a code of ``refusals.SENTENCES``.
    """
    package = Package(path, gathering.limits)
    try:
        _Reading(package, gathering).gather()
    finally:
        package.close()


class _Reading:
    def __init__(self, package: Package, gathering: Gathering) -> None:
        self._package = package
        self._gathering = gathering
        self._sheets: list[tuple[str, str, bool]] = []
        self._date1904 = False

    def gather(self) -> None:
        workbook = self._workbook_part()
        walk(self._package.read(workbook), self._workbook_element)
        links = self._links(workbook)
        warnings: list[str] = []
        if any(link.external for link in links.values()) or any("/externallinks/" in n for n in self._package.names):
            warnings.append("W_EXTERNAL")
        sheets = [(name, links.get(relation), hidden) for name, relation, hidden in self._sheets]
        sheets = [(name, link, hidden) for name, link, hidden in sheets if link is None or link.kind == "worksheet"]
        if all(hidden for _, _, hidden in sheets):
            raise FileRefused("F_NO_SHEET")
        if any(hidden for _, _, hidden in sheets):
            warnings.append("W_HIDDEN")
        self._read_sheets(sheets, links)
        self._gathering.end(format="xlsx", warnings=warnings)

    def _workbook_part(self) -> str:
        """Return the part that lists the sheets, or refuse what is another kind of document."""
        if "[content_types].xml" not in self._package:
            inside = "xl/workbook.xml" in self._package
            raise FileRefused("F_CORRUPT" if inside else "F_TYPE")
        mains: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            kind, part = attributes.get("ContentType", ""), attributes.get("PartName", "")
            if name.endswith(" Override") and kind.endswith("main+xml"):
                mains[kind] = part.lstrip("/")
            if kind.endswith("sheet.binary.macroEnabled.main"):
                raise FileRefused("F_TYPE", "这是二进制工作簿（.xlsb），请另存为 .xlsx 后再上传。")

        walk(self._package.read("[content_types].xml"), start)
        if any("macroenabled" in kind.lower() for kind in mains):
            raise FileRefused("F_MACRO")
        found = next((part for kind, part in mains.items() if kind.endswith(_SHEET_MAIN)), None)
        if found is None:
            raise FileRefused("F_TYPE" if mains or "xl/workbook.xml" not in self._package else "F_CORRUPT")
        return found

    def _workbook_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self._date1904 = attributes.get("date1904") in _TRUE
        elif name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith("/relationships id")), "")
            hidden = attributes.get("state", "visible") != "visible"
            self._sheets.append((attributes.get("name", ""), relation, hidden))

    def _links(self, part: str) -> dict[str, _Link]:
        """Return what the part refers to, by the ids it uses."""
        folder, name = posixpath.split(part)
        links: dict[str, _Link] = {}

        def start(element: str, attributes: dict[str, str]) -> None:
            if element.endswith(" Relationship"):
                target = attributes.get("Target", "").replace("\\", "/")
                inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                kind = attributes.get("Type", "").rpartition("/")[2]
                links[attributes.get("Id", "")] = _Link(kind, inside, attributes.get("TargetMode") == "External")

        walk(self._package.read(posixpath.join(folder, "_rels", f"{name}.rels")), start)
        if any(link.kind == "vbaProject" or "macrosheet" in link.kind.lower() for link in links.values()):
            raise FileRefused("F_MACRO")
        return links

    def _read_sheets(self, sheets: list[tuple[str, _Link | None, bool]], links: dict[str, _Link]) -> None:
        by_kind = {link.kind: link.target for link in links.values() if not link.external}
        contents = Contents(
            self._gathering,
            strings=self._strings(by_kind.get("sharedStrings")),
            shown=self._styles(by_kind.get("styles")),
            date1904=self._date1904,
        )
        sizes = [0 if hidden or link is None else self._package.size(link.target) for _, link, hidden in sheets]
        self._gathering.expect(sum(sizes))
        for (name, link, hidden), size in zip(sheets, sizes, strict=True):
            sheet = self._gathering.sheet(name, hidden=hidden, date1904=self._date1904, size=size)
            if not hidden:
                if link is None or link.external:
                    raise FileRefused("F_CORRUPT")
                read_worksheet(self._package.read(link.target), sheet, contents)
            sheet.finish()

    def _strings(self, part: str | None) -> list[str]:
        if part is None:
            return []
        data = self._package.read(part)
        texts = scanning.scan_strings(data, walk_frame=lambda frame: walk(frame, _ignore))
        return _parsed_strings(data) if texts is None else texts

    def _styles(self, part: str | None) -> list[Shown]:
        if part is None or part not in self._package:
            return []
        styles = _Styles()
        walk(self._package.read(part), styles.start, styles.end)
        return [shown_by(number, styles.codes.get(number)) for number in styles.used]


def _ignore(name: str, attributes: dict[str, str]) -> None:
    return


def _parsed_strings(data: bytes) -> list[str]:
    """Return the shared strings by the XML parser: runs joined, readings left out."""
    texts: list[str] = []
    pieces: list[str] = []
    collecting = phonetic = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal collecting, phonetic
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            phonetic = True
        elif name == "t":
            collecting = not phonetic

    def end(name: str) -> None:
        nonlocal collecting, phonetic
        if name == "si":
            texts.append("".join(pieces))
        elif name == "rPh":
            phonetic = False
        elif name == "t":
            collecting = False

    def text(piece: str) -> None:
        if collecting:
            pieces.append(piece)

    walk(data, start, end, text)
    return texts


class _Styles:
    """Which number format each cell style uses."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.used: list[int] = []
        self._inside = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("numFmts", "cellXfs"):
            self._inside = name
        elif name == "numFmt" and self._inside == "numFmts":
            self.codes[_format_id(attributes)] = attributes.get("formatCode", "")
        elif name == "xf" and self._inside == "cellXfs":
            self.used.append(_format_id(attributes))

    def end(self, name: str) -> None:
        if name == self._inside:
            self._inside = ""


def _format_id(attributes: dict[str, str]) -> int:
    digits = attributes.get("numFmtId", "0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
