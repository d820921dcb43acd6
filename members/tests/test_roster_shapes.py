"""Sheets as offices shape them: whatever the headings are called and wherever they stand, they are read by meaning."""

import re
from pathlib import Path

import pytest

from members.models import RowKind
from members.roster.reading.layouts import lay_out
from members.tests.sheets import NUMBER, OTHER, a_sheet
from tuanjian.spreadsheets import FileRefused, Merge, Workbook

THIRD = "379998199911230035"
PLACES = re.compile(r"([A-Z])([0-9]+)")


def drawn(picture, *, name="Sheet1", merged=""):
    """A sheet drawn in text: a line a row, cells between bars, ① ② ③ for ID numbers, ranges such as A1:C1 merged."""
    for sign, number in zip("①②③", (NUMBER, OTHER, THIRD), strict=True):
        picture = picture.replace(sign, number)
    lines = [
        [cell.strip().replace("/n", "\n") or None for cell in line.split("|")] for line in picture.strip().splitlines()
    ]
    ranges = []
    for first, last in (each.split(":") for each in merged.split()):
        (left, top), (right, bottom) = PLACES.fullmatch(first).groups(), PLACES.fullmatch(last).groups()
        ranges.append(Merge(int(top), ord(left) - 64, int(bottom), ord(right) - 64))
    return a_sheet(*lines, name=name, merged=tuple(ranges))


def understood(sheet):
    """Kind, heading row, columns and lines of people of the sheet."""
    (layout,) = lay_out(Workbook([sheet]))
    columns = " ".join(f"{chr(64 + column)}={field}" for column, field in layout.fields.items())
    return layout.kind, layout.header_row, columns, [row.line for row in layout.rows]


MEMBERS, CADRES, ORGANIZATIONS = RowKind.MEMBERS, RowKind.CADRES, RowKind.ORGANIZATIONS


def shapes():
    """The corpus: a name, what is to be understood (kind, heading row, columns, lines, merged cells), the picture."""
    corpus = (Path(__file__).parent / "roster_shapes.txt").read_text(encoding="utf-8")
    for shape in corpus.split("# ")[1:]:
        name, wanted, picture = shape.split("\n", 2)
        kind, row, columns, lines, *merged = wanted.removeprefix("= ").split(" | ")
        expected = (RowKind(kind), int(row), columns, [int(line) for line in lines.split()])
        yield pytest.param(drawn(picture, merged="".join(merged)), expected, id=name)


@pytest.mark.parametrize(("sheet", "expected"), list(shapes()))
def test_sheets_of_all_shapes_are_understood(sheet, expected):
    assert understood(sheet) == expected


def test_dates_spread_over_columns_are_put_together():
    sheet = drawn(
        "姓名 | 身份证号 | 入团时间 | | | 出生年 | | 出生月\n | | 年 | 月 | 日 | | |\n"
        "白雨桐 | ① | 2016年 | 5月 | 4日 | 2001 | | 06\n何静姝 | ② | 2016 | | | | |"
    )

    (layout,) = lay_out(Workbook([sheet]))

    dates = [
        [row.cells[name][1].text for name in ("joined_on", "birth_date") if name in row.cells] for row in layout.rows
    ]
    assert dates == [["2016-5-4", "2001-06"], ["2016"]]
    assert (layout.unmapped, layout.warnings) == ({}, [])


def test_a_unit_beside_the_place_of_work_is_another():
    sheet = drawn("姓名 | 身份证号 | 单位 | 工作单位\n白雨桐 | ① | 甲厂团委 | 一车间")

    (layout,) = lay_out(Workbook([sheet]))

    assert (layout.fields[4], layout.unmapped) == ("work_unit", {3: "单位"})


def test_dates_spread_over_columns_are_put_together_on_the_next_page_as_well():
    heading = "姓名 | 身份证号 | 入团年 | 入团月"
    sheet = drawn(f"{heading}\n白雨桐 | ① | 2016 | 5\n{heading}\n何静姝 | ② | 2017 | 6")

    (layout,) = lay_out(Workbook([sheet]))

    assert [row.cells["joined_on"][1].text for row in layout.rows] == ["2016-5", "2017-6"]


