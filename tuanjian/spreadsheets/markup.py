"""XML from strangers: no document type, no entities, bounded depth, every fault a refusal."""

from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from tuanjian.spreadsheets.refusals import FileRefused

MAIN: Final = frozenset(
    (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",  # the strict edition
    )
)
_DEEPEST: Final = 64
_SEPARATOR: Final = " "


def walk(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Parse a part and report its elements. Names of the spreadsheet's own namespaces come without it.

    Attributes of another namespace come as ``namespace name``. Refuses with F_UNSAFE a DOCTYPE – no office program
    writes one –, with F_CORRUPT whatever is not well-formed or nested deeper than any workbook.
    """
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    depth = 0
    local: dict[str, str] = {}

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise FileRefused("F_CORRUPT")
        if name not in local:
            local[name] = _own_name(name)
        start(local[name], attributes)

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(local[name])

    def on_doctype(*_: object) -> None:
        raise FileRefused("F_UNSAFE", "文件含有不安全的内容（DOCTYPE），已拒绝。请用 Excel 或 WPS 重新保存后再上传。")

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.StartDoctypeDeclHandler = on_doctype
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as broken:
        raise FileRefused("F_CORRUPT") from broken


def _own_name(name: str) -> str:
    namespace, _, local = name.rpartition(_SEPARATOR)
    return local if namespace in MAIN or not namespace else name
