import pytest

from members.models import RowKind
from members.roster.reading.layouts import lay_out
from members.tests.builders import an_id_number
from members.tests.sheets import NUMBER, OTHER, a_sheet
from tuanjian.spreadsheets import FileRefused, Merge, Sheet, Workbook


def laid(*sheets):
    return lay_out(Workbook(list(sheets)))


def lines(layout):
    return [row.line for row in layout.rows]


def test_titles_totals_and_signatures_are_no_people():
    sheet = a_sheet(
        ["附件2"],
        ["甲厂团员花名册"],
        ["填报单位：甲厂团委"],
        [],
        ["序号", "姓名", "身份证号"],
        ["1", "白雨桐", NUMBER],
        ["合计", "1人"],
        ["填表说明：如实填写。"],
        [None, "支部书记签字："],
    )

    (layout,) = laid(sheet)

    assert (layout.kind, layout.header_row, layout.fields) == (RowKind.MEMBERS, 5, {2: "name", 3: "id_number"})
    assert lines(layout) == [6]
    assert [line for line, _ in layout.left_out] == [7, 8, 9]
    assert layout.titles == ["附件2", "甲厂团员花名册", "填报单位：甲厂团委"]


def test_a_heading_of_two_lines_is_read_together():
    sheet = a_sheet(
        ["基本情况", None, "入团", None, "备注"],
        ["姓 名", "公民身份号码", "时间", "编号", None],
        ["白雨桐", NUMBER, "2016-05", "", ""],
        merged=(Merge(1, 1, 1, 2), Merge(1, 3, 1, 4), Merge(1, 5, 2, 5)),
    )

    (layout,) = laid(sheet)

    assert layout.fields == {1: "name", 2: "id_number", 3: "joined_on", 4: "member_no", 5: "remark"}
    assert (layout.header_row, lines(layout)) == (1, [3])


def test_a_title_is_no_part_of_the_heading_below_it():
    sheet = a_sheet(["甲队团支部团员登记表"], ["编号", "姓名", "身份证"], ["1", "白雨桐", NUMBER])

    (layout,) = laid(sheet)

    assert (layout.header_row, layout.fields) == (2, {2: "name", 3: "id_number"})


def test_a_title_above_an_empty_column_heads_nothing():
    sheet = a_sheet(["一队团支部团员登记表"], [None, "姓名", "身份证号"], [None, "白雨桐", NUMBER])

    (layout,) = laid(sheet)

    assert (layout.fields, layout.titles) == ({2: "name", 3: "id_number"}, ["一队团支部团员登记表"])


@pytest.mark.parametrize(
    "texts",
    [
        *(["— 1 —"], ["1/2"], ["续表"], ["（续）"], ["***"], ["END"], ["以上"], ["（完）"], ["——以下空白——"]),
        *(["①姓名须与身份证一致"], ["共2条记录"], ["单位（章）"], ["打印日期"], ["二〇二六年十一月"]),
        *(["合", "计", "2"], ["Total", "2"], ["平均年龄", "22.5"], ["备注", "无"], ["团委意见", "同意"]),
        *(["报送人：王某", "报送时间：2026年"], ["（公章）", "2026年11月20日"]),
    ],
)
@pytest.mark.parametrize("place", [0, 1])
def test_what_stands_below_the_people_is_none_of_them(texts, place):
    sheet = a_sheet(
        ["序号", "姓名", "身份证号", "入团时间"],
        ["1", "白雨桐", NUMBER],
        ["2", "何静姝", OTHER],
        [None] * place + texts,
    )

    assert lines(*laid(sheet)) == [2, 3]


@pytest.mark.parametrize(
    "texts", [["3", "钱子昂"], ["钱"], ["钱子昂（已转出）"], ["3", None, "无"], ["某某1"], ["★★白雨桐"]]
)
def test_nobody_who_may_be_one_is_passed_over(texts):
    sheet = a_sheet(
        ["序号", "姓名", "身份证号"], ["1", "白雨桐", NUMBER], ["2", "何静姝", OTHER], [None] * (len(texts) < 2) + texts
    )

    assert lines(*laid(sheet)) == [2, 3, 4]


@pytest.mark.parametrize("texts", [["总计", "2", "人"], ["填报人", "王某", "电话", "14000000001"]])
def test_a_line_of_several_cells_below_organisations_is_none(texts):
    sheet = a_sheet(["上级组织", "组织全称", "组织类别", "联系电话"], ["甲厂团委", "甲厂一队团支部", "团支部"], texts)

    assert lines(*laid(sheet)) == [2]


