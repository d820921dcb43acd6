"""资料是否录齐: which required facts of a person are missing, and where each is mended.

Each fact says in SQL when it is missing, and nothing else says it again: the number in a list, the filter 缺项, the
lines of a person's page and the to-dos cannot disagree. People who are gone or void lack nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, When
from django.db.models.functions import Cast, ExtractYear, Lower, Substr
from django.db.models.lookups import Exact, In
from django.urls import reverse

from members.models import Member, MemberStatus
from members.models.people import GONE, IN_LEAGUE, MemberQuerySet
from tuanjian import sealing
from tuanjian.idnumbers import Gender

# A phone that stands in the records of so many people is nobody's.
SHARED_BY = 3

# What rosters put where they know nothing, as far as a database can compare it; entering through pages drops all that
# ``placeholders.is_placeholder`` knows.
FILLING_TEXTS = (
    *("无", "没有", "暂无", "空", "待补", "待补充", "待填", "待定", "后补", "未填", "未知", "不详", "同上", "略"),
    *("/", "//", "-", "--", "—", "——", "－", ".", "*", "?", "？", "0", "1", "x", "xx", "xxx"),
    *("n/a", "na", "none", "null"),
)
# Shaped like mobile numbers: 13000000000 and its kind, and those of manuals.
FILLING_PHONES = (
    *(f"1{second}{third}00000000" for second in range(3, 10) for third in range(10)),
    *("13800138000", "13812345678", "13912345678"),
)

# From these years of joining the 发展团员编号 is required, and must begin with the very year.
NUMBERED_FROM = 2017
STRICT_FROM = 2019
# Shandong's numbers of sixteen digits: how they begin, for which years of joining.
SIXTEEN_DIGITS = {"201516": (2015, 2016), "201617": (2016, 2017)}

_ON_ROSTER = ~Q(status__in=[*GONE, MemberStatus.VOID])
_IN_LEAGUE = Q(league_status__in=IN_LEAGUE)


@dataclass(frozen=True)
class Fact:
    """A fact asked of people: its field on the form, what it is called, why it is asked, when it is missing."""

    field: str
    label: str
    why: str
    missing: Callable[[], Q]

    @property
    def column(self) -> str:
        """Name of the annotation that says 1 where it is missing."""
        return f"lacks_{self.field}"

    def url(self, member: Member) -> str:
        """Where it is filled in (去补录)."""
        return f"{reverse('members:edit', args=[member.pk])}?field={self.field}#id_{self.field}"


def member_no_fits(member_no: str, joined_on: dt.date) -> bool:
    """Whether the 发展团员编号 is there where the year of joining asks for one, and begins with that year.

    From 2017 twelve digits are required, those of 2017 and 2018 may bear either year; before, a number may be left
    out. Shandong's sixteen-digit numbers of 2015–2017 count (public form helper of the national system).
    """
    year, head = joined_on.year, member_no[:4]
    if len(member_no) == 16 and member_no[:6] in SIXTEEN_DIGITS and year in SIXTEEN_DIGITS[member_no[:6]]:
        return True
    if year < NUMBERED_FROM:
        return not member_no or (len(member_no) > 4 and head == str(year))
    heads = {"2017", "2018"} if year < STRICT_FROM else {str(year)}
    return re.fullmatch(r"[0-9]{12}", member_no) is not None and head in heads


def _member_no_fits() -> Q:
    """``member_no_fits`` as a condition; a test compares the two."""
    year = Cast(ExtractYear("joined_on"), CharField())
    same_year = Q(Exact(Substr(F("member_no"), 1, 4), year))
    strict = Q(member_no__regex=r"^[0-9]{12}$")
    before = Q(joined_on__year__lt=NUMBERED_FROM)
    between = Q(joined_on__year__gte=NUMBERED_FROM, joined_on__year__lt=STRICT_FROM)
    fits = before & (Q(member_no="") | (Q(member_no__length__gt=4) & same_year))
    fits |= between & strict & (Q(member_no__startswith="2017") | Q(member_no__startswith="2018"))
    fits |= Q(joined_on__year__gte=STRICT_FROM) & strict & same_year
    for beginning, years in SIXTEEN_DIGITS.items():
        fits |= Q(member_no__length=16, member_no__startswith=beginning, joined_on__year__in=years)
    return fits


def _no_phone() -> Q:
    """None, one that only fills the cell, or one that several people share."""
    filling = [sealing.blind_index("member.phone", phone) for phone in FILLING_PHONES]
    sharing = Member.objects.filter(_ON_ROSTER, phone_index=OuterRef("phone_index")).order_by()
    # The person is one of them; no more are looked for than it takes.
    return Q(phone_index=None) | Q(phone_index__in=filling) | Q(Exists(sharing[SHARED_BY - 1 : SHARED_BY]))


FACTS = (
    Fact("birth_on", "出生日期", "年龄、青年和超龄都由它得出。", lambda: Q(birth_on=None)),
    Fact("gender", "性别", "统计表按性别分列。", lambda: ~Q(gender__in=[Gender.MALE, Gender.FEMALE])),
    Fact("ethnicity", "民族", "团员信息必填项。", lambda: Q(ethnicity="")),
    Fact("political_status", "政治面貌", "团员信息必填项。", lambda: Q(political_status="")),
    Fact("education", "学历", "团员信息必填项。", lambda: Q(education="")),
    Fact("phone", "手机号", "没有填写，或填的是占位号码、多人共用的号码。", _no_phone),
    Fact("joined_on", "入团年月", "团龄和编号规则由它得出。", lambda: _IN_LEAGUE & Q(joined_on=None)),
    Fact(
        "member_no",
        "发展团员编号",
        "2017 年以后入团的必须有 12 位编号，前四位为入团年份。",
        lambda: _IN_LEAGUE & Q(joined_on__isnull=False) & ~_member_no_fits(),
    ),
    Fact(
        "work_unit",
        "工作单位",
        "填的是“无”“待补”一类占位内容，不算已填。",
        lambda: Q(In(Lower("work_unit"), list(FILLING_TEXTS))),
    ),
)


def with_gaps(people: MemberQuerySet) -> MemberQuerySet:
    """The people, each with ``gap_count`` and, for ``gaps_of``, one column a fact."""
    columns = {fact.column: Case(When(_ON_ROSTER & fact.missing(), then=1), default=0) for fact in FACTS}
    counted = people.annotate(**columns)
    total = reduce(add, (F(fact.column) for fact in FACTS))
    return counted.annotate(gap_count=total)


def gaps_of(member: Member) -> list[Fact]:
    """Facts the person lacks, in the order of the form. One query, unless the row came out of ``with_gaps``."""
    row = member if hasattr(member, "gap_count") else with_gaps(Member.objects.filter(pk=member.pk)).get()
    return [fact for fact in FACTS if getattr(row, fact.column)]


def incomplete() -> Q:
    """Condition 缺项: on the roster and lacking at least one fact."""
    lacking = Q(pk__in=())
    for fact in FACTS:
        lacking |= fact.missing()
    return _ON_ROSTER & lacking


def lacking(fields: Iterable[str]) -> Q:
    """Condition for the people on the roster who lack all of these facts."""
    condition = _ON_ROSTER
    for fact in FACTS:
        if fact.field in set(fields):
            condition = condition & fact.missing()
    return condition
