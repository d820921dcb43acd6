"""What a cell may be mended to: the entries of its dictionary, or the organisations whose names are near."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from branches.models import Organization, OrgType, User
from members.models.roster import RosterImport, RosterRow, RowKind, RowState
from members.roster import choices, purposes
from members.roster.directory import Directory, canonical
from members.roster.staging import unpack

_NEAR: Final = 0.3
_ALIKE: Final = 0.5
_FEW: Final = 60
_MOST: Final = 12
_MOST_NEAR: Final = 3
# More than these are no slips of the pen: somebody imports to the wrong place.
_MOST_NAMES: Final = 100
_UNKNOWN: Final = "R_BRANCH_UNKNOWN"
# Numbers are typed anew: what stands there is never shown before somebody says what for.
HIDDEN: Final = frozenset({"id_number", "phone"})


@dataclass(frozen=True)
class Suggested:
    """A cell to be mended: how its column is called, what stands in it ("" if that is not shown) and what it may be.

    ``only`` says that nothing but one of the entries makes sense.
    """

    heading: str
    text: str
    entries: Sequence[str] = field(default_factory=list)
    only: bool = False


def suggest(row: RosterRow, field: str, *, by: User) -> Suggested:
    """What the cell of this field may become; the organisations are those ``by`` manages. A query or two."""
    purpose, kind = purposes.of(row.roster), RowKind(row.kind)
    column = purpose.column(field, kind)
    heading = column.heading_in(kind) if column is not None else field
    kept = unpack(row).cells.get(field, [""])[0]
    hidden = field in HIDDEN and kind != RowKind.ORGANIZATIONS
    text = "" if hidden else kept.strip()
    chosen = choices.list_of(field, kind)
    if not chosen:
        return Suggested(heading, text)
    if chosen in (choices.BRANCHES, choices.ORGANIZATIONS, choices.SUPERIORS):
        names = choices.names_below(row.roster.organization, by=by, right=purpose.right)[chosen]
        return Suggested(heading, text, near(text, names))
    return Suggested(heading, text, choices.dictionaries()[chosen], only=field not in choices.OTHER_WORDS)


@dataclass(frozen=True)
class Unknown:
    """A name of the file that nobody knows, how many rows have it, and organisations it may mean."""

    name: str
    rows: int
    near: list[Organization]


@dataclass(frozen=True)
class Settled:
    """A name of the file somebody has said the meaning of."""

    name: str
    meaning: str


def unknown_names(roster: RosterImport) -> list[Unknown]:
    """The names of branches nobody knows, those of most rows first. Queries do not grow with their number."""
    counted: Counter[str] = Counter()
    for row in roster.rows.filter(state=RowState.INVALID).exclude(kind=RowKind.ORGANIZATIONS):
        if any(code == _UNKNOWN and field == "branch" for code, _, field, *_ in row.problems):
            read = row.content["read"]
            counted[str(read["facts"].get("branch") or read.get("claimed", ""))] += 1
    known = [each for each in Directory(roster.organization).by_pk.values() if each.is_branch]
    by_name = {canonical(each.short_name): each for each in known} | {canonical(each.full_name): each for each in known}
    return [Unknown(name, rows, _nearest(name, by_name)) for name, rows in counted.most_common(_MOST_NAMES) if name]


def settled_names(roster: RosterImport) -> list[Settled]:
    """The names somebody has settled, with what they mean. One query."""
    keys = [*roster.named_branches.values(), *(each["parent_id"] for each in roster.new_branches)]
    places = Organization.objects.in_bulk(keys)
    meant = [Settled(name, f"就是{places[key]}") for name, key in roster.named_branches.items() if key in places]
    new = [
        Settled(each["name"], f"新建{OrgType(each['org_type']).label}，上级是{places[each['parent_id']]}")
        for each in roster.new_branches
        if each["parent_id"] in places
    ]
    return [*meant, *new]


def _nearest(name: str, by_name: dict[str, Organization]) -> list[Organization]:
    found = difflib.get_close_matches(canonical(name)[:60], by_name, n=_MOST_NEAR * 2, cutoff=_ALIKE)
    return list(dict.fromkeys(by_name[each] for each in found))[:_MOST_NEAR]


def near(text: str, names: Sequence[str]) -> list[str]:
    """The names most like this text; all of them where there are few."""
    by_canonical = {canonical(name): name for name in names}
    found = difflib.get_close_matches(canonical(text)[:60], by_canonical, n=_MOST, cutoff=_NEAR) if text else []
    nearest = [by_canonical[each] for each in found]
    return nearest + [name for name in names if name not in nearest] if len(names) <= _FEW else nearest
