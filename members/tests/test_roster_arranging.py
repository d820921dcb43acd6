import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from members.dictionaries import Education, Ethnicity, LeaguePost, PoliticalStatus
from members.models import RowKind
from members.roster.reading.arranging import Arranged, Candidate, heading_candidates, shape_of
from members.roster.reading.families import ORGANIZATION_FAMILY
from members.roster.reading.layouts import lay_out
from members.tests.sheets import NUMBER, OTHER, a_sheet
from tuanjian.spreadsheets import FileRefused, Merge, Workbook

PEOPLE = a_sheet(["称呼", "证号", "小组"], ["白雨桐", NUMBER, "一队"], ["何静姝", OTHER, "二队"])


def arranged(sheet, said):
    (layout,) = lay_out(Workbook([sheet]), arranged={sheet.name: said})
    return layout


def people(layout):
    return [(row.line, {name: cell.text for name, (_, cell) in sorted(row.cells.items())}) for row in layout.rows]


def refused(sheet, said):
    with pytest.raises(FileRefused) as refusal:
        arranged(sheet, said)
    return refusal.value.code, refusal.value.message


def test_a_heading_nobody_could_guess_is_read_as_arranged():
    said = Arranged(RowKind.MEMBERS, 1, fields={1: "name", 2: "id_number"})

    layout = arranged(PEOPLE, said)

    assert (layout.kind, layout.header_row, layout.unmapped) == (RowKind.MEMBERS, 1, {3: "小组"})
    assert people(layout) == [(2, {"id_number": NUMBER, "name": "白雨桐"}), (3, {"id_number": OTHER, "name": "何静姝"})]


def test_a_sheet_without_any_heading_is_read_from_its_first_line():
    sheet = a_sheet(["白雨桐", NUMBER, "一队"], ["何静姝", OTHER, "二队"])

    layout = arranged(sheet, Arranged(RowKind.MEMBERS, 0, fields={1: "name", 2: "id_number"}))

    assert [line for line, _ in people(layout)] == [1, 2]
    assert layout.unmapped == {3: "第3列"}


def test_what_is_given_wins_and_the_rest_is_guessed():
    sheet = a_sheet(
        ["姓名", "身份证号", "班级", "支部", "备注"],
        ["白雨桐", NUMBER, "一班", "一队", "甲"],
    )

    layout = arranged(sheet, Arranged(RowKind.MEMBERS, fields={3: "branch", 5: ""}))

    assert layout.fields == {1: "name", 2: "id_number", 3: "branch"}
    assert layout.unmapped == {4: "支部", 5: "备注"}


def test_the_kind_given_wins_and_leaves_out_columns_it_has_not():
    sheet = a_sheet(["姓名", "身份证号", "入团年月"], ["白雨桐", NUMBER, "2016-05"])

    layout = arranged(sheet, Arranged(RowKind.YOUTH))

    assert (layout.kind, layout.fields) == (RowKind.YOUTH, {1: "name", 2: "id_number"})


def test_a_line_given_wins_over_a_line_that_tells_more():
    sheet = a_sheet(["姓名", "号"], ["姓名", "身份证号", "性别"], ["白雨桐", NUMBER])

    layout = arranged(sheet, Arranged(RowKind.MEMBERS, 1, fields={2: "id_number"}))

    assert (layout.header_row, [line for line, _ in people(layout)]) == (1, [3])


def test_a_heading_may_take_the_lines_it_is_said_to_take():
    sheet = a_sheet(
        ["人员", None, "入团"],
        [None, None, None],
        ["称呼", "证号", "时间"],
        ["白雨桐", NUMBER, "2016-05"],
        merged=(Merge(1, 1, 1, 2),),
    )

    layout = arranged(sheet, Arranged(RowKind.MEMBERS, 1, 3, {1: "name", 2: "id_number", 3: "joined_on"}))

    assert [line for line, _ in people(layout)] == [4]


def test_two_columns_for_one_field_are_settled_by_what_is_given():
    sheet = a_sheet(["姓名", "身份证号", "身份证号码"], ["白雨桐", NUMBER, OTHER])

    layout = arranged(sheet, Arranged(RowKind.MEMBERS, fields={3: "id_number"}))

    assert people(layout) == [(2, {"id_number": OTHER, "name": "白雨桐"})]


