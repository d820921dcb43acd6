"""Fixtures every app's tests may use."""

import datetime as dt
import gc

import pytest
import time_machine

from reports.tests.standing import the_world
from reports.tests.world import World

TODAY = dt.date(2026, 11, 21)


def pytest_collection_finish():
    """What was imported stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def today():
    """Noon in Asia/Shanghai on the day the tests live in."""
    with time_machine.travel(dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC), tick=True):
        yield TODAY


@pytest.fixture
def world(db, today) -> World:
    return the_world(today)


@pytest.fixture
def signed_in(client):
    """Give a client signed in as this user: ``signed_in(world.secretary)``."""

    def sign_in(user):
        client.force_login(user, backend="branches.authentication.NameOrPhoneBackend")
        return client

    return sign_in
