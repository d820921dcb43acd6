"""下载模板: empty workbooks to be filled in, made from the columns the reader knows and from what is there now.

An app above adds its own with ``register``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from branches.models import Organization, User
from members.models.roster import RowKind
from members.roster.handed_out import choices
from members.roster.handed_out.guidance import guidance
from members.roster.reading.columns import ALL, Column
from tuanjian.spreadsheets.writing import SheetPlan, WorkbookPlan, write_workbook

OPEN_LINES: Final = 500
Build = Callable[[Organization, User], WorkbookPlan]


@dataclass(frozen=True)
class Blank:
    """A template. ``build`` makes it for an organisation, with the choices the user has there."""

    key: str
    label: str
    about: str
    build: Build


_blanks: dict[str, Blank] = {}


def register(key: str, label: str, build: Build, *, about: str = "") -> None:
    """Offer a template; registering a key again replaces it."""
    _blanks[key] = Blank(key, label, about, build)


def offered() -> list[Blank]:
    """All templates, in the order in which they were registered."""
    return list(_blanks.values())


def find(key: str) -> Blank | None:
    """The template of this key."""
    return _blanks.get(key)


def write_blank(blank: Blank, target: Path | IO[bytes], *, organization: Organization, by: User) -> None:
    """Write a template for importing into this organisation."""
    write_workbook(blank.build(organization, by), target)


def plan_blank(
    sheets: Sequence[tuple[str, RowKind, Sequence[Column]]], lists: Mapping[str, Sequence[str]]
) -> WorkbookPlan:
    """A workbook with an empty sheet for each title, kind and columns, and 填写说明 behind them.

    Cells are text, necessary columns bear a star, and whatever ``lists`` has entries for is chosen.
    """
    plans = [_sheet(title, kind, columns, lists) for title, kind, columns in sheets]
    wanted = choices.used((column for plan in plans for column in plan.columns), lists)
    first = [
        f"带 * 的列必填。列的先后可以调整，不需要的列可以删去。每个工作表留了 {OPEN_LINES} 个空行，不够可以接着填。",
        "填好后在“导入”里上传，系统先检查，确认后才写入。",
    ]
    return WorkbookPlan([*plans, guidance(sheets, first=first)], wanted)


def _sheet(title: str, kind: RowKind, columns: Iterable[Column], lists: Mapping[str, Sequence[str]]) -> SheetPlan:
    # No title above the heading: what stands there is read as the name of a branch, and rosters are pasted from row 1.
    written = [choices.sheet_column(column, kind, lists) for column in columns]
    return SheetPlan(title=title, columns=written, rows=(), open_lines=OPEN_LINES)


_TITLES: Final = {
    RowKind.ORGANIZATIONS: "团组织",
    RowKind.MEMBERS: "团员",
    RowKind.CADRES: "团干部",
    RowKind.YOUTH: "青年",
}


def _of_roster(*kinds: RowKind) -> Build:
    def build(organization: Organization, by: User) -> WorkbookPlan:
        lists = choices.dictionaries() | choices.names_below(organization, by=by)
        return plan_blank([(_TITLES[kind], kind, ALL[kind]) for kind in kinds], lists)

    return build


register(
    "all",
    "三合一模板",
    _of_roster(RowKind.ORGANIZATIONS, RowKind.MEMBERS, RowKind.CADRES),
    about="团组织、团员、团干部各一个工作表，第一次建库时用。",
)
register("organizations", "团组织模板", _of_roster(RowKind.ORGANIZATIONS), about="成批建立下级团组织。")
register("members", "团员模板", _of_roster(RowKind.MEMBERS), about="一行一名团员，填明所在团支部；可以同时填团内职务。")
register("cadres", "团干部模板", _of_roster(RowKind.CADRES), about="一人一行；一人任几职的写在一格，用顿号隔开。")
register("youth", "青年模板", _of_roster(RowKind.YOUTH), about="不是团员的青年，可以没有身份证号。")
