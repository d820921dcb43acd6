"""What an organisation is expected to have entered (应录尽录的项目): the list, and to whom each item applies.

An item is a row of this list, not an ``if`` somewhere else: page, print and workbook walk it.
"""

from __future__ import annotations

from dataclasses import dataclass

from branches.models import Headcount, Organization, OrgType
from members import completeness

COMMITTEES = (OrgType.LEADING_BODY, OrgType.BASE_COMMITTEE, OrgType.WORK_COMMITTEE)
# A branch of so many members must have a committee (《团支部工作条例（试行）》); smaller ones need no 支委会.
COMMITTEE_FROM = 7
# Posts a committee or general branch has entered at least (entry-complete test of the national system).
LEAST_POSTS = 2
# Secretary and two more in a branch that must have a committee.
LEAST_BRANCH_POSTS = 3


@dataclass(frozen=True)
class Group:
    key: str
    label: str


PARTICULARS = Group("particulars", "组织信息")
NUMBERS = Group("numbers", "应有人数")
PEOPLE = Group("people", "人员信息")
CADRES = Group("cadres", "书记与团干部")
ADMINISTRATION = Group("administration", "管理员")
MEETINGS = Group("meetings", "组织生活")
GROUPS = (PARTICULARS, NUMBERS, PEOPLE, CADRES, ADMINISTRATION, MEETINGS)


@dataclass(frozen=True)
class Particular:
    """A field of the organisation that its type requires (需填项 by 组织类别, 智慧团建 2021)."""

    field: str
    label: str
    types: frozenset[str]

    def is_missing(self, organization: Organization) -> bool:
        value = getattr(organization, self.field)
        return value is None or value == ""


_ALL = frozenset(OrgType.values)
_COMMITTEES = frozenset(kind.value for kind in COMMITTEES)
PARTICULAR_ITEMS = (
    Particular("unit_nature_id", "单位性质", _ALL),
    Particular("unit_category_id", "行业类别", _ALL),
    Particular("founded_on", "成立时间", _ALL),
    Particular("last_election_on", "最近一次换届时间", _ALL),
    Particular("contact_phone", "联系电话", _COMMITTEES | {OrgType.GENERAL_BRANCH.value}),
    Particular("contact_email", "电子邮箱", frozenset({OrgType.LEADING_BODY.value})),
    Particular("admin_quota", "行政编制数", _COMMITTEES),
    Particular("admin_quota_filled", "行政编制实际配备数", _COMMITTEES),
    Particular("institution_quota", "事业编制数", _COMMITTEES),
    Particular("institution_quota_filled", "事业编制实际配备数", _COMMITTEES),
)


@dataclass(frozen=True)
class Item:
    """One thing that is to be entered. ``field`` names where it is mended; the key of what is kept by day."""

    group: Group
    key: str
    label: str

    def label_in(self, period: str) -> str:
        """The label with the period it is asked for, which says by itself what is asked."""
        return f"{self.label}（{period_name(period)}）" if period else self.label


ITEMS = {
    item.key: item
    for item in (
        *(Item(PARTICULARS, each.field, each.label) for each in PARTICULAR_ITEMS),
        Item(NUMBERS, Headcount.Kind.EXPECTED_MEMBERS.value, Headcount.Kind.EXPECTED_MEMBERS.label),
        Item(NUMBERS, Headcount.Kind.EXPECTED_YOUTH.value, Headcount.Kind.EXPECTED_YOUTH.label),
        Item(PEOPLE, "id_number", "证件号码"),
        *(Item(PEOPLE, fact.field, fact.label) for fact in completeness.FACTS),
        Item(CADRES, "secretary", "书记"),
        Item(CADRES, "cadres", "团干部人数"),
        Item(ADMINISTRATION, "administrator", "管理员已启用"),
        Item(MEETINGS, "branch_assembly", "支部大会"),
        Item(MEETINGS, "committee_meeting", "支委会"),
    )
}
# Why an item is not asked of an organisation.
UNDECLARED, SMALL, UNFOUNDED = "undeclared", "small", "unfounded"
REASONS = {
    UNDECLARED: "上级没有核定，不计入",
    SMALL: f"团员不足 {COMMITTEE_FROM} 人，不设支部委员会",
    UNFOUNDED: "当期尚未成立",
}


def period_name(period: str) -> str:
    """ "2026Q4" and "2026-10" as the office says them."""
    if "Q" in period:
        year, quarter = period.split("Q")
        return f"{year} 年第 {quarter} 季度"
    year, month = period.split("-")
    return f"{year} 年 {int(month)} 月"
