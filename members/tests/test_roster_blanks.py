import io

import openpyxl
import pytest
from django.core.files import File

from branches.models import UnitCategory
from members.models import ImportState, Member
from members.models.roster import RowKind
from members.roster.handed_out import blanks
from members.roster.handed_out.guidance import GUIDES, SHEET
from members.roster.reading.columns import ALL
from members.roster.reading.headings import find_heading
from members.tests.builders import a_phone, an_id_number
from members.tests.rosters import checked, codes, imported, states
from tuanjian.spreadsheets.reading import read_in_process

KINDS = ["all", "organizations", "members", "cadres", "youth"]


@pytest.fixture
def a_blank(world):
    def a_blank(kind, organization=None, by=None):
        content = io.BytesIO()
        blank = blanks.find(kind)
        blanks.write_blank(blank, content, organization=organization or world.bureau, by=by or world.bureau_admin)
        content.seek(0)
        return content

    return a_blank


def filled(content, **sheets):
    """The template with rows, each a mapping of headings without their star."""
    book = openpyxl.load_workbook(content)
    for title, rows in sheets.items():
        sheet = book[title]
        columns = {cell.value.lstrip("*"): cell.column for cell in sheet[1]}
        for line, row in enumerate(rows, start=2):
            for heading, value in row.items():
                sheet.cell(line, columns[heading]).value = value
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    return File(target, name="名册.xlsx")


def a_member_row(name, branch, **more):
    return {
        "姓名": name,
        "身份证号": an_id_number(),
        "民族": "汉族",
        "学历": "本科",
        "政治面貌": "共青团员",
        "入团年月": "2016-05",
        "所在团支部": branch,
        "手机号": a_phone(),
    } | more


def a_cadre_row(name, organization):
    return {
        "姓名": name,
        "身份证号": an_id_number(),
        "任职组织": organization,
        "团内职务": "副书记",
        "任现职年月": "2024-03",
        "团干部性质": "兼职",
        "政治面貌": "中共党员",
    }


def test_the_templates_on_offer(world):
    assert [blank.key for blank in blanks.offered()][:5] == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_headings_are_recognised_and_each_sheet_is_taken_for_what_it_is(a_blank, kind, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(a_blank(kind).getvalue())
    kinds = {
        "all": [RowKind.ORGANIZATIONS, RowKind.MEMBERS, RowKind.CADRES],
        "organizations": [RowKind.ORGANIZATIONS],
        "members": [RowKind.MEMBERS],
        "cadres": [RowKind.CADRES],
        "youth": [RowKind.YOUTH],
    }[kind]
    workbook = read_in_process(path, name="a.xlsx")

    headings = [find_heading(sheet) for sheet in workbook.visible if sheet.name != SHEET]

    assert [list(heading.fields.values()) for heading in headings] == [
        [column.field for column in ALL[each]] for each in kinds
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_guidance_is_never_taken_for_a_roster(a_blank, kind, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(a_blank(kind).getvalue())
    workbook = read_in_process(path, name="a.xlsx")

    guidance = next(sheet for sheet in workbook.visible if sheet.name == SHEET)

    assert find_heading(guidance) is None


def test_every_column_is_explained():
    unexplained = {column.field for columns in ALL.values() for column in columns} - GUIDES.keys()

    assert unexplained == set()


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_template_is_told_to_be_empty(world, a_blank, kind):
    roster = checked(File(a_blank(kind), name="模板.xlsx"), organization=world.bureau, by=world.bureau_admin)

    assert (roster.state, roster.error_code, roster.error) == (
        ImportState.FAILED,
        "F_NO_ROWS",
        "表头下面没有数据，请填写后重新上传。",
    )


def test_filled_templates_import_without_a_problem(world, a_blank):
    branch, bureau = world.branch.full_name, world.bureau.full_name
    category = UnitCategory.objects.order_by("order_number").first().name
    organization = {
        "上级组织": world.general.full_name,
        "组织全称": "中国共产主义青年团华岳局测绘院遥感室支部委员会",
        "组织简称": "遥感室团支部",
        "组织类别": "团支部",
        "行业类别": category,
        "成立时间": "2020-05",
        "联系电话": "0871-65120000",
    }
    youth = {"姓名": "吴若溪", "性别": "女", "出生日期": "2000-02-03", "所在团支部": branch, "学历": "大专"}
    files = {
        "organizations": {"团组织": [organization]},
        "members": {"团员": [a_member_row("赵启明", branch, 团内职务="组织委员、宣传委员")]},
        "cadres": {"团干部": [a_cadre_row("钱子昂", bureau)]},
        "youth": {"青年": [youth]},
        "all": {
            "团组织": [
                organization
                | {"组织全称": "中国共产主义青年团华岳局测绘院综合室支部委员会", "组织简称": "综合室团支部"}
            ],
            "团员": [a_member_row("孙远", "综合室团支部", 收入档次="2000–5000 元")],
            "团干部": [a_cadre_row("李文博", "综合室团支部")],
        },
    }
    found = {}
    for kind, sheets in files.items():
        roster = imported(filled(a_blank(kind), **sheets), organization=world.bureau, by=world.bureau_admin)
        found[kind] = (states(roster), codes(roster))

    rows = {kind: sum(len(rows) for rows in sheets.values()) for kind, sheets in files.items()}
    assert found == {kind: ([(2, "new")] * count, []) for kind, count in rows.items()}
    assert set(Member.objects.get(name="赵启明").terms.values_list("post", flat=True)) == {
        "organization_officer",
        "publicity_officer",
    }


def test_lists_come_from_what_is_there_now_and_only_from_what_one_manages(world, a_blank):
    content = a_blank("members", organization=world.general, by=world.clerk)

    book = openpyxl.load_workbook(content)
    sheet, lists = book["团员"], book["字典"]

    entries = [[cell.value for cell in column if cell.value] for column in lists.iter_cols()]
    assert lists.sheet_state == "hidden"
    assert [world.branch.full_name, world.sister_branch.full_name] in entries
    assert world.other_branch.full_name not in str(entries)
    chosen = {check.formula1 for check in sheet.data_validations.dataValidation if check.type == "list"}
    assert chosen == {"性别", "民族", "学历", "政治面貌", "团内职务", "团干部性质", "团支部名称", "收入档次"}
    assert chosen <= set(book.defined_names)


def test_required_columns_bear_a_star_and_cells_are_text(world, a_blank):
    sheet = openpyxl.load_workbook(a_blank("members"))["团员"]

    assert [cell.value for cell in sheet[1] if cell.value.startswith("*")] == ["*姓名", "*身份证号", "*所在团支部"]
    assert {cell.number_format for cell in sheet[blanks.OPEN_LINES + 1]} == {"@"}
    assert not sheet.protection.sheet


def test_no_sheet_holds_a_person(world, a_blank, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(a_blank("all").getvalue())

    layouts = [sheet for sheet in read_in_process(path, name="a.xlsx").visible if sheet.name != SHEET]

    assert [len(sheet.rows) for sheet in layouts] == [1, 1, 1]


def test_an_app_may_add_its_own(world, monkeypatch):
    monkeypatch.setattr(blanks, "_blanks", dict(blanks._blanks))

    blanks.register("trial", "试用模板", blanks.find("members").build, about="试用")

    assert blanks.offered()[-1].label == "试用模板"


def test_a_template_for_a_branch_reads_like_any_other(world, a_blank):
    file = filled(a_blank("members", world.branch, world.secretary), 团员=[a_member_row("赵启明", "航测一室团支部")])

    roster = checked(file, organization=world.branch, by=world.secretary)

    assert states(roster) == [(2, "new")]
