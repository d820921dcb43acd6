"""The process that parses, from outside."""

import subprocess
import sys

import pytest

from tuanjian.spreadsheets.reading import _COMMAND, _ROOT, read_in_process, read_workbook
from tuanjian.spreadsheets.tests.workbooks import a_sheet, an_xls, packed, parts_of

NEEDED = "tuanjian.spreadsheets.child, tuanjian.spreadsheets.xlsx"


@pytest.mark.parametrize(
    ("name", "data"),
    [("名册.xls", an_xls((0, 0, "姓名", 0), (1, 0, "赵启明", 0))), ("名册.csv", "姓名,民族\n赵启明,汉族\n".encode())],
)
def test_readers_that_need_more_find_it(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)

    assert read_workbook(path, name=name) == read_in_process(path, name=name)


def test_long_sheets_come_whole(tmp_path):
    rows = [[f"甲{line}", "团员", f"&{line % 7}"] + ["备注"] * (line % 3) for line in range(3_456)]
    path = packed(tmp_path / "a.xlsx", parts_of(a_sheet(*rows), a_sheet(*reversed(rows))))

    assert read_workbook(path, name="a.xlsx") == read_in_process(path, name="a.xlsx")


def test_it_loads_nothing_that_takes_long_to_load():
    heavy = ("dataclasses", "inspect", "site", "xlrd", "django", "openpyxl")
    asked = f"import sys, {NEEDED}; print([name for name in {heavy!r} if name in sys.modules])"
    command = [*_COMMAND[: _COMMAND.index("-m")], "-c", asked]

    told = subprocess.run(command, cwd=_ROOT, env={}, capture_output=True, check=True, text=True).stdout  # noqa: S603

    assert (told.strip(), _COMMAND[0]) == ("[]", sys.executable)
