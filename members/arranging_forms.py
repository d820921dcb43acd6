"""表格识别 as a form: a part for each sheet, with a choice for each of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django import forms
from django.http import QueryDict

from branches.models import User
from members.models.roster import ImportState, RosterImport, RowKind
from members.roster import purposes
from members.roster.purposes import Purpose
from members.roster.reading.arranging import Arranged
from members.roster.reading.families import Family, recognise
from members.roster.reading.rows import letter
from members.roster.running import choosing, rereading
from members.roster.running.rereading import ReadSheet

NOTHING: Final = "不导入，内容不保存"
_LONGEST: Final = 36


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet: its letters, what stands in the heading, the field chosen for it."""

    letters: str
    text: str
    field: forms.BoundField


class SheetForm(forms.Form):
    """How one sheet is to be read."""

    kind = forms.ChoiceField(label="这张表列的是")
    heading = forms.ChoiceField(label="表头在")

    def __init__(self, data: Mapping[str, Any] | None, *, sheet: ReadSheet, purpose: Purpose, prefix: str) -> None:
        self.sheet, self.purpose = sheet, purpose
        asked = data.get(f"{prefix}-heading", "") if data is not None else ""
        now = f"{sheet.header_row}-{sheet.header_last or sheet.header_row}" if sheet.header_row is not None else ""
        headings = _headings(sheet)
        self.line = asked if asked in headings else now if now in headings else next(iter(headings))
        super().__init__(data, prefix=prefix, initial={"kind": sheet.kind, "heading": self.line})
        kinds = [(kind.value, kind.label) for kind in purpose.kinds]
        self._set("kind", [*kinds, (RowKind.IGNORED.value, "不读取")])
        self._set("heading", list(headings.items()))
        self.texts = sheet.texts if self.line == now else self._texts()
        asked_kind = data.get(f"{prefix}-kind", "") if data is not None else sheet.kind
        self.family = _family(purpose, asked_kind)
        fields = [("", NOTHING), *((column.field, column.heading) for column in self.family.columns)]
        for number in self.texts:
            guess = sheet.fields.get(number, "") if self.line == now else self._meant(self.texts[number])
            label = f"{sheet.name} {number}"
            choice = forms.ChoiceField(label=label, choices=fields, required=False, initial=guess)
            choice.error_messages["invalid_choice"] = "这张表没有这一项，请重新选择。"
            self.fields[f"column{number}"] = choice

    @property
    def columns(self) -> Iterator[SheetColumn]:
        """The columns, from left to right."""
        for number, text in sorted(self.texts.items()):
            yield SheetColumn(letter(number), text, self[f"column{number}"])

    @property
    def read(self) -> list[str]:
        """What its columns are taken for, as it stands."""
        taken = set(self._taken())
        return [column.heading for column in self.family.columns if column.field in taken]

    @property
    def lacking(self) -> list[str]:
        """What it cannot be imported without and no column is taken for."""
        # Young people may come without a number.
        needs = ("name",) if self.sheet.kind == RowKind.YOUTH else self.family.needs
        lacking = set(needs) - set(self._taken())
        return [column.heading for column in self.family.columns if column.field in lacking]

    @property
    def kind_word(self) -> str:
        """What it is read as, in a word."""
        return str(RowKind(self.sheet.kind).label)

    @property
    def may_be_youth(self) -> bool:
        """Whether it could be imported as a list of young people."""
        return RowKind.YOUTH in self.purpose.kinds and "name" in set(self._taken())

    def _taken(self) -> Iterator[str]:
        return (str(self[f"column{number}"].value() or "") for number in self.texts)

    @property
    def arranged(self) -> Arranged:
        """What was chosen."""
        kind = RowKind(self.cleaned_data["kind"])
        if kind == RowKind.IGNORED:
            return Arranged(kind)
        first, _, last = self.cleaned_data["heading"].partition("-")
        fields = {number: self.cleaned_data.get(f"column{number}", "") for number in self.texts}
        return Arranged(kind, int(first), int(last or first), fields)

    def _set(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def _texts(self) -> dict[int, str]:
        first, _, last = self.line.partition("-")
        above, below = self.sheet.texts_of(int(first)), self.sheet.texts_of(int(last or first))
        texts = above | below
        return dict(sorted(texts.items())) if texts else dict.fromkeys(range(1, self.sheet.width + 1), "")

    def _meant(self, text: str) -> str:
        found = recognise(text, self.family)
        return found.field if found is not None else ""


class SheetsForm:
    """All sheets of an import together; valid if each of them is."""

    def __init__(self, data: QueryDict | None, *, roster: RosterImport) -> None:
        self.roster, self.purpose = roster, purposes.of(roster)
        self.only_shows = data is not None and "show" in data
        sheets = [self._supposed(sheet) for sheet in rereading.read_sheets(roster)]
        self.sheets = [
            SheetForm(data, sheet=sheet, purpose=self.purpose, prefix=f"s{number}")
            for number, sheet in enumerate(sheets)
        ]

    def is_valid(self) -> bool:
        """Whether everything was chosen; False while somebody only wants to see the columns of another line."""
        return not self.only_shows and bool(self.sheets) and all(sheet.is_valid() for sheet in self.sheets)

    def _supposed(self, sheet: ReadSheet) -> ReadSheet:
        """A sheet nobody could read is supposed to be worth reading, as what the purpose mostly lists."""
        unread = self.roster.state == ImportState.TO_ARRANGE and sheet.name not in self.roster.arranged
        kinds = self.purpose.kinds
        usual = RowKind.MEMBERS if RowKind.MEMBERS in kinds else kinds[0]
        return replace(sheet, kind=usual.value) if unread and sheet.width > 1 else sheet

    def arrange(self, *, by: User) -> None:
        """Have the sheets read so; refusals come from ``choosing``."""
        choosing.arrange(self.roster, {each.sheet.name: each.arranged for each in self.sheets}, by=by)


def _headings(sheet: ReadSheet) -> dict[str, str]:
    """The lines that may be the heading: by themselves, two that follow one another, none."""
    found = {f"{line}-{line}": f"第 {line} 行：{_said(texts)}" for line, texts in sheet.lines}
    lines = dict(sheet.lines)
    found |= {f"{line}-{line + 1}": f"第 {line}、{line + 1} 两行" for line in lines if line + 1 in lines}
    if sheet.header_row:
        last = sheet.header_last or sheet.header_row
        place = f"第 {sheet.header_row} 行" if last == sheet.header_row else f"第 {sheet.header_row} 至 {last} 行"
        found.setdefault(f"{sheet.header_row}-{last}", f"{place}：{_said(sheet.texts)}")
    return found | {"0-0": "没有表头，第一行就是内容"}


def _said(texts: Mapping[int, str]) -> str:
    said = "、".join(text for text in texts.values() if text)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"


def _family(purpose: Purpose, kind: str) -> Family:
    """The columns such a sheet may have."""
    own = next((family for family in purpose.families if family.kind == kind), None)
    return own or next((family for family in purpose.families if family.kind is None), purpose.families[0])
