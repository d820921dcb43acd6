"""团内大数据 of one organisation: the cards, the organisations directly below it, and what its people are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils import timezone

from branches.models import Organization
from reports.columns import ABOVE_WHOLE, BY_KEY, WHOLE, Column, Counted
from reports.completion import schemes
from reports.completion.sums import points_between
from reports.facts import reading
from reports.statistics import parts
from reports.statistics.leads import Leads, to_dashboard
from reports.statistics.tables import RULE, Cell, Chart, Days, Line, Table

OF_LOWER: Final = ("members", "youth", "share_of_youth", "cadres", "rate", "activities", "coverage")
CARDS: Final = ("organizations", "members", "youth", "share_of_youth", "cadres", "rate", "activities", "coverage")
OF_STAFF: Final = ("staff", "youth_of_staff", "members_of_staff")
# More lower organisations than a chart can show; their table stands alone then.
MOST_DRAWN: Final = 40

Maker = Callable[[Days, Leads], Table]


class Part(NamedTuple):
    """A tab of the page."""

    key: str
    label: str
    tables: tuple[Maker, ...]
    # What only organisations with others below them have.
    of_lower: bool = False


PARTS: Final = (
    Part("", "综合", (parts.by_age, parts.by_education, parts.activities_by_kind, parts.moves)),
    Part("organizations", "组织", (parts.by_type, parts.by_category, parts.vacancies), of_lower=True),
    Part(
        "members",
        "团员构成",
        (parts.by_age, parts.by_education, parts.by_league_status, parts.by_political_status),
    ),
    Part("cadres", "团干部", (parts.cadres_by_age, parts.cadres_by_nature, parts.cadres_by_sex, parts.vacancies)),
    Part("moves", "人员进出", (parts.moves,)),
    Part("activities", "活动", (parts.activities_by_month, parts.activities_by_kind)),
)


@dataclass(frozen=True)
class Card:
    """A figure on top of the page."""

    column: Column
    cell: Cell
    note: str = ""

    @property
    def unit(self) -> str:
        """The unit of the column; "" where there is no number to have one."""
        return "" if self.cell.value is None else self.column.unit


@dataclass(frozen=True)
class Dashboard:
    """``counted_at`` (数据截至) and ``day`` are those of the figures; None where none were kept that day.

    ``is_compared`` says whether there are figures of the day compared with.
    """

    organization: Organization
    on: dt.date
    against: dt.date | None
    part: Part
    cards: list[Card]
    lower: Table | None
    tables: list[Table]
    counted_at: dt.datetime | None
    day: dt.date | None
    is_compared: bool

    @property
    def is_known(self) -> bool:
        return self.counted_at is not None

    @property
    def rule(self) -> str:
        """What the figures of a day are, and where those by another rule are found."""
        return RULE

    @property
    def all_tables(self) -> list[Table]:
        """Every table of the part."""
        return [*([self.lower] if self.lower else []), *self.tables]


@dataclass(frozen=True)
class _Read:
    """Figures of the organisations of the page on one day."""

    reading: reading.Reading
    on: dt.date
    scheme: schemes.Scheme

    def of(self, pk: int) -> Counted | None:
        known = self.reading.of.get(pk)
        if known is None:
            return None
        return Counted(known.total, self.on, self.scheme, known.own.get("staff_here"))

    def own_level(self, pk: int) -> Counted | None:
        known = self.reading.of.get(pk)
        return Counted(known.here, self.on, self.scheme) if known else None


def dashboard_of(
    organization: Organization, on: dt.date, *, against: dt.date | None = None, part: Part = PARTS[0]
) -> Dashboard:
    """Everything the page shows, in a constant number of queries. Asks nothing about rights.

    On a day that is over the organisations below are those of that day, under their names of that day.
    """
    below = lower_of(organization, on)
    scheme = schemes.scheme_of(organization, on)
    now = _Read(reading.figures_of([organization, *below], on), on, scheme)
    then = None
    if against is not None:
        # Measured alike: what was set anew in between changes no figure of either day.
        then = _Read(reading.figures_of([organization, *below], against), against, scheme)
    counted, before = now.of(organization.pk), then.of(organization.pk) if then else None
    leads = Leads(organization, on)
    days = Days(counted.figures if counted else {}, before.figures if before else None)
    first = part is PARTS[0]
    return Dashboard(
        organization=organization,
        on=on,
        against=against,
        part=part,
        cards=_cards(counted, before, leads) if counted and first else [],
        lower=_lower(organization, below, now, then) if counted and first and below else None,
        tables=[make(days, leads) for make in part.tables] if counted else [],
        counted_at=now.reading.counted_at if counted else None,
        day=now.reading.day,
        is_compared=before is not None,
    )


def lower_of(organization: Organization, on: dt.date) -> list[Organization]:
    """What stands, or on a day that is over stood, directly below, in the committee's order."""
    if is_past(on):
        return [row.as_organization() for row in reading.lower_on(organization, on)]
    return list(Organization.objects.active().children_of(organization).in_screen_order())


