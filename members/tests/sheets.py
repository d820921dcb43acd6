"""Sheets of texts as the reader gives them, for tests of what is made of them."""

from tuanjian.spreadsheets import Cell, Kind, Row, Sheet

NUMBER = "379998200106180021"
OTHER = "379998200106180048"


def a_sheet(*lines, name="表", **more):
    """A sheet of texts; None leaves a cell out, an empty line is blank."""
    rows = [
        Row(line, {column: Cell(text, Kind.TEXT) for column, text in enumerate(texts, start=1) if text is not None})
        for line, texts in enumerate(lines, start=1)
        if texts
    ]
    return Sheet(name, rows=rows, **more)
