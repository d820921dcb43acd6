"""What is asked once a quarter is judged in its last month, over all of it; what is asked monthly every month."""

import datetime as dt

import pytest
import time_machine

from activities.tests.builders import an_activity
from branches import freshness
from reports.circulars import word, wording
from reports.models import CircularKind
from reports.tests.circulars import a_draft

JANUARY = dt.datetime(2027, 1, 20, 4, 0, tzinfo=dt.UTC)


def absent_in(world, month):
    """The parts about what is not registered, by their headings."""
    circular = a_draft(
        world.bureau, kind=CircularKind.ORG_LIFE, month=month, on=dt.date(2027, 1, 20), by=world.bureau_admin
    )
    return {part.sub: part.text for part in word.text_of(circular) if part.section == "absent"}


@pytest.fixture
def held(world):
    """One branch has had its lesson in October, one its assembly in December."""
    an_activity(world.branch, kind="league_lesson", held_on=dt.date(2026, 10, 9))
    an_activity(world.sister_branch, kind="branch_assembly", held_on=dt.date(2026, 12, 9))
    freshness.touch([world.branch, world.sister_branch])
    return world


@pytest.mark.parametrize("month", [10, 11])
def test_a_month_within_a_quarter_names_nobody_for_the_quarter(held, month):
    with time_machine.travel(JANUARY):
        assert absent_in(held, dt.date(2026, month, 1)) == {}


def test_the_last_month_judges_the_whole_quarter(held):
    with time_machine.travel(JANUARY):
        found = absent_in(held, dt.date(2026, 12, 1))

    assert found == {
        "支部大会（每季度至少一次，10月至12月）": "共2个：航测一室团支部、一分队团支部。",
        "团课（每季度至少一次，10月至12月）": "共2个：航测二室团支部、一分队团支部。",
    }


def test_a_draft_made_before_quarters_were_kept_names_nobody_for_them(held):
    with time_machine.travel(JANUARY):
        circular = a_draft(
            held.bureau,
            kind=CircularKind.ORG_LIFE,
            month=dt.date(2026, 12, 1),
            on=dt.date(2027, 1, 20),
            by=held.bureau_admin,
        )
    table = circular.figures["table"]
    del table["in_quarter"]

    said = wording.Said("华岳局团委", dt.date(2027, 1, 20), month=dt.date(2026, 12, 1))
    parts = wording.parts_of(CircularKind.ORG_LIFE, table, said, {})

    assert [part for part in parts if part.section == "absent"] == []
