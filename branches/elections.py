"""换届: when an organisation has to elect anew, from its last election and the term of its type.

Terms are data (``TermRule``). The term is that of the rule in force when the election was held: a new rule does not
shorten a term that has begun (《中国共产主义青年团基层组织选举工作条例》, 2025).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.enums import TextChoices

from branches.models import Organization, TermRule

SOON = dt.timedelta(days=90)


class State(TextChoices):
    NOT_DUE = "not_due", "未到期"
    SOON = "soon", "将到期"
    OVERDUE = "overdue", "已超期"
    UNKNOWN = "unknown", "未登记"


@dataclass(frozen=True)
class Term:
    """届次 of an organisation on a day. ``due_on`` is the last day of the term, None while nothing is registered."""

    state: State
    due_on: dt.date | None = None
    due_in_month: bool = False
    days_left: int | None = None

    @property
    def due(self) -> str:
        """The end of the term as exactly as the last election is known: a day, or a month."""
        if self.due_on is None:
            return ""
        return f"{self.due_on:%Y-%m}" if self.due_in_month else f"{self.due_on:%Y-%m-%d}"


def terms_of(organizations: Iterable[Organization], on: dt.date) -> dict[int, Term]:
    """The term of each organisation on that day, by its id; one query for all."""
    rules = _rules()
    return {
        each.pk: _term(rules, on, (each.org_type, each.student), each.last_election_on, each.last_election_on_is_month)
        for each in organizations
    }


def in_state(state: State, on: dt.date) -> Q:
    """Condition on organisations: the same answer as ``terms_of``, for filtering in the database."""
    rules = _rules()
    unknown = Q(last_election_on=None) | ~Q(org_type__in={org_type for org_type, _ in rules})
    if state is State.UNKNOWN:
        return unknown
    over = _ended_by(on - dt.timedelta(days=1), rules)
    if state is State.OVERDUE:
        return ~unknown & over
    over_soon = _ended_by(on + SOON, rules)
    return ~unknown & ~over & (over_soon if state is State.SOON else ~over_soon)


Rules = dict[tuple[str, bool], list[TermRule]]


def _rules() -> Rules:
    """Rules by type and 学生团组织, oldest first; students without a rule of their own have the ordinary one."""
    rules: Rules = {}
    for rule in TermRule.objects.order_by("valid_from"):
        rules.setdefault((rule.org_type, rule.student), []).append(rule)
    for org_type, student in list(rules):
        rules.setdefault((org_type, not student), rules[org_type, student])
    return rules


def _term(rules: Rules, on: dt.date, kind: tuple[str, bool], held_on: dt.date | None, is_month: bool) -> Term:
    candidates = rules.get(kind)
    if held_on is None or not candidates:
        return Term(State.UNKNOWN)
    rule = next((rule for rule in reversed(candidates) if rule.valid_from <= held_on), candidates[0])
    due_on = _years_on(held_on, rule.years)
    if is_month:
        due_on = due_on.replace(day=calendar.monthrange(due_on.year, due_on.month)[1])
    soon = State.SOON if due_on <= on + SOON else State.NOT_DUE
    state = State.OVERDUE if due_on < on else soon
    return Term(state, due_on, is_month, (due_on - on).days)


def _ended_by(limit: dt.date, rules: Rules) -> Q:
    """Condition: the term ends on this day or before. One part for each length of term, so that it stays short."""
    condition = Q(pk__in=())
    next_month = (limit + dt.timedelta(days=1)).replace(day=1)
    for years, held in _by_length(rules).items():
        days = Q(last_election_on_is_month=False, last_election_on__lte=_years_back(limit, years))
        months = Q(last_election_on_is_month=True, last_election_on__lt=_years_on(next_month, -years))
        condition |= held & (days | months)
    return condition


def _by_length(rules: Rules) -> dict[int, Q]:
    """For each number of years the condition that an election began a term of that length."""
    always: dict[int, set[tuple[str, bool]]] = {}
    conditions: dict[int, Q] = {}
    for kind, in_turn in rules.items():
        if len({rule.years for rule in in_turn}) == 1:
            always.setdefault(in_turn[0].years, set()).add(kind)
            continue
        for years, held in _periods(in_turn):
            conditions[years] = conditions.get(years, Q(pk__in=())) | Q(org_type=kind[0], student=kind[1]) & held
    for years, kinds in always.items():
        conditions[years] = conditions.get(years, Q(pk__in=())) | _of_kinds(kinds)
    return conditions


def _of_kinds(kinds: set[tuple[str, bool]]) -> Q:
    either = {org_type for org_type, student in kinds if (org_type, not student) in kinds}
    condition = Q(org_type__in=sorted(either))
    for org_type, student in sorted(kinds):
        if org_type not in either:
            condition |= Q(org_type=org_type, student=student)
    return condition


def _periods(in_turn: list[TermRule]) -> Iterator[tuple[int, Q]]:
    """The years of each rule with the condition that an election was held under it."""
    for number, rule in enumerate(in_turn):
        held = Q()
        if number > 0:
            held &= Q(last_election_on__gte=rule.valid_from)
        if number + 1 < len(in_turn):
            held &= Q(last_election_on__lt=in_turn[number + 1].valid_from)
        yield rule.years, held


def _years_on(day: dt.date, years: int) -> dt.date:
    if (day.month, day.day) == (2, 29) and not calendar.isleap(day.year + years):
        return dt.date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)


def _years_back(limit: dt.date, years: int) -> dt.date:
    """The latest day that, so many years on, is not after the limit."""
    if (limit.month, limit.day) == (2, 28) and not calendar.isleap(limit.year) and calendar.isleap(limit.year - years):
        return dt.date(limit.year - years, 2, 29)
    return _years_on(limit, -years)
