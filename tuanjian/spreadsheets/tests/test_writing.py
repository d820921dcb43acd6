import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from tuanjian.spreadsheets.cells import Cell, Kind, Merge, Row
from tuanjian.spreadsheets.lines import FORBIDDEN
from tuanjian.spreadsheets.reading import read_in_process
from tuanjian.spreadsheets.tests.workbooks import number, text
from tuanjian.spreadsheets.writing import Closed, Column, Open, SheetPlan, WorkbookPlan, write_workbook

COLUMNS = [
    Column("姓名", locked=True),
    Column("人数", number_format="0"),
    Column("完成率", number_format="0.0%"),
    Column("日期", number_format="yyyy-mm-dd"),
    Column("民族", width=20, choices="民族", note="请从列表中选择。"),
]


def a_plan(*rows, columns=COLUMNS, **more):
    return WorkbookPlan([SheetPlan("名册", columns, rows, **more)], {"民族": ["汉族", "回族"]})


@pytest.fixture
def written(tmp_path):
    def written(plan):
        path = tmp_path / "a.xlsx"
        write_workbook(plan, path)
        return path

    return written


def test_what_is_written_can_be_read_again(written):
    rows = [("李小明", 3, Decimal("0.5"), date(2021, 5, 4), "汉族"), ("", None, None, None, None)]
    plan = a_plan(*rows, heading_lines=["团员名册", "填报单位：某某团委"], notes=["填表说明：略"], open_lines=2)

    workbook = read_in_process(written(plan), name="a.xlsx")

    cells = {
        1: text("李小明"),
        2: number("3"),
        3: number("0.5"),
        4: Cell("2021-05-04", Kind.DATE, "44320"),
        5: text("汉族"),
    }
    assert workbook.sheets[0].rows == [
        Row(1, {1: text("团员名册")}),
        Row(2, {1: text("填报单位：某某团委")}),
        Row(3, {place: text(column.heading) for place, column in enumerate(COLUMNS, start=1)}),
        Row(4, cells),
        Row(8, {1: text("填表说明：略")}),
    ]
    assert sorted(workbook.sheets[0].merged) == [Merge(1, 1, 1, 5), Merge(2, 1, 2, 5)]
    assert [(sheet.name, sheet.hidden) for sheet in workbook.sheets] == [("名册", False), ("字典", True)]


@pytest.mark.parametrize(
    "value", ["=1+1", "+86", "-2+3", "@SUM(1)", "=cmd|'/c calc'!A1", "#N/A", "0123", "TRUE", "{=1}"]
)
def test_text_stays_text_and_is_never_a_formula(written, value):
    path = written(a_plan((value,), columns=[Column("备注")]))

    cell = openpyxl.load_workbook(path)["名册"]["A2"]
    assert (cell.value, cell.data_type, cell.number_format) == (value, "s", "@")


def test_characters_no_workbook_can_hold_are_left_out(written):
    path = written(a_plan(("甲\x00\x1f\ud800\uffff乙" + "长" * 40_000,), columns=[Column("备注")]))

    assert openpyxl.load_workbook(path)["名册"]["A2"].value == "甲乙" + "长" * 32_765


def test_a_template_is_locked_but_for_its_open_columns(written):
    sheet = openpyxl.load_workbook(written(a_plan(open_lines=3)))["名册"]

    assert sheet.protection.sheet
    assert [sheet.cell(4, column).protection.locked for column in range(1, 6)] == [True, False, False, False, False]
    assert sheet.cell(1, 2).protection.locked


def test_a_list_is_chosen_from_by_name(written):
    book = openpyxl.load_workbook(written(a_plan(open_lines=3)))

    (check,) = book["名册"].data_validations.dataValidation
    assert (check.type, check.formula1, str(check.sqref), check.prompt) == ("list", "民族", "E2:E4", "请从列表中选择。")
    assert book.defined_names["民族"].attr_text == "'字典'!$A$1:$A$2"
    assert book["字典"].sheet_state == "hidden"


def test_a_missing_list_is_told(tmp_path):
    plan = WorkbookPlan([SheetPlan("名册", COLUMNS, [])])

    with pytest.raises(ValueError, match="民族"):
        write_workbook(plan, tmp_path / "a.xlsx")

    assert list(tmp_path.iterdir()) == []


def test_the_heading_is_frozen_and_repeated_in_print(written):
    sheet = openpyxl.load_workbook(written(a_plan(heading_lines=["团员名册"])))["名册"]

    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A3", "$2:$2")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.column_dimensions["E"].width == 20


