import os
import random
import time

import pytest
from django.core.exceptions import ImproperlyConfigured

from tuanjian.spreadsheets.cells import Kind, Limits
from tuanjian.spreadsheets.gathering import BrokenOff, put_together
from tuanjian.spreadsheets.reading import read_in_process, read_workbook
from tuanjian.spreadsheets.refusals import SENTENCES, FileRefused
from tuanjian.spreadsheets.tests.workbooks import a_sheet, packed, parts_of
from tuanjian.startup import import_limits


@pytest.fixture
def path(tmp_path):
    return packed(
        tmp_path / "名 册'.xlsx",
        parts_of(
            a_sheet(
                ["姓名", "备注"],
                '<row r="2" hidden="1"><c r="A2"><v>1E3</v></c><c r="B2" t="e"><v>#REF!</v></c></row>',
                ["甲\u2028乙", "'; DROP TABLE x; --"],
                '<row r="4"><c r="A4" t="str"><f>1</f><v>𫖯_x0000_</v></c></row>',
            ).replace("A3", "A3"),
            a_sheet(["甲"]),
            a_sheet(["甲"]),
            states=["", ' state="hidden"', ""],
        ),
    )


def test_the_child_gives_what_reading_here_gives(path):
    assert read_workbook(path, name="名册.xlsx") == read_in_process(path, name="名册.xlsx")


def test_the_child_gives_kinds_and_not_only_their_letters(path):
    cell = read_workbook(path, name="名册.xlsx").sheets[0].rows[1].cell(2)

    assert cell.kind is Kind.ERROR


def test_who_waits_is_told_how_much_has_been_read(tmp_path):
    sheets = [a_sheet(*([f"甲{line}"] for line in range(2_500))), a_sheet(*([f"乙{line}"] for line in range(2_500)))]
    table = "".join(f"甲{line},乙\n" for line in range(3_000)).encode()
    (tmp_path / "a.csv").write_bytes(table)
    of_workbook, of_table = [], []

    read_workbook(
        packed(tmp_path / "a.xlsx", parts_of(*sheets)), name="a.xlsx", told=lambda *about: of_workbook.append(about)
    )
    read_workbook(tmp_path / "a.csv", name="a.csv", told=lambda *about: of_table.append(about))

    assert [rows for rows, _ in of_workbook] == [1_000, 2_000, 2_500, 3_500, 4_500, 5_000]
    shares = [permille for _, permille in of_workbook]
    assert (shares == sorted(shares), shares[2], shares[-1]) == (True, 500, 1_000)
    assert of_table == [(1_000, 333), (2_000, 666), (3_000, 1_000)]


def test_a_refusal_comes_back_with_its_sentence(path):
    with pytest.raises(FileRefused) as refusal:
        read_workbook(path, name="名册.csv")

    assert (refusal.value.code, str(refusal.value)) == ("F_EXT", SENTENCES["F_EXT"])


def test_the_limits_are_those_of_the_settings(path, settings):
    settings.TUANJIAN_IMPORT_LIMITS = Limits(rows=3)

    with pytest.raises(FileRefused) as refusal:
        read_workbook(path, name="名册.xlsx")

    assert (refusal.value.code, refusal.value.message) == ("F_TOO_MANY_ROWS", "数据超过 3 行，请分批导入。")


def test_a_limit_that_lets_nothing_in_is_refused_at_the_start():
    with pytest.raises(ImproperlyConfigured, match="必须大于 0"):
        import_limits(Limits(rows=0))


def test_a_child_out_of_time_is_stopped(tmp_path):
    rows = (f'<row r="{line}"><c t="b"><v> {line}</v></c></row>' for line in range(1, 300_000))
    path = packed(tmp_path / "a.xlsx", parts_of(a_sheet("".join(rows))))
    started = time.monotonic()

    with pytest.raises(FileRefused) as refusal:
        read_workbook(path, name="a.xlsx", limits=Limits(rows=10**6, seconds=1))

    assert refusal.value.code == "F_TOO_BIG"
    assert time.monotonic() - started < 5


def test_a_child_out_of_memory_is_too_big(tmp_path):
    path = packed(tmp_path / "a.xlsx", parts_of(a_sheet(["长" * 10**7])))

    with pytest.raises(FileRefused) as refusal:
        read_workbook(path, name="a.xlsx", limits=Limits(memory_bytes=60 * 2**20))

    assert refusal.value.code == "F_TOO_BIG"


def test_the_child_knows_no_environment_and_writes_no_file(path, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    before = sorted(os.listdir(tmp_path))

    workbook = read_workbook(path, name="名册.xlsx")

    assert len(workbook.visible) == 2
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"sheet": "表", "hidden": False, "date1904": False}],
        [{"cells": ["甲"], "rows": [[1, 0, [1], [7]]]}, {"format": "xlsx", "warnings": []}],
        [{"merged": [], "hidden_columns": []}, {"format": "xlsx", "warnings": []}],
        ["nonsense"],
    ],
)
def test_messages_that_break_off_or_make_no_sense_give_nothing(messages):
    with pytest.raises(BrokenOff):
        put_together(messages)


def test_damaged_files_are_refused_and_nothing_else(path, tmp_path):
    """Two hundred ways to spoil a file, the same ones every time."""
    dice, whole, spoilt = random.Random(20261121), path.read_bytes(), tmp_path / "spoilt.xlsx"
    codes = set()
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(dice.choice((1, 3, 20))):
            place = dice.randrange(len(data))
            data[place : place + dice.choice((0, 1, 9))] = dice.randbytes(dice.choice((0, 1, 1, 9)))
        spoilt.write_bytes(data)
        try:
            read_in_process(spoilt, name="spoilt.xlsx")
        except FileRefused as refusal:
            codes.add(refusal.code)

    assert "F_CORRUPT" in codes
    assert codes <= SENTENCES.keys()
