"""全树统计表: any organisations of a subtree with any figures, filtered and sorted as asked, on any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.core.exceptions import ValidationError

from branches.models import Organization, OrgType
from branches.models.organizations import OrganizationQuerySet
from reports.columns import ABOVE_WHOLE, BY_KEY, CADRES, USUAL, WHOLE, Column, Counted
from reports.completion import schemes
from reports.facts import reading
from reports.models import Standing
from reports.statistics.dashboard import cell_of, is_past
from reports.statistics.leads import Leads, to_dashboard
from reports.statistics.tables import RULE, Cell

# More organisations than one table can hold; the lower organisations then have tables of their own.
MOST_ROWS: Final = 10_000
LOWER, BRANCHES, TREE = "", "branches", "tree"
ROWS: Final = {
    LOWER: "直属下级组织",
    BRANCHES: "各级全部团支部",
    **{each.value: f"各级全部{each.label}" for each in OrgType if each != OrgType.BRANCH},
    TREE: "本级及全部下级组织",
}


@dataclass(frozen=True)
class TreeAsked:
    """Which organisations, which figures, in which order: by a column, "-" before it for downwards, else as arranged.

    Lines whose figure in ``by`` is not known, or out of the bounds, are left out; so are those in another ``state``.
    With ``picked`` it is the organisations with these ids, whatever ``rows`` says.
    """

    rows: str = LOWER
    columns: tuple[Column, ...] = tuple(BY_KEY[key] for key in USUAL)
    sort: str = ""
    by: Column | None = None
    at_least: float | None = None
    at_most: float | None = None
    state: str = ""
    picked: tuple[int, ...] | None = None

    @property
    def is_narrowed(self) -> bool:
        return self.by is not None or bool(self.state) or self.picked is not None

    @property
    def sums_everything(self) -> bool:
        """Whether the sum is the whole subtree, not what the lines add up to."""
        return self.rows in (LOWER, TREE) and not self.is_narrowed


@dataclass(frozen=True)
class TreeRow:
    """An organisation with its figures; ``above`` is what it stands below.

    Of a thousand lines a page shows twenty: what stands in a line is made when it is looked at.
    """

    organization: Organization
    above: str
    counted: Counted = field(compare=False)
    columns: tuple[Column, ...]

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The figures as they are read, each with the list it leads to."""
        leads = Leads(self.organization, self.counted.on)
        return tuple(cell_of(column, self.counted, None, leads.of_column(column.key)) for column in self.columns)

    @cached_property
    def on_paper(self) -> tuple[Cell, ...]:
        """The figures as they leave the system, without links."""
        return tuple(cell_of(column, self.counted, None) for column in self.columns)

    @property
    def url(self) -> str:
        """The page 团内大数据 of the organisation."""
        return to_dashboard(self.organization.pk, self.counted.on)

    @property
    def by_key(self) -> dict[str, Cell]:
        """The figures by the place of the column: "column_0"."""
        return {f"column_{place}": cell for place, cell in enumerate(self.cells)}

    @property
    def order(self) -> Order:
        """What the columns sort by."""
        return Order(self)


@dataclass(frozen=True)
class Order:
    """By the place of the column: what is not known stands below everything that is."""

    row: TreeRow

    def __getitem__(self, name: str) -> tuple[bool, float]:
        value = self.row.columns[int(name.removeprefix("column_"))].value(self.row.counted)
        return value is not None, value or 0


