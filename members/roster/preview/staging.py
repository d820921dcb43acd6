"""Rows on their way: kept sealed between checking and writing, so that both work on the very same values."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from django.db import transaction

from members.dictionaries import LeaguePost
from members.models.roster import RosterImport, RosterRow, opened
from members.roster.plans.people import NUMBER_FIELD
from members.roster.plans.plan import PlannedRow
from members.roster.reading.findings import Finding
from members.roster.reading.rows import CleanRow
from tuanjian import bulk, sealing

_FETCHED: Final = 1_000
_READ: Final = ("pk", "number", "sheet", "line", "kind", "sealed")
_KEPT: Final = tuple(field.name for field in fields(CleanRow) if field.name not in ("sheet", "line", "kind"))
# What the plan says of a row; ``sealed`` holds the rest.
_TIES: Final = ("number_mark", "place_id", "leads")
PLANNED: Final = ("state", "label", "target_id", "problems", "warnings", "changes", "offers", *_TIES)
# Ends each organisation in the column ``leads``.
LED_END: Final = "|"
_COLUMNS: Final = ("roster", "number", "sheet", "line", "kind", *PLANNED, "sealed")


_written = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
# Twice as long where the text is Chinese.
_written_in_ascii = json.JSONEncoder(ensure_ascii=True, check_circular=False, separators=(",", ":")).encode


def read_of(row: CleanRow) -> dict[str, Any]:
    """The row as it was read, to be kept. Planning adds to a row, so this is taken before that."""
    content = {name: getattr(row, name) for name in _KEPT}
    return content | {"shown": dict(row.shown), "problems": list(row.problems), "warnings": list(row.warnings)}


def as_read(row: CleanRow, read: dict[str, Any]) -> CleanRow:
    """The row without what planning added to it, by what ``read_of`` said before."""
    return replace(row, shown=dict(read["shown"]), problems=list(read["problems"]), warnings=list(read["warnings"]))


def unpack(row: RosterRow) -> CleanRow:
    """The row as it was read; raises ``sealing.SealBroken``."""
    return unpacked(row)[0]


def unpacked(row: RosterRow) -> tuple[CleanRow, dict[str, str]]:
    """The row as it was read, and its values as planned; raises ``sealing.SealBroken``."""
    content = row.content
    return _read_back(row.sheet, row.line, row.kind, content), content["shown"]


def _read_back(sheet: str, line: int, kind: str, content: dict[str, Any]) -> CleanRow:
    read = content["read"]
    if "shown" not in read:
        read["shown"] = dict(content["shown"])
    for name in ("problems", "warnings"):
        read[name] = [Finding(*finding) for finding in read[name]]
    return CleanRow(sheet, line, kind, **read)


def staged(roster: RosterImport, *, after: int = 0, most: int | None = None) -> Iterator[tuple[int, CleanRow]]:
    """The keys and rows of an import, in the order of the file, behind number ``after``. One query."""
    rows = roster.rows.filter(number__gt=after).order_by("number").values_list(*_READ)
    if most is not None:
        rows = rows[:most]
    for key, _, *row in rows.iterator(chunk_size=_FETCHED):
        yield key, _read_again(*row)


def read_again(roster: RosterImport, numbers: Collection[int]) -> Iterator[tuple[int, int, CleanRow]]:
    """The rows of these numbers with their keys and numbers, in the order of the file. One query."""
    rows = roster.rows.filter(number__in=numbers).order_by("number").values_list(*_READ)
    for key, number, *row in rows.iterator(chunk_size=_FETCHED):
        yield key, number, _read_again(*row)


def _read_again(sheet: str, line: int, kind: str, sealed: str) -> CleanRow:
    return _read_back(sheet, line, kind, opened(sealed))


def forget(roster: RosterImport) -> None:
    """Delete the rows of an earlier check."""
    with transaction.atomic():
        roster.rows.all().delete()


def store(roster: RosterImport, rows: Sequence[PlannedRow], read: list[dict[str, Any]], *, first: int) -> None:
    """Keep planned rows, ``first`` being the number of the first of them. Nothing is left in ``read``: sealed, it takes
    its room again."""
    with transaction.atomic():
        bulk.insert_rows(RosterRow, _COLUMNS, _columns(roster, zip(rows, _used_up(read), strict=True), first))


def _used_up(read: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    read.reverse()
    while read:
        yield read.pop()


def warn_late(roster: RosterImport, late: Mapping[int, Finding]) -> list[RosterRow]:
    """Add warnings to kept rows, by their numbers; returns those rows as they were before."""
    rows = list(roster.rows.filter(number__in=late).order_by("number").defer("sealed", "changes"))
    with transaction.atomic():
        bulk.update_rows(
            RosterRow, "id", ["warnings"], [(row.pk, [*row.warnings, list(late[row.number])]) for row in rows]
        )
    return rows


def _columns(
    roster: RosterImport, rows: Iterable[tuple[PlannedRow, dict[str, Any]]], first: int
) -> Iterator[tuple[object, ...]]:
    for number, (row, read) in enumerate(rows, start=first):
        clean = row.clean
        place = (roster.pk, number, clean.sheet[:100], clean.line, clean.kind)
        yield (*place, *planned(row), sealed_of(row, read))


def planned(row: PlannedRow) -> tuple[object, ...]:
    """What the plan says of the row, in the order of ``PLANNED``."""
    problems, warnings = [list(each) for each in row.problems], [list(each) for each in row.warnings]
    said = (row.state.value, row.label, row.target_id, problems, warnings, row.changes, [*row.offers])
    return (*said, *ties_of(row))


def ties_of(row: PlannedRow) -> tuple[str, int | None, str]:
    """By what the row is tied to others: number, organisation, and the organisations its person is to lead."""
    told = row.clean.facts.get("id_number")
    number = sealing.blind_index(NUMBER_FIELD, told["number"]) if isinstance(told, dict) else ""
    return number, row.place.pk if row.place is not None else None, _leads(row)


def _leads(row: PlannedRow) -> str:
    if row.person is None or not row.person.terms:
        return ""
    led = [term.organization for term in row.person.terms if term.post == LeaguePost.SECRETARY]
    return "".join(sorted({f"{each.pk or each.full_name}{LED_END}" for each in led}))


def sealed_of(row: PlannedRow, read: dict[str, Any]) -> str:
    """What was read and its values as planned, sealed."""
    content = {"read": read, "shown": row.values}
    if read["shown"] == row.values:
        # Nearly always, and a fifth of the whole.
        content["read"] = {name: said for name, said in read.items() if name != "shown"}
    try:
        return sealing.seal("roster.row", _written(content))
    except UnicodeEncodeError:
        # Lone surrogates stay what they are in ASCII only.
        return sealing.seal("roster.row", _written_in_ascii(content))
