"""What a person said about a sheet that was read wrongly or not at all: what it lists, where its heading stands, which
column is which.

Nothing here guesses. The page that asks shows ``heading_candidates``; ``shape_of`` names the shape under which an
answer may be remembered for the next file that looks the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from members.models.roster import RowKind
from members.roster.reading import words
from members.roster.reading.columns import bare
from members.roster.reading.families import ROSTER, Family, recognise
from members.roster.reading.headings import find_heading
from tuanjian.placeholders import is_placeholder
from tuanjian.spreadsheets import FileRefused, Kind, Row, Sheet
from tuanjian.spreadsheets.cleaning import tidy_line

# How far down the page that asks looks; titles and notes of real sheets end before that.
_LOOKED_AT: Final = 15
_LONGEST: Final = 40
_MOST_LINES: Final = 3
_MOST_COLUMNS: Final = 16_384
_BROKEN = "表格识别的设置不完整，请重新选择后保存。"
_DIGITS = re.compile(r"[0-9０-９]{4}|[0-9０-９*＊]{6}")
# A word in the middle of sheets ends like this when it heads a column, and hardly ever when it is a value.
_HEADS = re.compile(
    r"(名|号|码|期|间|月|别|族|历|位|务|址|式|类|型|级|话|机|箱|注|况|貌|称|度|数|额|否|照|性质|签字|no|name|id)$"
    r"|^(称呼|小组|班组|部门|科室|单位|组织|班级|年级|专业|院系|学院|籍贯)$"
)
# The surnames of four people in five, and words of headings that begin like one.
_SURNAME = re.compile(
    r"^(?!任|曾用|金额|程度|高中|高校|何时|方式|方向|石油|白酒|江苏|万元)"
    r"([王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    r"陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤].{1,2}|欧阳..?|上官..?|司马..?|诸葛..?)$"
)
_MIDDLE_DOT = re.compile(r"[\u3400-\u9fff][·•・‧．.][\u3400-\u9fff]")
_VOCABULARIES: Final = (
    *(words.GENDERS, words.ETHNICITIES, words.EDUCATIONS, words.POLITICAL_STATUSES),
    *(words.POSTS, words.NATURES, words.INCOMES),
)


@dataclass(frozen=True)
class Arranged:
    """How one sheet is to be read, ``RowKind.IGNORED`` for not at all.

    ``header_row`` is the line of the heading as a spreadsheet program shows it, ``header_last`` its last line where it
    takes several; 0 says that the sheet has none, None leaves it to be found. ``fields`` gives columns (from 1) their
    field, "" for not read; columns that are not in it mean what their heading says.
    """

    kind: RowKind
    header_row: int | None = None
    header_last: int | None = None
    fields: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, said: Any) -> Arranged:
        """The arrangement as ``as_json`` wrote it; refuses with ``FileRefused`` what has another shape."""
        try:
            first, last = said["header_row"], said["header_last"]
            fields = {int(column): str(name) for column, name in said["fields"].items()}
            arranged = cls(RowKind(said["kind"]), first, last, fields)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise FileRefused("F_NO_HEADER", _BROKEN) from None
        whole = all(line is None or (type(line) is int and 0 <= line < 2**31) for line in (first, last))
        if not whole or not all(0 < column <= _MOST_COLUMNS for column in fields):
            raise FileRefused("F_NO_HEADER", _BROKEN)
        return arranged

    def as_json(self) -> dict[str, Any]:
        """The same in what JSON knows."""
        return {
            "kind": self.kind.value,
            "header_row": self.header_row,
            "header_last": self.header_last,
            "fields": {str(column): name for column, name in sorted(self.fields.items())},
        }

    @property
    def lines(self) -> tuple[int, int]:
        """First and last line of a heading that is given."""
        first = self.header_row or 0
        return first, self.header_last or first

    def family(self, families: Sequence[Family]) -> Family | None:
        """The family the kind belongs to, None where no such sheet can be read."""
        own = next((family for family in families if family.kind == self.kind), None)
        return own or next((family for family in families if family.kind is None), None)

    def refuse_nonsense(self, sheet: str, family: Family) -> None:
        """Refuse with ``FileRefused`` what contradicts itself: columns of another kind, two columns for one field."""
        first, last = self.lines
        if self.header_row is not None and not first <= last < first + _MOST_LINES:
            raise FileRefused("F_NO_HEADER", f"工作表“{sheet}”的表头最多占 {_MOST_LINES} 行，请重新选择。")
        if self.header_row == 0 and last:
            raise FileRefused("F_NO_HEADER", f"工作表“{sheet}”选了没有表头，请不要再填表头的末行。")
        taken: dict[str, int] = {}
        for column, name in self.fields.items():
            if not name:
                continue
            label = family.label_of(name, self.kind)
            known = family.column(name)
            if known is None or self.kind not in known.kinds:
                message = f"工作表“{sheet}”第 {column} 列选的内容不属于“{self.kind.label}”，请重新选择。"
                raise FileRefused("F_MISSING_COLUMN", message)
            if name in taken:
                message = f"工作表“{sheet}”第 {taken[name]} 列和第 {column} 列都选了“{label}”，请只选一列。"
                raise FileRefused("F_DUP_HEADER", message)
            taken[name] = column


class Candidate(NamedTuple):
    """A line that can be a heading, with the texts of its columns."""

    line: int
    texts: dict[int, str]


def heading_candidates(sheet: Sheet, families: Sequence[Family] = ROSTER) -> list[Candidate]:
    """The lines near the top that can be headings, for whoever is asked which one is.

    Lines of people are not among them: neither one with a number, a date or a word of our dictionaries in it, nor one
    that may hold a name. What a line says may therefore be kept and shown.
    """
    found = []
    for row in sheet.rows[:_LOOKED_AT]:
        texts = {column: tidy_line(cell.text)[:_LONGEST] for column, cell in sorted(row.cells.items())}
        if _can_be_heading(row, texts, families) and not _values_repeat(row, sheet.rows[: _LOOKED_AT * 4]):
            found.append(Candidate(row.line, texts))
    return found


def shape_of(sheet: Sheet, families: Sequence[Family] = ROSTER) -> str:
    """The name of the sheet's shape: equal where the same headings stand in the same places, whoever is listed below.

    "" where nothing on the sheet can be a heading: what was said about it is said about that file alone.
    """
    heading = find_heading(sheet, families)
    if heading is not None:
        lines = [[heading.first_line, heading.last_line, _plain(heading.texts)]]
    else:
        lines = [[line, line, _plain(texts)] for line, texts in heading_candidates(sheet, families)]
    if not lines:
        return ""
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:32]


def _plain(texts: Mapping[int, str]) -> list[tuple[int, str]]:
    return [(column, bare(text)) for column, text in sorted(texts.items())]


def _can_be_heading(row: Row, texts: Mapping[int, str], families: Sequence[Family]) -> bool:
    if len(texts) < 2 or any(cell.kind != Kind.TEXT for cell in row.cells.values()):
        return False
    unknown = [text for text in texts.values() if not any(recognise(text, family) for family in families)]
    if any(_is_value(text) for text in unknown):
        return False
    # What heads no column in so many words may be somebody's name or particulars.
    return sum(not _HEADS.search(bare(text)) for text in unknown) * 2 <= len(texts)


def _is_value(text: str) -> bool:
    """Whether this may stand below headings and hardly ever in one."""
    if _SURNAME.match("".join(text.split())):
        return True
    if _DIGITS.search(text) or _MIDDLE_DOT.search(text) or "@" in text or is_placeholder(text):
        return True
    return any(vocabulary.find(text) is not None for vocabulary in _VOCABULARIES)


def _values_repeat(row: Row, rows: Sequence[Row]) -> bool:
    """Whether a text of the line stands again in its column, in a line that is not wholly the same."""
    return any(
        other.cell(column).text == cell.text
        for other in rows
        if other.line != row.line and other.cells != row.cells
        for column, cell in row.cells.items()
    )
