"""A circular as a Word file: what a template can say, and filling it in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from reports.circulars import wording
from reports.circulars.campaigns import Result
from reports.circulars.campaigns import Row as CampaignRow
from reports.circulars.figures import COMPLETE, Band, Entry, Row
from reports.circulars.org_life import KINDS, Branch, Cell, Group, OrgLife, branches_of, sum_of
from reports.completion_items import COMMITTEE_FROM
from reports.models import Circular, CircularKind

TEMPLATES: Final = Path(__file__).parent / "templates"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOTHING: Final = "—"
NOT_ISSUED: Final = "（草稿，印发时编号）"

# What a template can name, with what it says; a point leads to what belongs to one line of a list.
COMMON: Final = {
    "发文机关": "发文组织的全称",
    "发文字号": "机关代字、年份、序号，如 华岳团通〔2026〕3号",
    "标题": "通报的标题",
    "主送": "主送组织，不带冒号",
    "正文": "正文各段，按 {%p for 段 in 正文 %} … {%p endfor %} 逐段列出",
    "段.级别": "0 正文，1 一级标题，2 二级标题",
    "段.文字": "这一段的文字，标题已编好序号",
    "附件标题": "附件表格的标题",
    "统计时点": "数字是哪一天的",
    "数据截至": "数字取自什么时候",
    "各组": "表格各组，按 {%tr for 组 in 各组 %} … {%tr endfor %} 列出",
    "组.名称": "组的名称",
    "组.说明": "这一组的界限和个数",
    "组.行": "组内各行，按 {%tr for 行 in 组.行 %} … {%tr endfor %} 列出",
    "行.组织": "组织简称",
    "说明": "表格下的说明",
    "署名": "落款的署名",
    "成文日期": "印发的日期；草稿为当天",
}
OF_ENTRY: Final = {
    "行.类别": "组织类别",
    "行.应录": "应录项数",
    "行.已录": "已录项数",
    "行.按期": "按期录入项数",
    "行.缺项": "缺项数",
    "行.完成率": "完成率",
    "末列标题": "表格最后一列的标题：有对比时点为“已录增减”，没有为“按期率”",
    "行.末列": "表格最后一列：已录项数比对比时点的增减，或按期录入的比率",
    "本级": "本级一行，内容与 行 相同，如 {{ 本级.应录 }}",
    "合计": "合计一行，内容与 行 相同，如 {{ 合计.应录 }}",
}
OF_ORG_LIFE: Final = {
    **{f"行.{label}": f"{label}登记次数；补登的注明，不要求的为“不适用”" for label in KINDS.values()},
    "合计": "合计一行，内容与 行 相同，如 {{ 合计.团课 }}",
}
OF_CAMPAIGN: Final = {
    "行.应录": "截止时应录项数",
    "行.已录": "截止时已录项数",
    "行.按期": "按期录入项数",
    "行.缺项": "截止时缺项数",
    "行.完成率": "截止时的完成率",
    "行.延期内补录": "截止以后、准予延期的期限以内补录的项数",
    "行.补录": "截止后补录项数，准予延期的从延期届满算起",
    "合计": "合计一行，内容与 行 相同，如 {{ 合计.应录 }}",
}
VARIABLES: Final = {
    CircularKind.CAMPAIGN: COMMON | OF_CAMPAIGN,
    CircularKind.ENTRY: COMMON | OF_ENTRY,
    CircularKind.ORG_LIFE: COMMON | OF_ORG_LIFE,
}


def as_word(circular: Circular, template: bytes) -> bytes:
    """The circular laid out by this template."""
    return filled(template, context_of(circular))


def shipped(kind: str) -> bytes:
    """The template that comes with the system."""
    return (TEMPLATES / f"{CircularKind(kind).value}.docx").read_bytes()


def environment() -> SandboxedEnvironment:
    """What templates run in: nothing to call, and a name that is not there is a mistake."""
    made = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    made.globals.clear()
    made.filters.clear()
    made.tests.clear()
    return made


def filled(template: bytes, context: Mapping[str, Any]) -> bytes:
    """The template with everything said. Refuses one that cannot be filled in."""
    document = DocxTemplate(io.BytesIO(template))
    file = io.BytesIO()
    try:
        document.render(dict(context), environment(), autoescape=True)
        document.save(file)
    except (TemplateError, ValueError, KeyError, AttributeError) as problem:
        raise ValidationError("模板无法生成文件，请下载系统模板，在它上面修改后再上传。") from problem
    return file.getvalue()


def context_of(circular: Circular) -> dict[str, Any]:
    """Everything a template can name (``VARIABLES``)."""
    issued = timezone.localtime(circular.issued_at) if circular.issued_at else timezone.localtime()
    tables = {CircularKind.ENTRY: _entry, CircularKind.ORG_LIFE: _org_life, CircularKind.CAMPAIGN: _campaign}
    table = tables[CircularKind(circular.kind)](circular)
    return {
        "发文机关": circular.figures["issuer"],
        "发文字号": circular.symbol or NOT_ISSUED,
        "标题": circular.title,
        "主送": circular.addressee,
        "正文": [{"级别": each.level, "文字": each.text} for each in wording.blocks_of(text_of(circular))],
        "统计时点": wording.day(circular.on),
        "数据截至": f"{timezone.localtime(circular.counted_at):%Y-%m-%d %H:%M}",
        "署名": circular.signature,
        "成文日期": wording.day(issued.date()),
        **table,
    }


def text_of(circular: Circular) -> list[wording.Part]:
    """The parts of its text."""
    return wording.parts_in(circular.parts)


def _entry(circular: Circular) -> dict[str, Any]:
    figures: Entry = circular.figures["table"]
    compared = circular.since is not None
    since = f"已录增减与{wording.day(circular.since)}相比。" if circular.since else ""
    weighed = f"{figures['weighed']}。" if figures.get("weighed") else ""
    return {
        "附件标题": "信息录入完成情况表",
        "末列标题": "已录增减" if circular.since else "按期率",
        "各组": [_band(band, compared) for band in reversed(figures["bands"])],
        "本级": _entry_line(figures["own"], compared),
        "合计": _entry_line(figures["total"], compared),
        "说明": f"按完成率分组，组内按组织顺序，不排名次；不适用的项目不计入应录。{weighed}{since}",
    }


def _band(band: Band, compared: bool) -> dict[str, Any]:
    rows = [_entry_line(row, compared) for row in band["rows"]]
    return {"名称": band["word"], "说明": f"{band['bounds']}，{len(rows)} 个", "行": rows}


def _entry_line(row: Row, compared: bool) -> dict[str, str]:
    return {
        "组织": row["name"],
        "类别": row["type"],
        "应录": f"{row['expected']:,}",
        "已录": f"{row['actual']:,}",
        "按期": f"{row['on_time']:,}",
        "缺项": f"{row['missing']:,}",
        "完成率": wording.percent(row["rate"]),
        "末列": _increase(row) if compared else _on_time(row),
    }


def _increase(row: Row) -> str:
    return signed(row["actual"] - row["then"][1]) if row["then"] else NOTHING


def _on_time(row: Row) -> str:
    if not row["expected"]:
        return wording.percent(None)
    all_on_time = row["on_time"] == row["expected"]
    return wording.percent(COMPLETE if all_on_time else min(99.9, 100 * row["on_time"] / row["expected"]))


def signed(number: int) -> str:
    """+3, −3, 0."""
    return f"{number:+,}".replace("-", "−") if number else "0"


def _campaign(circular: Circular) -> dict[str, Any]:
    result: Result = circular.figures["table"]
    return {
        "附件标题": "调度完成情况表",
        "各组": [
            {
                "名称": band["word"],
                "说明": f"{len(band['rows'])} 个",
                "行": [_campaign_line(row) | {"组织": wording.put_off_name(band, row)} for row in band["rows"]],
            }
            for band in result["bands"]
        ],
        "合计": _campaign_line(result["total"]),
        "说明": "应录、已录、按期、缺项和完成率为截止时的数字，不再变动；按状态分组，组内按组织顺序，不排名次。",
    }


def _campaign_line(row: CampaignRow) -> dict[str, str]:
    return {
        "组织": row["name"],
        "应录": f"{row['expected']:,}",
        "已录": f"{row['actual']:,}",
        "按期": f"{row['on_time']:,}",
        "缺项": f"{row['missing']:,}",
        "完成率": wording.percent(row["rate"]),
        "延期内补录": f"{row.get('in_extension', 0):,}",
        "补录": f"{row['late']:,}",
    }


def _org_life(circular: Circular) -> dict[str, Any]:
    figures: OrgLife = circular.figures["table"]
    month = circular.month or circular.on
    return {
        "附件标题": f"{month.year}年{month.month}月“三会两制一课”登记情况表",
        "各组": [_group(group) for group in figures["groups"]],
        "合计": {"组织": "合计（登记的团支部数）"} | _sums(branches_of(figures)),
        "说明": "数字为登记次数，“—”为当月没有登记；“补”为逾期补登。支部大会、团课按季度要求；"
        f"支委会不要求团员不足 {COMMITTEE_FROM} 人的团支部。",
    }


def _group(group: Group) -> dict[str, Any]:
    rows = [{"组织": row["name"]} | _meetings(row) for row in group["rows"]]
    return {"名称": group["name"], "说明": f"{len(rows)} 个团支部", "行": rows}


def _meetings(row: Branch) -> dict[str, str]:
    return {label: times(row["cells"][code]) for code, label in KINDS.items()}


def times(cell: Cell) -> str:
    """How often, with what was registered late; — where nothing is, 不适用 where nothing is asked."""
    if not cell["held"]:
        return "不适用" if cell["why"] else NOTHING
    return f"{cell['held']}（补{cell['late']}）" if cell["late"] else f"{cell['held']}"


def _sums(rows: Iterable[Branch]) -> dict[str, str]:
    lines = list(rows)
    return {label: f"{sum_of(lines, code)['held']}" for code, label in KINDS.items()}


def file_name(circular: Circular) -> str:
    """What the file is called when it is fetched."""
    return f"{circular.symbol or '草稿'}{circular.title}.docx"
