from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanjian.ages import age_on, birthday, born_between, turns_within

LEAP_BIRTH = date(2004, 2, 29)


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2012, 11, 21), date(2026, 11, 20), 13),
        (date(2012, 11, 21), date(2026, 11, 21), 14),
        (date(2012, 11, 21), date(2026, 11, 22), 14),
        (LEAP_BIRTH, date(2018, 2, 28), 13),
        (LEAP_BIRTH, date(2018, 3, 1), 14),
        (LEAP_BIRTH, date(2020, 2, 28), 15),
        (LEAP_BIRTH, date(2020, 2, 29), 16),
        (date(2026, 11, 21), date(2026, 11, 21), 0),
        (date(2026, 11, 22), date(2026, 11, 21), -1),
    ],
)
def test_age_on_counts_completed_years(birth, day, age):
    assert age_on(birth, day) == age


@pytest.mark.parametrize(
    ("birth", "age", "day"),
    [
        (date(2001, 7, 4), 28, date(2029, 7, 4)),
        (LEAP_BIRTH, 14, date(2018, 3, 1)),
        (LEAP_BIRTH, 28, date(2032, 2, 29)),
        (LEAP_BIRTH, 0, LEAP_BIRTH),
    ],
)
def test_birthday_is_the_day_the_age_is_reached(birth, age, day):
    assert birthday(birth, age) == day


@pytest.mark.parametrize(
    ("from_age", "to_age", "on", "window"),
    [
        (14, 28, date(2026, 11, 21), (date(1997, 11, 22), date(2012, 11, 21))),
        (14, 14, date(2026, 11, 21), (date(2011, 11, 22), date(2012, 11, 21))),
        (14, 28, date(2026, 2, 28), (date(1997, 3, 1), date(2012, 2, 28))),
        (14, 28, date(2026, 3, 1), (date(1997, 3, 2), date(2012, 3, 1))),
        (14, 28, date(2024, 2, 29), (date(1995, 3, 1), date(2010, 2, 28))),
    ],
)
def test_born_between_bounds_the_birth_dates(from_age, to_age, on, window):
    assert born_between(from_age=from_age, to_age=to_age, on=on) == window


@pytest.mark.parametrize(
    ("age", "start", "end", "window"),
    [
        (28, date(2026, 11, 1), date(2026, 11, 30), (date(1998, 11, 1), date(1998, 11, 30))),
        (14, date(2018, 2, 1), date(2018, 2, 28), (date(2004, 2, 1), date(2004, 2, 28))),
        (14, date(2018, 3, 1), date(2018, 3, 1), (date(2004, 2, 29), date(2004, 3, 1))),
        (28, date(2032, 2, 29), date(2032, 2, 29), (date(2004, 2, 29), date(2004, 2, 29))),
    ],
)
def test_turns_within_bounds_the_birth_dates(age, start, end, window):
    assert turns_within(age, start, end) == window


def test_turns_within_is_empty_when_nobody_can():
    first, last = turns_within(27, date(2032, 2, 29), date(2032, 2, 29))

    assert first > last


def test_bounds_in_the_wrong_order_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="from_age"):
        born_between(from_age=28, to_age=14, on=date(2026, 11, 21))
    with pytest.raises(ValueError, match="start"):
        turns_within(28, date(2026, 11, 2), date(2026, 11, 1))


# The end of February is where conventions part: a third of the days are drawn from there.
edges = st.builds(
    lambda year, shift: date(year, 2, 28) + timedelta(days=shift), st.integers(1930, 2079), st.integers(-1, 3)
)
births = st.dates(date(1930, 1, 1), date(2030, 12, 31)) | edges
days = st.dates(date(1930, 1, 1), date(2079, 12, 31)) | edges
ages = st.integers(0, 60)


@pytest.mark.property
@given(births, ages)
def test_birthday_agrees_with_age(birth, age):
    day = birthday(birth, age)

    assert (age_on(birth, day - timedelta(days=1)), age_on(birth, day)) == (age - 1, age)


@pytest.mark.property
@given(births, days)
def test_age_agrees_with_birthdays(birth, day):
    age = age_on(birth, day)

    assert birthday(birth, age) <= day < birthday(birth, age + 1)


@pytest.mark.property
@given(births, days, ages, st.integers(0, 20))
def test_born_between_agrees_with_age(birth, on, from_age, more):
    first, last = born_between(from_age=from_age, to_age=from_age + more, on=on)

    assert (first <= birth <= last) == (from_age <= age_on(birth, on) <= from_age + more)


@pytest.mark.property
@given(births, ages, days, st.integers(0, 800))
def test_turns_within_agrees_with_birthday(birth, age, start, length):
    end = start + timedelta(days=length)

    first, last = turns_within(age, start, end)

    assert (first <= birth <= last) == (start <= birthday(birth, age) <= end)


@pytest.mark.property
@given(days, ages)
def test_windows_fit_together_at_their_edges(on, age):
    first, last = born_between(from_age=age, to_age=age, on=on)

    assert (age_on(first - timedelta(days=1), on), age_on(first, on)) == (age + 1, age)
    assert (age_on(last, on), age_on(last + timedelta(days=1), on)) == (age, age - 1)
