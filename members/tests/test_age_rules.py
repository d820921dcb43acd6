"""Ages as the office counts them, on both sides of midnight in Asia/Shanghai, by rules with their years."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members import records
from members.models import AgeRule, Member
from members.models.rules import age_rules
from members.tests.builders import a_cadre_term, a_member, a_phone, an_id_number
from tuanjian import ages
from tuanjian.idnumbers import Gender

# Asia/Shanghai is eight hours ahead of UTC: midnight there is 16:00 of the day before.
BEFORE_MIDNIGHT = dt.datetime(2026, 11, 20, 15, 59, 59, tzinfo=dt.UTC)
AFTER_MIDNIGHT = dt.datetime(2026, 11, 20, 16, 0, 0, tzinfo=dt.UTC)


def due():
    return set(Member.objects.due_to_leave(timezone.localdate()))


def test_somebody_turns_28_at_midnight_in_shanghai(world):
    person = a_member(branch=world.branch, birth_on=dt.date(1998, 11, 21))

    with time_machine.travel(BEFORE_MIDNIGHT, tick=False):
        assert person not in due()
        assert person in Member.objects.reaching_leave_age(dt.date(2026, 11, 21), dt.date(2026, 12, 21))
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        assert person in due()


def test_a_post_keeps_somebody_of_28_in_the_league(world):
    person = a_member(branch=world.branch, birth_on=dt.date(1990, 1, 1))
    term = a_cadre_term(person=person, organization=world.branch)

    assert person not in due()
    term.ended_on = dt.date(2026, 11, 20)
    term.save()
    assert person in due()


def a_new_member(branch, birth_on):
    member = Member(name="乔以安", branch=branch, birth_on=birth_on, gender=Gender.FEMALE, league_status="member")
    member.joined_on, member.joined_on_is_month = dt.date(2026, 11, 1), True
    member.id_number = an_id_number(birth_on)
    member.phone = a_phone()
    member.spell_name()
    return member


def test_nobody_is_entered_as_a_member_before_the_14th_birthday(world):
    with time_machine.travel(BEFORE_MIDNIGHT, tick=False), pytest.raises(ValidationError):
        records.enter(a_new_member(world.branch, dt.date(2012, 11, 21)), by=world.secretary)
    assert not Member.objects.filter(name="乔以安").exists()


@pytest.mark.parametrize(
    ("day", "expected"),
    [(dt.date(2016, 12, 31), 12), (dt.date(2017, 1, 1), 13), (dt.date(2018, 12, 31), 13), (dt.date(2019, 1, 1), 14)],
)
def test_the_joining_age_is_that_of_the_rule_of_the_day(db, day, expected):
    assert age_rules(day)[AgeRule.Kind.JOIN_REFUSED_BELOW] == expected


def test_a_rule_that_ended_without_successor_goes_on(db):
    AgeRule.objects.filter(kind=AgeRule.Kind.LEAVE_AT).update(valid_to=dt.date(2026, 1, 1))

    assert age_rules(dt.date(2026, 11, 21))[AgeRule.Kind.LEAVE_AT] == 28


def test_a_new_bound_needs_no_code(world, today):
    young = a_member(branch=world.branch, birth_on=dt.date(1989, 11, 22))
    AgeRule.objects.create(kind=AgeRule.Kind.YOUTH_TO, age=37, valid_from=dt.date(2026, 11, 1), source="试验")

    assert young in Member.objects.youth(today)
    assert young not in Member.objects.youth(dt.date(2026, 10, 31))


@pytest.mark.property
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    birth=st.dates(dt.date(1985, 1, 1), dt.date(2015, 12, 31)), on=st.dates(dt.date(2017, 5, 1), dt.date(2035, 12, 31))
)
def test_the_query_and_the_birthday_agree(world, birth, on):
    person = world.member
    Member.objects.filter(pk=person.pk).update(birth_on=birth)
    world.secretary_term.delete() if world.secretary_term.pk else None

    age = ages.age_on(birth, on) if birth <= on else -1

    assert Member.objects.youth(on).filter(pk=person.pk).exists() is (14 <= age <= 35)
    assert Member.objects.due_to_leave(on).filter(pk=person.pk).exists() is (age >= 28)
