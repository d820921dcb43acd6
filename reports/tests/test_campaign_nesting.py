"""Organisations of a campaign that come to stand below one another: the sums have everything once, for good."""

import datetime as dt

import pytest

from branches import tree
from branches.models import AuditEntry, OrgType
from branches.tests.builders import an_organization
from reports.campaigns import freezing, papers, reminding, results, running, trend
from reports.campaigns.board import board_of
from reports.campaigns.counting import outermost
from reports.campaigns.sums import Sums
from reports.circulars import campaigns
from reports.facts import settling
from reports.models import Campaign, CampaignCount, CampaignScope
from reports.tests.campaigning import (
    AFTER,
    a_campaign,
    a_frozen_campaign,
    at,
    enter_particulars,
    line_of,
    on,
    take_in_all,
    touch_all,
)


@pytest.fixture
def alone(world):
    """A branch directly below the committee."""
    return an_organization("物探队团支部", under=world.bureau)


def take_over(world):
    """A new committee that both lower ones are put under."""
    new = an_organization("勘查院团委", under=world.bureau, org_type=OrgType.BASE_COMMITTEE)
    for each in (world.general, world.other_general):
        tree.move(each, under=new, by=None)
    return new


def notes(campaign):
    return {line.name: line.within_in_words for line in board_of(campaign).lines if line.within_in_words}


def test_only_the_outermost_stand_for_themselves():
    places = {1: "0001", 2: "00010002", 3: "000100020003", 4: "0002", 5: "00020001", 6: "0003"}

    assert outermost(places) == {2: 1, 3: 1, 5: 4}


def test_one_that_moved_below_another_is_counted_once(world, alone):
    started = a_campaign(world, items=["founded_on"])
    enter_particulars(alone)
    before = board_of(started).total

    tree.move(alone, under=world.general, by=None)

    board = board_of(started)
    assert before == board.total == Sums(6, 1, 1)
    assert board.start == Sums(6, 0, 0)
    assert line_of(started, world.general).now == Sums(4, 1, 1)
    assert line_of(started, alone).now == Sums(1, 1, 1)
    assert notes(started) == {"物探队团支部": "已计入测绘院团总支"}


def test_the_deadline_freezes_it_once_and_says_within_which(world, alone):
    started = a_campaign(world, items=["founded_on"])
    enter_particulars(alone)
    tree.move(alone, under=world.general, by=None)
    with at(AFTER):
        freezing.freeze_due()
        tree.move(alone, under=world.bureau, by=None)
        report = results.report_of(Campaign.objects.get())

        assert (report.deadline, report.now, report.late) == (Sums(6, 1, 1), Sums(6, 1, 1), 0)
        assert [(item.deadline, item.now) for item in report.items] == [(Sums(6, 1, 1), Sums(6, 1, 1))]
        assert notes(Campaign.objects.get()) == {"物探队团支部": "截止时已计入测绘院团总支"}
        told = campaigns.result_of(Campaign.objects.get())
    assert "物探队团支部（截止时已计入测绘院团总支）" in {row["name"] for band in told["bands"] for row in band["rows"]}
    assert CampaignCount.objects.get(target__organization=alone, moment="deadline").within == started.targets.get(
        organization=world.general
    )
    changes = AuditEntry.objects.filter(object_type="reports.campaign").latest("id").changes
    assert changes["截止时"] == [None, "应录 6 项，已录 1 项"]
    assert changes["不重复合计"] == [None, "物探队团支部（已计入测绘院团总支）"]


def test_what_comes_below_after_the_deadline_brings_nothing_late_along(world, alone):
    enter_particulars(alone)
    frozen = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER):
        tree.move(alone, under=world.general, by=None)
        enter_particulars(world.branch)
        board = board_of(frozen)

        assert (board.deadline, board.total, board.late) == (Sums(6, 1, 1), Sums(6, 2, 2), 1)
        assert notes(frozen) == {"物探队团支部": "现已计入测绘院团总支"}
        running.end(frozen, by=world.bureau_admin)
        tree.move(alone, under=world.bureau, by=None)

        ended = board_of(Campaign.objects.get())
    assert (ended.deadline, ended.total, ended.late) == (board.deadline, board.total, board.late)
    assert notes(Campaign.objects.get()) == {"物探队团支部": "现已计入测绘院团总支"}


