"""The text of a circular, made of its figures: facts by state, what changed, whom somebody picked, what is asked.

A part whose count is 0 is not there. No sentence claims what has no record, none ranks, none names a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils import timezone

from reports.circulars import campaigns
from reports.circulars.figures import Entry, Row, newly_complete, newly_lacking, rows_of
from reports.circulars.org_life import KINDS, OrgLife, branches_of, quarter_in_words, sum_of, without
from reports.models import CircularKind

PRAISED: Final = "praised"
CRITICISED: Final = "criticised"
PICKED: Final = {PRAISED: "表扬", CRITICISED: "批评"}
SECTIONS: Final = {
    "opening": "",
    "overall": "总体情况",
    "changes": "进展变化",
    "held": "开展情况",
    "absent": "没有登记的情况",
    PRAISED: "表扬",
    CRITICISED: "批评",
    "requests": "工作要求",
}
# How often the rules of 2017 and 2021 ask for it; a month without is no fault by itself.
HOW_OFTEN: Final = {
    "branch_assembly": "每季度至少一次",
    "committee_meeting": "每月一次",
    "league_lesson": "每季度至少一次",
}
# Nothing says which branches have groups: where no 团小组会 is registered, nothing is missing.
ABSENT: Final = tuple(HOW_OFTEN)
_NUMERALS: Final = "一二三四五六七八九十"
# More names than anybody reads in a sentence; the table lists them.
MOST_NAMES: Final = 20


@dataclass
class Part:
    """A piece of text: ``made`` out of the figures, ``text`` as it stands. Blank text leaves the part out."""

    key: str
    section: str
    sub: str
    made: str
    text: str

    @property
    def heading(self) -> str:
        """What it is called on the page where it is edited."""
        names = [SECTIONS[self.section], self.sub]
        return " · ".join(name for name in names if name) or "开头"

    @property
    def is_edited(self) -> bool:
        """Whether somebody has changed it by hand."""
        return self.text != self.made


@dataclass(frozen=True)
class Block:
    """A paragraph as it is printed: 0 text, 1 and 2 headings."""

    level: int
    text: str


@dataclass(frozen=True)
class Said:
    """What the text needs to know besides the figures."""

    issuer: str
    on: dt.date
    since: dt.date | None = None
    month: dt.date | None = None


def day(on: dt.date) -> str:
    """2026 年 11 月 21 日 as documents write it, without gaps (GB/T 9704—2012, 7.3.5)."""
    return f"{on.year}年{on.month}月{on.day}日"


def parts_of(kind: str, figures: Any, said: Said, chosen: Mapping[str, Sequence[int]]) -> list[Part]:
    """All parts of the text, in order; those with nothing to say are left out."""
    makers: dict[CircularKind, Callable[[Any, Said], Iterator[_Line]]]
    makers = {CircularKind.ENTRY: _entry, CircularKind.ORG_LIFE: _org_life, CircularKind.CAMPAIGN: _campaign}
    texts = [
        *makers[CircularKind(kind)](figures, said),
        *_picked(kind, figures, chosen),
        ("requests", "requests", "", _REQUESTS[CircularKind(kind)]),
    ]
    return [Part(key, section, sub, text, text) for key, section, sub, text in texts if text]


_REQUESTS: Final = {
    CircularKind.CAMPAIGN: ("请还有缺项的组织对照附件核对本组织情况，在“应录尽录”中逐项查看缺项，按来源如实补录。"),
    CircularKind.ENTRY: (
        "请各级团组织对照附件核对本组织情况，在“应录尽录”中逐项查看缺项，按来源如实补录，不得以“无”“待补”等字样充数。"
    ),
    CircularKind.ORG_LIFE: (
        "请各级团组织对照附件核对登记情况。已经召开尚未登记的，请按会议记录如实补登；没有召开的，请按规定安排。"
    ),
}
_Line = tuple[str, str, str, str]
# What follows the word of a state in the heading of its part.
_ORGANIZATIONS: Final = "的组织"


def _entry(figures: Entry, said: Said) -> Iterator[_Line]:
    total, rows = figures["total"], rows_of(figures)
    whom = f"{said.issuer}本级和{len(rows)}个直属下级组织（含其全部下级）"
    if figures.get("every_branch"):
        whom = f"{said.issuer}及全部下级组织（其中团支部{len(rows)}个）"
    opening = f"截至{day(said.on)}，{whom}应录入信息{total['expected']:,}项，已录入{total['actual']:,}项"
    opening += f"（其中按期录入{total['on_time']:,}项），完成率{percent(total['rate'])}"
    opening += f"，尚缺{total['missing']:,}项" if total["missing"] else ""
    weighed = f"{figures['weighed']}。" if figures.get("weighed") else ""
    yield "opening", "opening", "", f"{opening}。{weighed}现将有关情况通报如下。"
    # Best first, as the states are graded; within a state in the committee's order.
    for band in reversed(figures["bands"]):
        sub = f"{band['word']}的组织（{band['bounds']}）"
        yield f"state_{band['chip']}", "overall", sub, _counted([row["name"] for row in band["rows"]])
    if said.since:
        again = f"{day(said.since)}的完成率已按现在的设置重新计算，与当时公布的可能不同。"
        progress = _progress(total, said.since)
        yield "progress", "changes", "", progress + (again if progress and figures.get("is_remeasured") else "")
        yield "newly_complete", "changes", "新录齐的组织", _counted(newly_complete(figures))
        yield "newly_lacking", "changes", "新出现缺项的组织", _counted(newly_lacking(figures))


def _progress(total: Row, since: dt.date) -> str:
    if not total["then"]:
        return ""
    expected, actual, rate = total["then"]
    changes = [
        _changed("应录", total["expected"] - expected),
        _changed("已录", total["actual"] - actual),
        _changed("缺项", total["missing"] - (expected - actual)),
    ]
    said = "，".join(change for change in changes if change)
    return f"与{day(since)}相比，{said or '各项数字没有变化'}；完成率由{percent(rate)}变为{percent(total['rate'])}。"


def _changed(what: str, by: int) -> str:
    return f"{what}{'增加' if by > 0 else '减少'}{abs(by):,}项" if by else ""


def _org_life(figures: OrgLife, said: Said) -> Iterator[_Line]:
    branches, month = branches_of(figures), said.month or said.on
    when = f"{month.year}年{month.month}月"
    opening = f"现将{said.issuer}所属{len(branches)}个团支部{when}“三会两制一课”登记情况通报如下"
    yield "opening", "opening", "", f"{opening}，以{day(said.on)}以前的登记为准。" if branches else ""
    for code, label in KINDS.items():
        counted = sum_of(branches, code)
        if counted["held"]:
            text = f"{counted['held']}个团支部登记{counted['times']}次"
            text += f"，其中{counted['late']}个团支部为逾期补登" if counted["late"] else ""
            yield f"held_{code}", "held", label, f"{text}。"
    for code in ABSENT:
        how_often = "，".join(filter(None, (HOW_OFTEN[code], quarter_in_words(figures, code, month))))
        yield f"absent_{code}", "absent", f"{KINDS[code]}（{how_often}）", _counted(without(figures, code))


def _campaign(result: campaigns.Result, said: Said) -> Iterator[_Line]:
    total, rows = result["total"], campaigns.rows_of(result)
    deadline = timezone.localtime(dt.datetime.fromisoformat(result["deadline"]))
    opening = f"{quoted(result['name'])}于{day(deadline.date())}{deadline:%H:%M}截止。{len(rows)}个组织"
    opening += f"应录入信息{total['expected']:,}项，截止时已录入{total['actual']:,}项，完成率{percent(total['rate'])}"
    opening += f"，尚缺{total['missing']:,}项" if total["missing"] else ""
    yield "opening", "opening", "", f"{opening}。现将有关情况通报如下。"
    for band in result["bands"]:
        names = [put_off_name(band, row) for row in band["rows"]]
        yield f"state_{campaigns.key_of(band)}", "overall", f"{band['word']}{_ORGANIZATIONS}", _counted(names)
    yield "late", "changes", "", _late(result)
    yield "extended", "changes", "", _put_off(result)
    yield "lowered", "changes", "", _lowered(result.get("lowered", []))


def put_off_name(band: campaigns.Band, row: campaigns.Row) -> str:
    """The name of an organisation in its state, with its later deadline where that made a difference."""
    until = row.get("until") if campaigns.key_of(band) in campaigns.LATER else ""
    return f"{row['name']}（准予延期至{day(dt.date.fromisoformat(until))}）" if until else row["name"]


def _late(result: campaigns.Result) -> str:
    """What was entered since the deadline, and how what is missing now follows from what was missing then."""
    total, missing = result["total"], result.get("still_missing")
    entered = {"延期内补录": total.get("in_extension", 0), "截止后补录": total["late"]}
    said = [f"{what}{number:,}项" for what, number in entered.items() if number]
    if missing is None:
        return f"{'，'.join(said)}。" if said else ""
    changed = missing - (total["missing"] - sum(entered.values())) if "in_extension" in total else 0
    if changed:
        said.append(f"因应录变动和更正，缺项{'增加' if changed > 0 else '减少'}{abs(changed):,}项")
    until = timezone.localdate(dt.datetime.fromisoformat(result["until"]))
    said.append(f"尚缺{missing:,}项" if missing else "已全部录齐")
    return f"截至{day(until)}，{'，'.join(said)}。" if len(said) > 1 else ""


def _put_off(result: campaigns.Result) -> str:
    rows = result.get("put_off", [])
    if not 0 < len(rows) <= MOST_NAMES:
        return f"经批准延期的组织{result['extended']}个。" if result["extended"] else ""
    return f"经批准延期的组织{len(rows)}个：{'、'.join(map(_put_off_until, rows))}。"


def _put_off_until(row: campaigns.PutOff) -> str:
    until = day(dt.date.fromisoformat(row["until"]))
    return f"{row['name']}（延期至{until}，{row['reason'].rstrip('。')}）"


def _lowered(rows: Sequence[campaigns.Lowered]) -> str:
    if len(rows) > MOST_NAMES:
        return "启动以来有多处核定人数下调或人员离开，应录相应减少，逐条见调度结束报告。"
    return f"启动以来应录减少：{'；'.join(row['name'] + row['what'] for row in rows)}。" if rows else ""


def _picked(kind: str, figures: Any, chosen: Mapping[str, Sequence[int]]) -> Iterator[_Line]:
    names = names_in(kind, figures)
    for key, word in PICKED.items():
        picked = [name for pk, name in names.items() if pk in chosen.get(key, ())]
        yield key, key, "", f"对{'、'.join(picked)}提出{word}。" if picked else ""


def names_in(kind: str, figures: Any) -> dict[int, str]:
    """The organisations that can be picked, by id, in the committee's order, not by how far they are."""
    rows: Iterable[Any] = branches_of(figures) if kind == CircularKind.ORG_LIFE else _in_order(figures)
    return {row["pk"]: row["name"] for row in rows}


