"""Lines of a sheet that list nobody: titles, totals, notes, signatures, examples, hints, numbers of columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from members.models.roster import RowKind
from members.roster.reading.families import Family
from tuanjian.spreadsheets import Cell, Kind, Row
from tuanjian.spreadsheets.cleaning import tidy_line

_FOOTER = re.compile(
    r"^((本[页表]|本?支部|全[部体])?\s*(合\s*计|总\s*计|小\s*计|共\s*计|累\s*计)|"
    r"(团员|青年|团干部?|人员|合计)?总?人?数\s*([:：]|$)|总人数|以上(人员|信息|内容|情况)|截[至止]\s*\d|年\s*月\s*日$|"
    r"联\s*系\s*人\s*[:：]|[（(]\s*(公\s*章|盖\s*章)|填[表写报](说明|要求)|说明|备\s*注\s*([:：]|$)|注([:：\d]|$)|附注|"
    r"审\s*核|填[报表]人|制\s*表|复\s*核|负责人|经办人|主管领导|分管领导|盖\s*章|单位[（(]?(盖|公)|签\s*[字名]|日\s*期[:：]|"
    r"填[报表](日期|时间|单位)|联系人[:：]|[（(]?([接续转][上下]?[页表]|未完|待续)|以下(空白|无)|以上(共|$)|共\s*\d+\s*[人名条]|"
    r"第.{1,4}页|※|.{0,12}(签[字名]|盖章|意见)[）)]?[:：]?$|单位[（(]章|平均年龄|(打印|导出|报送)(日期|时间|人)|"
    r"([\d〇零○一二三四五六七八九]\s*){4}年\s*\S{1,3}\s*月(\s*\S{1,3}\s*日)?$|完$|(?i:total|end)\b)"
)
_DATED = re.compile(r"\d{4}\s*年\s*\d+\s*月(\s*\d+\s*日)?")
# “— 1 —”, “1/2”, “***”, “——以下空白——”, “①姓名须与身份证一致”, but not “★白雨桐”
_ONLY_MARKS = re.compile(r"[^\w（(【]+(?!\W*\w{2,4}$)|[①-⑳]|[\W\d_]+\w?[\W\d_]*$")
# What stands where a name should in a line of counts: “男 | 12 | 女 | 8”.
_COUNT = re.compile(r"\d{1,5}\s*[人名]?")
_SAMPLE = re.compile(
    r"^[（(【]?(例[:：如）)]?|(填[写表报]|参考)?(示例|样例|范例))|[（(【](填写)?(例|示例|样例|范例)[）)】]"
)
# “此行为示例，填报时请删除”
_SAMPLE_REMARK = re.compile(
    r"^(此|本|该|这)?(一?行|条|数据|信息)?(仅?为|是|仅供)?(填[写表报]|参考)?(示例|样例|范例|举例)"
)
_GONE = "转出|转走|转学|退团|离团|脱团|退学|离校|离职|辞职|调走|调离|调出|毕业|去世|死亡|除名|注销"
_STRUCK_OUT = re.compile(
    rf"(已经?|现已)({_GONE}|删除|作废)|^(转出|退团|离团|脱团|退学|除名|开除|去世|死亡|重复(?!性|率)|删除|作废)"
    rf"|(?<=[年月日号])(?!毕业)({_GONE})|(不|勿|不要)再?(导入|登记|录入)|[请应需待]删"
)
_HINT = re.compile(r"必填|选填|不填|填写|格式|示例|^如|^例|文本|下拉|[0-9]+\s*位|y{2,4}", re.IGNORECASE)
# Printed forms number their columns below the heading.
_COLUMN_NUMBER = re.compile(r"[（(]?[0-9]{1,2}[）)]?|[①-⑳]|[A-Z]|[甲乙丙丁戊己庚辛壬癸]|栏次")

# A line that says in several cells which branch the people below belong to.
_LABELLED = re.compile(r"^(所在|所属)?(团)?(支部|总支|组织)(名称|全称)?\s*[:：]")
_ORGANIZATION_WORD = re.compile(r"支部|总支|团委|工委|委员会|班|队|部|室|处|科|站|中心|年级|学院")
IS_LEAGUE = re.compile(r"(?<!党)(?<!党总)(支部|支部委员会|总支|总支部|团委|工委)([（(].*[）)])?$")
_ENDS: Final = ("支部", "委员会", "总支", "总支部", "团委", "工委", ")", "）")
# What nobody is called: the title on the second page, a group inside a branch.
_NOBODY = re.compile(
    r"名册|名单|[登统汇采一明信][记计总集览细息]表|台账|清单|小组|组$|[团党]员|群众|人员|[:：]|^[（(]?[一二三四五六七八九十]{1,3}[）)、.．]"
)
_DOTTED = re.compile(r"[\u4e00-\u9fff][·•・．‧][\u4e00-\u9fff]")


def is_footer(text: str) -> bool:
    """Whether a text stands below lists: a total, a note, a signature, a date."""
    return _FOOTER.search(text) is not None


@lru_cache(maxsize=2_000)
def why_struck_out(text: str) -> str:
    """The words by which a text says that somebody left, or is not to be entered; "" if it does not."""
    found = _STRUCK_OUT.search(tidy_line(text))
    return found[0] if found else ""


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
    named = _named(cells, family)
    if named and len(row.cells) < 3 and not certain and all(map(_ONLY_MARKS.match, named)):
        return "合计、说明或签字"
    if any(_SAMPLE.search(text) for text in named) or _SAMPLE.match(texts[0]) or _is_remarked_sample(cells):
        return "示例"
    if second_line and sum(second_line.get(column) == cell.text for column, cell in row.cells.items()) * 2 > len(texts):
        return "重复的表头"
    if not certain and sum(bool(_HINT.search(text)) for text in texts) * 2 > len(texts):
        return "填写提示"
    return ""


def _named(cells: Mapping[str, tuple[int, Cell]], family: Family) -> list[str]:
    return [tidy_line(cells[name][1].text) for name in family.named if name in cells]


def _is_remarked_sample(cells: Mapping[str, tuple[int, Cell]]) -> bool:
    text = cells["remark"][1].text if "remark" in cells else ""
    return "例" in text and _SAMPLE_REMARK.match(tidy_line(text)) is not None


def _is_footer(texts: Sequence[str], cells: Mapping[str, tuple[int, Cell]], family: Family) -> bool:
    named = _named(cells, family)
    if named and all(_COUNT.fullmatch(text) for text in named):
        return True
    if len(texts) > 1 and len(texts[0]) == len(texts[1]) == 1:
        # “合 | 计”
        texts = ["".join(texts[:2]), *texts[2:]]
    # Behind a name a month is when somebody was born, not when the list was made.
    return any(
        _FOOTER.search(text) and not (named and text not in named and _DATED.fullmatch(text)) for text in texts[:2]
    )


def _is_organization(cells: Mapping[str, tuple[int, Cell]], family: Family) -> bool:
    if family.kind != RowKind.ORGANIZATIONS or "full_name" not in cells or len(cells) < 3:
        return False
    return _ORGANIZATION_WORD.search(cells["full_name"][1].text) is not None


def title_of(row: Row, cells: dict[str, tuple[int, Cell]], family: Family) -> str:
    """The text of a line that holds nothing else, or else only numbers, and names a part of the sheet."""
    if len(row.cells) != 1:
        return _title_in_cells(row, cells, family)
    cell = next(iter(row.cells.values()))
    text = tidy_line(cell.text)
    if cell.kind != Kind.TEXT or is_footer(text):
        return ""
    in_name = any(name in cells for name in family.named)
    named = (_ORGANIZATION_WORD.search(text) and len(text) > 3) or _NOBODY.search(text)
    # Only names of people have a dot in the middle.
    return text if not in_name or named or (len(text) > 8 and not _DOTTED.search(text)) else ""


def _title_in_cells(row: Row, cells: dict[str, tuple[int, Cell]], family: Family) -> str:
    """The same of “支部名称： | 第一团支部 | 书记： | 王某”, and of “一 | 第一团支部 | 23人”."""
    first = next(iter(row.cells), 0)
    if family.kind is not None or not first:
        return ""
    at = cells["name"][0] if "name" in cells else first
    text = row.cells[at].text
    # Nobody is called 第一团支部; nearly every row is done with here.
    named = text.endswith(_ENDS) and IS_LEAGUE.search(text := tidy_line(text))
    labelled = not named and _LABELLED.match(row.cells[first].text)
    if not (labelled or named) or ("branch" in cells and cells["branch"][0] in (first, at)):
        return ""
    if family.lists_something({name: cell.text for name, (_, cell) in cells.items()}):
        return ""
    return " ".join(tidy_line(row.cells[column].text) for column in sorted(row.cells)[:6]) if labelled else text
