"""What a circular says of two days: measured alike, told by facts."""

import datetime as dt

import pytest
import time_machine

from reports.circulars import word, wording
from reports.circulars.figures import newly_complete, newly_lacking
from reports.facts import settling
from reports.schemes import Scheme, set_scheme
from reports.tests.circulars import a_draft


def on_day(day):
    return time_machine.travel(dt.datetime(2026, 11, day, 4, 0, tzinfo=dt.UTC), tick=True)


ONLY_PEOPLE = Scheme(
    weights={"people": 1, "particulars": 0, "numbers": 0, "cadres": 0, "administration": 0, "meetings": 0}
)


def test_a_scheme_set_between_the_days_is_no_change_in_the_text(world):
    with on_day(18):
        settling.settle()
    with on_day(20):
        set_scheme(world.bureau, year=2026, follows_above=False, scheme=ONLY_PEOPLE, by=world.bureau_admin)
    with on_day(21):
        circular = a_draft(world.bureau, since=dt.date(2026, 11, 18), by=world.bureau_admin)

    total = circular.figures["table"]["total"]
    texts = {part.key: part.text for part in word.text_of(circular)}
    rate = wording.percent(total["rate"])
    assert (total["rate"], total["then"]) == (100.0, [total["expected"], total["actual"], 100.0])
    assert texts["progress"] == f"与2026年11月18日相比，各项数字没有变化；完成率由{rate}变为{rate}。"
    assert {"newly_complete", "newly_lacking"}.isdisjoint(texts)


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        ([10, 9, 100.0], (10, 10), (["甲"], [])),
        ([10, 9, 90.0], (10, 9), ([], [])),
        ([10, 10, 100.0], (11, 10), ([], ["甲"])),
        ([10, 10, 100.0], (10, 10), ([], [])),
        ([0, 0, None], (10, 9), ([], [])),
        ([10, 9, 90.0], (0, 0), ([], [])),
        (None, (10, 9), ([], [])),
    ],
)
def test_what_is_newly_complete_is_said_by_missing_facts(then, now, found):
    expected, actual = now
    # A weighted rate of 100 does not say that nothing is missing.
    row = {"name": "甲", "expected": expected, "missing": expected - actual, "rate": 100.0, "then": then}
    figures = {"bands": [{"rows": [row]}]}

    assert (newly_complete(figures), newly_lacking(figures)) == found
