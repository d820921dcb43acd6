"""The Word file: paper, type and lines of GB/T 9704—2012, fonts for Chinese text, and the numbers of the board."""

import io
import zipfile
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile as a_file
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from branches.models import AuditEntry
from reports.circulars import issuing, layout, template_checks, template_files, word
from reports.completion.progress import board_of
from reports.models import CircularKind, CircularTemplate
from reports.tests.circulars import a_draft, an_issued, document, meddled, table_in, texts_in

ENTRY = CircularKind.ENTRY


def refusal(content, kind=ENTRY):
    with pytest.raises(ValidationError) as refused:
        template_checks.check(content, kind)
    return refused.value.messages


def xml_of(content, name="word/document.xml"):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return ElementTree.fromstring(archive.read(name))  # noqa: S314 – our own file


@pytest.mark.parametrize("kind", CircularKind)
def test_paper_and_lines(kind):
    shipped = document(word.shipped(kind))

    for section in shipped.sections:
        sizes = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
        sizes += (section.left_margin, section.right_margin)
        assert [round(size / Mm(1)) for size in sizes] == [210, 297, 37, 35, 28, 26]
        grid = section._sectPr.find(qn("w:docGrid"))
        assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")
    normal = shipped.styles["Normal"]
    lines = normal.paragraph_format
    assert (lines.line_spacing_rule, lines.line_spacing) == (WD_LINE_SPACING.EXACTLY, Pt(28.95))
    # 22 lines fill 225 mm; 28 characters, each closer by a quarter of a point, fit into 156 mm.
    assert 22 * 28.95 <= Mm(225).pt < 23 * 28.95
    closer = int(normal.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert 28 * (16 + closer) <= Mm(156).pt < 29 * (16 + closer)


@pytest.mark.parametrize("kind", CircularKind)
def test_fonts_are_named_for_chinese_text(kind):
    shipped = document(word.shipped(kind))

    named = {
        style.name: (style.element.rPr.rFonts.get(qn("w:eastAsia")), style.font.size.pt)
        for style in shipped.styles
        if style.name in ("公文标题", "公文正文", "一级标题", "二级标题", "公文页码")
    }
    runs = list(shipped.element.body.iter(qn("w:r")))

    assert named == {
        "公文标题": ("FZXiaoBiaoSong-B05S", 22),
        "公文正文": ("仿宋_GB2312", 16),
        "一级标题": ("黑体", 16),
        "二级标题": ("楷体_GB2312", 16),
        "公文页码": ("宋体", 14),
    }
    assert runs
    assert [run.xml for run in runs if run.rPr is None or not run.rPr.rFonts.get(qn("w:eastAsia"))] == []
    fonts = xml_of(word.shipped(kind), "word/fontTable.xml")
    others = {font.get(qn("w:name")): font.find(qn("w:altName")) for font in fonts}
    assert others["FZXiaoBiaoSong-B05S"].get(qn("w:val")) == "方正小标宋简体,宋体"


@pytest.mark.parametrize("kind", CircularKind)
def test_a_heading_is_never_the_last_line_of_a_page(kind):
    styles = document(word.shipped(kind)).styles

    kept = {name: styles[name].paragraph_format.keep_with_next for name in ("一级标题", "二级标题", "公文正文")}
    assert kept == {"一级标题": True, "二级标题": True, "公文正文": None}


def test_page_numbers_stand_outside():
    section = document(word.shipped(ENTRY)).sections[0]

    found = [
        (footer.paragraphs[0].alignment.name, footer.paragraphs[0].text, "PAGE" in footer.paragraphs[0]._p.xml)
        for footer in (section.footer, section.even_page_footer)
    ]

    assert found == [("RIGHT", "—  —", True), ("LEFT", "—  —", True)]


@pytest.mark.parametrize("kind", CircularKind)
def test_the_shipped_templates_are_those_the_code_draws(kind):
    drawn = layout.drawn(kind)

    for part in ("word/document.xml", "word/styles.xml", "word/fontTable.xml"):
        assert ElementTree.tostring(xml_of(drawn, part)) == ElementTree.tostring(xml_of(word.shipped(kind), part))


@pytest.mark.parametrize("columns", [layout._ENTRY, layout._CAMPAIGN])
def test_a_rate_stands_on_one_line(columns):
    widths = {heading: width for heading, _, width in columns}

    # “100.0%” takes 13.1 mm in 12 pt, and a cell keeps 3.8 mm free.
    assert (sum(widths.values()), widths["完成率"]) == (156, 17)


def test_the_file_says_what_the_board_says(world, today):
    board = board_of(world.bureau, today, user=world.bureau_admin)

    content = an_issued(world.bureau, by=world.bureau_admin).file.content

    rows = [[row[0], *row[1:5]] for row in table_in(content)]
    wanted = [
        [name, *(f"{number:,}" for number in (row.expected, row.actual, row.on_time, row.missing))]
        for name, row in [
            *((row.organization.short_name, row) for row in board.rows),
            ("华岳局团委本级", board.own_level),
            (board.sum_name, board.total),
        ]
    ]
    # Its line is in none of the groups, whose numbers leave it out.
    assert rows.pop(-3) == ["本级"]
    assert rows[0] == ["组织", "应录（项）", "已录（项）", "按期（项）", "缺项（项）"]
    assert rows[1] == ["缺口较大（低于 85%，2 个）"]
    assert rows[2:] == wanted
    texts = texts_in(content)
    assert texts[4] == "关于2026年11月信息录入进度的通报"
    assert "各下级团组织：" in texts
    assert texts.index("一、总体情况") < texts.index("（一）缺口较大的组织（低于 85%）") < texts.index("二、工作要求")
    assert [text for text in texts if text.startswith("统计时点：")] == [
        "统计时点：2026年11月21日　数据截至：2026-11-21 12:00"
    ]
    assert texts[texts.index("中国共产主义青年团华岳局委员会", 1) + 1] == "2026年11月21日"
    assert not [text for text in texts if "{{" in text or "{%" in text]


def test_what_people_write_is_text_and_no_markup(world):
    circular = a_draft(world.bureau, by=world.bureau_admin)
    circular.title = "A<w:t>&{{ 7 }}"

    content = word.as_word(circular, word.shipped(ENTRY))

    assert "A<w:t>&{{ 7 }}" in texts_in(content)


def test_a_draft_is_fetched_and_logged(world):
    circular = a_draft(world.bureau, by=world.bureau_admin)

    content = issuing.fetched(circular, by=world.bureau_admin)

    assert "（草稿，印发时编号）" in texts_in(content)
    assert AuditEntry.objects.filter(kind="exported").get().changes == {"内容": [None, "（草稿，印发时编号）"]}


@pytest.mark.parametrize("kind", CircularKind)
def test_the_shipped_templates_are_accepted(kind):
    template_checks.check(word.shipped(kind), kind)


DOCUMENT, RELS = "word/document.xml", "word/_rels/document.xml.rels"
LINK = '<Relationship Id="rId99" Type="x" Target="http://example.com/a" TargetMode="External"/></Relationships>'
DDE = "<w:p><w:r><w:instrText>DDEAUTO c:\\\\cmd</w:instrText></w:r></w:p></w:body>"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda: b"", "这不是可以使用的 Word 文件，请另存为 .docx 后再上传。"),
        (lambda: b"PK\x03\x04 nothing", "这不是可以使用的 Word 文件，请另存为 .docx 后再上传。"),
        (
            lambda: meddled(word.shipped(ENTRY), parts={"word/vbaProject.bin": b"x"}),
            "模板含有宏，请另存为不含宏的 .docx 后再上传。",
        ),
        (
            lambda: meddled(word.shipped(ENTRY), parts={"word/embeddings/a.xlsx": b"x"}),
            "模板里嵌有其他文件或控件，请删除后再上传。",
        ),
        (
            lambda: meddled(word.shipped(ENTRY), replace=[(RELS, "</Relationships>", LINK)]),
            "模板引用了文件以外的内容（链接或外部图片），请删除后再上传。",
        ),
        (
            lambda: meddled(word.shipped(ENTRY), replace=[(DOCUMENT, "</w:body>", DDE)]),
            "模板里有页码以外的域（如 INCLUDETEXT、DDE），请删除后再上传。",
        ),
        (
            lambda: meddled(word.shipped(ENTRY), parts={"word/footnotes.xml": b"<!DOCTYPE a><a/>"}),
            "模板含有不安全的内容，请在系统模板上修改后再上传。",
        ),
        (
            lambda: meddled(word.shipped(ENTRY), parts={"word/media/a.bmp": b"0" * 5 * 2**20}),
            "模板超过 2 MB，请删去图片后再上传。",
        ),
        (
            lambda: meddled(word.shipped(ENTRY), replace=[(DOCUMENT, "{{ 主送 }}", "{{ 作者 }}{{ 行长 }}")]),
            "模板里有系统不认识的变量：作者、行长。请对照变量说明修改。",
        ),
        (
            lambda: meddled(word.shipped(ENTRY), replace=[(DOCUMENT, "数据截至：{{ 数据截至 }}", "")]),
            "模板里缺少变量：数据截至。请补上后再上传。",
        ),
        (
            lambda: meddled(word.shipped(ENTRY), replace=[(DOCUMENT, "{{ 主送 }}", "{{ 主送.__class__ }}")]),
            "模板里有系统不认识的变量：主送.__class__。请对照变量说明修改。",
        ),
        *(
            (
                lambda text=text: meddled(word.shipped(ENTRY), replace=[(DOCUMENT, "{{ 主送 }}", text)]),
                "模板里只能写变量、循环和判断，不能写计算、函数和筛选，请对照变量说明修改。",
            )
            for text in (
                "{{ 主送 * 999999999 }}",
                "{{ 主送() }}",
                "{{ 主送|center(99) }}",
                "{{ 主送.a.b }}",
                "{% set x = 标题 %}",
                "{% for a in 各组 %}{% for b in 各组 %}{% endfor %}{% endfor %}",
                "{% for a in [1, 2] %}{% endfor %}",
            )
        ),
        (
            lambda: meddled(word.shipped(ENTRY), replace=[(DOCUMENT, "{{ 主送 }}", "{% if 标题 %}")]),
            "模板的写法有误：elif 附近无法识别。请对照变量说明修改。",
        ),
    ],
)
def test_templates_that_are_refused(changed, said):
    assert refusal(changed()) == [said]


