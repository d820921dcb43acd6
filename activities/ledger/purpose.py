"""活动清单 as a purpose of importing; offered when the app starts."""

from __future__ import annotations

from typing import Final

from activities.ledger import blank, writing
from activities.ledger.columns import COLUMNS, FAMILY, KIND, lay_out
from activities.ledger.planning import plan_activities
from activities.ledger.rows import clean
from activities.models import Activity
from branches.scoping import Right
from members.models.roster import ImportPurpose, RowKind
from members.roster import purposes
from members.roster.handed_out import blanks
from members.roster.outcome import undoing
from members.roster.purposes import Purpose

_FINDING_WORDS: Final = {
    "R_ACTIVITY_DUP": "与本文件另一行是同一次活动",
    "R_COUNT_BAD": "人数不对",
    "R_DATE_EMPTY": "没有填写",
    "R_KIND_EMPTY": "没有填写",
    "R_NAME_BAD": "不是姓名，或写法不对",
    "R_OUT_OF_SCOPE": "没有登记活动的权限",
    "R_PERSON_SEVERAL": "有同名的人，要写明出生年月",
    "R_PERSON_TWICE": "同一个人写了两次",
    "R_PERSON_UNKNOWN": "当天不在名册上",
    "R_TOPIC_EMPTY": "没有填写",
    "R_VALUE_UNKNOWN": "不在系统的活动类型中",
    "W_BY_NAMES": "人数与姓名不一致，按姓名登记",
    "W_ELSEWHERE": "不在导入到的组织及其下级",
    "W_PLACE_ASSUMED": "没有写团组织，请核对登记到哪里",
    "W_RECORDED": "已经登记过，没有改动",
    "W_VALUE_UNKNOWN": "括号里的说明没有保存",
}


def offer() -> None:
    """Let lists of activities be imported and taken back, and their template be downloaded."""
    purposes.register(
        Purpose(
            key=ImportPurpose.ACTIVITIES,
            right=Right.ACTIVITIES,
            lay_out=lay_out,
            clean=clean,
            plan=plan_activities,
            write=writing.write,
            columns=lambda kind: COLUMNS if kind == KIND else (),
            shown={RowKind.ACTIVITIES: ("topic", "held_on", "kind", "branch", "people", "attended")},
            count_words={"activities_created": "新增活动"},
            finding_words=_FINDING_WORDS,
            families=(FAMILY,),
        )
    )
    undoing.register_return(Activity, writing.take_back)
    blanks.register("activities", "活动清单模板", blank.build, about="一行一次活动，可以写参加人员的姓名或只写人数。")
