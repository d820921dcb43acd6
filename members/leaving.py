"""超龄离团: who has reached the leaving age without a League post, and who will soon.

Charter of the Communist Youth League: members of 28 full years without a post in the League leave it.
"""

from __future__ import annotations

import calendar
import datetime as dt

from django.db.models import TextChoices

from members.models.people import MemberQuerySet

# How long before the birthday of the leaving age somebody is named.
LEAVING_SOON = dt.timedelta(days=60)


class Leaving(TextChoices):
    """How near somebody without a post is to leaving by age."""

    DUE = "due", "已满 28 周岁且无职务"
    SOON = "soon", "60 天内满 28 周岁且无职务"
    THIS_MONTH = "month", "本月满 28 周岁且无职务"


def leaving(people: MemberQuerySet, which: Leaving, on: dt.date) -> MemberQuerySet:
    """Of these people those who are due to leave on that day, or will be within ``LEAVING_SOON``."""
    if which is Leaving.DUE:
        return people.due_to_leave(on)
    if which is Leaving.THIS_MONTH:
        return people.reaching_leave_age(*month_of(on))
    return people.reaching_leave_age(on + dt.timedelta(days=1), on + LEAVING_SOON)


def month_of(on: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the month."""
    return on.replace(day=1), on.replace(day=calendar.monthrange(on.year, on.month)[1])
