"""What an organisation is expected to have entered (应录尽录的项目): the list, and to whom each item applies.

An item is a row of this list, not an ``if`` somewhere else: page, print and workbook walk it.
"""

from __future__ import annotations

from dataclasses import dataclass

from branches.models import Organization, OrgType

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
