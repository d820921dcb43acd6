"""What a sheet is and where its rows stand: kind, heading, titles above, notes and totals below, sections between.

Every line of a sheet is accounted for: it is a row, or it is left out with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from openpyxl.utils import get_column_letter

from members.models.roster import RowKind
from members.roster.reading.arranging import Arranged
from members.roster.reading.columns import bare
from members.roster.reading.families import ROSTER, Family, recognise
from members.roster.reading.findings import STRUCK_OUT, Finding
from members.roster.reading.headings import (
    Heading,
    find_heading,
    heading_beside,
    heading_given,
    repeats_heading,
    says_again,
    settled,
    with_whole_dates,
)
from members.roster.reading.kinds import LEAGUE, kind_of, others_listed
from members.roster.reading.listed import MAY_BE_THE_SAME, DataRow, Filling, ListedRows
from members.roster.reading.unlisted import IS_LEAGUE, is_count, is_footer, title_of, why_struck_out, why_unlisted
from members.roster.reading.words import read_posts
from tuanjian.spreadsheets import Cell, FileRefused, Kind, Row, Sheet, Workbook
from tuanjian.spreadsheets.cleaning import tidy_line

# Sheets that show how to fill in the others.
_SHOWS_HOW = re.compile(r"示例|样例|范例|样表|填[写表报](说明|须知|要求|指南|范本)|^(使用)?说明书?$")
_UNIT = re.compile(r"^(所在|所属|现)?(工作)?(单位|部门|班级|组织|科室|车间|队别|班组)(名称)?$")
# A class is a branch of its own, if there is one of its name.
_CLASS = re.compile(r"^(所在|所属|行政|现)?班级?(名称)?$")
_STATE = re.compile(r"状态|在册|去向|变动|异动")
_MAY_STAND_TWICE: Final = ("remark", "email", "work_unit")


@dataclass
class SheetLayout:
    """A sheet taken apart. ``columns`` and ``texts`` count columns from 1; ``left_out`` are lines with the reason.

    ``file`` is what the file is called, which may name the branch of a sheet that does not.
    """

    name: str
    kind: RowKind
    heading: Heading | None = None
    titles: list[str] = field(default_factory=list)
    rows: Sequence[DataRow] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    date1904: bool = False
    file: str = ""

    @property
    def header_row(self) -> int | None:
        return self.heading.first_line if self.heading else None

    @property
    def fields(self) -> dict[int, str]:
        return self.heading.fields if self.heading else {}

    @property
    def unmapped(self) -> dict[int, str]:
        return self.heading.unmapped if self.heading else {}

    def label_of(self, name: str) -> str:
        """What the sheet's kind calls the field."""
        return self.heading.family.label_of(name, self.kind) if self.heading else name


def lay_out(
    workbook: Workbook, families: Sequence[Family] = ROSTER, arranged: Mapping[str, Arranged] | None = None
) -> list[SheetLayout]:
    """Take every visible sheet apart, organisations first, then members, cadres, young people, then what is not read.

    Read are sheets of the families given; a heading that could be of two is the earlier one's. What a person said of a
    sheet (``arranged``, by the sheet's name) wins over what would be guessed; names of other sheets mean nothing.

    Refuses with ``FileRefused``: no visible sheet, no heading anywhere, a heading without its necessary columns, two
    columns for one field, headings with nobody below, an arrangement that makes no sense.
    """
    if not workbook.visible:
        raise FileRefused("F_NO_SHEET")
    said = arranged or {}
    layouts = [
        _as_arranged(sheet, families, said[sheet.name]) if sheet.name in said else _lay_out(sheet, families)
        for sheet in workbook.visible
    ]
    for layout in layouts:
        layout.file = workbook.called
    if all(layout.kind == RowKind.IGNORED for layout in layouts):
        unread = next((layout for layout in layouts if layout.heading and layout.warnings), None)
        if unread is not None and unread.heading is not None:
            complete = not _missing(RowKind.MEMBERS, unread.heading)
            raise FileRefused("F_NO_ROWS" if complete else "F_MISSING_COLUMN", unread.warnings[0].message)
        if all(layout.name in said for layout in layouts):
            raise FileRefused("F_NO_HEADER", "所有工作表都选了“不读取”，请至少选一个工作表的内容。")
        names = _quoted(families[0], families[0].needs, layouts[0].kind)
        raise FileRefused("F_NO_HEADER", f"没有找到表头（至少要有{names}这几列），请补上表头后重新上传。")
    _pass_over_examples([layout for layout in layouts if layout.name not in said])
    if not any(layout.rows for layout in layouts):
        raise FileRefused("F_NO_ROWS", "表头下面没有数据，请填写后重新上传。")
    if len(layouts) > 1:
        for layout in layouts:
            if layout.kind == RowKind.IGNORED and not layout.warnings:
                message = f"工作表“{layout.name}”里没有找到表头，没有读取。"
                layout.warnings.append(Finding("W_EXTRA_SHEET", message))
    return sorted(layouts, key=lambda layout: list(RowKind).index(layout.kind))