def _in_order(figures: Any) -> list[Any]:
    rows = [row for band in figures["bands"] for row in band["rows"]]
    return sorted(rows, key=lambda row: row["place"])


def _counted(names: Sequence[str]) -> str:
    if len(names) > MOST_NAMES:
        return f"共{len(names)}个，见附件。"
    return f"共{len(names)}个：{'、'.join(names)}。" if names else ""


def percent(rate: float | None) -> str:
    """95.3%, 100.0%; rates are never rounded up to 100."""
    return "不适用" if rate is None else f"{rate:.1f}%"


_INNER: Final = str.maketrans("“”‘’", "‘’“”")


def quoted(text: str) -> str:
    """In quotation marks; those inside change to the other kind (GB/T 15834—2011, 4.8.3.3)."""
    return f"“{text.translate(_INNER)}”"


def kept(parts: Iterable[Part]) -> list[dict[str, str]]:
    """The parts as the database keeps them."""
    return [asdict(part) for part in parts]


def parts_in(stored: Iterable[Mapping[str, str]]) -> list[Part]:
    """The parts out of the database.

    Drafts made earlier numbered the states of a campaign by their place, which shifts when one empties: those parts go
    by the state in their heading. Of two under one heading the second keeps its number, so that nothing is lost.
    """
    parts = [Part(**each) for each in stored]
    taken = {part.key for part in parts}
    for part in parts:
        if part.key.removeprefix("state_").isdigit():
            key = f"state_{campaigns.key_of_word(part.sub.removesuffix(_ORGANIZATIONS))}"
            part.key = part.key if key in taken else key
            taken.add(key)
    return parts