def test_columns_may_begin_anywhere():
    sheet = a_sheet([None, None, None, "姓名", "身份证号"], [None, None, None, "白雨桐", NUMBER])

    (layout,) = laid(sheet)

    assert layout.fields == {4: "name", 5: "id_number"}


def test_headings_repeated_on_every_page_are_left_out():
    sheet = a_sheet(["姓名", "身份证号"], ["白雨桐", NUMBER], ["姓名", "身份证号"], ["何静姝", OTHER])

    (layout,) = laid(sheet)

    assert (lines(layout), layout.left_out) == ([2, 4], [(3, "重复的表头")])


def test_a_line_between_names_the_section_below_it():
    sheet = a_sheet(["姓名", "身份证号"], ["一队团支部"], ["白雨桐", NUMBER], ["二队团支部（1人）"], ["何静姝", OTHER])

    (layout,) = laid(sheet)

    assert [(row.line, row.section) for row in layout.rows] == [(3, "一队团支部"), (5, "二队团支部（1人）")]


def test_the_title_of_the_second_page_is_no_section():
    page = [["一队团支部团员名册"], ["单位：甲厂团委"], ["本表一式两份"], ["姓名", "身份证号"]]

    (layout,) = laid(a_sheet(*page, ["白雨桐", NUMBER], *page, ["何静姝", OTHER]))

    assert [(row.line, row.section) for row in layout.rows] == [(5, ""), (10, "")]


def test_a_section_goes_on_below_the_title_of_the_next_page():
    title = ["甲厂团员名册"]

    (layout,) = laid(
        a_sheet(
            title,
            ["姓名", "身份证号", "单位"],
            ["一队团支部"],
            ["白雨桐", NUMBER, "甲厂"],
            title,
            ["何静姝", OTHER, "同上"],
        )
    )

    assert [(row.section, row.cells["work_unit"][1].text) for row in layout.rows] == [("一队团支部", "甲厂")] * 2


def test_what_is_the_same_as_above_stands_in_the_row():
    sheet = a_sheet(
        ["姓名", "身份证号", "单位", "支部", "手机号"],
        ["白雨桐", NUMBER, "财务部", "一队", "14000000001"],
        ["何静姝", OTHER, "同 上", "--〃--", "同上"],
        ["钱子昂", "379998199911230035", None, "″", None],
    )

    (layout,) = laid(sheet)

    # Nobody has another's number.
    assert [
        [row.cells[name][1].text for name in ("work_unit", "branch", "phone") if name in row.cells]
        for row in layout.rows
    ] == [["财务部", "一队", "14000000001"], ["财务部", "一队", "同上"], ["一队"]]


def test_columns_without_a_heading_are_told():
    sheet = a_sheet(["姓名", "身份证号"], ["白雨桐", NUMBER, None, "14000000001"], ["何静姝", OTHER, "2"])

    (layout,) = laid(sheet)

    assert [warning.message for warning in layout.warnings] == [
        "第 D 列没有列名，里面的内容没有读取；要导入的请补上列名后重新上传。"
    ]


def test_a_section_may_have_its_columns_in_another_order():
    sheet = a_sheet(["姓名", "身份证号"], ["白雨桐", NUMBER], ["身份证号", "姓名"], [OTHER, "何静姝"])

    (layout,) = laid(sheet)

    assert [row.cells["name"][1].text for row in layout.rows] == ["白雨桐", "何静姝"]


@pytest.mark.parametrize(
    ("name", "headings", "expected"),
    [
        ("表", ["姓名", "身份证号", "入团年月", "团内职务"], RowKind.MEMBERS),
        ("表", ["姓名", "身份证号", "任职组织", "团内职务", "任职时间"], RowKind.CADRES),
        ("团干部名册", ["姓名", "身份证号", "职务"], RowKind.CADRES),
        ("青年登记表", ["姓名", "性别", "出生年月"], RowKind.YOUTH),
        ("非团员青年", ["姓名", "身份证号"], RowKind.YOUTH),
        ("团员青年", ["姓名", "身份证号", "入团年月"], RowKind.MEMBERS),
        ("表", ["上级组织", "组织全称", "组织类别"], RowKind.ORGANIZATIONS),
    ],
)
def test_kinds_show_in_headings_first_and_in_names_then(name, headings, expected):
    values = {"姓名": "白雨桐", "身份证号": NUMBER}
    sheet = a_sheet(headings, [values.get(heading, "某值") for heading in headings], name=name)

    (layout,) = laid(sheet)

    assert layout.kind == expected


