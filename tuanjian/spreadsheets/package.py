"""The archive around an .xlsx file: checked before anything is inflated, and counted while it is.

The checks are our own because Python 3.11.7's zipfile lets overlapping entries (CVE-2024-0450) and two parts of one
name pass, and because a directory may declare any size.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from tuanjian.spreadsheets.refusals import FileRefused

if TYPE_CHECKING:
    from tuanjian.spreadsheets.cells import Limits

_PIECE: Final = 256 * 1024
_LOCAL_HEADER: Final = 30
_SYMLINK_BY_UNIX: Final = 3
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, OverflowError)
_MACROS = re.compile(r"(^|/)(vbaproject[^/]*|macrosheets/.*|vbadata\.xml)$")
_CONTROLS = re.compile(r"(^|/)activex/")


class Package:
    """The parts of an archive by name, read in one go each and never more than the limits allow."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Open the archive and check its directory.

        Refuses with F_CORRUPT, F_TOO_MANY_PARTS, F_UNSAFE, F_ENCRYPTED or F_MACRO.
        """
        self._limits, self._left = limits, limits.all_bytes
        try:
            self._archive = zipfile.ZipFile(path)
        except _BROKEN as broken:
            raise FileRefused("F_CORRUPT") from broken
        entries = self._archive.infolist()
        if not entries:
            raise FileRefused("F_CORRUPT")
        if len(entries) > limits.parts:
            raise FileRefused("F_TOO_MANY_PARTS")
        self._entries = dict(_named(entries))
        _refuse_overlaps(entries, self._archive.start_dir)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    @property
    def names(self) -> list[str]:
        """The names of all parts, in lower case."""
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """Return a part, inflated.

        Refuses with F_TOO_BIG as soon as more bytes come out than allowed, with F_CORRUPT if the part is missing or
        its checksum is wrong.
        """
        entry = self._entries.get(name.lower())
        if entry is None:
            raise FileRefused("F_CORRUPT")
        allowed = min(self._limits.part_bytes, self._left)
        pieces: list[bytes] = []
        size = 0
        for piece in self._inflate(entry):
            size += len(piece)
            if size > allowed:
                raise FileRefused("F_TOO_BIG")
            pieces.append(piece)
        self._left -= size
        return b"".join(pieces)

    def size(self, name: str) -> int:
        """Return how large a part is as the directory has it, which need not be true; 0 if there is none."""
        entry = self._entries.get(name.lower())
        return entry.file_size if entry is not None else 0

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def _inflate(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._archive.open(entry) as part:
                while piece := part.read(_PIECE):
                    yield piece
        except _BROKEN as broken:
            raise FileRefused("F_CORRUPT") from broken


def _named(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yield the parts under the name others refer to them by, folders left out.

    Some programs write backslashes, and the names of parts do not tell capital letters apart (ECMA-376 part 2).
    """
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename.replace("\\", "/").lower()
        if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name or "\0" in name:
            raise FileRefused("F_UNSAFE", "文件里有指向文件之外的路径，已拒绝。请用 Excel 或 WPS 重新保存后再上传。")
        if entry.create_system == _SYMLINK_BY_UNIX and stat.S_ISLNK(entry.external_attr >> 16):
            raise FileRefused("F_UNSAFE", "文件里有指向文件之外的链接，已拒绝。请用 Excel 或 WPS 重新保存后再上传。")
        if entry.flag_bits & 0x1:
            raise FileRefused("F_ENCRYPTED")
        if _MACROS.search(name):
            raise FileRefused("F_MACRO")
        if _CONTROLS.search(name):
            raise FileRefused("F_UNSAFE", "文件里有可以运行程序的控件，已拒绝。请删除控件后另存为 .xlsx 再上传。")
        if name in seen:
            raise FileRefused("F_CORRUPT")
        seen.add(name)
        if not name.endswith("/"):
            yield name, entry


def _refuse_overlaps(entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Refuse entries that share bytes: one small block could otherwise be inflated under many names."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset for entry in ordered[1:]] + [directory]
    for entry, end in zip(ordered, ends, strict=True):
        if entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename) + entry.compress_size > end:
            raise FileRefused("F_CORRUPT")