def renewed(old: Iterable[Part], new: Iterable[Part]) -> list[Part]:
    """The parts made anew, with what somebody has written by hand kept."""
    by_hand = {part.key: part for part in old if part.is_edited}
    fresh = list(new)
    for part in fresh:
        if part.key in by_hand:
            part.text = by_hand.pop(part.key).text
    # Written by hand where the figures have nothing to say any more.
    left = [Part(part.key, part.section, part.sub, "", part.text) for part in by_hand.values() if part.text]
    order = list(SECTIONS)
    return sorted([*fresh, *left], key=lambda part: order.index(part.section))


def blocks_of(parts: Iterable[Part]) -> list[Block]:
    """The text in paragraphs, its headings numbered by what is there: 一、 （一）."""
    blocks: list[Block] = []
    section, headings, subs = "", 0, 0
    for part in (part for part in parts if part.text.strip()):
        if part.section != section:
            section, subs = part.section, 0
            if SECTIONS[section]:
                blocks.append(Block(1, f"{_numeral(headings)}、{SECTIONS[section]}"))
                headings += 1
        if part.sub:
            blocks.append(Block(2, f"（{_numeral(subs)}）{part.sub}"))
            subs += 1
        blocks += [Block(0, line.strip()) for line in part.text.splitlines() if line.strip()]
    return blocks


def _numeral(place: int) -> str:
    return _NUMERALS[place] if place < len(_NUMERALS) else str(place + 1)