def test_one_that_took_over_others_adds_only_what_is_new(world):
    started = a_campaign(world, items=["founded_on"])
    enter_particulars(world.branch)
    new = take_over(world)
    enter_particulars(new)

    assert take_in_all(started, world.bureau_admin) == 1

    board = board_of(started)
    assert (board.start, board.total) == (Sums(6, 1, 1), Sums(6, 2, 2))
    assert line_of(started, new).start == Sums(6, 2, 2)
    assert notes(started) == {"测绘院团总支": "已计入勘查院团委", "水文队团总支": "已计入勘查院团委"}
    with at(AFTER):
        freezing.freeze_due()
        assert board_of(Campaign.objects.get()).deadline == Sums(6, 2, 2)
    counts = CampaignCount.objects.filter(moment="start").order_by("target_id")
    assert [count.elsewhere for count in counts] == [{}, {}, {"e:founded_on": 5, "a:founded_on": 1}]


def test_branches_of_a_branch_that_grew_are_in_its_figures(world, alone):
    started = a_campaign(world, items=["founded_on"], scope=CampaignScope.BRANCHES)
    tree.change_type(alone, org_type=OrgType.GENERAL_BRANCH, by=None)
    new = an_organization("物探一组团支部", under=alone)

    take_in_all(started, world.bureau_admin)

    assert (board_of(started).start, board_of(started).total) == (Sums(4, 0, 0), Sums(5, 0, 0))
    assert CampaignCount.objects.get(target__organization=new).within == started.targets.get(organization=alone)


def test_the_trend_has_every_day_once(world, alone):
    settling.settle()
    started = a_campaign(world, items=["founded_on"])
    with on(22):
        settling.settle()
    with on(23):
        tree.move(alone, under=world.general, by=None)
        touch_all()
        settling.settle()
    with on(24):
        points = trend.trend_of(board_of(started))

    assert [(point.on.day, point.has and point.has.expected) for point in points] == [
        (21, 6),
        (22, 6),
        (23, 6),
        (24, 6),
    ]


def test_reminders_have_it_once_and_the_nearest_counts(world, alone):
    started = a_campaign(world, items=["founded_on"])
    target = started.targets.get(organization=alone)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 5), reason="外业", by=world.bureau_admin)
    tree.move(alone, under=world.general, by=None)
    new = an_organization("勘查院团委", under=world.bureau, org_type=OrgType.BASE_COMMITTEE)
    tree.move(world.general, under=new, by=None)
    alone.refresh_from_db()

    [of_alone], [of_new] = reminding.asked_of(alone), reminding.asked_of(new)

    assert (str(of_alone.extension.until_on), of_alone.through) == ("2026-12-05", "")
    assert of_new.sums == Sums(4, 0, 0)
    assert "物探队团支部：还差 1 项（已计入测绘院团总支）（延期至 12-05）" in reminding.chat_text(board_of(started))


def test_page_print_and_workbook_say_where_it_is_counted(world, alone, signed_in):
    started = a_campaign(world, items=["founded_on"])
    tree.move(alone, under=world.general, by=None)
    board = signed_in(world.officer).get(started.get_absolute_url()).content.decode()
    assert "已计入测绘院团总支" in board

    with at(AFTER):
        freezing.freeze_due()
        client = signed_in(world.officer)
        pages = [client.get(f"/campaigns/{started.pk}/report/{page}").content.decode() for page in ("", "print/")]
        rows = list(papers._summary_rows(results.report_of(Campaign.objects.get())))

    assert ["已计入测绘院团总支" in page for page in pages] == [True, True]
    assert "物探队团支部（已计入测绘院团总支）" in [row[2] for row in rows]
