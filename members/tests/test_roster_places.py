import pytest

from branches.models import OrgType
from members.roster.plans.directory import Directory, canonical, counted_alike
from members.roster.preview.deciding import call_branch, want_branch
from members.roster.preview.suggesting import unplaced
from members.roster.reading.places import names_in, organization_said
from members.tests.builders import an_id_number
from members.tests.rosters import a_row, checked, members


@pytest.mark.parametrize(
    "text",
    [
        "航测一室团支部",
        "一、航测一室团支部",
        "（一）航测一室团支部（12人）",
        "1.航测一室团支部 共12人",
        "① 航测一室团支部",
        "航测一室团支部:12名",
        "支部名称：航测一室团支部",
        "支部名称： 航测一室团支部 支部书记： 王某某 2人",
        "航测一室团支部（书记：王某某，电话：14000900001）",
        "所在团支部（盖章）：航测一室团支部    负责人：何静姝",
        "填报单位：航测一室团支部 填报日期：2026年10月",
        "填表人：何静姝  填报单位(章)：航测一室团支部",
        "航测一室团支部团员花名册",
        "航测一室团支部2026年团员名单",
        "2026年度航测一室团支部团员基本信息表",
        "2026年10月航测一室团支部团员青年登记表（非团员除外）",
        "航测一室团支部青年名册",
        "航测一室团支部信息表",
        "航测一室团支部\n团员名册\n（2026年11月）",
        "航测一室团支部：",
        "★航测一室团支部",
        "【航测一室团支部】",
        "（航测一室团支部）",
        "航测一室团支部团员",
        "—— 航测一室团支部 ——",
        "航测一室团支部  书记：王某某  联系电话：14000900001",
    ],
)
def test_the_name_in_a_line_is_found(text):
    assert "航测一室团支部" in names_in(text)


def test_the_text_itself_comes_first():
    assert names_in("2026级一班团支部") == ("2026级一班团支部",)


@pytest.mark.parametrize("name", ["第1团支部", "一支部", "1支部", "第一团支部委员会", "第一團支部", "第一支部（机关）"])
def test_numbers_of_branches_are_written_in_many_ways(name):
    assert canonical(name) == "第一支部"


@pytest.mark.parametrize("said", ["航测1室", "航测１室团支部", "航测（一）室", "1.航测一室团支部", "（1）航测1室"])
def test_numbers_of_units_are_written_in_many_ways(world, said):
    assert Directory(world.bureau).find(said, branch=True).organization == world.branch


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("{superior}{branch}", True),
        ("{superior}-{branch}", True),
        ("{other}{branch}", False),
        ("<b>{branch}", False),
        ("航测1室团总支", False),
    ],
)
def test_superiors_may_stand_before_a_name_where_they_are_superiors(world, said, found):
    names = {"superior": "测绘院团总支", "other": "某某团总支", "branch": "航测一室团支部"}

    organization = Directory(world.bureau).find(said.format(**names), branch=True).organization

    assert organization == (world.branch if found else None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("机电2101班", "机电2101班"),
        ("高三（1）班", "高三一班"),
        ("高三1班支部", "高三一班支部"),
        ("高三一班", "高三一班"),
        ("机电21-01班", "机电21-一班"),
        ("第二十一中队支部", "第二十一中队支部"),
    ],
)
def test_numbers_of_classes_are_told_from_years(name, expected):
    assert counted_alike(canonical(name)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("甲厂12支部", "甲厂第十二支部"),
        ("甲厂第二十支部", "甲厂第二十支部"),
        ("机电2101支部", "机电2101支部"),
        ("五一支部", "五一支部"),
        ("0支部", "0支部"),
        ("2021级1班团支部", "2021级1班支部"),
    ],
)
def test_other_numbers_in_names_stay_what_they_are(name, expected):
    assert canonical(name) == expected


