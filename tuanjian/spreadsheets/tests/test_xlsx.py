import pytest

from tuanjian.spreadsheets.cells import Cell, Kind, Limits, Merge, Row, Sheet, Workbook
from tuanjian.spreadsheets.reading import read_in_process
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.tests.workbooks import MAIN, a_row, a_sheet, number, packed, parts_of, text

DOCTYPE = '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "甲">]>'


@pytest.fixture
def read(tmp_path):
    def read(*sheets, change=(), limits=None, **options):
        parts = parts_of(*sheets, **options) | dict(change)
        path = packed(tmp_path / "名册.xlsx", {name: content for name, content in parts.items() if content is not None})
        return read_in_process(path, name="名册.xlsx", limits=limits)

    return read


@pytest.fixture
def refused(read):
    def refused(*sheets, **options):
        with pytest.raises(FileRefused) as refusal:
            read(*sheets, **options)
        return refusal.value.code

    return refused


def only_row(workbook):
    (sheet,) = workbook.sheets
    (row,) = sheet.rows
    return row


def test_a_workbook_becomes_sheets_of_text_cells(read):
    workbook = read(a_sheet(["姓名", "民族"], ["李小明", "汉族"]))

    rows = [Row(1, {1: text("姓名"), 2: text("民族")}), Row(2, {1: text("李小明"), 2: text("汉族")})]
    assert workbook == Workbook([Sheet("表1", rows=rows)], called="名册")


CELLS = [
    ('<c r="A1" t="s"><v>0</v></c>', text("司空岳")),
    ('<c r="A1" t="inlineStr"><is><r><t>司</t></r><r><t>空</t></r><rPh><t>SI</t></rPh></is></c>', text("司空")),
    ('<c r="A1" t="str"><f>B1&amp;C1</f><v>甲</v></c>', text("甲", formula=True)),
    ('<c r="A1"><f>B1</f></c>', Cell("", Kind.FORMULA_EMPTY, formula=True)),
    ('<c r="A1"><f>B1</f><v></v></c>', Cell("", Kind.FORMULA_EMPTY, formula=True)),
    ('<c r="A1"><f>B1</f><v>5</v></c>', Cell("5", Kind.NUMBER, "5", True)),
    ('<c r="A1" t="e"><v>#N/A</v></c>', Cell("#N/A", Kind.ERROR)),
    ('<c r="A1" t="b"><v>1</v></c>', Cell("TRUE", Kind.BOOLEAN)),
    ('<c r="A1" t="d"><v>2021-05-04</v></c>', Cell("2021-05-04", Kind.DATE, "2021-05-04")),
    ('<c r="A1" s="1"><v>44320</v></c>', Cell("2021-05-04", Kind.DATE, "44320")),
    ('<c r="A1" s="2"><v>44317</v></c>', Cell("2021-05-01", Kind.DATE, "44317", False, True)),
    ('<c r="A1" s="9"><v>44320</v></c>', number("44320")),
    ('<c r="A1"><v>3.79998200203041E+17</v></c>', number("3.79998200203041E+17", "379998200203041000")),
    ('<c r="A1" t="inlineStr"><is><t>甲&lt;&amp;&#10;乙</t></is></c>', text("甲<&\n乙")),
    ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> 甲 </t></is></c>', text(" 甲 ")),
    ('<c t="inlineStr"><is><t>无地址</t></is></c>', text("无地址")),
]


@pytest.mark.parametrize(("cell", "expected"), CELLS)
def test_every_kind_of_cell_is_told_apart(read, cell, expected):
    strings = "<si><r><t>司</t></r><r><rPr><b/></rPr><t>空岳</t></r><rPh><t>SIKONG</t></rPh></si>"

    workbook = read(a_sheet(f'<row r="1">{cell}</row>'), strings=strings, formats=["yyyy-mm-dd", "yyyy年m月"])

    assert only_row(workbook) == Row(1, {1: expected})