def is_past(on: dt.date) -> bool:
    """Whether organisations are to be taken from what was kept; before anything was kept there is only the present."""
    return on < timezone.localdate() and reading.first_day() is not None


def cell_of(column: Column, counted: Counted, before: Counted | None, url: str = "") -> Cell:
    """The figure of one column."""
    value, change = column.value(counted), None
    if before is not None and value is not None and column.words is None:
        earlier = column.value(before)
        if earlier is not None:
            change = points_between(earlier, value) if column.is_rate else value - earlier
    return Cell(column.heading, value, column.text(counted, value), url, change, column.is_rate)


def _cards(counted: Counted, before: Counted | None, leads: Leads) -> list[Card]:
    notes = {
        "organizations": _organizations_in_words(counted),
        "members": f"其中保留团籍 {counted.number('league:retained'):,}",
        "youth": f"28 岁以下党员 {counted.number('party_under_28'):,}",
        "share_of_youth": f"青年中的团员 {counted.number('young_members'):,}",
        "cadres": f"书记 {counted.number('secretaries'):,}，书记空缺 {counted.number('flag:without_secretary'):,}",
        "rate": f"应录 {counted.entered_in_all(0):,}，缺 {counted.missing:,}"
        + ("，完成率按权重计算" if counted.scheme.is_weighted else ""),
        "activities": f"参加 {counted.number_of('times', counted.year):,} 人次",
        "coverage": _attended_in_words(counted),
    }
    shown = (*CARDS, *(OF_STAFF if counted.staff is not None else ()))
    urls = {key: leads.of_column(key) for key in shown}
    # What no list shows leads to the table it is taken from.
    urls["coverage"] = to_dashboard(leads.organization.pk, leads.on, part="activities")
    # 职工总数 stands with the other declared numbers on the page of the organisation.
    urls |= dict.fromkeys(OF_STAFF, leads.organization.get_absolute_url())
    return [Card(BY_KEY[key], cell_of(BY_KEY[key], counted, before, urls[key]), notes.get(key, "")) for key in shown]


def _attended_in_words(counted: Counted) -> str:
    attended = f"参加 {counted.number(f'persons@{counted.year}'):,} 人"
    if (BY_KEY["coverage"].value(counted) or 0) <= WHOLE:
        return attended
    return f"{attended}，其中有的已离开名册；统计时点在册 {counted.number('people'):,} 人"


def is_above_whole(cells: Iterable[Cell]) -> bool:
    """Whether a 覆盖率 of more than everybody stands among them."""
    return any(cell.heading == BY_KEY["coverage"].heading and (cell.value or 0) > WHOLE for cell in cells)


def _organizations_in_words(counted: Counted) -> str:
    names = (("committees", "团委"), ("general_branches", "团总支"), ("branches", "团支部"))
    numbers = [(BY_KEY[key].value(counted), label) for key, label in names]
    return "、".join(f"{number:,} {label}" for number, label in numbers if number)


def _lower(organization: Organization, below: Iterable[Organization], now: _Read, then: _Read | None) -> Table:
    columns = [BY_KEY[key] for key in OF_LOWER]
    against = then.on if then else None
    rows = []
    for each in below:
        counted = now.of(each.pk)
        if counted is not None:
            url, leads = to_dashboard(each.pk, now.on, against), Leads(each, now.on)
            rows.append(_line(each.short_name, columns, counted, then.of(each.pk) if then else None, url, leads))
    own = now.own_level(organization.pk)
    total = now.of(organization.pk)
    assert own is not None
    assert total is not None
    rows.append(
        _line(f"{organization.short_name}本级", columns, own, then.own_level(organization.pk) if then else None)
    )
    sums = _line(
        f"合计（{len(rows) - 1:,} 个直属下级及本级）", columns, total, then.of(organization.pk) if then else None
    )
    return Table(
        key="lower",
        title="直属下级",
        note="按组织顺序，不排名次",
        chart_note="图为团员人数",
        name="组织",
        headings=tuple(column.heading for column in columns),
        lines=tuple(rows),
        total=sums,
        chart=Chart("bars", (BY_KEY["members"].heading,)) if len(rows) <= MOST_DRAWN else None,
        notes=(
            "一名团干部在几个下级任职的，各处都计，合计只计一次。",
            "已撤销、合并的下级组织，其活动和人员进出计入上级本级。",
            *((ABOVE_WHOLE,) if is_above_whole(cell for line in (*rows, sums) for cell in line.cells) else ()),
        ),
    )


def _line(
    label: str,
    columns: Iterable[Column],
    counted: Counted,
    before: Counted | None,
    url: str = "",
    leads: Leads | None = None,
) -> Line:
    cells = (cell_of(each, counted, before, leads.of_column(each.key) if leads else "") for each in columns)
    return Line(label, tuple(cells), url)
