"""A circular about 信息录入进度 that lists every branch: it adds up, says so, and leads nobody to a person."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from branches import freshness
from branches.models import OrgType
from branches.tests.builders import a_grant, a_user, an_organization
from members.tests.builders import a_member
from reports.circulars import drafting, word
from reports.circulars.figures import rows_of
from reports.completion.sums import completion_of
from reports.facts import settling
from reports.models import Circular, CircularKind, Listing
from reports.tests.circulars import a_draft, an_issued, table_in, texts_in

NUMBERS = ("expected", "actual", "on_time", "missing")
BRANCHES = ["航测一室团支部", "航测二室团支部", "一分队团支部"]


def on_day(day):
    return time_machine.travel(dt.datetime(2026, 11, day, 4, 0, tzinfo=dt.UTC), tick=True)


def of_branches(organization, *, by, **more):
    return a_draft(organization, by=by, listing=Listing.BRANCHES, **more)


def test_every_branch_has_a_row_with_the_figures_of_its_own_page(world, today):
    table = of_branches(world.bureau, by=world.bureau_admin).figures["table"]

    rows = sorted(rows_of(table), key=lambda row: row["place"])
    found = completion_of([world.branch, world.sister_branch, world.other_branch], today)
    assert [row["name"] for row in rows] == BRANCHES
    for row in rows:
        assert [row[name] for name in NUMBERS] == [getattr(found[row["pk"]], name) for name in NUMBERS]


def test_the_branches_and_what_stands_above_them_add_up_to_the_whole(world, today):
    table = of_branches(world.bureau, by=world.bureau_admin).figures["table"]

    whole = completion_of([world.bureau], today)[world.bureau.pk]
    for name in NUMBERS:
        assert sum(row[name] for row in [*rows_of(table), table["own"]]) == table["total"][name] == getattr(whole, name)
    assert table["own"]["name"] == "各级团委、团总支本级"
    assert table["total"]["name"] == "合计（3 个团支部及各级本级）"
    assert table["own"]["rate"] == 100 * table["own"]["actual"] / table["own"]["expected"]


def test_title_text_and_file_say_that_branches_are_listed(world):
    circular = an_issued(world.bureau, by=world.bureau_admin, listing=Listing.BRANCHES)

    texts, rows = texts_in(circular.file.content), table_in(circular.file.content)
    opening = next(part.text for part in word.text_of(circular) if part.key == "opening")
    assert circular.title == "关于2026年11月团支部信息录入进度的通报"
    assert opening.startswith("截至2026年11月21日，华岳局团委及全部下级组织（其中团支部3个）应录入信息")
    assert opening in texts
    assert [row[0] for row in rows if row[0] in BRANCHES] == BRANCHES
    assert [row[0] for row in rows[-2:]] == ["各级团委、团总支本级", "合计（3 个团支部及各级本级）"]


def test_what_changed_is_told_branch_by_branch(world):
    with on_day(18):
        settling.settle()
    a_member(branch=world.branch, ethnicity="", phone="")
    freshness.touch([world.branch])
    with on_day(21):
        table = of_branches(world.bureau, since=dt.date(2026, 11, 18), by=world.bureau_admin).figures["table"]

    more = {row["name"]: row["expected"] - row["then"][0] for row in [*rows_of(table), table["own"]]}
    assert {name for name, number in more.items() if number} == {"航测一室团支部"}
    assert sum(more.values()) == table["total"]["expected"] - table["total"]["then"][0]


def test_counting_again_lists_the_branches_again(world):
    circular = of_branches(world.bureau, by=world.bureau_admin)

    counted = drafting.count_again(circular, by=world.bureau_admin)

    assert len(rows_of(counted.figures["table"])) == 3


def test_only_progress_lists_anything_else_than_it_does(world):
    circular = of_branches(world.bureau, kind=CircularKind.ORG_LIFE, by=world.bureau_admin)

    assert circular.listing == Listing.LOWER
    assert "团支部" not in circular.title


@pytest.mark.parametrize(("asked", "listed"), [({"listing": "branches"}, Listing.BRANCHES), ({}, Listing.LOWER)])
def test_it_is_asked_where_the_draft_is_made(world, signed_in, asked, listed):
    client = signed_in(world.officer)
    new = reverse("reports:circular_new", args=[world.bureau.pk])

    page = client.get(new).content.decode()
    client.post(new, {"kind": "entry", "audience": "all", "on": "2026-11-21", "since": "", "month": ""} | asked)

    assert "各级全部团支部" in page
    assert Circular.objects.get().listing == listed


def test_a_branch_that_is_the_root_is_told_that_nothing_was_sent_to_it(db, signed_in):
    root = an_organization("财务中心团支部", org_type=OrgType.BRANCH)
    secretary = a_user()
    a_grant(secretary, root)

    text = signed_in(secretary).get(reverse("reports:circulars")).content.decode()

    assert "没有收到通报" in text
