"""填写说明: what belongs into each column, how it is written, an example, and the rule behind it.

A sheet of its own in every workbook that is handed out, which must never be taken for a roster itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from members.models.roster import RowKind
from members.roster.reading.columns import Column
from tuanjian.spreadsheets.writing import Column as SheetColumn
from tuanjian.spreadsheets.writing import SheetPlan

SHEET: Final = "填写说明"


class Guide(NamedTuple):
    """How a column is filled in."""

    how: str
    example: str = ""
    rule: str = ""


_LISTED: Final = "从下拉列表中选择。"
GUIDES: Final = {
    "key": Guide("系统用来认人，请不要改动，也不要复制到别的行。"),
    "name": Guide("与证件一致；少数民族的写全，中间用“·”。", "李小明"),
    "id_number": Guide(
        "18 位，末位可为 X；单元格已设为文本，请直接输入，不要粘贴成数值。", "", "系统核对校验码，一人一号。"
    ),
    "gender": Guide("有证件的可不填，系统按号码得出。", "女"),
    "birth_date": Guide("写到日；有证件的可不填，系统按号码得出。", "2004-05-04"),
    "ethnicity": Guide(_LISTED, "汉族", "GB/T 3304 的名称。"),
    "education": Guide(_LISTED + "在读的选带“在读”的一项。", "本科"),
    "political_status": Guide(_LISTED, "群众", "GB/T 4762 的名称。"),
    "joined_on": Guide(
        "写到月或日。", "2019-05", "2017 年前须满 12 周岁，2017、2018 年满 13 周岁，2019 年起满 14 周岁。"
    ),
    "member_no": Guide("12 位数字，前四位是年份；按文本填写。", "201900000000", "2017 年起发展的必须有。"),
    "branch": Guide("从下拉列表中选择全称，也可以写简称。", "", "只能是您管理范围内的。"),
    "league_post": Guide("选一项；任几项的用“、”隔开。", "组织委员"),
    "post_started_on": Guide("写到月或日。", "2024-03"),
    "post_nature": Guide(_LISTED, "兼职", "专职、兼职或挂职，学生一般为兼职。"),
    "phone": Guide("11 位，填本人的；多人共用的、凑数的号码不算已填。"),
    "email": Guide("没有的留空。", "name@example.com"),
    "work_unit": Guide("写全称；没有的留空，不要写“无”“待补”。"),
    "income_band": Guide(_LISTED, "", "用于核算团费。"),
    "remark": Guide("需要说明的情况。"),
    "parent": Guide("写全称；最高一级留空。", "", "先写上面的一级，再写下面的。"),
    "full_name": Guide("与批复一致，不用缩写。", "", "同一棵树内不能重名。"),
    "short_name": Guide("日常使用的名字。"),
    "org_type": Guide(_LISTED, "团支部"),
    "unit_category": Guide(_LISTED),
    "founded_on": Guide("写到月或日。", "2020-05"),
}
# The office's number of an organisation is another thing than a person's.
_OF_ORGANIZATIONS: Final = {"phone": Guide("办公室的，带区号；不要填写个人的。", "0871-65120000")}


def guide_of(field: str, kind: RowKind | str) -> Guide:
    """How the column of this field is filled in in sheets of this kind."""
    special = _OF_ORGANIZATIONS if kind == RowKind.ORGANIZATIONS else {}
    return special.get(field) or GUIDES.get(field) or Guide("")


def guidance(parts: Iterable[tuple[str, RowKind, Iterable[Column]]], *, first: Iterable[str]) -> SheetPlan:
    """The sheet 填写说明: a few lines in general, then one line per column of each sheet (its title, kind, columns)."""
    return SheetPlan(
        title=SHEET,
        columns=[SheetColumn("各列的写法", width=120, wrap=True)],
        rows=_lines(parts),
        heading_lines=[SHEET, *first],
    )


def _lines(parts: Iterable[tuple[str, RowKind, Iterable[Column]]]) -> Iterator[list[str]]:
    # All in one column: names of columns beside each other are what a heading is known by.
    for title, kind, columns in parts:
        yield [f"工作表“{title}”"]
        for column in columns:
            yield [f"　　{column.heading_in(kind)}：{_said(column, kind)}"]


def _said(column: Column, kind: RowKind) -> str:
    guide = guide_of(column.field, kind)
    need = "必填。" if kind in column.required else ""
    example = f"例：{guide.example}。" if guide.example else ""
    rule = f"规定：{guide.rule}" if guide.rule else ""
    return need + (guide.how or column.note) + example + rule