def _pass_over_examples(layouts: Sequence[SheetLayout]) -> None:
    """Read no sheet that is called an example where another one lists somebody."""
    examples = [layout for layout in layouts if layout.rows and _SHOWS_HOW.search(layout.name)]
    if not any(layout.rows and layout not in examples for layout in layouts):
        return
    for layout in examples:
        message = f"工作表“{layout.name}”是填写说明或示例，没有读取；里面有要导入的内容的，请改工作表的名称后重新上传。"
        layout.kind, layout.rows, layout.warnings = RowKind.IGNORED, [], [Finding("W_EXTRA_SHEET", message)]


def _quoted(family: Family, names: Sequence[str], kind: RowKind) -> str:
    return "".join(f"“{family.label_of(name, kind)}”" for name in names)


def _lay_out(sheet: Sheet, families: Sequence[Family]) -> SheetLayout:
    heading = find_heading(sheet, families)
    if heading is None:
        return SheetLayout(sheet.name, RowKind.IGNORED)
    heading = _with_branches(sheet, settled(sheet, heading))
    sheet = with_whole_dates(sheet, heading)
    layout = _layout(sheet, heading)
    if missing := _missing(layout.kind, heading):
        names = "、".join(f"“{layout.label_of(name)}”" for name in missing)
        layout.warnings.append(Finding("W_EXTRA_SHEET", f"工作表“{sheet.name}”缺少必填的列{names}，请补上后重新上传。"))
        layout.kind = RowKind.IGNORED
        return layout
    if layout.kind != RowKind.CADRES and (others := others_listed(sheet, layout.titles, heading)):
        message = f"工作表“{sheet.name}”像是{others}的名单，没有读取；确是要登记的人，请在“表格识别”里选择它的内容。"
        layout.kind, layout.warnings = RowKind.IGNORED, [Finding("W_EXTRA_SHEET", message)]
        return layout
    rows = _listed(sheet, layout, heading)
    if layout.kind == RowKind.CADRES and _lists_members(layout, heading, rows):
        layout.kind = RowKind.MEMBERS
    return _without_other_posts(_with_rows(sheet, layout, heading, rows), heading, rows)


def _without_other_posts(layout: SheetLayout, heading: Heading, rows: ListedRows) -> SheetLayout:
    """Pass over a column headed only 职务 among members where most of its values are no posts of the League."""
    column = heading.columns.get("league_post")
    if layout.kind != RowKind.MEMBERS or column is None or not _stands_in(heading, column):
        return layout
    texts = [row.cells["league_post"][1].text for row in rows if "league_post" in row.cells]
    said = [(posts, unknown) for posts, unknown in map(read_posts, texts) if posts or unknown]
    if sum(bool(unknown) for _, unknown in said) * 2 <= len(said):
        return layout
    fields = {number: name for number, name in heading.fields.items() if number != column}
    layout.heading = replace(heading, fields=fields)
    rows.leave_out("league_post")
    message = (
        f"“{tidy_line(heading.texts[column])}”一列多数不是团内职务，没有读取；如是团内职务，请改列名为“团内职务”。"
    )
    layout.warnings.append(Finding("W_UNKNOWN_COLUMN", message))
    return layout


def _with_branches(sheet: Sheet, heading: Heading) -> Heading:
    """A column headed 单位 or 班级 is the one of the branch where there is no other and all its values are named so."""
    if heading.family.kind is not None or "branch" in heading.columns:
        return heading
    for column, text in heading.texts.items():
        if heading.fields.get(column, "work_unit") != "work_unit" or not _UNIT.search(bare(text)):
            continue
        said = {
            tidy_line(row.cells[column].text)
            for row in sheet.rows
            if row.line > heading.last_line and len(row.cells) > 1 and column in row.cells
        }
        said = {value for value in said if value and not is_footer(value)} - {tidy_line(text)}
        if any("支部" in value for value in said) and all(IS_LEAGUE.search(value) for value in said):
            return replace(heading, fields=dict(sorted((heading.fields | {column: "branch"}).items())))
    return heading


def _lists_members(layout: SheetLayout, heading: Heading, rows: ListedRows) -> bool:
    """Whether a sheet called one of cadres lists others too: most hold no post, and something says they are members."""
    column = heading.columns.get("league_post")
    if column is None or {"post_started_on", "post_nature"} & heading.columns.keys():
        return False
    said = [read_posts(row.cells["league_post"][1].text) if "league_post" in row.cells else None for row in rows]
    without = sum(1 for posts in said if posts in (None, ([], [])))
    about = " ".join([layout.name, *layout.titles])
    of_members = "joined_on" in heading.columns or LEAGUE.search(about) or ([], []) in said
    return without * 2 >= len(said) and bool(of_members)