def test_other_sheets_are_named_and_not_read():
    guide = a_sheet(["填写说明"], ["一、姓名必填"], name="说明")
    counts = a_sheet(["支部", "人数"], ["一队", "8"], name="汇总")
    people = a_sheet(["姓名", "身份证号"], ["白雨桐", NUMBER], name="名册")

    layouts = laid(guide, counts, people)

    assert [(layout.name, layout.kind) for layout in layouts] == [
        ("名册", RowKind.MEMBERS),
        ("说明", RowKind.IGNORED),
        ("汇总", RowKind.IGNORED),
    ]
    assert [layout.warnings[0].code for layout in layouts[1:]] == ["W_EXTRA_SHEET", "W_EXTRA_SHEET"]


def test_sheets_that_show_how_to_fill_in_are_not_read_where_another_is():
    example = a_sheet(["姓名", "身份证号"], ["白雨桐", NUMBER], name="填写示例")
    people = a_sheet(["姓名", "身份证号"], ["何静姝", OTHER], name="名册")

    both, alone = laid(example, people), laid(example)

    assert [(layout.name, layout.kind, lines(layout)) for layout in both] == [
        ("名册", RowKind.MEMBERS, [2]),
        ("填写示例", RowKind.IGNORED, []),
    ]
    assert both[1].warnings[0].code == "W_EXTRA_SHEET"
    assert [(layout.kind, lines(layout)) for layout in alone] == [(RowKind.MEMBERS, [2])]


def test_unknown_columns_are_listed():
    (layout,) = laid(a_sheet(["姓名", "身份证号", "血型"], ["白雨桐", NUMBER, "AB"]))

    assert (layout.unmapped, [warning.code for warning in layout.warnings]) == ({3: "血型"}, ["W_UNKNOWN_COLUMN"])


def test_a_branch_merged_downwards_holds_for_all_its_rows():
    sheet = a_sheet(
        ["姓名", "身份证号", "支部"],
        ["白雨桐", NUMBER, "一队"],
        ["何静姝", OTHER, None],
        merged=(Merge(2, 3, 3, 3),),
    )

    (layout,) = laid(sheet)

    assert [row.cells["branch"][1].text for row in layout.rows] == ["一队", "一队"]
    assert [row.merged for row in layout.rows] == [False, True]


def test_a_class_merged_downwards_holds_for_all_its_rows():
    sheet = a_sheet(
        ["姓名", "身份证号", "班级"],
        ["白雨桐", NUMBER, "航测一班"],
        ["何静姝", OTHER, None],
        ["顾一鸣", an_id_number(), "航测二班"],
        merged=(Merge(2, 3, 3, 3),),
    )

    (layout,) = laid(sheet)

    assert [row.group for row in layout.rows] == ["航测一班", "航测一班", "航测二班"]


def test_of_two_columns_for_one_field_the_surer_is_taken():
    (layout,) = laid(
        a_sheet(["姓名", "身份证号", "联系电话", "手机号"], ["白雨桐", NUMBER, "0871-1234567", "14000000001"])
    )

    assert (layout.fields[4], layout.unmapped) == ("phone", {3: "联系电话"})


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (a_sheet(["白雨桐", NUMBER]), "F_NO_HEADER"),
        (a_sheet(["姓名", "性别", "民族"], ["白雨桐", "女", "汉"]), "F_MISSING_COLUMN"),
        (a_sheet(["姓名", "身份证号"]), "F_NO_ROWS"),
        (a_sheet(["姓名", "身份证号", "身份证号码"], ["白雨桐", NUMBER, OTHER]), "F_DUP_HEADER"),
        (Sheet("隐藏", hidden=True), "F_NO_SHEET"),
    ],
)
def test_files_without_a_usable_heading_are_refused(sheet, code):
    with pytest.raises(FileRefused) as refusal:
        laid(sheet)

    assert refusal.value.code == code


def test_two_columns_that_say_the_same_are_one():
    (layout,) = laid(a_sheet(["姓名", "身份证号", "身份证号码"], ["白雨桐", NUMBER, NUMBER]))

    assert layout.fields == {1: "name", 2: "id_number"}


def test_example_lines_and_hints_are_no_people():
    sheet = a_sheet(
        ["姓名", "身份证号", "入团年月"],
        ["必填", "必填，文本格式", "选填，如 2019-05"],
        ["例：王某某", NUMBER, "2016-05"],
        ["白雨桐", OTHER, "2016-05"],
    )

    (layout,) = laid(sheet)

    assert (lines(layout), layout.left_out) == ([4], [(2, "填写提示"), (3, "示例")])