@pytest.mark.parametrize("text", ["团员花名册", "名单", "附件2", "", "（12人）"])
def test_titles_without_a_name_name_nothing_else(text):
    assert set(names_in(text)) <= {text}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("一、航测一室团支部（12人）", "航测一室团支部"),
        ("2026年航测一室团支部团员名单", "航测一室团支部"),
        ("航测一室", "航测一室"),
        ("航测一室团支部（书记：王某某）", "航测一室团支部"),
        ("支部名称： 航测一室团支部 支部书记： 王某某", "航测一室团支部"),
        ("填报单位：甲厂青工 填报日期：2026年10月", "甲厂青工"),
        ("一、正式团员", ""),
        ("第一小组", ""),
        ("二、团干部", ""),
        ("男", ""),
        ("2018级", ""),
    ],
)
def test_a_line_between_rows_says_an_organisation_or_something_else(line, said):
    assert organization_said(line) == said


def a_sectioned(*lines):
    """A sheet without a column for the branch; a text is a line between rows, a tuple a row."""
    rows = [(line,) if isinstance(line, str) else line for line in lines]
    return {"团员": [("姓名", "身份证号", "政治面貌", "入团年月"), *rows]}


def a_person(name):
    return (name, an_id_number(), "共青团员", "2016-05")


def told(roster):
    rows = roster.rows.order_by("number")
    return [(row.state, row.shown.get("branch", ""), [problem[1] for problem in row.problems]) for row in rows]


@pytest.mark.parametrize("at", ["branch", "general"])
def test_rows_below_a_section_nobody_knows_go_to_no_other_branch(world, at):
    sheet = a_sectioned(
        "一、航测一室团支部（1人）", a_person("费思源"), "二、航测九室团支部（1人）", a_person("葛云帆")
    )
    place = getattr(world, at)

    roster = checked(sheet, organization=place, by=world.general_admin)

    known, unknown = told(roster)
    assert known == ("new", world.branch.full_name, [])
    assert (unknown[0], unknown[1]) == ("invalid", "")
    message = f"在“{place.short_name}”及其下级组织中找不到“航测九室团支部”，请核对名称。您是不是要填“航测"
    assert [text.startswith(message) for text in unknown[2]] == [True]


def test_a_title_does_not_stand_in_for_a_section_nobody_knows(world):
    sheet = {"航测二室团支部": a_sectioned("航测九室团支部", a_person("费思源"))["团员"]}

    roster = checked(sheet, organization=world.general, by=world.general_admin)

    assert [state for state, *_ in told(roster)] == ["invalid"]


def test_a_section_that_is_no_branch_says_so(world):
    sheet = a_sectioned("测绘院团总支", a_person("费思源"))

    roster = checked(sheet, organization=world.bureau, by=world.bureau_admin)

    assert told(roster)[0][2] == ["测绘院团总支不是团支部，人员只能登记在团支部，请填写所在的团支部。"]


def test_sections_inside_a_branch_name_no_other(world):
    people = [a_person("费思源"), a_person("葛云帆")]
    sheet = a_sectioned("一、正式团员（按入团先后排列）", people[0], "第二小组（含借调的团员）", people[1])

    roster = checked(sheet, organization=world.branch, by=world.secretary)

    assert [state for state, *_ in told(roster)] == ["new", "new"]


def test_the_name_of_a_section_is_said_to_mean_a_branch(world):
    sheet = a_sectioned("航测九室团支部", a_person("费思源"))
    roster = checked(sheet, organization=world.general, by=world.general_admin)
    unknown = unplaced(roster).names

    call_branch(roster, name="航测九室团支部", organization=world.branch, by=world.general_admin)

    assert [(each.name, each.rows) for each in unknown] == [("航测九室团支部", 1)]
    assert set(unknown[0].near) == {world.branch, world.sister_branch}
    assert told(roster) == [("new", world.branch.full_name, [])]


def a_sheet_each(**sheets):
    """A workbook whose sheets have no column for the branch, each with people of these names."""
    return {name: a_sectioned(*map(a_person, people))["团员"] for name, people in sheets.items()}


