from array import array

import pytest

from tuanjian.spreadsheets import Cell, Kind, Row
from tuanjian.spreadsheets.cells import NOTHING
from tuanjian.spreadsheets.packed import PackedRows

NUMBER = Cell("5", Kind.NUMBER, "5.0")


class Rows(PackedRows):
    def add(self, rows):
        """Keep rows as (line, marks, columns or 0 for those of the row before, places in the table)."""
        for line, marks, columns, places in rows:
            new = [columns] if columns else []
            self.extend(
                new,
                lines=array("I", [line]),
                marks=bytes([marks]),
                row_shapes=array("I", [len(self._shapes) + len(new) - 1]),
                places=array("I", places),
            )


def packed():
    rows = Rows([NOTHING, "赵启明", NUMBER, "钱子昂"])
    rows.add([(1, 0, [1, 2], [1, 2]), (2, 1, 0, [3, 2])])
    rows.add([(4, 2, [3], [2])])
    return rows


def test_rows_come_back_as_they_were_added():
    rows = packed()

    assert list(rows) == [
        Row(1, {1: Cell("赵启明"), 2: NUMBER}),
        Row(2, {1: Cell("钱子昂"), 2: NUMBER}, hidden=True),
        Row(4, {3: NUMBER}, ragged=True),
    ]


def test_they_can_be_asked_for_like_those_of_a_list():
    rows = packed()
    listed = list(rows)

    assert (len(rows), rows[0], rows[-1], rows[:2], rows[::-1]) == (
        3,
        listed[0],
        listed[2],
        listed[:2],
        listed[::-1],
    )
    assert (rows == listed, rows == listed[:2], rows == 3) == (True, False, False)
    with pytest.raises(IndexError):
        rows[3]


@pytest.mark.parametrize(
    "row", [(1, 0, [1, 2], [1]), (1, 0, [1], [9]), (1, 0, [1], [-1]), (-1, 0, [1], [1]), (1, "0", [1], [1])]
)
def test_rows_that_make_no_sense_are_refused(row):
    rows = Rows([NOTHING, "赵启明"])

    with pytest.raises((IndexError, OverflowError, TypeError, ValueError)):
        rows.add([row])