def test_the_same_heading_further_down_is_none_of_the_people():
    sheet = a_sheet(["称呼", "证号"], ["白雨桐", NUMBER], ["称呼", "证号"], ["何静姝", OTHER])

    layout = arranged(sheet, Arranged(RowKind.MEMBERS, 1, fields={1: "name", 2: "id_number"}))

    assert ([line for line, _ in people(layout)], layout.left_out) == ([2, 4], [(3, "重复的表头")])


def test_a_sheet_may_be_left_out():
    other = a_sheet(["姓名", "身份证号"], ["何静姝", OTHER], name="旧名单")
    people = a_sheet(["姓名", "身份证号"], ["白雨桐", NUMBER], name="名册")

    layouts = lay_out(Workbook([other, people]), arranged={"旧名单": Arranged(RowKind.IGNORED)})

    assert [(layout.name, layout.kind) for layout in layouts] == [
        ("名册", RowKind.MEMBERS),
        ("旧名单", RowKind.IGNORED),
    ]
    assert layouts[1].warnings[0].message == "工作表“旧名单”按您的选择没有读取。"


def test_what_is_said_of_other_sheets_means_nothing():
    sheet = a_sheet(["姓名", "身份证号"], ["白雨桐", NUMBER])

    (layout,) = lay_out(Workbook([sheet]), arranged={"别的表": Arranged(RowKind.IGNORED)})

    assert layout.kind == RowKind.MEMBERS


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            Arranged(RowKind.MEMBERS, 1, fields={1: "name"}),
            ("F_MISSING_COLUMN", "工作表“表”缺少必填的列“身份证号”，请选择是哪一列。"),
        ),
        (
            Arranged(RowKind.MEMBERS, 1, fields={1: "name", 2: "name"}),
            ("F_DUP_HEADER", "工作表“表”第 1 列和第 2 列都选了“姓名”，请只选一列。"),
        ),
        (
            Arranged(RowKind.YOUTH, 1, fields={1: "name", 2: "member_no"}),
            ("F_MISSING_COLUMN", "工作表“表”第 2 列选的内容不属于“青年”，请重新选择。"),
        ),
        (
            Arranged(RowKind.MEMBERS, 1, fields={1: "name", 2: "pass_phrase"}),
            ("F_MISSING_COLUMN", "工作表“表”第 2 列选的内容不属于“团员”，请重新选择。"),
        ),
        (
            Arranged(RowKind.MEMBERS, 9, fields={1: "name", 2: "id_number"}),
            ("F_NO_HEADER", "工作表“表”的第 9 行没有内容，请重新选择表头。"),
        ),
        (
            Arranged(RowKind.MEMBERS, fields={1: "name", 2: "id_number"}),
            ("F_NO_HEADER", "工作表“表”里没有找到表头，请选择表头在第几行。"),
        ),
        (
            Arranged(RowKind.MEMBERS, 1, 9, {1: "name", 2: "id_number"}),
            ("F_NO_HEADER", "工作表“表”的表头最多占 3 行，请重新选择。"),
        ),
        (
            Arranged(RowKind.MEMBERS, 0, 1, {1: "name", 2: "id_number"}),
            ("F_NO_HEADER", "工作表“表”选了没有表头，请不要再填表头的末行。"),
        ),
        (
            Arranged(RowKind.IGNORED),
            ("F_NO_HEADER", "所有工作表都选了“不读取”，请至少选一个工作表的内容。"),
        ),
    ],
)
def test_arrangements_that_make_no_sense_are_refused(said, expected):
    assert refused(PEOPLE, said) == expected


def test_a_kind_that_is_not_imported_here_is_refused():
    with pytest.raises(FileRefused) as refusal:
        lay_out(Workbook([PEOPLE]), (ORGANIZATION_FAMILY,), {"表": Arranged(RowKind.MEMBERS, 1)})

    assert refusal.value.message == "这里不能导入“团员”，请重新选择工作表“表”的内容。"


ARRANGEMENTS = st.builds(
    Arranged,
    st.sampled_from(RowKind),
    st.none() | st.integers(0, 100),
    st.none() | st.integers(1, 100),
    st.dictionaries(st.integers(1, 60), st.sampled_from(["", "name", "id_number"])),
)