def implied_by(roster):
    found = unplaced(roster)
    names = [(each.name, each.rows, each.implied) for each in found.names]
    return names, [(each.sheet, each.rows, each.name) for each in found.sheets]


def test_the_names_of_sheets_that_are_no_branch_are_asked_for(world):
    sheets = a_sheet_each(航测一室=["费思源"], 航测九室=["葛云帆", "钱若溪"], 遥感室=["季明远"], Sheet4=["孔令仪"])

    roster = checked(sheets, organization=world.general, by=world.general_admin)

    assert [state for state, *_ in told(roster)] == ["new", *["invalid"] * 4]
    assert implied_by(roster) == ([("航测九室", 2, True), ("遥感室", 1, True)], [("Sheet4", 1, "Sheet4")])
    assert world.branch in unplaced(roster).names[0].near


def test_what_the_name_of_a_sheet_means_holds_for_all_its_rows(world):
    sheets = a_sheet_each(航测九室=["葛云帆", "钱若溪"], 遥感室=["季明远"], Sheet4=["孔令仪"])
    roster = checked(sheets, organization=world.general, by=world.general_admin)

    call_branch(roster, name="航测九室", organization=world.sister_branch, by=world.general_admin)
    call_branch(roster, name="Sheet4", organization=world.branch, by=world.general_admin)
    want_branch(roster, name="遥感室", parent=world.general, org_type=OrgType.BRANCH, by=world.general_admin)

    other, here = world.sister_branch.full_name, world.branch.full_name
    new = "中国共产主义青年团华岳局测绘院遥感室支部委员会"
    assert told(roster) == [("new", name, []) for name in (other, other, new, here)]
    assert implied_by(roster) == ([], [])


def test_a_name_taken_back_is_asked_for_again(world):
    roster = checked(a_sheet_each(航测九室=["葛云帆"]), organization=world.general, by=world.general_admin)

    for meant in (world.branch, None):
        call_branch(roster, name="航测九室", organization=meant, by=world.general_admin)

    assert implied_by(roster) == ([("航测九室", 1, True)], [])


def test_empty_cells_of_a_column_for_the_branch_are_not_filled_by_the_sheet(world):
    sheet = members(a_row("费思源", None), a_row("葛云帆", "航测一室团支部"), title="航测九室")

    roster = checked(sheet, organization=world.general, by=world.general_admin)

    assert implied_by(roster) == ([], [("航测九室", 1, "")])


def test_a_title_above_one_sheet_is_asked_for_and_one_above_all_is_not(world):
    one, both = a_sheet_each(Sheet1=["费思源"]), a_sheet_each(Sheet1=["葛云帆"], Sheet2=["钱若溪"])
    for title, sheets in (("航测九室团员花名册", one), ("甲厂团委团员花名册", both)):
        for rows in sheets.values():
            rows.insert(0, (title,))

    rosters = [checked(sheets, organization=world.general, by=world.general_admin) for sheets in (one, both)]

    assert [implied_by(roster) for roster in rosters] == [
        ([("航测九室", 1, True)], []),
        ([], [("Sheet1", 1, "Sheet1"), ("Sheet2", 1, "Sheet2")]),
    ]


def test_the_name_of_what_is_no_branch_names_none(world):
    sheets = a_sheet_each(测绘院团总支=["费思源"])

    roster = checked(sheets, organization=world.bureau, by=world.bureau_admin)

    assert implied_by(roster) == ([], [("测绘院团总支", 1, "")])


@pytest.mark.parametrize(
    "name",
    ["Sheet1", "工作表2", "附件1", "附件一", "团员", "团员花名册", "2026年团员信息表（最终版）", "在册团员"],
)
def test_names_of_sheets_that_only_say_what_is_listed_are_no_branch(world, name):
    roster = checked(a_sheet_each(**{name: ["费思源"]}), organization=world.general, by=world.general_admin)

    assert implied_by(roster) == ([], [(name, 1, name)])
