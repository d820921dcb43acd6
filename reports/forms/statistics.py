"""Query forms of 团内大数据 and of its whole-tree table; the name under which a choice is kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from branches.models import Organization, User
from members.cadre_tables import NumberColumn
from reports.columns import BY_KEY, COLUMNS, GROUPS, NOTHING, USUAL, Column
from reports.completion.sums import STATES
from reports.forms.days import ComparedQuery, DayQuery, day_in_address
from reports.forms.picking import MOST_PICKED, Picked, PickedWidget, picked_in
from reports.models import SavedTable
from reports.models.statistics import NAME_LENGTH
from reports.statistics import saving
from reports.statistics.dashboard import PARTS, Part
from reports.statistics.tables import Cell
from reports.statistics.whole_tree import LOWER, ROWS, TreeAsked, TreeRow, TreeTable


class StatisticsQuery(ComparedQuery):
    """Of which day, compared with which; which part of the page."""

    part = forms.CharField(required=False, widget=forms.HiddenInput)
    # Which table is taken out of the system.
    table = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def chosen_part(self) -> Part:
        return next((part for part in PARTS if part.key == self._read.get("part")), PARTS[0])

    @property
    def chosen_table(self) -> str:
        """The key of one table; "" for all of them."""
        return str(self._read.get("table") or "")

    def carried(self, organization: Organization | None, part: str | None = None) -> str:
        """The days and the part as a query string."""
        names = day_in_address(self.day) | ({"against": self.compared} if self.compared else {})
        chosen = self.chosen_part.key if part is None else part
        above = {"organization": organization.pk} if organization else {}
        return urlencode(above | names | ({"part": chosen} if chosen else {}))


class TreeQuery(DayQuery):
    """Which organisations of a subtree, which figures, which bounds, which order, of which day."""

    columns = forms.MultipleChoiceField(
        required=False, choices=[(column.key, column.heading) for column in COLUMNS], widget=forms.MultipleHiddenInput
    )
    sort = forms.CharField(required=False, widget=forms.HiddenInput)
    size = forms.CharField(required=False, widget=forms.HiddenInput)
    rows = forms.ChoiceField(label="列出", required=False, choices=list(ROWS.items()))
    picked = forms.MultipleChoiceField(label="指定组织", required=False, widget=PickedWidget)
    by = forms.ChoiceField(
        label="条件",
        required=False,
        choices=[
            ("", "不限"),
            *(
                (group, [(each.key, each.heading) for each in COLUMNS if each.group == group and each.words is None])
                for group in GROUPS
            ),
        ],
    )
    least = forms.FloatField(label="不小于", required=False)
    most = forms.FloatField(label="不大于", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部状态"), *((state.chip, state.word) for state in STATES)]
    )

    def __init__(self, data: QueryDict, *, organization: Organization) -> None:
        """Only what stands in the subtree can be picked."""
        asked = data.copy()
        self.picks: Picked = picked_in(organization, asked.getlist("picked"))
        asked.setlist("picked", self.picks.values)
        super().__init__(asked)
        self.picks.offer(self.fields["picked"])

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if len(self.picks.found) > MOST_PICKED:
            self.add_error("picked", f"一次最多指定 {MOST_PICKED} 个组织，请分几张表列。")
        least, most = answers.get("least"), answers.get("most")
        if (least is not None or most is not None) and not answers.get("by"):
            self.add_error("by", "请先选择按哪一项设条件。")
        if least is not None and most is not None and least > most:
            self.add_error("most", "不能小于“不小于”一栏的数，请改写。")
        return answers

    @property
    def asked(self) -> TreeAsked:
        answers = self._read
        chosen = answers.get("columns") or USUAL
        by = answers.get("by")
        return TreeAsked(
            rows=answers.get("rows") or LOWER,
            columns=tuple(column for column in COLUMNS if column.key in chosen),
            sort=self._sort(chosen),
            by=BY_KEY[by] if by else None,
            at_least=answers.get("least"),
            at_most=answers.get("most"),
            state=answers.get("state") or "",
            picked=self.picks.ids if answers and self.picks.is_asked else None,
        )

    def _sort(self, chosen: Any) -> str:
        sort = str(self._read.get("sort") or "")
        return sort if sort.removeprefix("-") in chosen else ""

    @property
    def in_words(self) -> str:
        """The conditions used, as they stand on what leaves the system."""
        asked = self.asked
        by = asked.by
        said = [
            ROWS[asked.rows] if asked.picked is None else self.picks.in_words,
            f"{by.heading}不小于 {asked.at_least:g}" if by and asked.at_least is not None else "",
            f"{by.heading}不大于 {asked.at_most:g}" if by and asked.at_most is not None else "",
            next((f"状态：{state.word}" for state in STATES if state.chip == asked.state), ""),
            f"按{BY_KEY[asked.sort.removeprefix('-')].heading}排列" if asked.sort else "",
        ]
        return "，".join(word for word in said if word)

    @property
    def picked_note(self) -> str:
        """What is to be said where organisations are picked; "" where none are."""
        return self.picks.note if self.asked.picked is not None else ""

    @property
    def choice(self) -> dict[str, Any]:
        """What is kept of it under a name: everything but the day and the page."""
        names = ("columns", "rows", "by", "least", "most", "state")
        kept = {name: self._read[name] for name in names if self._read.get(name) not in (None, "", [])}
        if self.asked.picked is not None:
            kept["picked"] = self.picks.kept
        return kept | ({"sort": self.asked.sort} if self.asked.sort else {})

    def pairs(self, organization: Organization) -> list[tuple[str, Any]]:
        """The query without its columns, for the form that chooses them."""
        kept = {"organization": organization.pk, **day_in_address(self.day), **self.choice}
        several = [("picked", value) for value in kept.pop("picked", ())]
        return [(name, value) for name, value in kept.items() if name not in ("columns", "sort")] + several

    def carried(self, organization: Organization) -> str:
        """Everything asked for as a query string."""
        asked = {"organization": organization.pk, **day_in_address(self.day), **self.choice}
        return urlencode(asked, doseq=True)

    @property
    def offered(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """The columns by group: key, heading, whether it is shown."""
        shown = {column.key for column in self.asked.columns}
        return [
            (group, [(each.key, each.heading, each.key in shown) for each in COLUMNS if each.group == group])
            for group in GROUPS
        ]


class NameForm(forms.Form):
    """The name of a table."""

    name = forms.CharField(label="名称", max_length=NAME_LENGTH, help_text="只有您自己看得到，打开时按当天的数据。")
    saved: SavedTable | None = None

    def save_choice(self, organization: Organization, query: TreeQuery, *, by: User) -> None:
        """Keep what the query asks for under the name."""
        self.saved = saving.save_choice(organization, name=self.cleaned_data["name"], choice=query.choice, by=by)


def _cell(cell: Cell) -> str | SafeString:
    if cell.text == NOTHING:
        return NOTHING
    return format_html('<a href="{}">{}</a>', cell.url, cell.text) if cell.url else cell.text


class FigureColumn(tables.Column):
    """A figure, with its link where a list shows what it counts."""

    def render(self, value: Cell) -> str | SafeString:
        return _cell(value)


class WholeTreeTable(tables.Table):
    """Lines of 全树统计表; the figures are columns of their own."""

    number = NumberColumn()
    above = tables.Column(
        "上级组织", orderable=False, default=NOTHING, empty_values=("", None), attrs={"td": {"class": "above"}}
    )

    own_texts: dict[str, str]

    class Meta:
        template_name = "reports/statistics/_tree.html"

    def render_name(self, record: TreeRow) -> SafeString:
        return format_html('<a href="{}">{}</a>', record.url, record.organization.short_name)

    @property
    def own_line(self) -> list[tuple[Any, str]]:
        """The own level under its columns, above the sum; empty where it is no line of the table."""
        return [(column, self.own_texts.get(column.name, "")) for column in self.columns] if self.own_texts else []


def table_for(shown: TreeTable) -> WholeTreeTable:
    """The table of the page: a column for each figure, the sum at its foot."""

    def attrs(column: Column) -> dict[str, dict[str, str]]:
        css = "num" if column.words is None else "state"
        return {"th": {"class": css}, "td": {"class": css}, "tf": {"class": css, "data-label": column.heading}}

    figures = [
        (
            column.key,
            FigureColumn(
                column.heading,
                accessor=f"by_key__column_{place}",
                order_by=f"order__column_{place}",
                attrs=attrs(column),
                footer=shown.total[place].text if shown.total else "",
            ),
        )
        for place, column in enumerate(shown.asked.columns)
    ]
    css = {place: {"class": "name"} for place in ("th", "td", "tf")}
    name = tables.Column("组织", accessor="organization", orderable=False, attrs=css, footer=shown.sum_name)
    columns = [("name", name), *figures]
    table = WholeTreeTable(shown.rows, extra_columns=columns, sequence=("number", "name", "above", "..."))
    own = zip(shown.asked.columns, shown.own_level, strict=False)
    table.own_texts = {column.key: cell.text for column, cell in own}
    if table.own_texts:
        table.own_texts["name"] = shown.own_name
    return table
