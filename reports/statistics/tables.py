"""A table of figures with its chart: what every part of 团内大数据 is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reports.columns import Number, in_words, share
from reports.facts.keys import Figures

TOTAL: Final = "合计"
SHARE: Final = "占比（%）"
# What a figure of a day is; 统计表 follow another rule.
RULE: Final = "数字以统计时点当天系统里已录入的为准，以后补录、更正的不计入；按生效日期、计入补录的数字见“统计表”。"


@dataclass(frozen=True)
class Cell:
    """A figure as it is read. ``change`` is the difference to the day compared with, None where nothing is compared
    or known; ``url`` leads to what it counts, "" where there is no such list.
    """

    heading: str
    value: Number
    text: str
    url: str = ""
    change: Number = None
    is_rate: bool = False

    @property
    def difference(self) -> str:
        """+14, −3, 持平; “” where nothing is compared."""
        if self.change is None:
            return ""
        if abs(self.change) < (0.05 if self.is_rate else 1):
            return "持平"
        sign = "+" if self.change > 0 else "−"
        return f"{sign}{in_words(abs(self.change), is_rate=self.is_rate)}"


@dataclass(frozen=True)
class Line:
    """A row; ``url`` is where its name leads."""

    label: str
    cells: tuple[Cell, ...]
    url: str = ""


@dataclass(frozen=True)
class Chart:
    """How it is drawn: "columns" (stacked), "bars", "lines" or "pie"; ``drawn`` names the columns that are drawn.

    Bars of several columns stand side by side, each with its own axis: they measure different things.
    """

    kind: str
    drawn: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Title, columns, lines, the sum as the last line; the chart above it shows the same lines without the sum."""

    key: str
    title: str
    note: str
    name: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Line | None
    chart: Chart | None
    notes: tuple[str, ...] = ()
    # Said only where the chart is.
    chart_note: str = ""

    @property
    def rows(self) -> list[Line]:
        """All lines, the sum last."""
        return [*self.lines, *([self.total] if self.total else [])]

    @property
    def chart_key(self) -> str:
        """Names what is drawn in the page."""
        return f"chart-{self.key}"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        drawn = self.chart.drawn if self.chart else ()
        return not any(cell.value for line in self.lines for cell in line.cells if cell.heading in drawn)

    @property
    def drawing(self) -> dict[str, Any]:
        """What the script draws."""
        assert self.chart is not None
        return {
            "kind": self.chart.kind,
            "title": self.title,
            "categories": [line.label for line in self.lines],
            "series": [
                {
                    "name": heading,
                    "values": [cell.value for line in self.lines for cell in line.cells if cell.heading == heading],
                    "urls": [
                        line.url or cell.url for line in self.lines for cell in line.cells if cell.heading == heading
                    ],
                }
                for heading in self.chart.drawn
            ],
        }


@dataclass(frozen=True)
class Category:
    """A line to be counted: for each column the keys it sums, and where its figure leads."""

    label: str
    keys: tuple[tuple[str, ...], ...]
    urls: tuple[str, ...] = ()
    # A line that is left out while there is nobody in it.
    only_if_any: bool = False


@dataclass(frozen=True)
class Days:
    """Figures of an organisation on the day asked for, and on the day compared with, None where nothing is compared."""

    now: Figures
    then: Figures | None = None

    def cell(self, heading: str, keys: Sequence[str], url: str = "") -> Cell:
        value, change = self._sum(self.now, keys), None
        if self.then is not None:
            change = value - self._sum(self.then, keys)
        return Cell(heading, value, in_words(value), url, change)

    @staticmethod
    def _sum(figures: Figures, keys: Sequence[str]) -> int:
        return sum(figures.get(key, 0) for key in keys)

    def has_any(self, category: Category) -> bool:
        keys = [key for column in category.keys for key in column]
        return bool(self._sum(self.now, keys) or self._sum(self.then or {}, keys))


def counted_table(
    days: Days,
    categories: Iterable[Category],
    columns: Sequence[str],
    *,
    with_shares: bool = False,
    total_urls: Mapping[str, str] | None = None,
    with_total: bool = True,
    **described: Any,
) -> Table:
    """A table of these categories: their figures, the sum of several columns, the share of each line, the sum last."""
    shown = [each for each in categories if not each.only_if_any or days.has_any(each)]
    all_keys = tuple(tuple(key for each in shown for key in each.keys[place]) for place in range(len(columns)))
    whole = days.cell(TOTAL, [key for keys in all_keys for key in keys])
    urls = total_urls or {}
    sums = Category(TOTAL, all_keys, tuple(urls.get(column, "") for column in columns))
    several = len(columns) > 1 and with_shares
    headings = (*columns, *([TOTAL] if several else []), *([SHARE] if with_shares else []))

    def line(category: Category, *, is_total: bool = False) -> Line:
        links = category.urls or ("",) * len(columns)
        cells = [days.cell(column, keys, url) for column, keys, url in zip(columns, category.keys, links, strict=True)]
        in_all = days.cell(TOTAL, [key for keys in category.keys for key in keys], urls.get(TOTAL, "") * is_total)
        if several:
            cells.append(in_all)
        if with_shares:
            part = share(int(in_all.value or 0), int(whole.value or 0))
            cells.append(Cell(SHARE, part, in_words(part, is_rate=True), is_rate=True))
        return Line(category.label, tuple(cells))

    return Table(
        headings=headings,
        lines=tuple(line(each) for each in shown),
        total=line(sums, is_total=True) if with_total else None,
        **described,
    )