def test_sheets_of_one_branch_each_have_their_own_columns():
    one = drawn("姓名 | 身份证号 | 手机号\n白雨桐 | ① | 14000000001", name="航测一室")
    two = drawn("身份证号 | 入团时间 | 姓名\n② | 2016-05 | 何静姝", name="航测二室")
    counts = drawn("支部 | 团员数\n航测一室 | 1\n航测二室 | 1", name="汇总")

    layouts = lay_out(Workbook([one, counts, two]))

    assert [(layout.name, layout.fields) for layout in layouts] == [
        ("航测一室", {1: "name", 2: "id_number", 3: "phone"}),
        ("航测二室", {1: "id_number", 2: "joined_on", 3: "name"}),
        ("汇总", {}),
    ]


def test_members_and_cadres_may_stand_on_sheets_of_one_file():
    members = drawn("姓名 | 身份证号 | 入团时间 | 支部\n白雨桐 | ① | 2016-05 | 一队", name="团员")
    cadres = drawn("姓名 | 身份证号 | 任职组织 | 团内职务 | 任职时间\n白雨桐 | ① | 一队 | 书记 | 2024-09", name="干部")
    branches = drawn("上级组织 | 组织全称 | 组织类别\n甲厂团委 | 甲厂一队团支部 | 团支部", name="组织")

    layouts = lay_out(Workbook([cadres, members, branches]))

    assert [(layout.name, layout.kind) for layout in layouts] == [
        ("组织", ORGANIZATIONS),
        ("团员", MEMBERS),
        ("干部", CADRES),
    ]


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        # Two people a line: which number is whose would be a guess.
        ("姓名 | 身份证号 | 姓名 | 身份证号\n白雨桐 | ① | 何静姝 | ②", "F_DUP_HEADER"),
        # A form about one person, its words beside the values.
        ("入团志愿书 |\n姓名 | 白雨桐\n身份证号 | ①\n民族 | 汉族", "F_NO_HEADER"),
        # Numbers of the school instead of the person's own.
        ("学号 | 姓名 | 性别 | 入团时间\n1 | 白雨桐 | 女 | 2016-05", "F_MISSING_COLUMN"),
        ("甲 | 乙 | 丙\n白雨桐 | ① | 一队", "F_NO_HEADER"),
        # Who moves from one branch to another: which of them is theirs would be a guess.
        ("姓名 | 身份证号 | 转出团支部 | 转入团支部 | 转接时间\n白雨桐 | ① | 一队 | 二队 | 2026-09", "F_NO_ROWS"),
        # A second list that begins further down, beside the first.
        (
            "姓名 | 身份证号 | | |\n白雨桐 | ① | | 姓名 | 身份证号\n钱子昂 | ③ | | 何静姝 | ②",
            "F_DUP_HEADER",
        ),
        (
            "姓名 | 身份证号 | | | |\n白雨桐 | ① | | 姓名 | 身份证号 | 手机\n钱子昂 | ③ | | 何静姝 | ② | 14000000002",
            "F_DUP_HEADER",
        ),
        # The second part of a list holds two people a line.
        (
            "姓名 | 身份证号 | 电话 |\n白雨桐 | ① | |\n姓名 | 身份证号 | 姓名 | 身份证号\n钱子昂 | ③ | 何静姝 | ②",
            "F_DUP_HEADER",
        ),
    ],
)
def test_what_would_have_to_be_guessed_is_asked(picture, code):
    with pytest.raises(FileRefused) as refusal:
        understood(drawn(picture))

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["书记", "组织委员", "无"], "league_post"),
        (["无", "团员", ""], "league_post"),
        (["会计", "出纳", "书记"], None),
        (["负责人", "工程师", "技术员"], None),
    ],
)
def test_a_bare_post_among_members_is_one_of_the_league_where_its_values_are(values, field):
    people = zip(["白雨桐", "何静姝", "钱子昂"], ["①", "②", "③"], values, strict=True)
    sheet = drawn("姓名 | 身份证号 | 入团时间 | 职务\n" + "\n".join(f"{a} | {b} | 2016-05 | {c}" for a, b, c in people))

    (layout,) = lay_out(Workbook([sheet]))

    assert layout.fields.get(4) == field
    assert all(("league_post" in row.cells) <= (field is not None) for row in layout.rows)
