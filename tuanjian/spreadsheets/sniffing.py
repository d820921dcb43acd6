"""What a file is, from its first bytes and its name, before anything is parsed."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from tuanjian.spreadsheets.refusals import FileRefused

if TYPE_CHECKING:
    from tuanjian.spreadsheets.cells import Limits


class Family(Enum):
    """The readers there are, each with the endings of names its files may have."""

    XLSX = (".xlsx",)
    XLS = (".xls", ".et")
    DELIMITED = (".csv", ".txt")


_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_OTHERS: Final = (
    *(b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b"),
    *(b"\x7fELF", b"MZ", b"{\\rtf", b"SQLite format", b"PK\x05\x06"),
)
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_ENDINGS: Final = frozenset(ending for family in Family for ending in family.value)
_MARKUP = re.compile(rb"\s*(?:<\?xml|<!doctype|<html|<head|<table|<workbook|<meta|<!--)", re.IGNORECASE)
_ONLY_CALLED: Final = (
    "这个文件只是扩展名像表格，里面是网页或 XML。"
    "请用 Excel 或 WPS 打开它，选“另存为”，类型选“Excel 工作簿（.xlsx）”，再上传另存的文件。"
)
_TABLE = re.compile(rb"<(?:\w+:)?(?:table|workbook)[\s>]", re.IGNORECASE)


def recognise(path: Path, name: str, limits: Limits) -> Family:
    """Return which reader takes the file. ``name`` is what the user calls it.

    Refuses with F_TOO_BIG, F_EMPTY, F_TYPE, F_ENCRYPTED, F_MACRO, and with F_EXT a table that its name denies.
    """
    size = path.stat().st_size
    if size > limits.upload_bytes:
        raise FileRefused("F_TOO_BIG", f"文件超过 {limits.upload_bytes // 2**20} MB，请分成几个文件上传。")
    data = path.read_bytes()
    if not data or data in _MARKS:
        raise FileRefused("F_EMPTY")
    ending = PurePosixPath(name.strip().lower()).suffix
    family = _family(data, ending)
    if ending not in family.value:
        raise FileRefused("F_EXT")
    return family


def _family(data: bytes, ending: str) -> Family:
    if data.startswith(b"PK\x03\x04"):
        return _zip_family(data, ending)
    if data.startswith(_OLE):
        return _ole_family(data)
    if data.startswith(_OTHERS):
        raise FileRefused("F_TYPE")
    head = data[:4096].lstrip(_MARKS[0])
    if _MARKUP.match(head):
        # Pages and XML saved under the name of a table, by many systems' exports; the table in them is not guessed at.
        raise FileRefused("F_EXT", _ONLY_CALLED) if _TABLE.search(data) else FileRefused("F_TYPE")
    if ending not in Family.DELIMITED.value:
        is_text = data.startswith(_MARKS) or b"\0" not in head
        raise FileRefused("F_EXT" if is_text and ending in _ENDINGS else "F_TYPE")
    return Family.DELIMITED


def _zip_family(data: bytes, ending: str) -> Family:
    # OpenDocument begins with its type, stored as it is.
    if b"mimetypeapplication/vnd.oasis.opendocument" in data[:256]:
        raise FileRefused("F_TYPE", "这是 OpenDocument 表格（.ods），请另存为 .xlsx 后再上传。")
    if ending == ".xlsm":
        raise FileRefused("F_MACRO")
    return Family.XLSX


def _ole_family(data: bytes) -> Family:
    if _has_entry(data, "EncryptedPackage"):
        raise FileRefused("F_ENCRYPTED")
    if _has_entry(data, "_VBA_PROJECT_CUR") or _has_entry(data, "VBA"):
        raise FileRefused("F_MACRO", "文件含有宏，请另存为 .xlsx 后再上传。")
    if not (_has_entry(data, "Workbook") or _has_entry(data, "Book")):
        # Where not even the directory has come, nobody can tell what it was.
        raise FileRefused("F_TYPE" if _has_entry(data, "Root Entry") else "F_CORRUPT")
    return Family.XLS


def _has_entry(data: bytes, name: str) -> bool:
    """Say whether the directory of a compound file names this stream or storage.

    Entries are 128 bytes long and lie at multiples of that; the length of the name, in bytes with its end, stands at
    offset 64. Following the chains of sectors would need bounds against loops and tell no more.
    """
    wanted = name.encode("utf-16-le") + b"\0\0"
    place = data.find(wanted)
    while place >= 0:
        if place % 128 == 0 and data[place + 64 : place + 66] == len(wanted).to_bytes(2, "little"):
            return True
        place = data.find(wanted, place + 2)
    return False
