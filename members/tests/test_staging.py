import json

import pytest

from members.models.roster import RosterRow
from members.roster.plans.plan import PlannedRow
from members.roster.preview.staging import read_of, sealed_of, unpacked
from members.roster.reading.rows import CleanRow
from tuanjian import sealing

PLACE = {"sheet": "团员", "line": 3, "kind": "members"}


def a_row(name):
    row = CleanRow(**PLACE, facts={"name": name}, shown={"name": name}, cells={"name": [name, "t", ""]})
    row.letters = {"name": "B", "branch": "C"}
    row.warn("W_RARE", "请核对。", "name")
    return row


@pytest.mark.parametrize("name", ["甲", "甲\ud800", "𫖯\u2028\\", ""])
def test_a_row_comes_back_as_it_was_read(name):
    row = a_row(name)

    kept = RosterRow(**PLACE, sealed=sealed_of(PlannedRow(row), read_of(row)))

    assert unpacked(kept) == (row, {"name": name})


def test_values_as_planned_are_kept_beside_those_that_were_read():
    row = a_row("甲")
    read = read_of(row)
    row.shown["branch"] = "第一团支部"

    kept = RosterRow(**PLACE, sealed=sealed_of(PlannedRow(row), read))

    assert unpacked(kept) == (a_row("甲"), {"name": "甲", "branch": "第一团支部"})


def test_a_row_kept_with_its_values_twice_is_read():
    row = a_row("甲")
    content = json.dumps({"read": read_of(row), "shown": row.shown})

    kept = RosterRow(**PLACE, sealed=sealing.seal("roster.row", content))

    assert unpacked(kept) == (row, {"name": "甲"})