def _stands_in(heading: Heading, column: int) -> bool:
    found = recognise(heading.texts[column], heading.family)
    return found is not None and found.tier == 1


def _as_arranged(sheet: Sheet, families: Sequence[Family], arranged: Arranged) -> SheetLayout:
    if arranged.kind == RowKind.IGNORED:
        told = Finding("W_EXTRA_SHEET", f"工作表“{sheet.name}”按您的选择没有读取。")
        return SheetLayout(sheet.name, RowKind.IGNORED, warnings=[told])
    family = arranged.family(families)
    if family is None:
        raise FileRefused("F_NO_HEADER", f"这里不能导入“{arranged.kind.label}”，请重新选择工作表“{sheet.name}”的内容。")
    arranged.refuse_nonsense(sheet.name, family)
    lines = arranged.lines
    if arranged.header_row is None:
        found = find_heading(sheet, (family,))
        if found is None:
            raise FileRefused("F_NO_HEADER", f"工作表“{sheet.name}”里没有找到表头，请选择表头在第几行。")
        lines = found.first_line, found.last_line
    heading = heading_given(sheet, family, arranged.kind, lines, arranged.fields)
    if heading is None:
        raise FileRefused("F_NO_HEADER", f"工作表“{sheet.name}”的第 {lines[0]} 行没有内容，请重新选择表头。")
    heading = settled(sheet, heading)
    sheet = with_whole_dates(sheet, heading)
    layout = _layout(sheet, heading, arranged.kind)
    if missing := _missing(layout.kind, heading):
        names = "、".join(f"“{layout.label_of(name)}”" for name in missing)
        raise FileRefused("F_MISSING_COLUMN", f"工作表“{sheet.name}”缺少必填的列{names}，请选择是哪一列。")
    return _with_rows(sheet, layout, heading, _listed(sheet, layout, heading))


def _layout(sheet: Sheet, heading: Heading, kind: RowKind | None = None) -> SheetLayout:
    titles = [title for text in _texts_above(sheet, heading) if (title := tidy_line(text))]
    kind = kind or kind_of(sheet.name, titles, heading)
    return SheetLayout(sheet.name, kind, heading, titles, date1904=sheet.date1904)


def _with_rows(sheet: Sheet, layout: SheetLayout, heading: Heading, rows: ListedRows) -> SheetLayout:
    layout.rows = rows
    _refuse_disputed(sheet, heading, layout)
    _warn(sheet, layout)
    return layout


def _texts_above(sheet: Sheet, heading: Heading) -> Iterator[str]:
    for row in sheet.rows:
        if row.line >= heading.first_line:
            return
        yield from (cell.text for cell in row.cells.values() if cell.kind == Kind.TEXT)


def _missing(kind: RowKind, heading: Heading) -> list[str]:
    # Young people may come without a number.
    needed = ("name",) if kind == RowKind.YOUTH else heading.family.needs
    return [name for name in needed if name not in heading.columns]


def _listed(sheet: Sheet, layout: SheetLayout, heading: Heading) -> ListedRows:
    """The rows of the sheet; every other line goes to those left out."""
    class_in = _column_of_class(heading)
    filling = Filling(sheet, heading, grouped_by=class_in)
    listed = ListedRows(sheet.rows, filling, grouped_by=class_in)
    above = dict[str, tuple[int, Cell]]()
    fields, section, known, nameless = heading.fields, "", {*heading.texts}, set[int]()
    second_line: dict[int, str] = {}
    right_below = heading.last_line + 2
    for at, row in enumerate(sheet.rows):
        if row.line <= heading.last_line:
            if row.line > heading.first_line:
                second_line = {column: cell.text for column, cell in row.cells.items()}
            continue
        if (repeated := repeats_heading(row, heading)) is not None:
            if repeated is not heading and any(name in repeated.columns for name in heading.family.named):
                _refuse_half(sheet, repeated)
                # The first line of a heading of two says less than both together, but nothing else.
                if not second_line or any(fields.get(each, name) != name for each, name in repeated.fields.items()):
                    fields, known = repeated.fields, known | repeated.texts.keys()
            layout.left_out.append((row.line, "重复的表头"))
            continue
        if row.line <= right_below and says_again(row, heading):
            layout.left_out.append((row.line, "重复的表头"))
            continue
        cells = {fields[column]: (column, cell) for column, cell in row.cells.items() if column in fields}
        stray = () if row.cells.keys() <= known else row.cells.keys() - known
        if stray:
            _refuse_beside(sheet, row, heading)
        alone = tidy_line(next(iter(row.cells.values())).text) if len(row.cells) == 1 else ""
        title = alone if alone in layout.titles else title_of(row, cells, heading.family)
        if title in layout.titles:
            # What stands above the first heading says so for the whole sheet, on its second page as well. Where people
            # stand below it and no section, it is one itself.
            section = "" if listed.some_without_section else section
        elif title:
            section = title
        reason = "标题" if title else why_unlisted(row, cells, second_line, heading.family)
        if reason:
            layout.left_out.append((row.line, reason))
            above = {} if title and title not in layout.titles else above
            continue
        listed.append(at, fields, section)
        if MAY_BE_THE_SAME.search("".join([cell.text for _, cell in cells.values()])):
            cells |= filling.say_again(row.line, cells, above)
        above = cells
        if stray:
            nameless.update(column for column in stray if not is_count(row.cells[column].text))
    if nameless:
        letters = "、".join(get_column_letter(column) for column in sorted(nameless)[:10])
        message = f"第 {letters} 列没有列名，里面的内容没有读取；要导入的请补上列名后重新上传。"
        layout.warnings.append(Finding("W_UNKNOWN_COLUMN", message))
    return listed