@dataclass(frozen=True)
class TreeTable:
    """``total`` sums what is listed; ``counted_at`` (数据截至) and ``day`` are those of the figures.

    ``own_level`` are the figures of the organisation itself, which with the lower ones make the total; empty where
    the lines are others.
    """

    organization: Organization
    on: dt.date
    asked: TreeAsked
    rows: list[TreeRow]
    total: tuple[Cell, ...]
    sum_name: str
    counted_at: dt.datetime | None
    day: dt.date | None
    own_level: tuple[Cell, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.counted_at is not None

    @property
    def own_name(self) -> str:
        return f"{self.organization.short_name}本级"

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said beneath it everywhere: the rule of its figures, and why lines do not add up or go beyond."""
        said = [RULE]
        if any(column.group == CADRES for column in self.asked.columns):
            once = "，合计只计一次" if self.asked.sums_everything else ""
            said.append(f"一名团干部在几个组织任职的，各组织都计{once}。")
        if self._is_above_whole:
            said.append(ABOVE_WHOLE)
        return tuple(said)

    @property
    def _is_above_whole(self) -> bool:
        coverage = BY_KEY["coverage"]
        if coverage not in self.asked.columns:
            return False
        listed = [coverage.value(row.counted) for row in self.rows]
        sums = [cell.value for cell in (*self.own_level, *self.total) if cell.heading == coverage.heading]
        return any((value or 0) > WHOLE for value in (*listed, *sums))


def table_of(organization: Organization, on: dt.date, asked: TreeAsked) -> TreeTable:
    """The table, in a constant number of queries. Asks nothing about rights.

    All rates are measured by the scheme of the organisation the table is about. Refuses more than ``MOST_ROWS``.
    """
    found = _found_on(organization, on, asked) if is_past(on) else _found_now(organization, asked)
    if len(found) > MOST_ROWS:
        raise ValidationError(f"超过 {MOST_ROWS:,} 个组织，一张表列不下。请改列直属下级，或先选择一个下级组织。")
    read = reading.figures_of([organization, *(each for each, _, _ in found)], on)
    scheme = schemes.scheme_of(organization, on)

    def counted_in(known: reading.Known) -> Counted:
        # Branches have nothing below them, and are most of what is listed.
        figures = known.total if known.below else known.own
        return Counted(figures, on, scheme, known.own.get("staff_here"))

    several = [(each, above, place, counted_in(read.of[each.pk])) for each, above, place in found if each.pk in read.of]
    kept = [one for one in several if _is_asked_for(one[3], asked)]
    whole = counted_in(read.of[organization.pk]) if organization.pk in read.of else None
    name, sums = _sums(whole, kept, asked)
    rows = [TreeRow(each, above, counted, asked.columns) for each, above, _, counted in kept]
    with_own = bool(rows) and whole is not None and asked.rows == LOWER and asked.sums_everything
    own = Counted(read.of[organization.pk].here, on, scheme) if with_own else None
    return TreeTable(
        organization=organization,
        on=on,
        asked=asked,
        rows=in_order(rows, asked),
        total=tuple(cell_of(column, sums, None) for column in asked.columns) if sums else (),
        sum_name=name,
        counted_at=read.counted_at if whole else None,
        day=read.day,
        own_level=tuple(cell_of(column, own, None) for column in asked.columns) if own else (),
    )


def choosable(organization: Organization) -> OrganizationQuerySet:
    """What can be picked for a table about the organisation: itself and whatever stands below it, closed ones too."""
    return Organization.objects.under(organization).in_screen_order()


def in_order(rows: Iterable[TreeRow], asked: TreeAsked) -> list[TreeRow]:
    """The rows by the column that is asked for; equal ones, and all without one, as the committee has arranged them."""
    keys = [column.key for column in asked.columns]
    name = asked.sort.removeprefix("-")
    if name not in keys:
        return list(rows)
    place = f"column_{keys.index(name)}"
    return sorted(rows, key=lambda row: row.order[place], reverse=asked.sort.startswith("-"))


# An organisation, the name of what it stands below, and where it stands: a prefix of what stands below it.
Found = list[tuple[Organization, str, str]]


def _found_now(organization: Organization, asked: TreeAsked) -> Found:
    below, rows = Organization.objects.active(), asked.rows
    if asked.picked is not None:
        below = below.under(organization).filter(pk__in=asked.picked)
    elif rows == LOWER:
        below = below.children_of(organization)
    else:
        below = below.under(organization, include_self=rows == TREE)
        below = below if rows == TREE else below.filter(org_type=_type_of(rows))
    listed = list(below.in_screen_order()[: MOST_ROWS + 1])
    paths = {each.parent_path for each in listed}
    above = Organization.objects.under(organization).filter(path__in=paths).order_by()
    names: dict[str, str] = dict(above.values_list("path", "short_name"))
    return [(each, names.get(each.parent_path, ""), each.path) for each in listed]


def _found_on(organization: Organization, on: dt.date, asked: TreeAsked) -> Found:
    rows, picked = asked.rows, asked.picked
    standing: Any = Standing.objects.on(on).defer("own", "below").order_by("screen_order")
    top = standing.filter(organization=organization).first()
    if top is None:
        return []
    below = standing.filter(parent=organization) if rows == LOWER and picked is None else standing.below(top)
    if picked is not None:
        wanted = below.filter(organization__in=picked)
    else:
        wanted = below if rows in (LOWER, TREE) else below.filter(org_type=_type_of(rows))
    with_top = rows == TREE if picked is None else organization.pk in picked
    listed = [*([top] if with_top else []), *wanted[: MOST_ROWS + 1]]
    above = standing.filter(organization__in={each.parent_id for each in listed if each is not top})
    names = dict(above.values_list("organization_id", "short_name"))
    return [
        (each.as_organization(), "" if each is top else names.get(each.parent_id, ""), each.lineage) for each in listed
    ]


def _type_of(rows: str) -> str:
    return OrgType.BRANCH.value if rows == BRANCHES else rows


def _is_asked_for(counted: Counted, asked: TreeAsked) -> bool:
    if asked.state and counted.state.chip != asked.state:
        return False
    if asked.by is None:
        return True
    value = asked.by.value(counted)
    if value is None:
        return False
    return (asked.at_least is None or value >= asked.at_least) and (asked.at_most is None or value <= asked.at_most)


def _sums(
    whole: Counted | None, kept: Sequence[tuple[Organization, str, str, Counted]], asked: TreeAsked
) -> tuple[str, Counted | None]:
    if asked.sums_everything:
        word = f"{len(kept):,} 个直属下级及本级" if asked.rows == LOWER else "本级及全部下级"
        return f"合计（{word}）", whole
    # What stands below something that is listed too is in its figures already.
    outer: list[Counted] = []
    last = ""
    for _, _, place, counted in sorted(kept, key=lambda one: one[2]):
        if not last or not place.startswith(last):
            last = place
            outer.append(counted)
    name = f"合计（所列 {len(kept):,} 个组织）"
    return name, outer[0].together_with(outer[1:]) if outer else None
