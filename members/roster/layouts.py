"""What a sheet is and where its rows stand: kind, heading, titles above, notes and totals below, sections between.

Every line of a sheet is accounted for: it is a row, or it is left out with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from members.models.roster import RowKind
from members.roster.arranging import Arranged
from members.roster.families import ROSTER, Family, recognise
from members.roster.findings import Finding
from members.roster.headings import Heading, find_heading, heading_given, repeats_heading
from members.roster.listed import DataRow, Filling, ListedRows
from members.roster.words import read_posts
from tuanjian.spreadsheets import Cell, FileRefused, Kind, Row, Sheet, Workbook
from tuanjian.spreadsheets.cleaning import tidy_line

_FOOTER = re.compile(
    r"^(合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|总人数|合计人数|填[表写报]说明|填[表写报]要求|说明|备注[:：]|注[:：\d]|附注|"
    r"审\s*核|填[报表]人|制\s*表|复\s*核|负责人|经办人|主管领导|分管领导|盖\s*章|单位[（(]?(盖|公)|签\s*[字名]|日\s*期[:：]|"
    r"填[报表](日期|时间|单位)|联系人[:：]|以下空白|以上共|共\s*\d+\s*[人名]|第.{1,4}页|※|.{0,12}(签[字名]|盖章)[）)]?[:：]?$|"
    r"\d{4}\s*年\s*\d+\s*月(\s*\d+\s*日)?$)"
)
_SAMPLE = re.compile(r"^[（(]?(例[:：如）)]?|示例|样例|范例|填写示例)|[（(](例|示例|样例|范例)[）)]")
_HINT = re.compile(r"必填|选填|填写|格式|示例|^如|^例|文本型|下拉")
# Printed forms number their columns below the heading.
_COLUMN_NUMBER = re.compile(r"[（(]?[0-9]{1,2}[）)]?|[①-⑳]|[A-Z]|[甲乙丙丁]|栏次")
_ORGANIZATION_WORD = re.compile(r"支部|总支|团委|工委|委员会|班|队|部|室|处|科|站|中心")
_CADRES = re.compile(r"干部|任职|委员名|班子|干事名")
_YOUTH = re.compile(r"非团员|青年")
_LEAGUE = re.compile(r"团员(?!青年)|入团")
_MAY_STAND_TWICE: Final = ("remark", "email")


@dataclass
class SheetLayout:
    """A sheet taken apart. ``columns`` and ``texts`` count columns from 1; ``left_out`` are lines with the reason."""

    name: str
    kind: RowKind
    heading: Heading | None = None
    titles: list[str] = field(default_factory=list)
    rows: Sequence[DataRow] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    date1904: bool = False

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
    if all(layout.kind == RowKind.IGNORED for layout in layouts):
        missing = next((layout.warnings[0] for layout in layouts if layout.heading and layout.warnings), None)
        if missing is not None:
            raise FileRefused("F_MISSING_COLUMN", missing.message)
        if all(layout.name in said for layout in layouts):
            raise FileRefused("F_NO_HEADER", "所有工作表都选了“不读取”，请至少选一个工作表的内容。")
        names = _quoted(families[0], families[0].needs, layouts[0].kind)
        raise FileRefused("F_NO_HEADER", f"没有找到表头（至少要有{names}这几列），请补上表头后重新上传。")
    if not any(layout.rows for layout in layouts):
        raise FileRefused("F_NO_ROWS", "表头下面没有数据，请填写后重新上传。")
    if len(layouts) > 1:
        for layout in layouts:
            if layout.kind == RowKind.IGNORED and not layout.warnings:
                message = f"工作表“{layout.name}”里没有找到表头，没有读取。"
                layout.warnings.append(Finding("W_EXTRA_SHEET", message))
    return sorted(layouts, key=lambda layout: list(RowKind).index(layout.kind))


def _quoted(family: Family, names: Sequence[str], kind: RowKind) -> str:
    return "".join(f"“{family.label_of(name, kind)}”" for name in names)


def _lay_out(sheet: Sheet, families: Sequence[Family]) -> SheetLayout:
    heading = find_heading(sheet, families)
    if heading is None:
        return SheetLayout(sheet.name, RowKind.IGNORED)
    layout = _layout(sheet, heading)
    if missing := _missing(layout.kind, heading):
        names = "、".join(f"“{layout.label_of(name)}”" for name in missing)
        layout.warnings.append(Finding("W_EXTRA_SHEET", f"工作表“{sheet.name}”缺少必填的列{names}，请补上后重新上传。"))
        layout.kind = RowKind.IGNORED
        return layout
    rows = _listed(sheet, layout, heading)
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
    layout = _layout(sheet, heading, arranged.kind)
    if missing := _missing(layout.kind, heading):
        names = "、".join(f"“{layout.label_of(name)}”" for name in missing)
        raise FileRefused("F_MISSING_COLUMN", f"工作表“{sheet.name}”缺少必填的列{names}，请选择是哪一列。")
    return _with_rows(sheet, layout, heading, _listed(sheet, layout, heading))


def _layout(sheet: Sheet, heading: Heading, kind: RowKind | None = None) -> SheetLayout:
    titles = [tidy_line(text) for text in _texts_above(sheet, heading)]
    kind = kind or _kind(sheet.name, titles, heading)
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


def _kind(name: str, titles: list[str], heading: Heading) -> RowKind:
    """By the headings first: who lists the day of joining lists members, whatever the sheet is called."""
    if heading.family.kind is not None:
        return heading.family.kind
    has = heading.columns.keys()
    about = " ".join([name, *(title for title in titles if not title.startswith(("填报", "说明")))])
    if "member_no" not in has and ("league_post" in has or "post_started_on" in has):
        described = {"post_started_on", "post_nature"} & has and "joined_on" not in has
        if described or (_CADRES.search(about) and not _LEAGUE.search(name)):
            return RowKind.CADRES
    if _YOUTH.search(about) and not {"joined_on", "member_no"} & has:
        return RowKind.YOUTH if not _LEAGUE.search(about.replace("非团员", "")) else RowKind.MEMBERS
    return RowKind.MEMBERS


def _missing(kind: RowKind, heading: Heading) -> list[str]:
    # Young people may come without a number.
    needed = ("name",) if kind == RowKind.YOUTH else heading.family.needs
    return [name for name in needed if name not in heading.columns]


def _listed(sheet: Sheet, layout: SheetLayout, heading: Heading) -> ListedRows:
    """The rows of the sheet; every other line goes to those left out."""
    listed = ListedRows(sheet.rows, Filling(sheet, heading))
    fields, section = heading.fields, ""
    second_line = heading.texts if heading.last_line > heading.first_line else {}
    for at, row in enumerate(sheet.rows):
        if row.line <= heading.last_line:
            continue
        if (repeated := repeats_heading(row, heading)) is not None:
            if (
                repeated is not heading
                and any(name in repeated.columns for name in heading.family.named)
                and not second_line
            ):
                fields = repeated.fields
            layout.left_out.append((row.line, "重复的表头"))
            continue
        cells = {fields[column]: (column, cell) for column, cell in row.cells.items() if column in fields}
        title = _title(row, cells, heading.family)
        if title:
            section = title
        reason = "标题" if title else _not_a_row(row, cells, second_line, heading.family)
        if reason:
            layout.left_out.append((row.line, reason))
            continue
        listed.append(at, fields, section)
    return listed


def _title(row: Row, cells: dict[str, tuple[int, Cell]], family: Family) -> str:
    """The text of a line that holds nothing else and names a part of the sheet."""
    if len(row.cells) != 1:
        return ""
    cell = next(iter(row.cells.values()))
    text = tidy_line(cell.text)
    if cell.kind != Kind.TEXT or _FOOTER.search(text):
        return ""
    in_name = any(name in cells for name in family.named)
    return text if not in_name or (_ORGANIZATION_WORD.search(text) and len(text) > 3) or len(text) > 8 else ""


def _not_a_row(row: Row, cells: dict[str, tuple[int, Cell]], second_line: dict[int, str], family: Family) -> str:
    """Why the line lists nothing, "" if it does."""
    if not cells:
        return "没有要导入的内容"
    certain = family.lists_something({name: cell.text for name, (_, cell) in cells.items()})
    # Of a row that certainly lists somebody only the beginning is still looked at.
    looked_at = sorted(row.cells)[: 1 if certain and not second_line else None]
    texts = [tidy_line(row.cells[column].text) for column in looked_at]
    if not certain and any(_FOOTER.search(text) for text in texts[:2]) and not _is_organization(cells, family):
        return "合计、说明或签字"
    if not certain and len(texts) > 1 and all(_COLUMN_NUMBER.fullmatch(text) for text in texts):
        return "填写提示"
    named = [tidy_line(cells[name][1].text) for name in family.named if name in cells]
    if any(_SAMPLE.search(text) for text in named) or _SAMPLE.match(texts[0]):
        return "示例"
    if second_line and sum(second_line.get(column) == cell.text for column, cell in row.cells.items()) * 2 > len(texts):
        return "重复的表头"
    if not certain and sum(bool(_HINT.search(text)) for text in texts) * 2 > len(texts):
        return "填写提示"
    return ""


def _is_organization(cells: dict[str, tuple[int, Cell]], family: Family) -> bool:
    return family.kind == RowKind.ORGANIZATIONS and "full_name" in cells and len(cells) > 2


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
    hidden = [column for column in layout.fields if column in sheet.hidden_columns]
    if hidden:
        names = "、".join(layout.label_of(layout.fields[column]) for column in hidden)
        layout.warnings.append(Finding("W_HIDDEN", f"有隐藏的列（{names}），也已读取，请确认。"))
    if layout.unmapped:
        names = "、".join(tidy_line(text)[:20] for text in layout.unmapped.values())
        layout.warnings.append(Finding("W_UNKNOWN_COLUMN", f"有不认识的列（{names}），已忽略，内容没有保存。"))
