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
    return {organization.pk: _term(organization, rules, on) for organization in organizations}


def in_state(state: State, on: dt.date) -> Q:
    """Condition on organisations: the same answer as ``terms_of``, for filtering in the database."""
    return in_states(on)[state]


def in_states(on: dt.date) -> dict[State, Q]:
    """The conditions of all states; the rules are read once."""
    rules = _rules()
    unknown = Q(last_election_on=None) | ~Q(org_type__in={org_type for org_type, _ in rules})
    over, over_soon = _ended_by(on - dt.timedelta(days=1), rules), _ended_by(on + SOON, rules)
    return {
        State.UNKNOWN: unknown,
        State.OVERDUE: ~unknown & over,
        State.SOON: ~unknown & ~over & over_soon,
        State.NOT_DUE: ~unknown & ~over & ~over_soon,
    }


Rules = dict[tuple[str, bool], list[TermRule]]


def _rules() -> Rules:
    """Rules by type and 学生团组织, oldest first; students without a rule of their own have the ordinary one."""
    rules: Rules = {}
    for rule in TermRule.objects.order_by("valid_from"):
        rules.setdefault((rule.org_type, rule.student), []).append(rule)
    for org_type, student in list(rules):
        rules.setdefault((org_type, not student), rules[org_type, student])
    return rules


def _term(organization: Organization, rules: Rules, on: dt.date) -> Term:
    held_on = organization.last_election_on
    candidates = rules.get((organization.org_type, organization.student))
    if held_on is None or not candidates:
        return Term(State.UNKNOWN)
    rule = next((rule for rule in reversed(candidates) if rule.valid_from <= held_on), candidates[0])
    due_on = _years_on(held_on, rule.years)
    if organization.last_election_on_is_month:
        due_on = due_on.replace(day=calendar.monthrange(due_on.year, due_on.month)[1])
    soon = State.SOON if due_on <= on + SOON else State.NOT_DUE
    state = State.OVERDUE if due_on < on else soon
    return Term(state, due_on, organization.last_election_on_is_month, (due_on - on).days)


def _ended_by(limit: dt.date, rules: Rules) -> Q:
    """Condition: the term ends on this day or before."""
    condition = Q(pk__in=())
    next_month = (limit + dt.timedelta(days=1)).replace(day=1)
    for (org_type, student), rule, held in _periods(rules):
        of_type = Q(org_type=org_type, student=student) & held
        days = Q(last_election_on_is_month=False, last_election_on__lte=_years_back(limit, rule.years))
        months = Q(last_election_on_is_month=True, last_election_on__lt=_years_on(next_month, -rule.years))
        condition |= of_type & (days | months)
    return condition


def _periods(rules: Rules) -> Iterator[tuple[tuple[str, bool], TermRule, Q]]:
    """Each rule with the condition that an election was held under it."""
    for kind, in_turn in rules.items():
        for number, rule in enumerate(in_turn):
            held = Q()
            if number > 0:
                held &= Q(last_election_on__gte=rule.valid_from)
            if number + 1 < len(in_turn):
                held &= Q(last_election_on__lt=in_turn[number + 1].valid_from)
            yield kind, rule, held


def _years_on(day: dt.date, years: int) -> dt.date:
    if (day.month, day.day) == (2, 29) and not calendar.isleap(day.year + years):
        return dt.date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)


def _years_back(limit: dt.date, years: int) -> dt.date:
    """The latest day that, so many years on, is not after the limit."""
    if (limit.month, limit.day) == (2, 28) and not calendar.isleap(limit.year) and calendar.isleap(limit.year - years):
        return dt.date(limit.year - years, 2, 29)
    return _years_on(limit, -years)
