"""What a cell may be mended to: the entries of its dictionary, or the organisations whose names are near."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from branches.models import Organization, OrgType, User
from members.models.roster import RosterImport, RosterRow, RowKind, RowState
from members.roster import purposes
from members.roster.handed_out import choices
from members.roster.plans.directory import Directory, canonical
from members.roster.preview.staging import unpack
from members.roster.reading.places import organization_said
from tuanjian.spreadsheets.cleaning import tidy_line

_NEAR: Final = 0.3
_ALIKE: Final = 0.5
_FEW: Final = 60
_MOST: Final = 12
_MOST_NEAR: Final = 3
# More than these are no slips of the pen: somebody imports to the wrong place.
_MOST_NAMES: Final = 100
_UNKNOWN: Final = "R_BRANCH_UNKNOWN"
# Names of sheets that say nothing but that the sheet is a list, or which: Sheet1, 附件1, 2026年团员花名册, 在册团员.
_SAYS_NO_BRANCH: Final = re.compile(
    r"(?:sheet|book|list|data|工作表|表格?|附[件表]|共青|非?团员|青年|团?干部?|人员|成员|学生|名[单册]|花名册|登记|统计|采集"
    r"|汇总|一览|信息|情况|基本|明细|清单|台账|数据|导入|模板|副本|最[新终]版?|总|全[部体]?|在[册校职]|正式|预备|新发展|新"
    r"|[男女]生?|[本专]科生?|研究生|年度?|学年|月份?|第|页|[0-9〇一二三四五六七八九十]|[\W_])+",
    re.IGNORECASE,
)
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
    """A name of the file that nobody knows, how many rows have it, and organisations it may mean.

    ``implied`` says that no cell has it: it is the name of their sheet, or stands in the title above them.
    """

    name: str
    rows: int
    near: list[Organization]
    implied: bool = False


@dataclass(frozen=True)
class Nameless:
    """Rows of a sheet that say no branch, under a name that says none either.

    ``name`` is what the sheet can be called by to give all of them to one branch, "" where that cannot be done: mostly
    a column for the branch is there, whose empty cells mean nothing.
    """

    sheet: str
    rows: int
    name: str


@dataclass(frozen=True)
class Unplaced:
    """Why rows have no branch: every such row is counted under one of the names or one of the sheets."""

    names: list[Unknown]
    sheets: list[Nameless]

    @property
    def is_implied(self) -> bool:
        """Whether some of the names stand in no cell."""
        return any(each.implied for each in self.names)

    def may_be_new(self, name: str) -> bool:
        """Whether an organisation can be called so: not what a sheet is called that says nothing."""
        return all(each.name != name for each in self.sheets)


class _Blank(NamedTuple):
    """What rows without a name of a branch have instead: their sheet and, as far as it may stand for a branch nobody
    knows, its name and the name in the titles."""

    sheet: str
    called: str
    titled: str


@dataclass(frozen=True)
class Settled:
    """A name of the file somebody has said the meaning of."""

    name: str
    meaning: str


def unplaced(roster: RosterImport) -> Unplaced:
    """Names of branches nobody knows, and sheets whose rows name none, those of most rows first.

    A name said to mean a branch, or wanted as a new one, places all rows that have it, those of a sheet of that name
    without a column for the branch included. Queries do not grow with the number of names.
    """
    directory = Directory(roster.organization)
    named: Counter[str] = Counter()
    blank: Counter[_Blank] = Counter()
    for row in roster.rows.filter(state=RowState.INVALID).exclude(kind=RowKind.ORGANIZATIONS):
        if any(code == _UNKNOWN and field == "branch" for code, _, field, *_ in row.problems):
            read = row.content["read"]
            # Where there is a column for the branch, planning asks nothing else.
            claimed = "" if "branch" in read["letters"] else read.get("claimed", "")
            if name := read["facts"].get("branch") or claimed:
                named[str(name)] += 1
            else:
                blank[_blank(row.sheet, read, directory)] += 1
    implied: Counter[str] = Counter()
    sheets = []
    # A title that stands above several sheets names the unit of all of them.
    titles = Counter(each.titled for each in blank)
    for each, rows in blank.most_common():
        if each.called and not _SAYS_NO_BRANCH.fullmatch(each.called):
            implied[each.called] += rows
        elif each.titled and titles[each.titled] == 1:
            implied[each.titled] += rows
        else:
            sheets.append(Nameless(each.sheet, rows, each.called))
    known = [each for each in directory.by_pk.values() if each.is_branch]
    by_name = {canonical(each.short_name): each for each in known} | {canonical(each.full_name): each for each in known}
    most = (named + implied).most_common(_MOST_NAMES)
    names = [Unknown(name, rows, _nearest(name, by_name), implied=name not in named) for name, rows in most]
    return Unplaced(names, sheets[:_MOST_NAMES])


def _blank(sheet: str, read: Mapping[str, Any], directory: Directory) -> _Blank:
    """Only what planning holds against the known names can stand for a branch: ``places``, of sheets without a column
    for it. What means an organisation already, or several, is not unknown."""
    places = [] if "branch" in read["letters"] else read["places"]

    def may_stand(name: str) -> bool:
        found = directory.find(name)
        return name in places and found.organization is None and not found.several

    called = tidy_line(sheet)
    said = (organization_said(place) for place in places if place != called)
    return _Blank(sheet, called if may_stand(called) else "", next(filter(may_stand, said), ""))


def settled_names(roster: RosterImport) -> list[Settled]:
    """The names somebody has settled, with what they mean. One query."""
    keys = [*roster.named_branches.values(), *(each["parent_id"] for each in roster.new_branches)]
    places = Organization.objects.in_bulk(keys)
    meant = [Settled(name, f"就是{places[key]}") for name, key in roster.named_branches.items() if key in places]
    new = [
        Settled(each["name"], f"新建{_wanted(each)}，上级是{places[each['parent_id']]}")
        for each in roster.new_branches
        if each["parent_id"] in places
    ]
    return [*meant, *new]


def _wanted(new: Mapping[str, Any]) -> str:
    named = f"“{new['short_name']}”，全称“{new['full_name']}”" if new.get("full_name") else ""
    return f"{OrgType(new['org_type']).label}{named}"


def _nearest(name: str, by_name: dict[str, Organization]) -> list[Organization]:
    found = difflib.get_close_matches(canonical(name)[:60], by_name, n=_MOST_NEAR * 2, cutoff=_ALIKE)
    return list(dict.fromkeys(by_name[each] for each in found))[:_MOST_NEAR]


def near(text: str, names: Sequence[str]) -> list[str]:
    """The names most like this text; all of them where there are few."""
    by_canonical = {canonical(name): name for name in names}
    found = difflib.get_close_matches(canonical(text)[:60], by_canonical, n=_MOST, cutoff=_NEAR) if text else []
    nearest = [by_canonical[each] for each in found]
    return nearest + [name for name in names if name not in nearest] if len(names) <= _FEW else nearest
