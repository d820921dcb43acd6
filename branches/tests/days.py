"""Days on which something happens in tests."""

import datetime as dt

import time_machine


def noon(year, month, day):
    """Noon of that day in Asia/Shanghai, from which the clock goes on; for a ``with``."""
    return time_machine.travel(dt.datetime(year, month, day, 4, 0, tzinfo=dt.UTC), tick=True)
