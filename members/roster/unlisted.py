"""Lines of a sheet that list nobody: totals, notes, signatures, examples, what to fill in, numbers of columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from members.models.roster import RowKind
from members.roster.families import Family
from tuanjian.spreadsheets import Cell, Row
from tuanjian.spreadsheets.cleaning import tidy_line

_FOOTER = re.compile(
    r"^((本[页表]|本?支部|全[部体])?\s*(合\s*计|总\s*计|小\s*计|共\s*计|累\s*计)|"
    r"(团员|青年|团干部?|人员|合计)?总?人?数\s*([:：]|$)|总人数|以上(人员|信息|内容|情况)|截[至止]\s*\d|年\s*月\s*日$|"
    r"联\s*系\s*人\s*[:：]|[（(]\s*(公\s*章|盖\s*章)|填[表写报](说明|要求)|说明|备注[:：]|注[:：\d]|附注|"
    r"审\s*核|填[报表]人|制\s*表|复\s*核|负责人|经办人|主管领导|分管领导|盖\s*章|单位[（(]?(盖|公)|签\s*[字名]|日\s*期[:：]|"
    r"填[报表](日期|时间|单位)|联系人[:：]|以下空白|以上共|共\s*\d+\s*[人名]|第.{1,4}页|※|.{0,12}(签[字名]|盖章)[）)]?[:：]?$|"
    r"\d{4}\s*年\s*\d+\s*月(\s*\d+\s*日)?$)"
)
_DATED = re.compile(r"\d{4}\s*年\s*\d+\s*月(\s*\d+\s*日)?")
# What stands where a name should in a line of counts: “男 | 12 | 女 | 8”.
_COUNT = re.compile(r"\d{1,5}\s*[人名]?")
_SAMPLE = re.compile(
    r"^[（(【]?(例[:：如）)]?|(填[写表报]|参考)?(示例|样例|范例))|[（(【](填写)?(例|示例|样例|范例)[）)】]"
)
_HINT = re.compile(r"必填|选填|填写|格式|示例|^如|^例|文本型|下拉")
# Printed forms number their columns below the heading.
_COLUMN_NUMBER = re.compile(r"[（(]?[0-9]{1,2}[）)]?|[①-⑳]|[A-Z]|[甲乙丙丁]|栏次")


def is_footer(text: str) -> bool:
    """Whether a text stands below lists: a total, a note, a signature, a date."""
    return _FOOTER.search(text) is not None


def is_count(text: str) -> bool:
    """Whether a text is a number of people, or of anything else."""
    return _COUNT.fullmatch(text) is not None


def why_unlisted(
    row: Row, cells: Mapping[str, tuple[int, Cell]], second_line: Mapping[int, str], family: Family
) -> str:
    """Why the line lists nothing, "" if it does."""
    if not cells:
        return "没有要导入的内容"
    certain = family.lists_something({name: cell.text for name, (_, cell) in cells.items()})
    # Of a row that certainly lists somebody only the beginning is still looked at.
    looked_at = sorted(row.cells)[: 1 if certain and not second_line else None]
    texts = [tidy_line(row.cells[column].text) for column in looked_at]
    if not certain and _is_footer(texts, cells, family) and not _is_organization(cells, family):
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


def _is_footer(texts: Sequence[str], cells: Mapping[str, tuple[int, Cell]], family: Family) -> bool:
    named = [tidy_line(cells[name][1].text) for name in family.named if name in cells]
    if named and all(_COUNT.fullmatch(text) for text in named):
        return True
    # Behind a name a month is when somebody was born, not when the list was made.
    return any(
        _FOOTER.search(text) and not (named and text not in named and _DATED.fullmatch(text)) for text in texts[:2]
    )


def _is_organization(cells: Mapping[str, tuple[int, Cell]], family: Family) -> bool:
    return family.kind == RowKind.ORGANIZATIONS and "full_name" in cells and len(cells) > 2
