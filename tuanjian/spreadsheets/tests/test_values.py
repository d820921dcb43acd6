import pytest

from tuanjian.spreadsheets.cells import NOTHING, Cell, Kind
from tuanjian.spreadsheets.values import Shown, iso_cell, number_cell, shown_by, spelled_out, text_cell


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("yyyy-mm-dd", Shown.DAY),
        ('yyyy"年"m"月"d"日"', Shown.DAY),
        ("yyyy/m/d h:mm", Shown.DAY),
        ("[$-804]yyyy年m月", Shown.MONTH),
        ("yyyy-mm", Shown.MONTH),
        ("yyyy.mm;@", Shown.MONTH),
        ("h:mm:ss", Shown.NUMBER),
        ("[h]:mm", Shown.NUMBER),
        ("General", Shown.NUMBER),
        ("G/通用格式", Shown.NUMBER),
        ("0.00E+00", Shown.NUMBER),
        ('[Red]0"d"', Shown.NUMBER),
        ("#,##0;[Red]-#,##0", Shown.NUMBER),
        ("@", Shown.NUMBER),
    ],
)
def test_shown_by_reads_number_formats(code, shown):
    assert shown_by(164, code) is shown


@pytest.mark.parametrize(
    ("number", "shown"), [(0, Shown.NUMBER), (14, Shown.DAY), (17, Shown.MONTH), (31, Shown.DAY), (57, Shown.MONTH)]
)
def test_shown_by_knows_the_built_in_formats_of_the_chinese_edition(number, shown):
    assert shown_by(number, None) is shown


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("14000000004", "14000000004"),
        ("1.4000000005E10", "14000000005"),
        ("3.79998200203041E+17", "379998200203041000"),
        ("379998200107040619", "379998200107040619"),
        ("2021.5", "2021.5"),
        ("2021.0500000000002", "2021.05"),
        ("5.0", "5"),
        ("-0.25", "-0.25"),
        ("0.0", "0"),
        ("100", "100"),
        ("1E+300", "1E+300"),
    ],
)
def test_number_cell_writes_digits_and_keeps_what_is_stored(stored, text):
    assert number_cell(stored, Shown.NUMBER, date1904=False) == Cell(text, Kind.NUMBER, stored)


@pytest.mark.parametrize("stored", ["noon", "", "NaN", "1,5", "１２", "0x10", "1" * 41])
def test_number_cell_is_none_for_what_is_no_number(stored):
    assert number_cell(stored, Shown.NUMBER, date1904=False) is None


@pytest.mark.parametrize(
    ("stored", "date1904", "text"),
    [
        ("44320", False, "2021-05-04"),
        ("42858", True, "2021-05-04"),
        ("44320.354166666664", False, "2021-05-04 08:30:00"),
        ("59", False, "1900-02-28"),
        ("61", False, "1900-03-01"),
        ("2958465", False, "9999-12-31"),
    ],
)
def test_number_cell_turns_serials_into_days(stored, date1904, text):
    assert number_cell(stored, Shown.DAY, date1904=date1904) == Cell(text, Kind.DATE, stored)


def test_number_cell_marks_dates_shown_as_months():
    assert number_cell("44317", Shown.MONTH, date1904=False) == Cell("2021-05-01", Kind.DATE, "44317", False, True)


@pytest.mark.parametrize("stored", ["0", "60", "-1", "2958466", "1E+300"])
def test_number_cell_leaves_days_no_calendar_has_as_numbers(stored):
    assert number_cell(stored, Shown.DAY, date1904=False).kind is Kind.NUMBER


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("2021-05-04", Cell("2021-05-04", Kind.DATE, "2021-05-04")),
        ("2021-05-04T23:59:00Z", Cell("2021-05-04 23:59:00", Kind.DATE, "2021-05-04T23:59:00Z")),
        ("2021-02-30", Cell("2021-02-30")),
        ("noon", Cell("noon")),
    ],
)
def test_iso_cell_takes_only_days_that_exist(text, cell):
    assert iso_cell(text, 100) == cell


@pytest.mark.parametrize("text", ["", " ", "　", "\u00a0\t\n", "\u200b\ufeff", " \u200b "])
def test_text_cell_takes_unseen_characters_for_nothing(text):
    assert text_cell(text, 10) is NOTHING


def test_text_cell_cuts_at_the_limit_and_says_so():
    assert text_cell("长" * 11, 10) == Cell("长" * 10, Kind.TEXT, "", False, False, True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("甲_x000D_乙", "甲\r乙"), ("_x005F_x000D_", "_x000D_"), ("_xD800_", "_xD800_"), ("a_xb", "a_xb")],
)
def test_spelled_out_characters_come_back(text, meant):
    assert spelled_out(text) == meant
