"""Finding the heading of a sheet: one line or two, wherever it stands, and what each column of it means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from members.models.roster import RowKind
from members.roster.reading.columns import DATES, bare
from members.roster.reading.families import ROSTER, Family, Recognised, recognise
from tuanjian.spreadsheets import Cell, Kind, Merge, Row, Sheet

# Titles and notes above a heading are never longer than this many lines that are not blank.
_LOOKED_AT: Final = 60
_MOST_LINES: Final = 3
# “入团” over “时间” says something together, a title over everything does not.
_LONGEST_GROUP: Final = 8
# Year, month and day where each has a column.
_PARTS: Final = (re.compile(r"年份?$"), re.compile(r"月份?$"), re.compile(r"日$"))
# “出生月份” by itself is no date.
_LONE_PART = re.compile(r"^[^年]*月份?$")
_UNIT = re.compile(r"[年月日]")
_UNITS = re.compile(r"[年月日份\s]")


@dataclass(frozen=True)
class Heading:
    """A heading: its lines, the field of each mapped column, what stands in every column.

    ``disputed`` are fields that two columns mean equally, with those columns; ``spread`` dates whose year, month and
    day stand in columns of their own, with those columns.
    """

    first_line: int
    last_line: int
    family: Family
    fields: dict[int, str]
    texts: dict[int, str]
    disputed: dict[str, list[int]] = field(default_factory=dict)
    spread: dict[str, list[int]] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, int]:
        """The column of each field."""
        return {name: column for column, name in self.fields.items()}

    @property
    def unmapped(self) -> dict[int, str]:
        """Headings that mean nothing to us."""
        parts = {column for columns in self.spread.values() for column in columns}
        return {column: text for column, text in self.texts.items() if column not in self.fields.keys() | parts}

    @property
    def score(self) -> int:
        return len(self.fields)


def find_heading(sheet: Sheet, families: Sequence[Family] = ROSTER) -> Heading | None:
    """The heading of the sheet, the earliest of those that tell most; None if there is none.

    One that lists somebody is never given up for one further down: those people would be lost as if they were a title.
    """
    best: Heading | None = None
    rows = sheet.rows[:_LOOKED_AT]
    for at in range(len(rows)):
        for heading in headings_at(rows, at, sheet.merged, families):
            if best is None or (heading.score > best.score and not _lists_between(rows, best, heading)):
                best = heading
    return _to_its_end(best, rows, sheet.merged) if best is not None else None


def _to_its_end(heading: Heading, rows: Sequence[Row], merged: Sequence[Merge]) -> Heading:
    """The heading down to where the cells end that head the names: below them, nobody stands beside the heading."""
    named = {heading.columns[name] for name in heading.family.named if name in heading.columns}
    last = max(
        (
            each.last_line
            for each in merged
            if heading.first_line <= each.first_line <= heading.last_line and each.first_column in named
        ),
        default=0,
    )
    if not heading.last_line < last < heading.first_line + _MOST_LINES:
        return heading
    texts = heading.texts
    for row in rows:
        if heading.last_line < row.line <= last:
            texts = _joined(texts, _texts(row), row.line - 1, merged, (heading.family,))
    whole = _heading(texts, heading.first_line, last, (heading.family,))
    return whole if whole is not None and whole.score >= heading.score else replace(heading, last_line=last)


def _lists_between(rows: Sequence[Row], above: Heading, below: Heading) -> bool:
    """Whether a row under the first heading lists something, down to the line of the second, which may stand beside."""
    for row in rows:
        if above.last_line < row.line <= below.first_line:
            texts = {above.fields[column]: cell.text for column, cell in row.cells.items() if column in above.fields}
            named = [texts[name] for name in above.family.named if name in texts]
            # Explanations of the columns stand above headings as well: “姓名” and what to write there.
            listed = (
                len(texts) > 2 and len(texts) * 2 > above.score and not any(_says(n, (above.family,)) for n in named)
            )
            if above.family.lists_something(texts) or (named and listed):
                return True
    return False


def heading_given(
    sheet: Sheet, family: Family, kind: RowKind, lines: tuple[int, int], given: Mapping[int, str]
) -> Heading | None:
    """The heading somebody says stands in these lines, None if nothing does; line 0 is no heading at all.

    ``given`` are columns with their field, "" for none; the others mean what their heading says, as far as sheets of
    this kind have such a column and none of those given is for the same field.
    """
    first, last = lines
    rows = [row for row in sheet.rows if first <= row.line <= last]
    if first and not rows:
        return None
    texts = _texts(rows[0]) if rows else {column: f"第{column}列" for row in sheet.rows for column in row.cells}
    for row in rows[1:]:
        texts = _joined(texts, _texts(row), row.line - 1, sheet.merged, (family,))
    meant = {column: text for column, text in texts.items() if column not in given} if first else {}
    columns, disputed = _assigned(meant, family)
    guessed = {
        column: name
        for name, column in columns.items()
        if name not in given.values() and kind in next(each for each in family.columns if each.field == name).kinds
    }
    fields = dict(sorted((guessed | {column: name for column, name in given.items() if name}).items()))
    still = {name: equal for name, equal in disputed.items() if name in guessed.values()}
    return Heading(first, last, family, fields, dict(sorted(texts.items())), still)


def headings_at(
    rows: Sequence[Row], at: int, merged: Sequence[Merge], families: Sequence[Family] = ROSTER
) -> list[Heading]:
    """The headings that may begin in this row: it alone, or together with the line below."""
    row = rows[at]
    if not row.cells:
        return []
    texts = _texts(row)
    found = [heading for heading in (_heading(texts, row.line, row.line, families),) if heading is not None]
    if at + 1 < len(rows) and rows[at + 1].line == row.line + 1:
        below = _texts(rows[at + 1])
        joined = _joined(texts, below, row.line, merged, families)
        together = _heading(joined, row.line, row.line + 1, families)
        single = max((heading.score for heading in (*found, _heading(below, 0, 0, families)) if heading), default=0)
        second = {column: joined[column] for column in below}
        if together is not None and together.score >= single and all(map(_UNIT.fullmatch, below.values())):
            # Year, month and day below a date.
            return [together]
        # A lone text that continues nothing is the line of a section: “第一团支部（23人）”.
        continues = len(below) > 1 or second != below
        # Nor does a title that stands above no column: “第一团支部团员名册”.
        continues = continues and (len(texts) > 1 or not texts.keys() - below.keys())
        if together is not None and together.score > single and continues and _is_heading_line(second, families):
            found.append(together)
    return found


def heading_beside(row: Row, above: Heading) -> Heading | None:
    """The heading of another list that begins in this row, in columns the one above has no heading for."""
    texts = {column: cell.text for column, cell in row.cells.items() if column not in above.texts}
    if len(texts) < 2 or not above.family.repeated.search("\n".join(texts.values())):
        return None
    return _heading(texts, row.line, row.line, (above.family,))


def settled(sheet: Sheet, heading: Heading) -> Heading:
    """The heading with what two columns mean equally decided where it can only be one of them.

    That is so where the others hold nothing – the empty half of a printed form – and where one stands in one block with
    the names, the others behind an empty column. Columns that must be one are never decided by where they stand.
    """
    if not heading.disputed:
        return heading
    columns, disputed, spread = heading.columns, {}, {}
    for name, equal in heading.disputed.items():
        if name in DATES and _are_parts(heading.texts, equal):
            spread[name] = equal
            continue
        left = [column for column in equal if _holds_something(sheet, heading, column)] or equal[:1]
        if len(left) > 1 and name not in heading.family.decisive:
            block = _block_of_names(heading)
            left = [column for column in left if column in block] or left
        columns[name] = left[0]
        if len(left) > 1:
            disputed[name] = left
    fields = dict(sorted((column, name) for name, column in columns.items()))
    return replace(heading, fields=fields, disputed=disputed, spread=spread)


def _are_parts(texts: Mapping[int, str], columns: Sequence[int]) -> bool:
    """Whether columns with no other between them are headed as year, month and perhaps day."""
    headed = sorted(texts)
    beside = all(headed.index(after) == headed.index(before) + 1 for before, after in pairwise(columns))
    said = [bare(texts[column]) for column in columns]
    return beside and len(said) <= len(_PARTS) and all(map(re.Pattern.search, _PARTS, said))


def with_whole_dates(sheet: Sheet, heading: Heading) -> Sheet:
    """The sheet with dates in one cell each that stand spread over columns for year, month and day."""
    if not heading.spread:
        return sheet
    rows = [_with_whole_dates(row, heading) if row.line > heading.last_line else row for row in sheet.rows]
    return replace(sheet, rows=rows)


def _with_whole_dates(row: Row, heading: Heading) -> Row:
    cells = dict(row.cells)
    for columns in heading.spread.values():
        # The heading again, on the next page.
        if all(row.cell(column).text == heading.texts[column] for column in columns):
            continue
        parts = [_UNITS.sub("", cells.pop(column).text) for column in columns if column in cells]
        if parts:
            cells[columns[0]] = Cell("-".join(parts), Kind.TEXT)
    return replace(row, cells=dict(sorted(cells.items())))


def _holds_something(sheet: Sheet, heading: Heading, column: int) -> bool:
    text = heading.texts[column]
    return any(
        cell.text and cell.text != text
        for row in sheet.rows
        if row.line > heading.last_line
        for cell in (row.cell(column),)
    )


def _block_of_names(heading: Heading) -> set[int]:
    """The columns on end in which names stand."""
    found: set[int] = set()
    for name in heading.family.named:
        for step in (1, -1):
            column = heading.columns.get(name, 0)
            while column in heading.texts:
                found.add(column)
                column += step
    return found


def says_again(row: Row, above: Heading) -> bool:
    """Whether the row right below says the same once more in other words: Name, Gender, ID No."""
    known = [(above.fields[column], cell.text) for column, cell in row.cells.items() if column in above.fields]
    same = sum((found := recognise(text, above.family)) is not None and found.field == name for name, text in known)
    return len(known) > 1 and same * 2 >= len(known)


def repeats_heading(row: Row, above: Heading) -> Heading | None:
    """The heading this row is, where it stands among the rows below one (one on every page, one a section).

    It is the heading above itself where the words are the same, whatever its columns were said to mean.
    """
    texts, family = _texts(row), above.family
    if len(texts) > 1 and texts == above.texts:
        return above
    # Nearly all rows list something; only those that could be a heading are worth the expressions.
    if not family.repeated.search("\n".join(texts.values())):
        return None
    heading = _heading(texts, row.line, row.line, (family,))
    if heading is None:
        return None
    # Somebody stands in the columns we know, beside the heading of another list.
    if family.lists_something({above.fields[column]: text for column, text in texts.items() if column in above.fields}):
        return None
    return heading if heading.score * 2 >= len(heading.texts) else None


def _texts(row: Row) -> dict[int, str]:
    return {column: cell.text for column, cell in row.cells.items()}


def _says(text: str, families: Sequence[Family]) -> bool:
    return any(_recognised(text, families))


def _recognised(text: str, families: Sequence[Family]) -> Iterator[Recognised]:
    return filter(None, (recognise(text, family) for family in families))


def _says_exactly(text: str, families: Sequence[Family]) -> bool:
    return any((found := recognise(text, family)) is not None and found.tier < 2 for family in families)


def _joined(
    top: Mapping[int, str], below: Mapping[int, str], line: int, merged: Sequence[Merge], families: Sequence[Family]
) -> dict[int, str]:
    """What a heading of two lines says in each column; a group above its columns helps where they alone say nothing."""
    groups = {
        column: top[merge.first_column]
        for merge in merged
        if merge.first_line == line and merge.last_column > merge.first_column
        if len(top.get(merge.first_column, "")) in range(1, _LONGEST_GROUP + 1)
        for column in range(merge.first_column, min(merge.last_column, merge.first_column + 60) + 1)
    }
    joined = {column: text for column, text in top.items() if column not in groups}
    over = ""
    for column, text in below.items():
        if _UNIT.fullmatch(text):
            over = groups.get(column) or top.get(column) or over
            joined[column] = over + text
            continue
        if _says(text, families):
            joined[column] = text
            continue
        group, above = groups.get(column, ""), top.get(column, "")
        helped = bool(group) and _says(group + text, families)
        # Only whole headings continue a line above without a group: “姓名” over somebody's name says 姓名 as well.
        split = bool(above) and _says_exactly(above + text, families)
        joined[column] = group + text if helped else above + text if split else text
    return joined


def _is_heading_line(texts: Mapping[int, str], families: Sequence[Family]) -> bool:
    said = [found.field for text in texts.values() if (found := next(_recognised(text, families), None))]
    # “支部名称：” is followed by one, and heads nothing.
    labels = any(text.rstrip().endswith((":", "：")) for text in texts.values())
    if labels and len(set(said)) * 2 <= len(texts):
        return False
    return len(said) * 2 >= len(texts) and not any(len(text) >= 15 and text[:15].isdigit() for text in texts.values())


def _heading(texts: Mapping[int, str], first_line: int, last_line: int, families: Sequence[Family]) -> Heading | None:
    best: Heading | None = None
    for family in families:
        columns, disputed = _assigned(texts, family)
        if family.suffices(columns) and len(columns) > (best.score if best is not None else 0):
            fields = dict(sorted((column, name) for name, column in columns.items()))
            best = Heading(first_line, last_line, family, fields, dict(sorted(texts.items())), disputed)
    return best


def _assigned(texts: Mapping[int, str], family: Family) -> tuple[dict[str, int], dict[str, list[int]]]:
    """The column of each field, and the fields two columns mean equally."""
    claims: dict[str, list[tuple[int, int]]] = {}
    for column, text in texts.items():
        found: Recognised | None = recognise(text, family)
        if found is not None:
            tier = 0 if found.field in family.decisive else found.tier
            claims.setdefault(found.field, []).append((tier, column))
    chosen, disputed = {}, {}
    for name, claiming in claims.items():
        claiming.sort()
        chosen[name] = claiming[0][1]
        equal = [column for tier, column in claiming if tier == claiming[0][0]]
        if len(equal) > 1:
            disputed[name] = equal
        elif name in DATES and _LONE_PART.search(bare(texts[chosen[name]])):
            del chosen[name]
    return chosen, disputed
