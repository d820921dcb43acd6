"""What stands in a cell of an .xlsx file: type, style and value together make one cell of the table."""

from tuanjian.spreadsheets.gathering import Gathering
from tuanjian.spreadsheets.kinds import NOTHING, Cell, Kind
from tuanjian.spreadsheets.refusals import FileRefused
from tuanjian.spreadsheets.values import LONGEST_NUMBER, Shown, iso_cell, number_cell, spelled_out, text_cell


class Contents:
    """Turns the contents of cells into places of the gathering's table, with the workbook's strings and styles."""

    def __init__(self, gathering: Gathering, *, strings: list[str], shown: list[Shown], date1904: bool) -> None:
        """``strings`` are the shared strings, ``shown`` what each cell style makes of a number."""
        self._cells, self._limit = gathering.cells, gathering.limits.text
        self._strings, self._shown, self._date1904 = strings, shown, date1904

    def place(self, style: str, type: str, value: str | None, *, formula: bool) -> int:
        """Return the place of the cell with this content.

        Refuses with F_CORRUPT what contradicts itself: a string that is not in the list, a number that is none.
        """
        if type == "s":
            return self.shared(value)
        return self._cells.place(self._cell(style, type, value, formula=formula))

    def new_text(self, text: str) -> int:
        """Return a place for a text the caller has not met before."""
        if text and len(text) <= self._limit and text[0].isalnum() and "_x" not in text:
            return self._cells.append(text)
        return self._cells.place(text_cell(spelled_out(text), self._limit))

    def new_number(self, style: str, digits: str) -> int:
        """Return a place for a number, of digits and points only, which the caller has not met in this style before."""
        if digits.isdecimal() and len(digits) <= LONGEST_NUMBER and self._shown_by(style) is Shown.NUMBER:
            return self._cells.append_number(digits)
        return self.place(style, "", digits, formula=False)

    def shared(self, index: str | None) -> int:
        """Return the place of the shared string with this number."""
        if not index:
            return 0
        if not (index.isascii() and index.isdigit() and len(index) < 10):
            raise FileRefused("F_CORRUPT")
        try:
            return self.new_text(self._strings[int(index)])
        except IndexError as missing:
            raise FileRefused("F_CORRUPT") from missing

    def _cell(self, style: str, type: str, value: str | None, *, formula: bool) -> Cell:
        if formula and (value is None or (not value and type != "str")):
            return Cell("", Kind.FORMULA_EMPTY, formula=True)
        if not value:
            return NOTHING
        match type:
            case "" | "n":
                return self._number(style, value.strip(), formula=formula)
            case "inlineStr" | "str":
                return text_cell(spelled_out(value), self._limit, formula=formula)
            case "b":
                return Cell("FALSE" if value.strip() == "0" else "TRUE", Kind.BOOLEAN, "", formula)
            case "e":
                return Cell(value[: self._limit], Kind.ERROR, "", formula)
            case "d":
                return iso_cell(value, self._limit, formula=formula)
            case _:
                raise FileRefused("F_CORRUPT")

    def _number(self, style: str, value: str, *, formula: bool) -> Cell:
        cell = number_cell(value, self._shown_by(style), date1904=self._date1904, formula=formula)
        if cell is None:
            raise FileRefused("F_CORRUPT")
        return cell

    def _shown_by(self, style: str) -> Shown:
        if not style:
            return Shown.NUMBER
        if not (style.isascii() and style.isdigit() and len(style) < 10):
            raise FileRefused("F_CORRUPT")
        # A workbook without its styles can still be read; its dates are serials then.
        return self._shown[int(style)] if int(style) < len(self._shown) else Shown.NUMBER
