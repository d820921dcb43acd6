"""Count ages in completed years. Every function takes the day; none asks what day it is.

Somebody is 14 from the beginning of the 14th birthday. Who is born on 29 February has the birthday on 1 March in
common years: on 28 February the year is not yet complete. All four functions agree with each other on this.
"""

from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)


def age_on(birth: date, day: date) -> int:
    """Return the completed years on ``day``; negative before birth."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def birthday(birth: date, age: int) -> date:
    """Return the first day on which somebody born on ``birth`` is ``age`` years old."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


def born_between(*, from_age: int, to_age: int, on: date) -> tuple[date, date]:
    """Return the earliest and the latest birth date of those aged ``from_age`` to ``to_age``, both included."""
    if from_age > to_age:
        raise ValueError("from_age must not be greater than to_age.")
    return _youngest_birth(to_age + 1, on) + _ONE_DAY, _youngest_birth(from_age, on)


def turns_within(age: int, start: date, end: date) -> tuple[date, date]:
    """Return the earliest and the latest birth date of those who reach ``age`` in these days, both included.

    The first is after the second where nobody can: nobody born in a common year has a birthday on 29 February.
    """
    if start > end:
        raise ValueError("start must not be after end.")
    return _youngest_birth(age, start - _ONE_DAY) + _ONE_DAY, _youngest_birth(age, end)


def _youngest_birth(age: int, on: date) -> date:
    """Return the latest birth date with which ``age`` is reached by ``on``."""
    try:
        return on.replace(year=on.year - age)
    except ValueError:
        return date(on.year - age, 2, 28)
