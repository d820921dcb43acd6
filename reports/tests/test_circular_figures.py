"""What a circular says of two days: measured alike, told by facts."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from reports.circulars import word, wording
from reports.circulars.figures import newly_complete, newly_lacking
from reports.completion.schemes import Scheme, set_scheme
from reports.facts import settling
from reports.tests.circulars import a_draft, texts_in


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
    assert texts["progress"] == (
        f"与2026年11月18日相比，各项数字没有变化；完成率由{rate}变为{rate}。"
        "2026年11月18日的完成率已按现在的设置重新计算，与当时公布的可能不同。"
    )
    assert {"newly_complete", "newly_lacking"}.isdisjoint(texts)


def test_a_day_measured_alike_needs_no_word_about_it(world):
    with on_day(18):
        set_scheme(world.bureau, year=2026, follows_above=False, scheme=ONLY_PEOPLE, by=world.bureau_admin)
        settling.settle()
    with on_day(21):
        circular = a_draft(world.bureau, since=dt.date(2026, 11, 18), by=world.bureau_admin)

    assert "重新计算" not in next(part.text for part in word.text_of(circular) if part.key == "progress")


def test_weights_are_said_in_the_text_and_under_the_table(world, signed_in):
    set_scheme(world.bureau, year=2026, follows_above=False, scheme=ONLY_PEOPLE, by=world.bureau_admin)
    circular = a_draft(world.bureau, by=world.bureau_admin)
    said = f"完成率按权重计算：{ONLY_PEOPLE.weights_in_words}；权重为 0 的不计入完成率，缺项照列。"

    page = signed_in(world.bureau_admin).get(circular.get_absolute_url()).content.decode()
    texts = texts_in(word.as_word(circular, word.shipped(circular.kind)))

    assert page.count(said) == 2
    assert [said in text for text in texts if said in text] == [True, True]
    assert said in texts[-1]


def test_without_weights_nothing_is_said_of_them(world):
    circular = a_draft(world.bureau, by=world.bureau_admin)

    assert "权重" not in "".join(texts_in(word.as_word(circular, word.shipped(circular.kind))))


def test_nobody_with_something_missing_is_called_complete(world):
    set_scheme(world.bureau, year=2026, follows_above=False, scheme=ONLY_PEOPLE, by=world.bureau_admin)
    circular = a_draft(world.bureau, by=world.bureau_admin)

    table = circular.figures["table"]
    assert [(band["word"], [row["missing"] > 0 for row in band["rows"]]) for band in table["bands"]] == [
        ("基本录齐", [True, True])
    ]
    assert [part.heading for part in word.text_of(circular)][1] == ("总体情况 · 基本录齐的组织（95% 以上且有缺项）")


@pytest.mark.parametrize(("rate", "said"), [(100.0, "100.0%"), (99.9, "99.9%"), (0.0, "0.0%"), (None, "不适用")])
def test_rates_have_one_decimal(rate, said):
    assert wording.percent(rate) == said


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


def test_wherever_a_weighted_rate_stands_alone_it_says_so(world, signed_in):
    client = signed_in(world.bureau_admin)
    addresses = [reverse(f"reports:{name}") for name in ("workbench", "statistics")]
    before = [client.get(address).content.decode() for address in addresses]

    set_scheme(world.bureau, year=2026, follows_above=False, scheme=ONLY_PEOPLE, by=world.bureau_admin)
    after = [client.get(address).content.decode() for address in addresses]
    client.force_login(world.secretary)
    after.append(client.get(addresses[0]).content.decode())

    assert not any("按权重计算" in page for page in before)
    assert all("按权重计算" in page for page in after)
