"""What a row of a list of activities says: its cells read and held against each other. Knows nobody in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from activities.ledger.cells import Reader
from activities.ledger.columns import FAMILY, KIND, NAMES, label_of
from members.roster.reading.layouts import SheetLayout
from members.roster.reading.rows import CleanRow, read_row

_CODES = {"held_on": "R_DATE_EMPTY", "kind": "R_KIND_EMPTY", "topic": "R_TOPIC_EMPTY"}
# Seen in the preview only, like the others the roster has beside its contract.
BY_NAMES = "W_BY_NAMES"


def clean(layouts: Iterable[SheetLayout], on: dt.date) -> Iterator[CleanRow]:
    """Read the rows of all sheets as of that day, in their order. One query, however many rows.

    ``facts["names"]`` are all people named in a row, as [name, birth, state, reason]; where people were only counted
    ``facts["attended"]`` is their number.
    """
    reader = Reader(on)
    for layout in layouts:
        if layout.kind == KIND:
            for row in layout.rows:
                clean_row = read_row(layout, row, reader)
                _refuse_missing(clean_row)
                _settle_attendance(clean_row)
                yield clean_row


def _refuse_missing(row: CleanRow) -> None:
    refused = {finding.field for finding in row.problems}
    for name in FAMILY.needs:
        if name not in row.facts and name not in refused:
            row.refuse(_CODES[name], f"{label_of(name)}为空，请填写。", name)


def _settle_attendance(row: CleanRow) -> None:
    """Names are the number; a number stands alone. What contradicts itself is refused."""
    said = [row.facts.pop(name) for name in NAMES if name in row.facts]
    names = [each for cell in said for each in cell.get("names", [])]
    counts = [cell["count"] for cell in said if "count" in cell] + [row.facts.pop("attended", 0)]
    counted = max(counts)
    if all(counts) and len(set(counts)) > 1:
        row.refuse("R_COUNT_BAD", f"参加人员写的是 {counts[0]} 人，参加人数写的是 {counts[1]} 人，请核对。", "attended")
    present = sum(1 for each in names if each[2] == "present")
    if names and counted and not present:
        message = "写了请假或缺席的人，就请在“参加人员”里逐个写出到会的人；不逐个登记的，只填参加人数。"
        row.refuse("R_COUNT_BAD", message, "people" if "people" in row.letters else "attended")
    elif names and counted and counted != present:
        message = f"参加人数写的是 {counted}，参加人员有 {present} 个姓名，按姓名登记，请核对。"
        row.warn(BY_NAMES, message, "attended")
    if names:
        row.facts["names"] = names
        row.shown.pop("attended", None)
    elif counted:
        row.facts["attended"] = counted
        row.shown["attended"] = str(counted)
        row.shown.pop("people", None)
