"""Days before the day of a demo, and days drawn by lot."""

from __future__ import annotations

import datetime as dt
from random import Random

from django.utils import timezone


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day of the year; from 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def month_before(day: dt.date, months: int) -> dt.date:
    """First day of the month that lies so many months earlier; later with a negative number."""
    number = day.year * 12 + day.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)


def days_before(day: dt.date, days: int) -> dt.date:
    return day - dt.timedelta(days=days)


def days_after(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)


def noted_after(day: dt.date) -> dt.datetime:
    """When what happened on that day was written down: two days later in the afternoon, never later than now."""
    return min(timezone.make_aware(dt.datetime.combine(days_after(day, 2), dt.time(15))), timezone.now())


def a_day(lot: Random, earliest: dt.date, latest: dt.date) -> dt.date:
    """A day between the two, both included; the latest one where they are crossed."""
    return latest - dt.timedelta(days=lot.randint(0, max((latest - earliest).days, 0)))


def school_year(on: dt.date, years_ago: int) -> int:
    """Year in which the class entered that is so many years in school on that day. Classes enter in September."""
    return on.year - years_ago - (0 if on.month >= 9 else 1)