def _column_of_class(heading: Heading) -> int:
    """The column that says whose class somebody is in, where none says the branch; 0 if there is none."""
    if "branch" in heading.columns or heading.family.kind is not None:
        return 0
    return next((column for column, text in heading.unmapped.items() if _CLASS.search(bare(text))), 0)


def _refuse_beside(sheet: Sheet, row: Row, heading: Heading) -> None:
    if (beside := heading_beside(row, heading)) is not None:
        where = get_column_letter(min(beside.texts))
        message = f"工作表“{sheet.name}”第 {row.line} 行从 {where} 列起是另一个名单，请把两个名单上下接着排。"
        raise FileRefused("F_DUP_HEADER", message)


def _refuse_half(sheet: Sheet, repeated: Heading) -> None:
    for name in repeated.family.decisive:
        if name in repeated.disputed:
            label = next(column.heading for column in repeated.family.columns if column.field == name)
            message = f"工作表“{sheet.name}”第 {repeated.first_line} 行有两列都是{label}，请把两个名单上下接着排。"
            raise FileRefused("F_DUP_HEADER", message)


def _refuse_disputed(sheet: Sheet, heading: Heading, layout: SheetLayout) -> None:
    disputed = {name: columns for name, columns in heading.disputed.items() if name not in _MAY_STAND_TWICE}
    lines = {row.line for row in layout.rows} if disputed else set()
    for name, columns in disputed.items():
        first, *others = columns
        for row in sheet.rows:
            if row.line in lines and any(row.cell(other).text != row.cell(first).text for other in others):
                texts = "、".join(f"“{tidy_line(heading.texts[column])}”" for column in columns)
                message = f"工作表“{sheet.name}”有两列都是{layout.label_of(name)}（{texts}），请只保留一列。"
                raise FileRefused("F_DUP_HEADER", message)


def _warn(sheet: Sheet, layout: SheetLayout) -> None:
    _warn_of_struck_out(sheet, layout)
    hidden = [column for column in layout.fields if column in sheet.hidden_columns]
    if hidden:
        names = "、".join(layout.label_of(layout.fields[column]) for column in hidden)
        layout.warnings.append(Finding("W_HIDDEN", f"有隐藏的列（{names}），也已读取，请确认。"))
    if layout.unmapped:
        names = "、".join(tidy_line(text)[:20] for text in layout.unmapped.values())
        layout.warnings.append(Finding("W_UNKNOWN_COLUMN", f"有不认识的列（{names}），已忽略，内容没有保存。"))


def _warn_of_struck_out(sheet: Sheet, layout: SheetLayout) -> None:
    """Say which people are called gone in a column of their state, which nothing else is read from."""
    columns = [column for column, text in layout.unmapped.items() if _STATE.search(bare(text))]
    if not columns:
        return
    rows = (row for row in sheet.rows if any(why_struck_out(row.cell(column).text) for column in columns))
    lines = {row.line for row in layout.rows}
    struck = [str(row.line) for row in rows if row.line in lines]
    if struck:
        said = "、".join(struck[:10]) + (f" 等 {len(struck)}" if len(struck) > 10 else "")
        names = "、".join(tidy_line(layout.unmapped[column])[:20] for column in columns)
        message = f"第 {said} 行的“{names}”写着已不在册，请核对这些人是否还要登记；不要登记的请从表中删去。"
        layout.warnings.append(Finding(STRUCK_OUT, message))
