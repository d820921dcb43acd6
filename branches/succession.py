"""管理员接续: an organisation that has an administrator is never a day without one.

A rule that ends, shortens or disables anything compares the days covered before and after its deed and refuses a deed
that loses one, today or later. A grant that ends by itself is given only where somebody else goes on for good.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from branches.models import AccessGrant, Organization, RegistrationCode, Role, User
from branches.models.accounts import AccessGrantQuerySet
from branches.scoping import in_force
from tuanjian.locks import Lock, hold

# How long before the last administrator's grant ends the to-do list begins to say so, and to press.
WARN_DAYS, PRESS_DAYS = 30, 7
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """Days on which one grant makes somebody an administrator; without ``ends_on`` for good."""

    starts_on: dt.date
    ends_on: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def spans_of(organization: Organization, *, without: Collection[int] = ()) -> list[Span]:
    """Days covered from today on by the organisation's own administrators, without the grants of these ids."""
    rows = AccessGrant.objects.lasting(timezone.localdate()).filter(
        organization=organization, role=Role.ADMINISTRATOR, user__is_active=True
    )
    return [Span(*days) for days in rows.exclude(pk__in=without).values_list("starts_on", "ends_on")]


def first_gap(spans: Iterable[Span], since: dt.date) -> dt.date | None:
    """The first day from ``since`` on that no span covers; None if somebody goes on for good."""
    day = since
    for span in sorted(spans, key=lambda span: span.starts_on):
        if span.starts_on > day:
            return day
        if span.ends_on is None:
            return None
        day = max(day, span.ends_on + _DAY)
    return day


def first_lost(before: Collection[Span], after: Collection[Span], since: dt.date) -> dt.date | None:
    """The first day from ``since`` on that was covered and no longer is."""
    # A first lost day is that day itself, the day after what is left ends, or one on which something lost began.
    days = {since, *(span.ends_on + _DAY for span in after if span.ends_on), *(span.starts_on for span in before)}
    lost = (
        day
        for day in sorted(days)
        if day >= since
        if any(span.covers(day) for span in before) and not any(span.covers(day) for span in after)
    )
    return next(lost, None)


def refuse_loss(organization: Organization, before: Collection[Span], after: Collection[Span], what_to_do: str) -> None:
    """Refuse a deed after which there is a day without administrator that had one before."""
    today = timezone.localdate()
    lost = first_lost(before, after, today)
    if lost == today:
        raise ValidationError(f"{organization}只有这一位管理员，{what_to_do}")
    if lost is not None:
        raise ValidationError(f"这样办理后，{organization}从 {lost} 起没有管理员，{what_to_do}")


def refuse_lapsing(organization: Organization, ends_on: dt.date | None, *, without: Collection[int] = ()) -> None:
    """Refuse an administrator's grant up to a day after which nobody goes on for good."""
    if ends_on is not None and first_gap(spans_of(organization, without=without), ends_on + _DAY) is not None:
        raise ValidationError(
            {"ends_on": f"{ends_on} 以后{organization}没有管理员接续：请把“至”留空，或先授权不限期的接任管理员。"}
        )


def refuse_disabling(user: User) -> None:
    """Refuse to disable an account while an organisation would be without administrator for it.

    Belongs in the transaction that disables it.
    """
    hold(Lock.TREE)
    grants = AccessGrant.objects.lasting(timezone.localdate()).filter(user=user, role=Role.ADMINISTRATOR)
    for given in grants.select_related("organization").order_by("organization__screen_order"):
        before = spans_of(given.organization)
        # Grants of an account that is disabled already cover nothing, so they are in neither list.
        own = [row.pk for row in grants if row.organization_id == given.organization_id]
        refuse_loss(
            given.organization, before, spans_of(given.organization, without=own), "请先授权接任的管理员再停用。"
        )


def lapsing(on: dt.date, days: int) -> Q:
    """Condition on organisations: they have an administrator that day, and so many days later nobody any more."""
    # Somebody's grant ends in between: few organisations are looked at more closely, however many there are.
    ended = Q(pk__in=ending(on, days).values("organization"))
    return ended & ~without_administrator(on) & without_administrator(on + dt.timedelta(days=days))


def ending(on: dt.date, days: int) -> AccessGrantQuerySet:
    """Administrators' grants in force that day that end less than so many days later."""
    later = on + dt.timedelta(days=days)
    return AccessGrant.objects.filter(in_force(on), role=Role.ADMINISTRATOR, ends_on__lt=later)


def successor_overdue(at: dt.datetime) -> Q:
    """Condition on organisations: the code of an administrator's successor ran out unused, somebody still waits."""
    return Q(pk__in=RegistrationCode.objects.overdue(at).values("organization"))


def without_administrator(on: dt.date) -> Q:
    """Condition on organisations: none of their own administrators is in office that day."""
    own = AccessGrant.objects.filter(
        in_force(on), organization=OuterRef("pk"), role=Role.ADMINISTRATOR, user__is_active=True
    )
    return ~Q(Exists(own))