def test_dates_count_from_1904_where_the_workbook_says_so(read):
    sheet = a_sheet('<row r="1"><c r="A1" s="1"><v>42858</v></c></row>')

    workbook = read(sheet, formats=["yyyy-mm-dd"], workbook_properties='<workbookPr date1904="1"/>')

    assert workbook.sheets == [Sheet("表1", rows=[Row(1, {1: Cell("2021-05-04", Kind.DATE, "42858")})], date1904=True)]


def test_blank_cells_and_rows_are_left_out_and_lines_kept(read):
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t> </t></is></c></row>'
    empty = "".join(f'<row r="{line}" s="2" customFormat="1"/>' for line in range(6, 5_000))

    workbook = read(a_sheet(a_row(3, "甲"), a_row(5, "　", "乙"), empty, far))

    assert workbook.sheets[0].rows == [Row(3, {1: text("甲")}), Row(5, {2: text("乙")})]


@pytest.mark.parametrize("ref", ["A1", "A1:XFD1048576"])
def test_the_dimension_is_not_believed(read, ref):
    workbook = read(a_sheet(["甲", "乙"], ["丙", "丁"], before=f'<dimension ref="{ref}"/>'))

    assert [list(row.cells) for row in workbook.sheets[0].rows] == [[1, 2], [1, 2]]


def test_cells_and_rows_without_address_follow_each_other(read):
    row = '<row><c t="inlineStr"><is><t>甲</t></is></c><c/><c><v>1</v></c></row>'

    workbook = read(a_sheet(row, row))

    cells = {1: text("甲"), 3: number("1")}
    assert workbook.sheets[0].rows == [Row(1, cells), Row(2, cells)]


def test_prefixed_names_are_the_same_names(read):
    sheet = (
        f'<m:worksheet xmlns:m="{MAIN}"><m:sheetData><m:row r="1"><m:c r="A1" t="inlineStr">'
        "<m:is><m:t>甲</m:t></m:is></m:c></m:row></m:sheetData></m:worksheet>"
    )

    assert only_row(read(sheet)) == Row(1, {1: text("甲")})


def test_hidden_rows_columns_and_merges_are_told(read):
    hidden = a_row(2, "丙", "丁").replace("<row", '<row hidden="1"', 1)
    columns = '<cols><col min="2" max="16384" hidden="1"/></cols>'
    merges = '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="A5:XFD1048576"/></mergeCells>'

    workbook = read(a_sheet(["甲", "乙"], hidden, before=columns, after=merges))

    (sheet,) = workbook.sheets
    assert [row.hidden for row in sheet.rows] == [False, True]
    assert sheet.hidden_columns == {2}
    assert sheet.merged == (Merge(1, 1, 2, 2), Merge(5, 1, 1048576, 16384))


def test_of_a_hidden_sheet_only_the_name_is_known(read):
    workbook = read(a_sheet(["甲"]), a_sheet(["旧名单"]), states=["", ' state="veryHidden"'])

    assert workbook == Workbook(
        [Sheet("表1", rows=[Row(1, {1: text("甲")})]), Sheet("表2", hidden=True)],
        warnings=("W_HIDDEN",),
        called="名册",
    )


def test_external_links_are_told_and_not_followed(read):
    parts = parts_of(a_sheet(["甲"]))
    links = parts["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="r9" Type="x/externalLinkPath" Target="http://127.0.0.1:9/a.xlsx" TargetMode="External"/>'
        "</Relationships>",
    )

    workbook = read(a_sheet(["甲"]), change={"xl/_rels/workbook.xml.rels": links})

    assert workbook.warnings == ("W_EXTERNAL",)


