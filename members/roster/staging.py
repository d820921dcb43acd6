"""Rows on their way: kept sealed between checking and writing, so that both work on the very same values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

from django.db import transaction

from members.models.roster import RosterImport, RosterRow
from members.roster.findings import Finding
from members.roster.plan import PlannedRow
from members.roster.rows import CleanRow
from tuanjian import bulk, sealing

_BATCH: Final = 2_000
_KEPT: Final = tuple(field.name for field in fields(CleanRow) if field.name not in ("sheet", "line", "kind"))
_COLUMNS: Final = (
    *("roster", "number", "sheet", "line", "kind", "state", "label"),
    *("target_id", "problems", "warnings", "changes", "sealed"),
)


def read_of(row: CleanRow) -> dict[str, Any]:
    """The row as it was read, to be kept. Planning adds to a row, so this is taken before that."""
    content = {name: getattr(row, name) for name in _KEPT}
    return content | {"shown": dict(row.shown), "problems": list(row.problems), "warnings": list(row.warnings)}


def unpack(row: RosterRow) -> CleanRow:
    """The row as it was read; raises ``sealing.SealBroken``."""
    content = row.content["read"]
    for name in ("problems", "warnings"):
        content[name] = [Finding(*finding) for finding in content[name]]
    return CleanRow(row.sheet, row.line, row.kind, **content)


def staged(roster: RosterImport) -> Iterator[tuple[int, CleanRow]]:
    """The keys and rows of an import, in the order of the file. One query."""
    for row in roster.rows.order_by("number").iterator(chunk_size=_BATCH):
        yield row.pk, unpack(row)


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
        content = json.dumps({"read": read, "shown": row.values}, ensure_ascii=True, separators=(",", ":"))
        yield (
            *(roster.pk, number, clean.sheet[:100], clean.line, clean.kind, row.state.value),
            *(row.label, row.target_id, [list(each) for each in row.problems], [list(each) for each in row.warnings]),
            *(row.changes, sealing.seal("roster.row", content)),
        )
