"""Messages from the process that parses: a damaged one gives nothing."""

import pytest

from tuanjian.spreadsheets.cells import Cell, Kind, Limits, Row
from tuanjian.spreadsheets.gathering import BrokenOff, Gathering, put_together

END = {"format": "xlsx", "warnings": []}


def messages():
    """A sheet of three rows, as it is sent."""
    sent = []
    gathering = Gathering(Limits(), sent.append)
    sheet = gathering.sheet("表")
    name, number = gathering.cells.append("甲"), gathering.cells.append_number("5")
    date = gathering.cells.place(Cell("2021-05-04", Kind.DATE, "44320"))
    sheet.add(1, (1, 2), [name, number])
    sheet.add(2, (1, 2, 3), [name, 0, date], hidden=True)
    sheet.add(4, (1, 2), [0, 0])
    sheet.add(5, (1, 2), [number, name], ragged=True)
    sheet.finish()
    gathering.end(format="xlsx")
    return sent


def test_rows_arrive_as_they_were_gathered():
    (sheet,) = put_together(messages()).sheets

    name, number, date = Cell("甲"), Cell("5", Kind.NUMBER, "5"), Cell("2021-05-04", Kind.DATE, "44320")
    assert list(sheet.rows) == [
        Row(1, {1: name, 2: number}),
        Row(2, {1: name, 3: date}, hidden=True),
        Row(5, {1: number, 2: name}, ragged=True),
    ]


def test_equal_columns_are_sent_once():
    batch = messages()[1]

    assert batch["shapes"] == [(1, 2), (1, 3)]


@pytest.mark.parametrize(
    "change",
    [
        lambda batch: batch["shapes"].pop(),
        lambda batch: batch["cells"].pop(),
        lambda batch: batch["cells"].append(["甲", "?", ""]),
        lambda batch: batch["cells"].append(5),
        lambda batch: batch["cells"].append([]),
        lambda batch: batch["rows"].pop(),
        lambda batch: batch["rows"].append("AAAA"),
        lambda batch: batch["rows"].__setitem__(0, "AA=="),
        lambda batch: batch["rows"].__setitem__(0, 7),
        lambda batch: batch["rows"].__setitem__(1, "AAAA"),
        lambda batch: batch["rows"].__setitem__(2, batch["rows"][1]),
        lambda batch: batch["rows"].__setitem__(3, batch["rows"][1]),
        lambda batch: batch["rows"].__setitem__(3, "名"),
        lambda batch: batch["rows"].__setitem__(3, "////" * 8),
        lambda batch: batch.pop("shapes"),
    ],
)
def test_a_batch_that_makes_no_sense_gives_nothing(change):
    sent = messages()
    change(sent[1])

    with pytest.raises(BrokenOff):
        put_together(sent)


@pytest.mark.parametrize("stranger", [{}, {"rows": []}, 5, None])
def test_a_message_nobody_knows_gives_nothing(stranger):
    with pytest.raises(BrokenOff):
        put_together([stranger, END])
