"""活动清单: the columns of a list of activities, and how its sheets are told from others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from members.models.roster import RowKind
from members.roster.handed_out.choices import ORGANIZATIONS
from members.roster.reading.arranging import Arranged
from members.roster.reading.columns import Column
from members.roster.reading.families import Family
from members.roster.reading.layouts import SheetLayout
from members.roster.reading.layouts import lay_out as lay_out_sheets
from tuanjian.spreadsheets import Workbook

KIND: Final = RowKind.ACTIVITIES
# The list of kinds of activity in templates.
KINDS: Final = "活动类型"
_HERE = (KIND,)

COLUMNS: Final = (
    Column(
        "branch",
        "团组织",
        _HERE,
        usual="所在团支部 所属团支部 所在支部 所属支部 团支部 团支部名称 支部 支部名称 团组织名称 组织名称 所在团组织 "
        "所属团组织 主办组织 主办团组织 主办支部 开展组织 举办组织",
        stand_ins="组织 单位 单位名称 主办单位 承办单位 组织单位",
        words=r"支部|团组织|主办|承办",
        but=r"书记|大会|人数|委员|内容|主题|名单|人员",
        width=34,
        note="全称或简称；不填的登记为导入到的组织。",
        choices=ORGANIZATIONS,
    ),
    Column(
        "held_on",
        "活动日期",
        _HERE,
        usual="日期 开展日期 举办日期 会议日期 召开日期 举行日期",
        stand_ins="时间 活动时间 开展时间 举办时间 会议时间 召开时间 举行时间",
        words=r"(活动|开展|举办|会议|召开|举行).*(日期|时间)",
        but=r"登记|填报|截止|结束|开始|起止|时长",
        required=_HERE,
        width=13,
        note="写到日，如 2026-03-05。",
    ),
    Column(
        "kind",
        "活动类型",
        _HERE,
        usual="类型 类别 活动类别 活动形式 活动种类 会议类型 会议类别",
        words=r"(活动|会议|组织生活).*(类型|类别|形式|种类)",
        required=_HERE,
        width=13,
        note="如 支部大会、支委会、团课、主题团日。",
        choices=KINDS,
    ),
    Column(
        "topic",
        "主题",
        _HERE,
        usual="活动主题 会议主题 团课主题 活动名称 会议名称 活动题目 题目 标题",
        stand_ins="名称 项目 活动项目",
        words=r"(活动|会议|团课|团日).*(主题|名称|题目)",
        required=_HERE,
        width=36,
        note="不超过 100 字。",
    ),
    Column("place", "地点", _HERE, usual="活动地点 会议地点 开展地点 举办地点", words=r"地点", width=18),
    Column("host", "主持人", _HERE, usual="主持 会议主持 会议主持人", words=r"主持", width=10),
    Column("recorder", "记录人", _HERE, usual="记录员 会议记录人", words=r"记录(人|员)", width=10),
    Column(
        "people",
        "参加人员",
        _HERE,
        usual="参加人 参会人员 参会人 参与人员 出席人员 到会人员 与会人员 实到人员 出席 参加人员名单 参加团员",
        words=r"(参加|参会|参与|出席|到会|与会|实到).*(人员|名单|姓名|团员|青年)",
        but=r"数|未|缺|应",
        width=40,
        note="姓名用“、”隔开，须在名册上；不逐个写的，填下一列的人数。",
    ),
    Column(
        "attended",
        "参加人数",
        _HERE,
        usual="参会人数 参与人数 出席人数 到会人数 与会人数 实到人数 人数 实到 参加人次",
        words=r"(参加|参会|参与|出席|到会|与会|实到).*(人数|人次|数)",
        but=r"应|未|缺|列席|外",
        width=10,
        note="写了姓名的不用填。",
    ),
    Column(
        "leave",
        "请假人员",
        _HERE,
        usual="请假 请假人 请假人员及原因 请假情况",
        words=r"请假",
        but=r"数",
        width=20,
        note="如 张三（出差）、李四。",
    ),
    Column(
        "absent",
        "缺席人员",
        _HERE,
        usual="缺席 缺席人 缺席人员及原因 未到人员 未参加人员 缺席情况",
        words=r"缺席|未到|未参加",
        but=r"数|率",
        width=20,
    ),
    Column(
        "guests",
        "列席和来宾",
        _HERE,
        usual="列席 列席人员 列席人数 来宾 来宾人数 嘉宾 外部人员 外部参加人员 邀请人员",
        words=r"列席|来宾|嘉宾|外部",
        width=22,
        note="写人数，或 社区居民30人、共建单位5人。",
    ),
    Column("agenda", "议题", _HERE, usual="会议议题 主要议题 议程 会议议程", words=r"议题|议程", width=30),
    Column(
        "minutes",
        "内容",
        _HERE,
        usual="内容记录 活动内容 会议内容 主要内容 会议记录 活动记录 活动情况 活动概况 活动简介 内容摘要",
        words=r"(活动|会议|主要).*(内容|情况|概况|简介|记录)",
        width=50,
    ),
    Column("resolution", "决议", _HERE, usual="会议决议 形成决议 决议事项 议定事项", words=r"决议|议定", width=30),
)
TEXTS: Final = ("place", "host", "recorder", "agenda", "minutes", "resolution")
NAMES: Final = ("people", "leave", "absent")


def _lists_something(texts: Mapping[str, str]) -> bool:
    """A day and a topic: an activity, also where the day alone would look like the date under a signature."""
    return bool(texts.get("topic")) and any(character.isdigit() for character in texts.get("held_on", ""))


FAMILY: Final = Family(
    COLUMNS,
    KIND,
    suffices=lambda fields: len({"held_on", "kind", "topic"}.intersection(fields)) >= 2,
    needs=("held_on", "kind", "topic"),
    named=("topic",),
    lists_something=_lists_something,
    repeated=re.compile(r"主\s*题|类\s*型|日\s*期|时\s*间"),
    unmerged=("topic", "host", "recorder", *NAMES, "attended", "guests", "agenda", "minutes", "resolution"),
)


def lay_out(workbook: Workbook, *, arranged: Mapping[str, Arranged] | None = None) -> list[SheetLayout]:
    """Take the sheets of a list of activities apart; refuses what ``layouts.lay_out`` refuses."""
    return lay_out_sheets(workbook, (FAMILY,), arranged)


def label_of(field: str) -> str:
    """What the column is called."""
    return FAMILY.label_of(field, KIND)
