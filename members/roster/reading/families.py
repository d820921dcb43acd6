"""Columns that stand together in one kind of sheet, and how their headings are recognised.

Headings are read by meaning: marks, brackets and blanks are dropped, then the whole heading is looked up among the
usual ones (tier 0 means just this, tier 1 may stand in for it), then by the words in it (tier 2). Where two columns
mean one field, the lower tier wins; where they are equal, the file has to say which (``layouts``).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Final, NamedTuple

from members.models.roster import RowKind
from members.roster.reading.columns import ORGANIZATIONS, PEOPLE, Column, bare

_LONGEST_HEADING: Final = 80
# Questions, other people's particulars and dates of other things: words in them would mislead.
_NOT_OURS = re.compile(
    r"^是否|父亲?|母亲?|家长|监护|紧急|配偶|介绍人|联系人|班主任|辅导员|户主|亲属|子女|丈夫|妻子|爱人|法人|法定代表|推荐人|证明人|曾用|拼音|失败|原因|错误|申请|推优|入党|转正|编制"
)
_LATIN = re.compile(r"[a-z/]+")
# Whose name, number or telephone stands there: not that of who is listed.
_ANOTHER = re.compile(
    r"书记|支书|负责|填[报表]|经办|管理员|联络员|领导|导师|师傅|老师|审核|录入|户主|家属|班长|组长|队长|[处科厂校站]长|主任"
)
_SHORT = re.compile(r"[（(]简称[)）]")
_PARTICULARS: Final = frozenset({"name", "gender", "id_number", "birth_date", "ethnicity", "phone", "email"})
# “入团（党）时间” is of another day for some.
_OR_PARTY = re.compile(r"[（(/／、或及和]\s*(?:加?入)?党(?!员)")
# “团员民族” is 民族: whose it is says the list.
_WHOSE = re.compile(r"^(共青团员|团员|团干部|干部|青年|学生|职工|员工|人员|成员|本人|个人)(?=..)")


class Recognised(NamedTuple):
    """The field a heading means, and how surely (0 is surest)."""

    field: str
    tier: int


@dataclasses.dataclass(frozen=True, eq=False)
class Family:
    """The columns that stand together in one kind of sheet, and how such a sheet is told from others.

    ``suffices`` says whether these fields make a line a heading, ``needs`` names the fields without which the sheet is
    not read, ``named`` those that name what a row lists. Rows for which ``lists_something`` is true of their texts by
    field are rows whatever their words look like. ``repeated`` matches a text in every heading that stands again
    further down. ``decisive`` fields may have one column only, ``unmerged`` ones are not filled from merged cells.
    ``kind`` is None where the sheet decides what it lists.
    """

    columns: tuple[Column, ...]
    kind: RowKind | None
    suffices: Callable[[Collection[str]], bool]
    needs: tuple[str, ...]
    named: tuple[str, ...]
    lists_something: Callable[[Mapping[str, str]], bool]
    repeated: re.Pattern[str]
    decisive: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()

    def column(self, field: str) -> Column | None:
        """The column of this field."""
        return next((column for column in self.columns if column.field == field), None)

    def label_of(self, field: str, kind: RowKind | str) -> str:
        """What the field is called in sheets of this kind, the field itself where there is no such column."""
        column = self.column(field)
        return column.heading_in(RowKind(kind)) if column is not None else field

    @cached_property
    def rules(self) -> tuple[dict[str, Recognised], list[tuple[str, re.Pattern[str], str]]]:
        """Whole headings, and expressions for the others in the order in which they are tried."""
        exact: dict[str, Recognised] = {}
        words = []
        for column in self.columns:
            for tier, texts in ((1, column.stand_ins.split()), (0, [column.heading, *column.usual.split()])):
                for text in texts:
                    exact[bare(text)] = Recognised(column.field, tier)
            for heading in column.headings.values():
                exact[bare(heading)] = Recognised(column.field, 0)
            if column.words:
                words.append((column.field, re.compile(column.words), column.but))
        return exact, words

    @cached_property
    def some_word(self) -> re.Pattern[str]:
        """Found in every heading that one of the expressions of ``rules`` would match."""
        return re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern, _ in self.rules[1]) or "(?!)")


_NAMES_SOMETHING = re.compile(r"姓\s*名|名\s*字|全\s*称|名\s*称|组\s*织")
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}.*[:：]|[0-9]\s*[年月]")
_UNMERGED: Final = ("name", "id_number", "full_name", "short_name", "league_post", "phone", "remark")


def _holds_number(texts: Mapping[str, str]) -> bool:
    number = texts.get("id_number", "")
    if number.isascii() and number[:6].isdigit() and len(number) >= 6:
        return True
    # “联系电话：…” and “2026年11月20日” in the line of the signatures are none.
    return sum(character.isdigit() for character in number) >= 6 and not _WORDS.search(number)


PEOPLE_FAMILY: Final = Family(
    PEOPLE,
    None,
    suffices=lambda fields: ("name" in fields or "id_number" in fields) and len(fields) >= 2,
    needs=("name", "id_number"),
    named=("name",),
    lists_something=_holds_number,
    repeated=_NAMES_SOMETHING,
    # Columns of which there must be one: guessing between two would import other people.
    decisive=("name", "id_number"),
    unmerged=_UNMERGED,
)
ORGANIZATION_FAMILY: Final = Family(
    ORGANIZATIONS,
    RowKind.ORGANIZATIONS,
    suffices=lambda fields: "full_name" in fields and ("parent" in fields or "org_type" in fields),
    needs=(),
    named=("full_name",),
    lists_something=lambda texts: False,
    repeated=_NAMES_SOMETHING,
    decisive=("full_name",),
    unmerged=_UNMERGED,
)
# The sheets of a roster. What two of them could mean is the first one's.
ROSTER: Final = (PEOPLE_FAMILY, ORGANIZATION_FAMILY)


def recognise(heading: str, family: Family = PEOPLE_FAMILY) -> Recognised | None:
    """The field a heading means in sheets of this family; None if it means none."""
    if len(heading) > _LONGEST_HEADING:
        return None
    found = _recognise(heading, family)
    return None if found is not None and found.field == "joined_on" and _OR_PARTY.search(heading) else found


def _recognise(heading: str, family: Family) -> Recognised | None:
    plain = bare(heading)
    exact, words = family.rules
    if found := exact.get(plain):
        # “联系电话（手机）” and “团组织名称（简称）” say in their brackets what they mean.
        sure = found.field == "phone" and "手机" in heading and family is PEOPLE_FAMILY
        short = found.field == "full_name" and _SHORT.search(heading)
        return Recognised("short_name" if short else found.field, 0) if sure or short else found
    # What stands below a heading is asked as well, and nearly all of it says nothing.
    if not family.some_word.search(plain):
        # “性别 Gender” says the same thing twice.
        said = _WHOSE.sub("", _LATIN.sub("", plain))
        return exact.get(said) if said != plain else None
    if _NOT_OURS.search(plain):
        return None
    for name, pattern, but in words:
        if pattern.search(plain) and not (but and re.search(but, plain)):
            return None if name in _PARTICULARS and _ANOTHER.search(plain) else Recognised(name, 2)
    return None
