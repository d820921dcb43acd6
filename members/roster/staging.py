"""Rows on their way: kept sealed between checking and writing, so that both work on the very same values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

from django.db import transaction

from members.models.roster import RosterImport, RosterRow, opened
from members.roster.findings import Finding
from members.roster.plan import PlannedRow
from members.roster.rows import CleanRow
from tuanjian import bulk, sealing

_BATCH: Final = 5_000
_KEPT: Final = tuple(field.name for field in fields(CleanRow) if field.name not in ("sheet", "line", "kind"))
# What the plan says of a row; ``sealed`` holds the rest.
PLANNED: Final = ("state", "label", "target_id", "problems", "warnings", "changes", "offers")
_COLUMNS: Final = ("roster", "number", "sheet", "line", "kind", *PLANNED, "sealed")


# Lone surrogates stay what they are in ASCII only.
_written = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":")).encode


def read_of(row: CleanRow) -> dict[str, Any]:
    """The row as it was read, to be kept. Planning adds to a row, so this is taken before that."""
    content = {name: getattr(row, name) for name in _KEPT}
    return content | {"shown": dict(row.shown), "problems": list(row.problems), "warnings": list(row.warnings)}


def unpack(row: RosterRow) -> CleanRow:
    """The row as it was read; raises ``sealing.SealBroken``."""
    return unpacked(row)[0]


def unpacked(row: RosterRow) -> tuple[CleanRow, dict[str, str]]:
    """The row as it was read, and its values as planned; raises ``sealing.SealBroken``."""
    content = row.content
    return _read_back(row.sheet, row.line, row.kind, content["read"]), content["shown"]


def _read_back(sheet: str, line: int, kind: str, read: dict[str, Any]) -> CleanRow:
    for name in ("problems", "warnings"):
        read[name] = [Finding(*finding) for finding in read[name]]
    return CleanRow(sheet, line, kind, **read)


def staged(roster: RosterImport) -> Iterator[tuple[int, CleanRow]]:
    """The keys and rows of an import, in the order of the file. One query."""
    columns = ("pk", "sheet", "line", "kind", "sealed")
    rows = roster.rows.order_by("number").values_list(*columns).iterator(chunk_size=_BATCH)
    for key, sheet, line, kind, sealed in rows:
        yield key, _read_back(sheet, line, kind, opened(sealed)["read"])


def store(
    roster: RosterImport, rows: Sequence[PlannedRow], read: Sequence[dict[str, Any]], *, progress: Callable[[int], None]
) -> None:
    """Keep the planned rows in place of those of an earlier check; ``progress`` hears how many are done."""
    with transaction.atomic():
        roster.rows.all().delete()
    number = 0
    for start in range(0, len(rows), _BATCH):
        batch = list(zip(rows[start : start + _BATCH], read[start : start + _BATCH], strict=True))
        with transaction.atomic():
            bulk.insert_rows(RosterRow, _COLUMNS, _columns(roster, batch, number))
        number += len(batch)
        progress(number)


def _columns(
    roster: RosterImport, batch: Iterable[tuple[PlannedRow, dict[str, Any]]], before: int
) -> Iterator[tuple[object, ...]]:
    for number, (row, read) in enumerate(batch, start=before + 1):
        clean = row.clean
        place = (roster.pk, number, clean.sheet[:100], clean.line, clean.kind)
        yield (*place, *planned(row), sealed_of(row, read))


def planned(row: PlannedRow) -> tuple[object, ...]:
    """What the plan says of the row, in the order of ``PLANNED``."""
    problems, warnings = [list(each) for each in row.problems], [list(each) for each in row.warnings]
    return (row.state.value, row.label, row.target_id, problems, warnings, row.changes, [*row.offers])


def sealed_of(row: PlannedRow, read: dict[str, Any]) -> str:
    """What was read and its values as planned, sealed."""
    content = _written({"read": read, "shown": row.values})
    return sealing.seal("roster.row", content)
