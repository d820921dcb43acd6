"""Who a sheet lists: members, young people, or people who belong on no roster; and who is struck out on one."""

import pytest

from members.models import RowKind
from members.roster.preview.suggesting import unplaced
from members.roster.reading.layouts import lay_out
from members.tests.builders import an_id_number
from members.tests.rosters import a_file, checked, states
from members.tests.sheets import NUMBER, OTHER, a_sheet
from tuanjian.spreadsheets import FileRefused, Workbook

LISTED = ("白雨桐", NUMBER, "14000000001")
HEADINGS = ("姓名", "身份证号", "手机号")


def of_kind(*lines, name="Sheet1"):
    """The kind of the sheet, read beside one of members."""
    members = a_sheet(("姓名", "身份证号", "入团时间"), ("何静姝", OTHER, "2016-05"), name="团员")
    return next(each.kind for each in lay_out(Workbook([a_sheet(*lines, name=name), members])) if each.name == name)


@pytest.mark.parametrize("name", ["已转出", "超龄离团", "退团人员", "毕业转出", "党员", "中共党员名册"])
def test_sheets_of_people_who_left_or_of_the_party_are_not_read(name):
    assert of_kind(HEADINGS, LISTED, name=name) == RowKind.IGNORED


@pytest.mark.parametrize(
    "title",
    ["2026届毕业生团组织关系转出名单", "超龄离团人员名单", "2026年党员花名册", "退团人员台账（2026年）"],
)
def test_titles_of_such_lists_say_so_as_well(title):
    assert of_kind((title,), HEADINGS, LISTED) == RowKind.IGNORED


@pytest.mark.parametrize(
    "title",
    [
        "2026年在册团员花名册（不含已转出）",
        "毕业生团员信息采集表（拟转出）",
        "团员组织关系转入名册",
        "共青团员花名册（含保留团籍的党员）",
        "党员服务中心团支部团员名单",
        "党团员信息表",
        "入党积极分子名单",
        "推优入党人员名单",
    ],
)
def test_lists_that_only_speak_of_them_are_of_members(title):
    assert of_kind((title,), HEADINGS, LISTED) == RowKind.MEMBERS


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (("姓名", "身份证号", "转出团支部", "转入团支部"), ("一队团支部", "二队团支部")),
        (("姓名", "身份证号", "入团时间", "离团时间"), ("2016-05", "2026-05")),
    ],
)
def test_headings_tell_a_list_of_people_who_leave(headings, said):
    assert of_kind(headings, ("白雨桐", NUMBER, *said)) == RowKind.IGNORED


def test_a_day_of_leaving_that_is_empty_tells_nothing():
    assert of_kind(("姓名", "身份证号", "入团时间", "离团时间"), ("白雨桐", NUMBER, "2016-05", "/")) == RowKind.MEMBERS


def test_a_file_of_nobody_but_them_says_what_to_do():
    with pytest.raises(FileRefused) as refusal:
        lay_out(Workbook([a_sheet(HEADINGS, LISTED, name="超龄离团")]))

    assert refusal.value.code == "F_NO_ROWS"
    assert refusal.value.message == (
        "工作表“超龄离团”像是已离团或转出的人员的名单，没有读取；确是要登记的人，请在“表格识别”里选择它的内容。"
    )


@pytest.mark.parametrize("name", ["申请入团名单", "入团积极分子", "拟发展团员名单", "发展对象", "群众"])
def test_who_asks_to_join_is_no_member_yet(name):
    assert of_kind(HEADINGS, LISTED, name=name) == RowKind.YOUTH


def test_who_has_joined_is_a_member_whenever_they_asked_to():
    lines = (("姓名", "身份证号", "申请入团时间", "入团时间"), ("白雨桐", NUMBER, "2015-10", "2016-05"))

    assert of_kind(*lines) == RowKind.MEMBERS


def struck_out(roster):
    return [(row.line, told[1]) for row in roster.rows.order_by("line") for told in row.warnings if "STRUCK" in told[0]]


