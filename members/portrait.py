"""Everything the page of one person shows, gathered once: facts by group, what follows from them, history, gaps."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from branches.models import AuditEntry, User
from branches.scoping import Right
from members import national, privacy, records
from members.completeness import Fact, gaps_of
from members.dictionaries import PARTY
from members.models import (
    AgeRule,
    BranchMembership,
    CadreTerm,
    LeagueStatus,
    Member,
    MemberStatus,
    MemberYear,
    StatusChange,
)
from members.models.people import IN_LEAGUE
from members.models.rules import age_rules
from members.wording import label_of, said
from tuanjian import ages

LAST_ENTRIES = 10
# So many days before the leaving age a member shows as 将满 28.
NOTICE_DAYS = 60

GROUPS = (
    (
        "基本信息",
        (
            *("ethnicity", "native_place", "education", "work_unit", "occupation", "income_band"),
            *("household_region", "former_name"),
        ),
    ),
    (
        "团籍信息",
        (
            *("league_status", "joined_on", "member_no", "file_state", "dues_paid_until", "political_status"),
            *("applied_to_party", "joined_party_on", "is_volunteer", "volunteer_since_on"),
        ),
    ),
)


@dataclass(frozen=True)
class Line:
    """A fact in words; ``missing`` if it is asked of this person and not there."""

    label: str
    value: str
    missing: bool = False


@dataclass(frozen=True)
class GapLine:
    """A missing fact with the place where it is filled in."""

    fact: Fact
    url: str


@dataclass(frozen=True)
class Portrait:
    """The page of one person as this user may see it."""

    on: dt.date
    state: str
    state_word: str
    birth: str
    groups: list[tuple[str, list[Line]]]
    computed: list[Line]
    gaps: list[GapLine]
    phone: str
    phone_is_clear: bool
    may_manage: bool
    may_reveal: bool
    may_restore: bool
    terms: list[CadreTerm]
    memberships: list[BranchMembership]
    status_changes: list[StatusChange]
    years: list[MemberYear]
    entries: list[AuditEntry]
    # The record kept when this one was merged into it, if the user may look at it.
    merged_into: Member | None
    # None for young people who have nothing to do with the national system.
    national: national.Standing | None


def portrait_of(member: Member, *, user: User, on: dt.date) -> Portrait:
    """Gather the page; the number of queries does not depend on what the record holds."""
    gaps = gaps_of(member)
    missing = {fact.field for fact in gaps}
    terms = list(member.terms.select_related("organization").order_by("-ended_on", "-started_on", "rank"))
    terms.sort(key=lambda term: term.ended_on is not None)
    entries = AuditEntry.objects.visible_to(user).filter(object_type="members.member", object_id=str(member.pk))
    holds_post = any(term.ended_on is None for term in terms)
    leave_at = age_rules(on)[AgeRule.Kind.LEAVE_AT]
    state, word = state_of(member, holds_post=holds_post, gap_count=len(gaps), leave_at=leave_at, on=on)
    return Portrait(
        on=on,
        state=state,
        state_word=word,
        birth=said(member, "birth_on"),
        groups=[
            (title, [Line(label_of(name), said(member, name), name in missing) for name in names])
            for title, names in GROUPS
        ],
        computed=_computed(member, holds_post, on),
        gaps=[GapLine(fact, fact.url(member)) for fact in gaps],
        phone=privacy.phone_as_seen(member, privacy.own_branches(user)),
        phone_is_clear=privacy.shows_phone(user, member),
        may_manage=member.status != MemberStatus.VOID and may_manage(user, member),
        may_reveal=privacy.may_reveal(user, member),
        may_restore=member.status == MemberStatus.VOID and records.may_restore(user, member),
        terms=terms,
        memberships=list(member.memberships.select_related("branch")),
        status_changes=list(member.status_changes.all()),
        years=list(member.years.all()),
        entries=list(entries[:LAST_ENTRIES]),
        merged_into=_merged_into(member, user),
        national=_national(member, terms),
    )


def _merged_into(member: Member, user: User) -> Member | None:
    if member.merged_into_id is None:
        return None
    return Member.objects.visible_to(user).filter(pk=member.merged_into_id).first()


def _national(member: Member, terms: list[CadreTerm]) -> national.Standing | None:
    standing = national.standing_of(member)
    asked = member.league_status != LeagueStatus.NONE or terms or standing.mark
    return standing if asked else None


def may_manage(user: User, member: Member) -> bool:
    """Whether the user keeps this person's record."""
    return Member.objects.manageable_by(user, right=Right.PEOPLE).filter(pk=member.pk).exists()


def state_of(member: Member, *, holds_post: bool, gap_count: int, leave_at: int, on: dt.date) -> tuple[str, str]:
    """What the column 状态 shows, as colour and word: the most urgent thing first."""
    if member.status == MemberStatus.VOID or not member.is_on_roster:
        return "neutral", member.get_status_display()
    if gap_count:
        return ("problem" if gap_count >= 3 else "care"), f"缺 {gap_count} 项"
    if member.birth_on is not None and member.league_status in IN_LEAGUE and not holds_post:
        day = ages.birthday(member.birth_on, leave_at)
        if day <= on:
            return "problem", f"已满 {leave_at}"
        if (day - on).days <= NOTICE_DAYS:
            return "care", f"将满 {leave_at}"
    if member.status != MemberStatus.NORMAL:
        return "busy", member.get_status_display()
    return "good", "完整"


def _computed(member: Member, holds_post: bool, on: dt.date) -> list[Line]:
    """What is never stored: it follows from birth date, League status, political status and posts."""
    age = member.age_on(on)
    if age is None or member.birth_on is None:
        return [Line("年龄", "出生日期未填，不能得出")]
    rules = age_rules(on)
    leaving = rules[AgeRule.Kind.LEAVE_AT]
    here = member.is_on_roster
    youth = here and rules[AgeRule.Kind.YOUTH_FROM] <= age <= rules[AgeRule.Kind.YOUTH_TO]
    lines = [
        Line("年龄", f"{age} 周岁"),
        Line("青年", _yes_no(youth)),
        Line("团员青年", _yes_no(youth and member.is_in_league)),
        Line("团干部", _yes_no(holds_post)),
        Line("28 岁以下党员", _yes_no(here and age < 28 and member.political_status in PARTY)),
    ]
    if member.is_in_league:
        lines.append(Line(f"满 {leaving} 周岁", _leaving(ages.birthday(member.birth_on, leaving), holds_post, on)))
    return lines


def _leaving(day: dt.date, holds_post: bool, on: dt.date) -> str:
    if day > on:
        return f"{day}，还有 {(day - on).days} 天"
    return f"{day} 已满，在任团内职务" if holds_post else f"{day} 已满，应办理超龄离团"


def _yes_no(value: bool) -> str:
    return "是" if value else "否"
