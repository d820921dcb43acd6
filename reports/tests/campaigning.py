"""Plain builder functions for campaigns, and what moves their figures."""

import datetime as dt
from contextlib import contextmanager

import time_machine
from django.utils import timezone

from branches import freshness
from branches.models import Organization
from reports.campaigns import drafting, freezing, running
from reports.campaigns.board import board_of
from reports.campaigns.drafting import Stage, Terms
from reports.completion_items import ITEMS, PARTICULARS
from reports.models import Campaign, CampaignCount, CampaignScope

TODAY = dt.date(2026, 11, 21)
DEADLINE = dt.datetime(2026, 11, 30, 10, 0, tzinfo=dt.UTC)
AFTER = DEADLINE + dt.timedelta(minutes=1)
OF_PARTICULARS = tuple(item.key for item in ITEMS.values() if item.group is PARTICULARS)


def terms(**more):
    values = {
        "name": "第四季度采集录入",
        "scope": CampaignScope.DIRECT,
        "chosen": [],
        "items": OF_PARTICULARS,
        "starts_on": timezone.localdate(),
        "deadline_at": DEADLINE,
        "notice": "",
        "stages": [],
    }
    return Terms(**values | more)


def stage(day, percent, name="中期"):
    return Stage(name, dt.date(2026, 11, day), percent)


def a_draft(world, **more):
    return drafting.draft(world.bureau, terms(**more), by=world.bureau_admin)


def a_campaign(world, **more):
    """One that is under way."""
    made = a_draft(world, **more)
    return running.start(made, version=made.version, by=world.bureau_admin)


def a_frozen_campaign(world, **more):
    """One whose deadline is over; the clock is still before it."""
    made = a_campaign(world, **more)
    with at(AFTER):
        freezing.freeze_due()
    return Campaign.objects.get(pk=made.pk)


def take_in_all(campaign, by):
    """Whoever is offered takes part."""
    new = [each.pk for each in running.newcomers(campaign)]
    return running.take_in(campaign, organizations=new, by=by)


@contextmanager
def at(moment):
    with time_machine.travel(moment, tick=True):
        yield


def on(day):
    """Noon of a day of November."""
    return at(dt.datetime(2026, 11, day, 4, 0, tzinfo=dt.UTC))


def enter_particulars(organization, number=1):
    """Enter so many of the particulars every type must have, as the rule does: what is counted is touched."""
    fields = {"founded_on": dt.date(2015, 5, 4), "last_election_on": dt.date(2025, 6, 1)}
    Organization.objects.filter(pk=organization.pk).update(**dict(list(fields.items())[:number]))
    freshness.touch([organization])


def touch_all():
    freshness.touch(Organization.objects.active())


def line_of(campaign, organization):
    return next(line for line in board_of(campaign).lines if line.target.organization_id == organization.pk)


def states(campaign):
    return {band.state.word: [line.name for line in band.rows] for band in board_of(campaign).bands}


def frozen_rows():
    return list(CampaignCount.objects.exclude(moment="end").order_by("pk").values())
