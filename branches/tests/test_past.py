"""The tree as it stood on a day, as far as it lay in the reader's scope then."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches import past, tree
from branches.tests.builders import an_organization

BEFORE = dt.date(2026, 11, 21)
AFTER = dt.date(2026, 11, 24)


@pytest.fixture
def moved(world):
    """On 23 November the branch is renamed and moved, and a sister founded."""
    with time_machine.travel(dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)):
        tree.rename(
            world.branch, full_name="中国共产主义青年团华岳局遥感室支部委员会", short_name="遥感室团支部", by=None
        )
        tree.move(world.branch, under=world.other_general, by=None)
        an_organization("三室团支部", under=world.general)
    with time_machine.travel(dt.datetime(2026, 11, 25, 4, 0, tzinfo=dt.UTC)):
        yield world


def shape(nodes):
    return [(node.placement.short_name, shape(node.children)) for node in nodes]


def test_before_and_after(moved):
    assert shape(past.tree_on(BEFORE, moved.general_admin).nodes) == [
        ("测绘院团总支", [("航测一室团支部", []), ("航测二室团支部", [])])
    ]
    assert shape(past.tree_on(AFTER, moved.general_admin).nodes) == [
        ("测绘院团总支", [("航测二室团支部", []), ("三室团支部", [])])
    ]
    assert shape(past.tree_on(AFTER, moved.bureau_admin, top=moved.other_general.pk).nodes) == [
        ("水文队团总支", [("一分队团支部", []), ("遥感室团支部", [])])
    ]


def test_what_was_out_of_scope_then_stays_out(moved):
    assert past.tree_on(BEFORE, moved.general_admin, top=moved.other_general.pk).nodes == []
    assert past.tree_on(BEFORE, moved.outsider).nodes == []
    assert past.tree_on(dt.date(2026, 11, 20), moved.bureau_admin).nodes == []
    assert past.first_day(moved.general_admin) == BEFORE
    assert past.first_day(moved.outsider) is None


def test_only_what_is_in_sight_today_is_a_link(moved):
    seen = past.tree_on(BEFORE, moved.general_admin)

    assert seen.existing == {moved.general.pk, moved.sister_branch.pk}


def test_many_are_cut_to_two_levels(moved, monkeypatch):
    monkeypatch.setattr(past, "MOST_NODES", 3)

    seen = past.tree_on(BEFORE, moved.bureau_admin)

    assert (seen.cut, seen.count) == (True, 6)
    assert shape(seen.nodes) == [("华岳局团委", [("测绘院团总支", []), ("水文队团总支", [])])]
    assert [child.below for child in seen.nodes[0].children] == [2, 1]


def test_the_page_marks_the_past_and_offers_no_deed(moved, signed_in):
    client, url = signed_in(moved.bureau_admin), reverse("branches:tree_as_of")

    before = client.get(url, {"on": "2026-11-21"}).content.decode()
    today = client.get(url).content.decode()
    wrong = client.get(url, {"on": "2026-12-01"}).content.decode()

    assert "历史数据" in before
    assert moved.branch.get_absolute_url() in before
    assert "航测一室团支部" in before
    assert "遥感室团支部" not in before
    assert reverse("branches:add", args=[moved.bureau.pk]) not in before
    assert "历史数据" not in today
    assert "遥感室团支部" in today
    assert "日期不能晚于今天。" in wrong
    assert client.post(url).status_code == 405


def test_the_page_costs_the_same_whatever_the_number_of_organisations(world, signed_in):
    client, url = signed_in(world.bureau_admin), reverse("branches:tree_as_of")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(3):
        an_organization(f"{number} 室团支部新", under=world.general)
    with CaptureQueriesContext(connection) as many:
        client.get(url)

    assert len(many) == len(few)