def test_a_remark_that_strikes_somebody_out_is_pointed_out(world):
    remarks = [
        "已转出",
        "重复，删除",
        "此人不要导入",
        "2026年7月转出至大学",
        "转入待办",
        "拟转出",
        "毕业班",
        "重复性劳动岗位",
        None,
    ]
    rows = [("白雨桐", an_id_number(), "2016-05", remark) for remark in remarks]
    sheet = {"团员": [("姓名", "身份证号", "入团时间", "备注"), *rows]}

    roster = checked(sheet, organization=world.branch, by=world.bureau_admin)

    words = [message.partition("，")[0] for _, message in struck_out(roster)]
    assert words == ["备注写着“已转出”", "备注写着“重复”", "备注写着“不要导入”", "备注写着“转出”"]


def test_a_section_says_who_stands_below_it(world):
    people = {name: (name, an_id_number(), None) for name in ("费思源", "葛云帆", "季明远", "孔令仪")}
    first, second, third, fourth = people.values()
    lines = [("一、团员",), first, ("二、党员（1人）",), second, ("三、群众",), third, ("已转出人员",), fourth]

    roster = checked(
        {"名册": [("姓名", "身份证号", "手机号"), *lines]}, organization=world.branch, by=world.bureau_admin
    )

    told = [row.shown.get("political_status", "") for row in roster.rows.order_by("line")]
    assert states(roster) == [(line, "new") for line in (3, 5, 7, 9)]
    assert told == ["共青团员", "中共党员", "群众", ""]
    assert [line for line, _ in struck_out(roster)] == [9]


def test_a_column_of_states_points_out_who_is_gone():
    headings = ("姓名", "身份证号", "入团时间", "团籍状态")
    people = (("白雨桐", NUMBER, "2016-05", "正常"), ("何静姝", OTHER, "2016-05", "已转出"))

    (layout,) = lay_out(Workbook([a_sheet(headings, *people)]))

    assert layout.warnings[0].message == (
        "第 3 行的“团籍状态”写着已不在册，请核对这些人是否还要登记；不要登记的请从表中删去。"
    )


@pytest.mark.parametrize(
    "called",
    ["航测一室团支部团员名单（2026年11月修订）.xlsx", "附件2-航测一室团支部_团员花名册(1).xlsx", "航测一室.xlsx"],
)
def test_the_name_of_the_file_names_the_branch_where_nothing_else_does(world, called):
    sheet = {"Sheet1": [("姓名", "身份证号", "入团时间"), ("费思源", an_id_number(), "2016-05")]}

    roster = checked(a_file(sheet, name=called), organization=world.bureau, by=world.bureau_admin)

    assert states(roster) == [(2, "new")]
    assert roster.rows.get().shown["branch"] == world.branch.full_name


def test_the_name_of_the_file_yields_to_what_stands_in_it(world):
    lines = [("姓名", "身份证号", "入团时间"), ("航测二室团支部",), ("费思源", an_id_number(), "2016-05")]

    roster = checked(
        a_file({"Sheet1": lines}, name="航测一室团支部.xlsx"), organization=world.bureau, by=world.bureau_admin
    )

    assert roster.rows.get().shown["branch"] == world.sister_branch.full_name


def test_a_class_is_the_branch_of_its_name_where_no_column_says_the_branch(world):
    people = [("费思源", an_id_number(), "航测1室"), ("葛云帆", an_id_number(), "遥感2班")]
    sheet = {"名册": [("姓名", "身份证号", "班级"), *people]}

    above = checked(sheet, organization=world.bureau, by=world.bureau_admin)
    below = checked(sheet, organization=world.sister_branch, by=world.bureau_admin)

    here, there = world.branch.full_name, world.sister_branch.full_name
    assert [row.shown.get("branch") for row in above.rows.order_by("line")] == [here, None]
    assert [row.shown.get("branch") for row in below.rows.order_by("line")] == [there, there]
    assert [each.name for each in unplaced(above).names] == ["遥感2班"]
