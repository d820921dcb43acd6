"""The facts both systems keep, one by one: what stands here, what stands there, whether that is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from members.models import CadreTerm, LeagueStatus, Member
from members.roster.reading.cells import Value
from members.wording import said
from tuanjian import masking
from tuanjian.officedates import OfficeDate


@dataclass(frozen=True)
class Fact:
    """A fact of the other system's list. ``here`` tells ours as (what is compared, what is shown)."""

    field: str
    label: str
    here: Callable[[Member], tuple[Any, str]]
    same: Callable[[Any, Any], bool]


Pair = tuple[str, str, str]


def differences(member: Member, told: dict[str, Value], facts: Sequence[Fact]) -> list[Pair]:
    """Facts the two systems have otherwise, as (field, here, there); phones masked."""
    found = [("status", _standing(member), "在册")] if not member.is_in_league else []
    for fact in facts:
        if fact.field not in told:
            continue
        there = told[fact.field]
        kept, shown = fact.here(member)
        if not kept and not there.shown and there.fact is None:
            continue
        if not kept or there.fact is None or not fact.same(kept, there.fact):
            found.append((fact.field, shown, _shown(fact.field, there.shown)))
    return found


def _shown(field: str, text: str) -> str:
    return masking.mask_phone(text) if field == "phone" and "*" not in text else text


def _standing(member: Member) -> str:
    if member.is_on_roster:
        return LeagueStatus(member.league_status).label
    return str(member.get_status_display())


def _coded(name: str) -> Callable[[Member], tuple[Any, str]]:
    return lambda member: (getattr(member, name), said(member, name))


def _dated(name: str) -> Callable[[Member], tuple[Any, str]]:
    def here(member: Member) -> tuple[str, str]:
        text = said(member, name)
        return text, text

    return here


def _as_precise(one: str, other: str) -> bool:
    """A month agrees with every day in it."""
    shared = min(len(one), len(other))
    return bool(shared) and one[:shared] == other[:shared]


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def _alike(one: str, other: str) -> bool:
    return one.casefold() == str(other).casefold()


def _phone(member: Member) -> tuple[str, str]:
    return member.phone, member.phone_masked


def _phone_shows(one: str, other: str) -> bool:
    """A covered phone agrees in what shows of it."""
    if "*" not in other:
        return one == other
    return len(one) == len(other) and all(sign in ("*", ours) for ours, sign in zip(one, other, strict=True))


def _terms(member: Member) -> list[CadreTerm]:
    return list(getattr(member, "current_terms", []))


def _posts(member: Member) -> tuple[Any, str]:
    terms = _terms(member)
    return {term.post_title or term.post for term in terms}, "、".join(term.title for term in terms)


def _same_posts(one: set[str], other: dict[str, list[str]]) -> bool:
    return one == {*other["posts"], *other["titles"]}


def _began(member: Member) -> tuple[str, str]:
    began = next((term for term in _terms(member) if term.started_on), None)
    if began is None or began.started_on is None:
        return "", ""
    text = str(OfficeDate(began.started_on, is_month=began.started_on_is_month))
    return text, text


def _nature(member: Member) -> tuple[str, str]:
    term = next((term for term in _terms(member) if term.nature), None)
    return (term.nature, term.get_nature_display()) if term else ("", "")


FACTS: Final = (
    Fact("name", "姓名", _coded("name"), lambda one, other: "*" in other or one == other),
    Fact("gender", "性别", _coded("gender"), _equal),
    Fact("birth_date", "出生日期", _dated("birth_on"), _as_precise),
    Fact("ethnicity", "民族", _coded("ethnicity"), _equal),
    Fact("political_status", "政治面貌", _coded("political_status"), _equal),
    Fact("education", "学历", _coded("education"), _equal),
    Fact("joined_on", "入团年月", _dated("joined_on"), _as_precise),
    Fact("member_no", "发展团员编号", _coded("member_no"), _equal),
    Fact("phone", "手机号", _phone, _phone_shows),
    Fact("email", "电子邮箱", _coded("email"), _alike),
    Fact("work_unit", "工作单位", _coded("work_unit"), _equal),
    Fact("league_post", "团内职务", _posts, _same_posts),
    Fact("post_started_on", "任现职年月", _began, _as_precise),
    Fact("post_nature", "团干部性质", _nature, _equal),
)
LABELS: Final = {"status": "在册情况", "branch": "所在团支部", **{fact.field: fact.label for fact in FACTS}}