def test_a_template_of_the_other_kind_is_refused():
    [said] = refusal(word.shipped(CircularKind.ORG_LIFE))

    assert said.startswith("模板里有系统不认识的变量：行.支部大会、")


def test_an_own_template_is_used_until_it_is_retired(world):
    content = meddled(word.shipped(ENTRY), replace=[(DOCUMENT, "{{ 主送 }}：", "致{{ 主送 }}：")])
    template_files.hand_in(world.bureau, a_file("自用.docx", content), kind=ENTRY, by=world.bureau_admin)
    draft = a_draft(world.bureau, by=world.bureau_admin)
    before = texts_in(issuing.fetched(draft, by=world.bureau_admin))
    template_files.hand_in(world.bureau, a_file("又一份.docx", content), kind=ENTRY, by=world.bureau_admin)

    replaced, own = CircularTemplate.objects.order_by("pk").values_list("pk", flat=True)
    with pytest.raises(ValidationError, match="这个模板刚刚被他人换过，请重新打开后再办理。"):
        template_files.retire(world.bureau, kind=ENTRY, template=replaced, by=world.bureau_admin)
    assert template_files.in_use(world.bureau, ENTRY) == content

    template_files.retire(world.bureau, kind=ENTRY, template=own, by=world.bureau_admin)

    assert "致各下级团组织：" in before
    assert "各下级团组织：" in texts_in(issuing.fetched(draft, by=world.bureau_admin))
    assert template_files.in_use(world.general, ENTRY) == word.shipped(ENTRY)
    assert CircularTemplate.objects.filter(retired_at=None).count() == 0
    with pytest.raises(ValidationError, match="现在用的就是系统模板。"):
        template_files.retire(world.bureau, kind=ENTRY, template=own, by=world.bureau_admin)


def test_a_refused_template_is_not_kept(world):
    with pytest.raises(ValidationError) as refused:
        template_files.hand_in(world.bureau, a_file("坏.docx", b"PK"), kind=ENTRY, by=world.bureau_admin)

    assert refused.value.message_dict == {"file": ["这不是可以使用的 Word 文件，请另存为 .docx 后再上传。"]}
    assert CircularTemplate.objects.count() == 0


def test_a_template_is_sealed(world):
    template = template_files.hand_in(
        world.bureau, a_file("自用.docx", word.shipped(ENTRY)), kind=ENTRY, by=world.bureau_admin
    )

    assert template.file.content == word.shipped(ENTRY)
    assert bytes(template.file.sealed)[:2] != b"PK"