def test_an_open_file_is_written_and_titles_are_made_to_fit():
    target = io.BytesIO()

    write_workbook(WorkbookPlan([SheetPlan("名册[1]/总表" + "长" * 40, [Column("姓名")], iter([("甲",)]))]), target)

    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["名册-1--总表" + "长" * 23]
    assert book.worksheets[0]["A2"].value == "甲"


def test_a_row_of_another_length_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="zip"):
        write_workbook(a_plan(("甲", 1)), tmp_path / "a.xlsx")


def test_single_cells_can_be_open_or_closed(written):
    columns = [Column("姓名", locked=True), Column("民族", locked=True), Column("学历", locked=True)]

    sheet = openpyxl.load_workbook(written(a_plan(("李小明", Open(), Closed("已填")), columns=columns)))["名册"]

    name, gap, filled = sheet["A2"], sheet["B2"], sheet["C2"]
    assert sheet.protection.sheet
    assert [cell.protection.locked for cell in (name, gap, filled)] == [True, False, True]
    assert (gap.value, gap.fill.fgColor.rgb, gap.number_format) == (None, "00FFF4D6", "@")
    assert (filled.value, filled.font.color.rgb, name.font.color) == ("已填", "00808890", None)


def test_other_words_than_those_listed_are_refused_unless_they_may_be_typed(written):
    columns = [Column("民族", choices="民族"), Column("职务", choices="民族", other_words=True)]

    sheet = openpyxl.load_workbook(written(a_plan(columns=columns, open_lines=1)))["名册"]

    checks = {str(check.sqref): check.showErrorMessage for check in sheet.data_validations.dataValidation}
    assert checks == {"A2": True, "B2": False}


@pytest.mark.parametrize(
    "value",
    [
        "<甲> & \"乙\" 'b'",
        " 前后 ",
        "第一行\n第二行",
        "\t",
        "_x0041_",
        "_x005F_x0041_",
        "_x_",
        "]]>",
        "&amp;",
        "𫖯\ue000",
    ],
)
def test_text_comes_back_letter_for_letter(written, value):
    path = written(a_plan((value, "乙"), columns=[Column("备注"), Column("姓名")]))

    row = read_in_process(path, name="a.xlsx").sheets[0].rows[1]
    assert row.cell(1).text == value or not value.strip()
    assert row.cell(2).text == "乙"


def test_numbers_days_and_times_keep_their_kind(written):
    moment = datetime(2026, 10, 8, 8, 30)  # noqa: DTZ001 – workbooks know no zones
    columns = [Column("甲", number_format=code) for code in ("0", "0", "0.0%", "@", "yyyy-mm-dd hh:mm")]

    sheet = openpyxl.load_workbook(written(a_plan((12, 0.25, Decimal("0.5"), True, moment), columns=columns)))["名册"]

    assert [cell.value for cell in sheet[2]] == [12, 0.25, 0.5, True, moment]
    assert [cell.number_format for cell in sheet[2]] == ["0", "0", "0.0%", "@", "yyyy-mm-dd hh:mm"]


def test_every_line_is_written_and_the_choices_reach_the_last(written):
    columns = [Column("民族", choices="民族")]

    sheet = openpyxl.load_workbook(written(a_plan(*[("汉族",)] * 1_234, columns=columns, notes=["完"])))["名册"]

    (check,) = sheet.data_validations.dataValidation
    assert str(check.sqref) == "A2:A1235"
    assert [sheet.cell(line, 1).value for line in (1, 2, 1235, 1236)] == ["民族", "汉族", "汉族", "完"]


def test_rows_that_fail_leave_what_was_there(tmp_path):
    def failing():
        yield ("甲",)
        raise RuntimeError("the database is gone")

    path = tmp_path / "a.xlsx"
    path.write_bytes(b"before")

    with pytest.raises(RuntimeError, match="gone"):
        write_workbook(WorkbookPlan([SheetPlan("名册", [Column("姓名")], failing())]), path)

    assert ([each.name for each in tmp_path.iterdir()], path.read_bytes()) == (["a.xlsx"], b"before")


@pytest.mark.property
@settings(deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_any_text_comes_back_but_for_what_no_cell_holds(values):
    target = io.BytesIO()
    columns = [Column(f"列{number}") for number, _ in enumerate(values)]

    write_workbook(WorkbookPlan([SheetPlan("名册", columns, [values])]), target)

    back = [cell.value or "" for cell in openpyxl.load_workbook(target)["名册"][2]]
    assert [unescape(value) for value in back] == [_holdable(value) for value in values]


def _holdable(value):
    kept = "".join(c for c in value if FORBIDDEN.search(c) is None)
    return kept.replace("\r\n", "\n").replace("\r", "\n")
