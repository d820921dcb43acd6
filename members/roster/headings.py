"""Finding the heading of a sheet: one line or two, wherever it stands, and what each column of it means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from members.roster.columns import Recognised, recognise
from tuanjian.spreadsheets import Merge, Row, Sheet

# Titles and notes above a heading are never longer than this many lines that are not blank.
_LOOKED_AT: Final = 60
# “入团” over “时间” says something together, a title over everything does not.
_LONGEST_GROUP: Final = 8
_NAMES_THE_NAME = re.compile(r"姓\s*名|名\s*字|全\s*称|名\s*称|组\s*织")
# Columns of which there must be one: guessing between two would import other people.
_DECISIVE: Final = ("name", "id_number", "full_name")


@dataclass(frozen=True)
class Heading:
    """A heading: its lines, the field of each mapped column, what stands in every column.

    ``disputed`` are fields that two columns mean equally, with those columns.
    """

    first_line: int
    last_line: int
    organizations: bool
    fields: dict[int, str]
    texts: dict[int, str]
    disputed: dict[str, list[int]] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, int]:
        """The column of each field."""
        return {name: column for column, name in self.fields.items()}

    @property
    def unmapped(self) -> dict[int, str]:
        """Headings that mean nothing to us."""
        return {column: text for column, text in self.texts.items() if column not in self.fields}

    @property
    def score(self) -> int:
        return len(self.fields)


def find_heading(sheet: Sheet) -> Heading | None:
    """The heading of the sheet, the earliest of those that tell most; None if there is none."""
    best: Heading | None = None
    rows = sheet.rows[:_LOOKED_AT]
    for at in range(len(rows)):
        for heading in headings_at(rows, at, sheet.merged):
            if best is None or heading.score > best.score:
                best = heading
    return best


def headings_at(rows: Sequence[Row], at: int, merged: Sequence[Merge]) -> list[Heading]:
    """The headings that may begin in this row: it alone, or together with the line below."""
    row = rows[at]
    if not row.cells:
        return []
    texts = _texts(row)
    found = [heading for heading in (_heading(texts, row.line, row.line),) if heading is not None]
    if at + 1 < len(rows) and rows[at + 1].line == row.line + 1:
        below = _texts(rows[at + 1])
        together = _heading(_joined(texts, below, row.line, merged), row.line, row.line + 1)
        single = max((heading.score for heading in (*found, _heading(below, 0, 0)) if heading), default=0)
        if together is not None and together.score > single and _is_heading_line(below):
            found.append(together)
    return found


def repeats_heading(row: Row, organizations: bool) -> Heading | None:
    """The heading this row is, where it stands among people (one on every page, one a section)."""
    texts = _texts(row)
    # Nearly all rows are people; only those that could be a heading are worth the expressions.
    if not any(_NAMES_THE_NAME.search(text) for text in texts.values()):
        return None
    heading = _heading(texts, row.line, row.line)
    if heading is None or heading.organizations != organizations:
        return None
    return heading if heading.score * 2 >= len(heading.texts) else None


def _texts(row: Row) -> dict[int, str]:
    return {column: cell.text for column, cell in row.cells.items()}


def _joined(top: Mapping[int, str], below: Mapping[int, str], line: int, merged: Sequence[Merge]) -> dict[int, str]:
    """What a heading of two lines says in each column; a group above its columns helps where they alone say nothing."""
    groups = {
        column: top[merge.first_column]
        for merge in merged
        if merge.first_line == line and merge.last_column > merge.first_column
        if len(top.get(merge.first_column, "")) in range(1, _LONGEST_GROUP + 1)
        for column in range(merge.first_column, min(merge.last_column, merge.first_column + 60) + 1)
    }
    joined = {column: text for column, text in top.items() if column not in groups}
    for column, text in below.items():
        group = groups.get(column, "")
        says = recognise(text) or recognise(text, organizations=True)
        together = group + text
        helped = (recognise(together) or recognise(together, organizations=True)) if group else None
        joined[column] = together if says is None and helped is not None else text
    return joined


def _is_heading_line(texts: Mapping[int, str]) -> bool:
    known = sum(1 for text in texts.values() if recognise(text) or recognise(text, organizations=True))
    return known * 2 >= len(texts) and not any(len(text) >= 15 and text[:15].isdigit() for text in texts.values())


def _heading(texts: Mapping[int, str], first_line: int, last_line: int) -> Heading | None:
    people = _assigned(texts, organizations=False)
    ours = _assigned(texts, organizations=True)
    if not ("name" in people[0] or "id_number" in people[0]) or len(people[0]) < 2:
        people = ({}, {})
    if "full_name" not in ours[0] or not {"parent", "org_type"} & ours[0].keys():
        ours = ({}, {})
    organizations = len(ours[0]) > len(people[0])
    columns, disputed = ours if organizations else people
    if not columns:
        return None
    fields = dict(sorted((column, name) for name, column in columns.items()))
    return Heading(first_line, last_line, organizations, fields, dict(sorted(texts.items())), disputed)


def _assigned(texts: Mapping[int, str], *, organizations: bool) -> tuple[dict[str, int], dict[str, list[int]]]:
    """The column of each field, and the fields two columns mean equally."""
    claims: dict[str, list[tuple[int, int]]] = {}
    for column, text in texts.items():
        found: Recognised | None = recognise(text, organizations=organizations)
        if found is not None:
            tier = 0 if found.field in _DECISIVE else found.tier
            claims.setdefault(found.field, []).append((tier, column))
    chosen, disputed = {}, {}
    for name, claiming in claims.items():
        claiming.sort()
        chosen[name] = claiming[0][1]
        equal = [column for tier, column in claiming if tier == claiming[0][0]]
        if len(equal) > 1:
            disputed[name] = equal
    return chosen, disputed
