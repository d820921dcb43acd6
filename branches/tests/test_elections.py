"""When an organisation has to elect anew: the rule in Python, and the same one as a condition in the database."""

import datetime as dt

import pytest

from branches import elections
from branches.elections import State, Term
from branches.models import Organization, OrgType, TermRule
from branches.tests.builders import an_organization

ON = dt.date(2026, 11, 21)


def elected(world, held_on, *, is_month=False, **fields):
    return an_organization(under=world.general, last_election_on=held_on, last_election_on_is_month=is_month, **fields)


@pytest.mark.parametrize(
    ("held_on", "is_month", "expected"),
    [
        (None, False, Term(State.UNKNOWN)),
        (dt.date(2023, 11, 20), False, Term(State.OVERDUE, dt.date(2026, 11, 20), False, -1)),
        (dt.date(2023, 11, 21), False, Term(State.SOON, dt.date(2026, 11, 21), False, 0)),
        (dt.date(2024, 2, 19), False, Term(State.SOON, dt.date(2027, 2, 19), False, 90)),
        (dt.date(2024, 2, 20), False, Term(State.NOT_DUE, dt.date(2027, 2, 20), False, 91)),
        (dt.date(2023, 10, 1), True, Term(State.OVERDUE, dt.date(2026, 10, 31), True, -21)),
        (dt.date(2023, 11, 1), True, Term(State.SOON, dt.date(2026, 11, 30), True, 9)),
        (dt.date(2024, 2, 29), False, Term(State.NOT_DUE, dt.date(2027, 2, 28), False, 99)),
    ],
)
def test_a_branch_elects_every_three_years(world, held_on, is_month, expected):
    branch = elected(world, held_on, is_month=is_month)

    assert elections.terms_of([branch], ON) == {branch.pk: expected}


def test_the_end_reads_as_exactly_as_the_election_is_known(world):
    branch, vague = elected(world, dt.date(2024, 5, 4)), elected(world, dt.date(2024, 5, 1), is_month=True)

    terms = elections.terms_of([branch, vague], ON)

    assert [terms[branch.pk].due, terms[vague.pk].due] == ["2027-05-04", "2027-05"]


def test_a_student_branch_elects_every_year(world):
    branch = elected(world, dt.date(2025, 11, 1), student=True)

    assert elections.terms_of([branch], ON)[branch.pk].due_on == dt.date(2026, 11, 1)


def test_a_type_without_a_student_rule_uses_the_ordinary_one(world):
    body = an_organization(org_type=OrgType.LEADING_BODY, student=True, last_election_on=dt.date(2025, 11, 1))

    assert elections.terms_of([body], ON)[body.pk].due_on == dt.date(2030, 11, 1)


def test_a_new_rule_does_not_shorten_a_term_that_has_begun(world):
    TermRule.objects.create(
        org_type=OrgType.BRANCH, years=2, shift_months=6, valid_from=dt.date(2026, 1, 1), source="测试规定"
    )
    before, after = elected(world, dt.date(2025, 12, 31)), elected(world, dt.date(2026, 1, 1))

    terms = elections.terms_of([before, after], ON)

    assert [terms[before.pk].due_on, terms[after.pk].due_on] == [dt.date(2028, 12, 31), dt.date(2028, 1, 1)]


def test_the_database_and_python_agree_on_every_day_around_a_leap_day(world):
    TermRule.objects.create(
        org_type=OrgType.BRANCH, years=1, shift_months=6, valid_from=dt.date(2024, 3, 1), source="测试规定"
    )
    days = [dt.date(2020, 2, 27) + dt.timedelta(days=number) for number in range(4)]
    days += [dt.date(2023, 2, 27) + dt.timedelta(days=number) for number in range(4)]
    days += [dt.date(2024, 2, 27) + dt.timedelta(days=number) for number in range(5)]
    for day in days:
        elected(world, day)
        elected(world, day.replace(day=1), is_month=True)
        elected(world, day, student=True)
    organizations = list(Organization.objects.all())

    disagreements = []
    for number in range(800):
        on = dt.date(2025, 1, 1) + dt.timedelta(days=number) if number % 7 else dt.date(2026, 2, 27)
        if number % 40 and on.day not in (27, 28, 1):
            continue
        terms = elections.terms_of(organizations, on)
        for state in State:
            found = set(Organization.objects.filter(elections.in_state(state, on)).values_list("pk", flat=True))
            if found != {pk for pk, term in terms.items() if term.state is state}:
                disagreements.append((on, state))

    assert disagreements == []


def test_the_number_of_organisations_does_not_matter(world, django_assert_num_queries):
    branches = [elected(world, dt.date(2024, 5, 4)) for _ in range(3)]

    with django_assert_num_queries(1):
        elections.terms_of(branches[:1], ON)
    with django_assert_num_queries(1):
        elections.terms_of(branches, ON)


def test_words_of_the_states():
    assert [state.label for state in State] == ["未到期", "将到期", "已超期", "未登记"]