def test_long_text_is_cut_and_marked(read):
    row = only_row(read(a_sheet(["长" * 1_001])))

    assert row == Row(1, {1: Cell("长" * 1_000, Kind.TEXT, "", False, False, True)})


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1"><v>2</v></c></row>',
        '<row r="2"><c r="A1"><v>1</v></c></row>',
        '<row r="2000000000"><c><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1"><v>noon</v></c></row>',
        '<row r="1"><c r="A1" t="zz"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>\x02</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>',
        "<row r=1></row>",
        '<row r="1">',
        "<x>" * 100 + "</x>" * 100,
    ],
)
def test_contradictions_and_broken_markup_refuse_the_file(refused, row):
    assert refused(a_sheet(row)) == "F_CORRUPT"


@pytest.mark.parametrize(
    "change",
    [
        {"xl/worksheets/sheet1.xml": a_sheet(["甲"], declaration=DOCTYPE)},
        {"xl/worksheets/sheet1.xml": a_sheet(["甲"], declaration="<!DOCTYPE worksheet>")},
        {"xl/workbook.xml": DOCTYPE + parts_of(a_sheet())["xl/workbook.xml"]},
        {"xl/styles.xml": DOCTYPE + parts_of(a_sheet())["xl/styles.xml"]},
        {"[Content_Types].xml": DOCTYPE + parts_of(a_sheet())["[Content_Types].xml"]},
        {"xl/sharedStrings.xml": DOCTYPE + f'<sst xmlns="{MAIN}"><si><t>&a;</t></si></sst>'},
    ],
)
def test_a_doctype_anywhere_refuses_the_file(refused, change):
    assert refused(a_sheet(["甲"]), strings="", change=change) == "F_UNSAFE"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"xl/workbook.xml": None}, "F_CORRUPT"),
        ({"xl/worksheets/sheet1.xml": None}, "F_CORRUPT"),
        ({"xl/_rels/workbook.xml.rels": None}, "F_CORRUPT"),
        ({"[Content_Types].xml": None}, "F_CORRUPT"),
        ({"xl/vbaProject.bin": b"x"}, "F_MACRO"),
        ({"xl/macrosheets/sheet1.xml": b"x"}, "F_MACRO"),
        ({"xl/activeX/activeX1.bin": b"x"}, "F_UNSAFE"),
    ],
)
def test_missing_and_forbidden_parts_refuse_the_file(refused, change, code):
    assert refused(a_sheet(["甲"]), change=change) == code


def test_a_workbook_without_styles_is_read(read):
    assert only_row(read(a_sheet(["甲"]), change={"xl/styles.xml": None})) == Row(1, {1: text("甲")})


@pytest.mark.parametrize(
    ("main", "code"),
    [
        ("application/vnd.ms-excel.sheet.macroEnabled.main+xml", "F_MACRO"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "F_TYPE"),
        ("application/vnd.ms-excel.sheet.binary.macroEnabled.main", "F_TYPE"),
    ],
)
def test_other_documents_are_told_apart(refused, main, code):
    assert refused(a_sheet(["甲"]), main=main) == code


@pytest.mark.parametrize("states", [[' state="hidden"'], []])
def test_a_workbook_without_a_visible_sheet_is_refused(refused, states):
    assert refused(*[a_sheet(["甲"]) for _ in states], states=states) == "F_NO_SHEET"


def test_limits_refuse_what_goes_past_them(refused, read):
    rows = [["甲", "乙"]] * 5

    assert read(a_sheet(*rows), limits=Limits(rows=5, columns=2)).sheets[0].rows[4].line == 5
    assert refused(a_sheet(*rows), limits=Limits(rows=4)) == "F_TOO_MANY_ROWS"
    assert refused(a_sheet(*rows[:3]), a_sheet(*rows[:3]), limits=Limits(rows=5)) == "F_TOO_MANY_ROWS"
    assert refused(a_sheet(*rows), limits=Limits(columns=1)) == "F_TOO_MANY_COLS"
    assert refused(a_sheet(["长" * 4_000]), limits=Limits(part_bytes=9_000)) == "F_TOO_BIG"
    assert refused(a_sheet(*rows), limits=Limits(all_bytes=1_000)) == "F_TOO_BIG"
