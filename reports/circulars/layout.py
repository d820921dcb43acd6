"""The shipped Word templates, drawn by code: paper, type and page numbers of GB/T 9704—2012.

A4, margins 37 / 28 / 35 / 26 mm, 22 lines of 28 characters; title 二号小标宋, text 三号仿宋, headings 黑体 and 楷体.
Fonts are named, never shipped: the ones an office has, with the names other systems know them by. Every style and every
run names its font for Chinese text (w:eastAsia), which is what Word goes by.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from reports.models import CircularKind

# 小标宋 as 方正字库 names it, and the names the same hand has elsewhere; the rest alike.
TITLE, TEXT, HEADING, SUBHEADING, NUMBERS = "FZXiaoBiaoSong-B05S", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN: Final = "Times New Roman"
FALLBACKS: Final = {TITLE: "方正小标宋简体,宋体", TEXT: "仿宋,FangSong", HEADING: "SimHei", SUBHEADING: "楷体,KaiTi"}
# 225 mm over 22 lines, in points; Word keeps twentieths.
LINE: Final = 28.95
_TWENTIETHS: Final = 579
# 156 mm hold 28 characters of 15.75 pt: 三号 is 16 pt, set closer by a quarter of a point. A grid of characters
# (linesAndChars) does the same in Word, but other programs give each character two fields of it.
_CLOSER: Final = -5
BODY: Final = 16
RED: Final = RGBColor(0xC8, 0x10, 0x2E)
_CENTER, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_INDENT: Final = Pt(31.5)

# Heading, content and width in mm of the columns; 17 mm hold “100.0%” and “不适用” on one line.
_ENTRY: Final = (
    ("组织", "{{ 行.组织 }}", 51),
    ("应录（项）", "{{ 行.应录 }}", 18),
    ("已录（项）", "{{ 行.已录 }}", 18),
    ("按期（项）", "{{ 行.按期 }}", 18),
    ("缺项（项）", "{{ 行.缺项 }}", 17),
    ("完成率", "{{ 行.完成率 }}", 17),
    ("{{ 末列标题 }}", "{{ 行.末列 }}", 17),
)
_CAMPAIGN: Final = (
    ("组织", "{{ 行.组织 }}", 43),
    *((heading, content, 16) for heading, content, _ in _ENTRY[1:-2]),
    _ENTRY[-2],
    ("延期内补录", "{{ 行.延期内补录 }}", 16),
    ("截止后补录", "{{ 行.补录 }}", 16),
)
_ORG_LIFE: Final = (
    ("团支部", "{{ 行.组织 }}", 64),
    ("支部大会", "{{ 行.支部大会 }}", 23),
    ("支委会", "{{ 行.支委会 }}", 23),
    ("团小组会", "{{ 行.团小组会 }}", 23),
    ("团课", "{{ 行.团课 }}", 23),
)


def drawn(kind: CircularKind) -> bytes:
    """The template of this kind as a .docx file."""
    document = Document()
    _styles(document)
    _paper(document)
    _opening(document)
    _closing(document)
    columns = {CircularKind.ENTRY: _ENTRY, CircularKind.ORG_LIFE: _ORG_LIFE, CircularKind.CAMPAIGN: _CAMPAIGN}[kind]
    _table(document, columns, with_own=kind == CircularKind.ENTRY)
    _page_numbers(document)
    _name_fallbacks(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "通报", "", ""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    _dress(normal, TEXT, BODY)
    spacing = normal.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE)
    spacing.widow_control = False
    for name, font, size in (
        ("公文标志", TITLE, 26),
        ("公文标题", TITLE, 22),
        ("公文正文", TEXT, BODY),
        ("一级标题", HEADING, BODY),
        ("二级标题", SUBHEADING, BODY),
        ("附件标签", HEADING, BODY),
        ("表格文字", TEXT, 12),
        ("表格标题", HEADING, 12),
        ("公文页码", NUMBERS, 14),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.quick_style = normal, True
        _dress(style, font, size)
    for name in ("公文正文", "一级标题", "二级标题"):
        document.styles[name].paragraph_format.first_line_indent = _INDENT
    for name in ("一级标题", "二级标题"):
        # A heading is not the last line of a page.
        document.styles[name].paragraph_format.keep_with_next = True
    document.styles["公文标志"].font.color.rgb = RED
    for name in ("公文标志", "公文标题"):
        spaced = document.styles[name].paragraph_format
        spaced.alignment, spaced.line_spacing = _CENTER, Pt(36)
    for name in ("表格文字", "表格标题"):
        document.styles[name].paragraph_format.line_spacing = Pt(18)
        _off_grid(document.styles[name].element.get_or_add_pPr())


def _dress(style: Any, font: str, size: float) -> None:
    style.font.name, style.font.size = LATIN, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(attribute), None)
    fonts.set(qn("w:eastAsia"), font)
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(_CLOSER if size == BODY else 0))
    properties = style.element.rPr
    properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")


def _off_grid(properties: Any) -> None:
    """Lines of tables keep their own height."""
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    # The order of elements is part of the format.
    properties.insert_element_before(snap, "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")


def _paper(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(24)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(_TWENTIETHS))
    section._sectPr.append(grid)
    document.settings.odd_and_even_pages_header_footer = True


def _say(document: Any, style: str, text: str, font: str = "") -> Any:
    paragraph = document.add_paragraph(style=style)
    _run(paragraph, text, font)
    return paragraph


def _run(paragraph: Any, text: str, font: str = "") -> Any:
    """A run with its fonts named in itself too, as programs that paste it elsewhere need it."""
    run = paragraph.add_run(text)
    named = paragraph.style.element.rPr.rFonts.get(qn("w:eastAsia"))
    run.font.name = LATIN
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font or named)
    return run


def _opening(document: Any) -> None:
    _say(document, "公文标志", "{{ 发文机关 }}")
    _say(document, "Normal", "")
    symbol = _say(document, "Normal", "{{ 发文字号 }}")
    symbol.alignment = _CENTER
    _red_line(symbol)
    _say(document, "Normal", "")
    _say(document, "公文标题", "{{ 标题 }}")
    _say(document, "Normal", "")
    _say(document, "Normal", "{{ 主送 }}：")
    _say(document, "公文正文", "{%p for 段 in 正文 %}")
    for condition, style in (("if 段.级别 == 1", "一级标题"), ("elif 段.级别 == 2", "二级标题"), ("else", "公文正文")):
        _say(document, style, f"{{%p {condition} %}}")
        _say(document, style, "{{ 段.文字 }}")
    _say(document, "公文正文", "{%p endif %}")
    _say(document, "公文正文", "{%p endfor %}")


def _red_line(paragraph: Any) -> None:
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", str(RED))):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr"
    )


def _closing(document: Any) -> None:
    _say(document, "Normal", "")
    _say(document, "公文正文", "附件：{{ 附件标题 }}")
    _say(document, "Normal", "")
    _say(document, "Normal", "")
    signature = _say(document, "Normal", "{{ 署名 }}")
    signature.alignment, signature.paragraph_format.right_indent = _RIGHT, Pt(32)
    dated = _say(document, "Normal", "{{ 成文日期 }}")
    dated.alignment, dated.paragraph_format.right_indent = _RIGHT, Pt(64)
    for paragraph in (signature, dated):
        paragraph.paragraph_format.keep_together = True
    signature.paragraph_format.keep_with_next = True


def _table(document: Any, columns: Iterable[tuple[str, str, int]], *, with_own: bool) -> None:
    document.add_section(WD_SECTION.NEW_PAGE)
    columns = tuple(columns)
    _say(document, "附件标签", "附件")
    _say(document, "Normal", "")
    _say(document, "公文标题", "{{ 附件标题 }}")
    _say(document, "表格文字", "统计时点：{{ 统计时点 }}　数据截至：{{ 数据截至 }}").alignment = _CENTER
    table = document.add_table(rows=1, cols=len(columns))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    _fill(table.rows[0], [heading for heading, _, _ in columns], "表格标题")
    _repeat(table.rows[0])
    contents = [content for _, content, _ in columns]
    _deed(table, "{%tr for 组 in 各组 %}")
    _across(table, "{{ 组.名称 }}（{{ 组.说明 }}）")
    _deed(table, "{%tr for 行 in 组.行 %}")
    _fill(table.add_row(), contents, "表格文字")
    _deed(table, "{%tr endfor %}")
    _deed(table, "{%tr endfor %}")
    for name in ("本级", "合计") if with_own else ("合计",):
        if name == "本级":
            # Otherwise its line would stand in the last of the groups.
            _across(table, name)
        _fill(table.add_row(), [content.replace("行.", f"{name}.") for content in contents], "表格文字")
    for row in table.rows:
        row.height_rule, row.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Mm(7)
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, (_, _, width) in zip(row.cells, columns, strict=True):
            if not _is_merged(row):
                cell.width = Mm(width)
    for column, (_, _, width) in zip(table.columns, columns, strict=True):
        column.width = Mm(width)
    _say(document, "表格文字", "{{ 说明 }}")


def _fill(row: Any, texts: Iterable[str], style: str) -> None:
    for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.style = paragraph.part.document.styles[style]
        _run(paragraph, text)
        if place or style == "表格标题":
            paragraph.alignment = _CENTER
        cell.vertical_alignment = 1


def _deed(table: Any, text: str) -> None:
    """A line that stands for a loop and is not printed."""
    paragraph = table.add_row().cells[0].paragraphs[0]
    paragraph.style = paragraph.part.document.styles["表格文字"]
    _run(paragraph, text)


def _across(table: Any, text: str) -> None:
    cells = table.add_row().cells
    merged = cells[0].merge(cells[-1])
    paragraph = merged.paragraphs[0]
    paragraph.style = paragraph.part.document.styles["表格标题"]
    _run(paragraph, text)


def _is_merged(row: Any) -> bool:
    return len(row._tr.tc_lst) == 1


def _repeat(row: Any) -> None:
    heading = OxmlElement("w:tblHeader")
    heading.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(heading)


def _page_numbers(document: Any) -> None:
    """“— 1 —” 四号宋体, at the outer edge, one character in (GB/T 9704—2012, 7.5)."""
    section = document.sections[0]
    for footer, alignment in ((section.footer, _RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style, paragraph.alignment = document.styles["公文页码"], alignment
        edge = paragraph.paragraph_format
        edge.right_indent, edge.left_indent = (Pt(14), Pt(0)) if alignment == _RIGHT else (Pt(0), Pt(14))
        _run(paragraph, "— ")
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = _run(paragraph, "")
            element = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = text
            run._element.append(element)
        _run(paragraph, " —")
        for run in paragraph.runs:
            run.font.name = NUMBERS


def _name_fallbacks(document: Any) -> None:
    """What to take where a font is not there: names in the table of fonts."""
    part = next(each for each in document.part.package.iter_parts() if each.partname == "/word/fontTable.xml")
    named = "".join(
        f'<w:font w:name="{font}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for font, others in FALLBACKS.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", f"{named}</w:fonts>".encode())
