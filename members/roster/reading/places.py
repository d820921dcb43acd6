"""Which names a line above people may hold, as in “一、航测一室团支部（12人）” or “填报单位：甲厂团委”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tuanjian.spreadsheets.cleaning import tidy_line

_NUMBERED = re.compile(
    r"^(?:[（(]?[0-9一二三四五六七八九十]{1,3}[）)]?[、.．)）]|[（(][0-9一二三四五六七八九十]{1,3}[）)]|[①-⑳])\s*"
)
_LABEL: Final = re.compile(
    r"(?:^|\s)(?:所在|所属|填报|填表|报送|上报)?(?:团)?(?:支部|总支|组织|单位|团委)(?:名称|全称)?(?:[（(][^）)]*[）)])?\s*[:：]\s*(\S+)"
)
# “【航测一室团支部】”, “★航测一室团支部” and “航测一室团支部：”
_MARKED = re.compile(r"^[^\w（(]+|[^\w）)]+$")
# “（航测一室团支部）”
_WRAPPED = re.compile(r"^[（(]([^（()）]+)[)）]$")
# “航测一室团支部团员”
_WHOSE = re.compile(r"(?<=支部|总支|团委|工委)(?:团员|团干部?|青年|成员|人员|学生)+$")
# “航测一室团支部 书记：王某某 电话：14000900001”
_TOLD = re.compile(r"(?<=\S)\s+[\u4e00-\u9fff]{2,6}[:：].*$")
_NOTED = re.compile(r"\s*[（(][^（()）]*[)）]$")
_COUNTED = re.compile(r"\s*[（(,，:：]?\s*(?:共|计|团员)*\s*[0-9]+\s*(?:人|名)(?:团员)?\s*[）)]?$")
_BETWEEN = re.compile(r"[-_+—–－~\s:：、，,（）()【】《》“”]+")
_YEAR = re.compile(r"^[0-9]{4}(?:[-—~至][0-9]{4})?(?:年度?|学年)(?:[0-9]{1,2}月)?(?:第[一二]学期)?\s*")
_LIST = re.compile(
    r"(?:[0-9]{4}年度?)?(?:新发展)?(?:共青)?(?:团员|青年|团干部|团干|人员|成员|学生)*(?:青年)?(?:基本)?(?:信息|情况)?"
    r"(?:花?名册|名单|登记表|统计表|采集表|汇总表|一览表|信息表|明细表|清单|台账|表)(?:[（(].*[）)])?$"
)
_SHORTEST: Final = 2
# What the name of an organisation or of the unit it belongs to ends in; a group inside a branch is none.
_ORGANIZATION = re.compile(r"(?:支部|总支部?|团委|工委|委员会|班|队|部|室|处|科|站|厂|院|所|中心|车间|公司)$")
_NO_ORGANIZATION = re.compile(r"(?:干部|全部|内部|外部|部队)$")


@lru_cache(maxsize=2_000)
def names_in(text: str) -> tuple[str, ...]:
    """The names the text may say, the text itself first; which of them is an organisation the caller knows."""
    whole = tidy_line(text)
    # “测绘院团委 团员名册 （2026年）”: names of organisations have no blanks, so nothing is lost without them.
    names = (*_names(whole), *_bare("".join(whole.split())))
    return tuple(dict.fromkeys(name for name in names if len(name) >= _SHORTEST))


@lru_cache(maxsize=100)
def names_in_file(called: str) -> tuple[str, ...]:
    """The names of organisations the name of a file may say: “附件2-航测一室团支部_团员名单(1)”."""
    pieces = [called, *_BETWEEN.split(called)]
    names = dict.fromkeys(name for piece in pieces for name in names_in(piece))
    return tuple(name for name in names if _ORGANIZATION.search(name))


@lru_cache(maxsize=2_000)
def organization_said(text: str) -> str:
    """The organisation a line between rows says that those below belong to, "" where it says something else of them.

    “二、航测一室团支部（12人）” says one, “正式团员” and “第一小组” do not. Whether there is such an organisation the
    caller knows; a line that names none that is there must not be passed over.
    """
    labelled = [name for label in _LABEL.finditer(tidy_line(text)) for name in _bare(label[1])]
    said = [name for name in names_in(text) if _ORGANIZATION.search(name) and not _NO_ORGANIZATION.search(name)]
    return next((name for name in reversed([*said, *labelled]) if len(name) >= _SHORTEST), "")


def _names(whole: str) -> Iterator[str]:
    yield whole
    for label in _LABEL.finditer(whole):
        yield from _bare(label[1])
    yield from _bare(whole)


def _bare(text: str) -> Iterator[str]:
    text = _WRAPPED.sub(r"\1", _TOLD.sub("", text))
    plain = _MARKED.sub("", _COUNTED.sub("", _NUMBERED.sub("", _MARKED.sub("", text))))
    yield plain
    # “检修工区团支部（书记：王某某）”
    if (unnoted := _NOTED.sub("", plain)) != plain:
        yield unnoted
    undated = _YEAR.sub("", plain)
    # Nothing is left of a title that is no more than that.
    if undated != plain:
        yield undated
    if (named := _WHOSE.sub("", _LIST.sub("", undated))) != undated:
        yield named