@settings(deadline=None)
@given(ARRANGEMENTS)
def test_an_arrangement_survives_json(said):
    assert Arranged.from_json(said.as_json()) == said


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        {"kind": "people", "header_row": 1, "header_last": None, "fields": {}},
        {"kind": "members", "header_row": "1", "header_last": None, "fields": {}},
        {"kind": "members", "header_row": True, "header_last": None, "fields": {}},
        {"kind": "members", "header_row": -1, "header_last": None, "fields": {}},
        {"kind": "members", "header_row": 1, "header_last": None, "fields": {"A": "name"}},
        {"kind": "members", "header_row": 1, "header_last": None, "fields": {"0": "name"}},
        {"kind": "members", "header_row": 1, "header_last": None, "fields": ["name"]},
    ],
)
def test_json_of_another_shape_is_refused(said):
    with pytest.raises(FileRefused) as refusal:
        Arranged.from_json(said)

    assert refusal.value.message == "表格识别的设置不完整，请重新选择后保存。"


def test_lines_that_can_be_headings_are_shown_with_their_texts():
    sheet = a_sheet(
        ["甲厂团员花名册"],
        ["填报人：何静姝", "填报时间：2026-10"],
        ["称呼", "证号", "小组名称"],
        ["白雨桐", NUMBER, "一队"],
        ["填表人", "签字", "日期"],
    )

    assert heading_candidates(sheet) == [
        Candidate(3, {1: "称呼", 2: "证号", 3: "小组名称"}),
        Candidate(5, {1: "填表人", 2: "签字", 3: "日期"}),
    ]


@pytest.mark.parametrize(
    "line",
    [
        ["白雨桐", "女"],
        ["白雨桐", "技术员"],
        ["王小月", "财务科室名"],
        ["欧阳明月", "工作类型"],
        ["阿依古丽·买买提", "岗位类"],
        ["何静姝", "航测一室团支部", "组织委员"],
        ["白雨桐", NUMBER],
        ["白雨桐", "3799**********0021"],
        ["白雨桐", "140 0012 3456"],
        ["白雨桐", "a@example.com", "电子邮箱"],
        ["白雨桐", "汉族", "电话"],
        ["白雨桐", "无", "电话"],
    ],
)
def test_lines_of_people_are_never_shown(line):
    assert heading_candidates(a_sheet(line)) == []


@settings(deadline=None)
@given(
    st.sampled_from(["王小月", "李名", "赵启明", "白雨桐", "钱子昂"]),
    st.lists(
        st.sampled_from(
            [
                *(PoliticalStatus.PARTY_MEMBER.label, Ethnicity.HAN.label, Education.BACHELOR.label),
                *(LeaguePost.SECRETARY.label, "女", "财务科", "一队", NUMBER, "2016-05", "技术岗位"),
            ]
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_no_line_with_a_name_in_it_is_shown(name, particulars):
    sheet = a_sheet(["姓名", "号码"], [name, *particulars], [*particulars, name])

    assert [candidate.line for candidate in heading_candidates(sheet)] == [1]


def test_values_that_stand_again_below_are_no_headings():
    sheet = a_sheet(["部门名称", "工种"], ["财务类型", "柜台岗位"], ["财务类型", "后台岗位"])

    assert [candidate.line for candidate in heading_candidates(sheet)] == [1]


def test_the_shape_is_that_of_the_headings_and_not_of_the_people():
    other_people = a_sheet(["称呼", "证号", "小组"], ["赵启明", OTHER, "三队"])
    other_places = a_sheet(["证号", "称呼", "小组"], [NUMBER, "白雨桐", "一队"])

    shapes = [shape_of(sheet) for sheet in (PEOPLE, other_people, other_places)]

    assert (shapes[0] == shapes[1], shapes[0] == shapes[2], "" in shapes) == (True, False, False)


def test_titles_are_no_part_of_the_shape_of_a_sheet_that_is_understood():
    october, november = (
        a_sheet([f"2026年{month}月名册"], ["姓名", "身份证号"], ["白雨桐", NUMBER]) for month in (10, 11)
    )

    assert shape_of(october) == shape_of(november)


def test_a_sheet_of_nothing_but_people_has_no_shape():
    assert shape_of(a_sheet(["白雨桐", NUMBER], ["何静姝", OTHER])) == ""
