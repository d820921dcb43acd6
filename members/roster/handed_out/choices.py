"""The lists cells are chosen from in workbooks handed out: our dictionaries, and the organisations as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from branches.models import Organization, User
from branches.models.organizations import OrganizationQuerySet
from branches.scoping import Right
from members.dictionaries import LeaguePost
from members.models.roster import RowKind
from members.roster.handed_out.guidance import guide_of
from members.roster.reading import words
from members.roster.reading.columns import Column
from tuanjian.spreadsheets.writing import Column as SheetColumn

# A list nobody can look through any more only makes the file slow; names can be typed as well.
MOST_LISTED: Final = 5_000
BRANCHES: Final = "团支部名称"
ORGANIZATIONS: Final = "团组织名称"
SUPERIORS: Final = "上级名称"
_DICTIONARIES: Final = {
    "gender": "性别",
    "ethnicity": "民族",
    "education": "学历",
    "political_status": "政治面貌",
    "league_post": "团内职务",
    "post_nature": "团干部性质",
    "income_band": "收入档次",
    "org_type": "组织类别",
    "unit_category": "行业类别",
}
# Columns in which other words than those listed make sense: several posts, short names, what is in the file itself.
OTHER_WORDS: Final = frozenset({"league_post", "branch", "parent"})


def dictionaries() -> dict[str, Sequence[str]]:
    """The entries of the dictionaries, by the name of their list. One query."""
    return {
        "性别": list(words.GENDERS.labels.values()),
        "民族": list(words.ETHNICITIES.labels.values()),
        "学历": list(words.EDUCATIONS.labels.values()),
        "政治面貌": list(words.POLITICAL_STATUSES.labels.values()),
        "团内职务": [label for code, label in LeaguePost.choices if code != LeaguePost.OTHER],
        "团干部性质": list(words.NATURES.labels.values()),
        "收入档次": list(words.INCOMES.labels.values()),
        "组织类别": list(words.ORG_TYPES.labels.values()),
        "行业类别": list(words.unit_categories().labels.values()),
    }


def names_below(organization: Organization, *, by: User, right: Right = Right.PEOPLE) -> dict[str, Sequence[str]]:
    """Full names of the organisations there that ``by`` manages, in screen order: branches, all, possible superiors."""
    managed = Organization.objects.active().manageable_by(by, right=right).under(organization).in_screen_order()
    return {
        BRANCHES: _names(managed.branches()),
        ORGANIZATIONS: _names(managed),
        SUPERIORS: _names(managed.exclude(org_type="branch")),
    }


def _names(organizations: OrganizationQuerySet) -> list[str]:
    names = list(organizations.values_list("full_name", flat=True)[: MOST_LISTED + 1])
    return names if len(names) <= MOST_LISTED else []


def list_of(field: str, kind: RowKind | str) -> str:
    """The name of the list the column of this field is chosen from, "" if it is written freely."""
    if field == "branch":
        return ORGANIZATIONS if kind == RowKind.CADRES else BRANCHES
    return SUPERIORS if field == "parent" else _DICTIONARIES.get(field, "")


def sheet_column(
    column: Column, kind: RowKind, lists: Mapping[str, Sequence[str]], *, mark: str = "*", locked: bool = False
) -> SheetColumn:
    """The column as it is written: required ones marked, with list and note; numbers and dates stay text."""
    chosen = column.choices or list_of(column.field, kind)
    guide = guide_of(column.field, kind)
    note = guide.how + (f"例：{guide.example}" if guide.example else "")
    return SheetColumn(
        f"{mark if kind in column.required else ''}{column.heading_in(kind)}",
        width=column.width,
        number_format=column.number_format,
        locked=locked,
        choices=chosen if lists.get(chosen) else "",
        other_words=column.field in OTHER_WORDS,
        note=note or column.note,
    )


def used(columns: Iterable[SheetColumn], lists: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The lists these columns choose from."""
    wanted = {column.choices for column in columns}
    return {name: entries for name, entries in lists.items() if name in wanted}
