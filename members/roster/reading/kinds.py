"""What a sheet of people lists: by its headings first, then by what it is called and what stands above it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from members.models.roster import RowKind
from members.roster.reading.columns import bare
from members.roster.reading.headings import Heading
from tuanjian.placeholders import is_placeholder
from tuanjian.spreadsheets import Sheet

LEAGUE: Final = re.compile(r"团员(?!青年)|入团")
_CADRES = re.compile(r"干部|任职|委员(会?成员|名)|班子|干事名")
_YOUTH = re.compile(r"非团员|青年|群众")
# Who asks to join is no member yet.
_APPLYING = re.compile(
    r"申请入团|入团申请|入团积极分子|入团(培养|发展|考察)?对象|团员发展对象|拟(发展|吸收|入)(团员|团)?"
    r"|(?<!入党)(?<!党员)(?<!推优)(积极分子|发展对象)"
)
_LIST = re.compile(r"名单|名册|[登统汇采一明信][记计总集览细息]表|台账|清单|情况表|去向")
_LONGEST_TITLE: Final = 40
_LEFT = re.compile(r"离团|退团|脱团|转出|转走|除名")
# “团员花名册（不含已转出人员）”, “转入转出情况表”
_NOT_LEFT = re.compile(r"不含|除外|剔除|不包括|[未拟待]|转入|在册|在团|[:：]")
_WHEN_LEFT = re.compile(r"^(离团|退团|脱团|转出)(时间|日期|年月|原因)$")
_FROM, _TO = re.compile(r"^转出"), re.compile(r"^(转入|转往|转至|接收)(?!时|日|年)")
_PARTY = re.compile(r"党员")
_OF_BOTH = re.compile(r"团员|党团|保留团籍|青年")


def kind_of(name: str, titles: Sequence[str], heading: Heading) -> RowKind:
    """What the sheet lists. Who lists the day of joining lists members, whatever the sheet is called."""
    if heading.family.kind is not None:
        return heading.family.kind
    has = heading.columns.keys()
    about = " ".join([name, *(title for title in titles if not title.startswith(("填报", "说明")))])
    if "member_no" not in has and ("league_post" in has or "post_started_on" in has):
        described = {"post_started_on", "post_nature"} & has and "joined_on" not in has
        if described or (_CADRES.search(about) and not LEAGUE.search(name)):
            return RowKind.CADRES
    if {"joined_on", "member_no"} & has:
        return RowKind.MEMBERS
    applying = _APPLYING.search(" ".join([about, *map(bare, heading.texts.values())]))
    if applying or _YOUTH.search(about):
        return RowKind.YOUTH if not LEAGUE.search(_APPLYING.sub("", about.replace("非团员", ""))) else RowKind.MEMBERS
    return RowKind.MEMBERS


def others_listed(sheet: Sheet, titles: Sequence[str], heading: Heading) -> str:
    """Which people the sheet lists that belong on no roster, "" if it lists none such.

    Who left, who moves elsewhere and who is in the Party must not become a member because their list has names and
    numbers too. Only what the sheet clearly says counts.
    """
    if heading.family.kind is not None:
        return ""
    said = list(_called(sheet.name, titles))
    if any(_LEFT.search(text) and not _NOT_LEFT.search(text) for text in said):
        return "已离团或转出的人员"
    texts = {column: bare(text) for column, text in heading.texts.items()}
    unmapped = [text for column, text in texts.items() if column not in heading.fields]
    if any(map(_FROM.search, unmapped)) and any(map(_TO.search, unmapped)):
        return "转接组织关系的人员"
    left = [column for column, text in texts.items() if _WHEN_LEFT.search(text)]
    if left and _is_filled(sheet, heading, left[0]):
        return "已离团或转出的人员"
    league = {"joined_on", "member_no", "league_post"} & heading.columns.keys()
    if not league and any(map(_PARTY.search, said)) and not any(map(_OF_BOTH.search, said)):
        return "党员"
    return ""


def _called(name: str, titles: Sequence[str]) -> Iterator[str]:
    """What the sheet is called: its name, and titles that call it a list."""
    yield name
    yield from (title for title in titles if len(title) <= _LONGEST_TITLE and _LIST.search(title))


def _is_filled(sheet: Sheet, heading: Heading, column: int) -> bool:
    """Whether the column says something of everybody listed."""
    named = [heading.columns[name] for name in heading.family.named if name in heading.columns]
    rows = [row for row in sheet.rows if row.line > heading.last_line and len(row.cells) > 2]
    listed = [row for row in rows if any(row.cell(each).text for each in named)]
    said = (row.cell(column).text.strip() for row in listed)
    return bool(listed) and all(text and not is_placeholder(text) for text in said)
