import pytest

from tuanjian.spreadsheets.cells import Cell, Kind, Row, Sheet, Workbook
from tuanjian.spreadsheets.reading import read_in_process
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.tests.workbooks import an_xls, compound, number, text


@pytest.fixture
def read(tmp_path):
    def read(data):
        path = tmp_path / "a.xls"
        path.write_bytes(data)
        return read_in_process(path, name="a.xls")

    return read


def test_an_old_workbook_keeps_the_kinds_of_its_cells(read):
    data = an_xls(
        (0, 0, "姓名", 0),
        (2, 0, "李小明", 0),
        (2, 1, 44320.0, 1),
        (2, 2, 44317.0, 2),
        (2, 3, 14000000004.0, 0),
        (2, 4, 379998200203041000.0, 0),
        (2, 5, True, 0),
        (2, 6, None, 0),
        (2, 7, " ", 0),
        formats=["yyyy-mm-dd", "yyyy年m月"],
    )

    cells = {
        1: text("李小明"),
        2: Cell("2021-05-04", Kind.DATE, "44320"),
        3: Cell("2021-05-01", Kind.DATE, "44317", False, True),
        4: number("14000000004"),
        5: number("3.79998200203041e+17", "379998200203041000"),
        6: Cell("TRUE", Kind.BOOLEAN),
        7: Cell("#N/A", Kind.ERROR),
    }
    assert read(data) == Workbook(
        [Sheet("名册", rows=[Row(1, {1: text("姓名")}), Row(3, cells)])], format="xls", called="a"
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (an_xls((0, 0, "甲", 0), hidden=True), "F_NO_SHEET"),
        (compound(("Workbook", b"")), "F_CORRUPT"),
        (compound(("Workbook", b"\x09\x08\x10\x00" + b"\xff" * 4_000)), "F_CORRUPT"),
        (an_xls((0, 0, "甲", 0))[:2_000], "F_CORRUPT"),
    ],
)
def test_old_workbooks_that_cannot_be_read_are_refused(read, data, code):
    with pytest.raises(FileRefused) as refusal:
        read(data)

    assert refusal.value.code == code
