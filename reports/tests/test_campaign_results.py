"""截止: the result stands for good, the records go on. Boards, plan, trend, causes, reminders, closing report."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches import particulars, tree
from branches.models import Headcount, Organization
from branches.tests.builders import an_organization
from members import records
from members.models import Member
from members.tests.builders import a_member
from reports.campaigns import board as boards
from reports.campaigns import freezing, running, sums
from reports.campaigns.board import board_of
from reports.facts import settling
from reports.models import Campaign, CampaignCount, CampaignScope
from reports.tests.campaigning import (
    AFTER,
    DEADLINE,
    OF_PARTICULARS,
    TODAY,
    a_campaign,
    a_frozen_campaign,
    at,
    enter_particulars,
    frozen_rows,
    line_of,
    on,
    stage,
    states,
    touch_all,
)


def test_figures_are_those_of_the_chosen_items_alone(world):
    started = a_campaign(world, items=["founded_on", "secretary"])

    assert line_of(started, world.general).now == sums.Sums(expected=6, actual=1, on_time=1)
    assert line_of(started, world.other_general).now == sums.Sums(expected=4, actual=0, on_time=0)
    assert board_of(started).total == sums.Sums(expected=10, actual=1, on_time=1)


def test_the_plan_rises_evenly_from_where_it_began(world):
    started = a_campaign(world, items=["founded_on", "secretary"], stages=[stage(25, 50)])
    plan = board_of(started).plan

    said = [round(plan.on(dt.date(2026, 11, day)), 1) for day in (20, 21, 23, 25, 30)]
    assert said == [10, 10, 30, 50, 100]
    assert plan.on(dt.date(2026, 12, 9)) == 100


def test_a_stage_below_what_there_was_is_planned_as_reached(world):
    for each in (world.general, world.branch, world.sister_branch, world.other_general, world.other_branch):
        enter_particulars(each)
    started = a_campaign(world, items=["founded_on"], stages=[stage(25, 60)])

    assert board_of(started).plan.on(dt.date(2026, 11, 25)) == 100


def test_organisations_stand_by_state_in_the_committees_order(world):
    third = an_organization("物探队团支部", under=world.bureau)
    started = a_campaign(world, items=["founded_on", "secretary"], stages=[stage(25, 50)])
    enter_particulars(third)
    enter_particulars(world.other_general)
    enter_particulars(world.other_branch)

    with on(24):
        assert states(started) == {
            "落后于计划": ["测绘院团总支"],
            "达到计划": ["水文队团总支", "物探队团支部"],
        }
    tree.set_order(third, order_number=0, by=None)


def test_whoever_has_left_takes_part_no_longer(world):
    started = a_campaign(world, scope=CampaignScope.BRANCHES)
    Organization.objects.filter(pk=world.other_branch.pk).update(status="closed", closed_on=TODAY)
    tree.move(world.sister_branch, under=world.foreign_bureau, by=None)

    lines = {line.name: line for line in board_of(started).lines}

    assert [(name, line.state.word, line.gone, line.now) for name, line in lines.items() if line.gone] == [
        ("航测二室团支部", "不再参加", "已转出", None),
        ("一分队团支部", "不再参加", "已撤销", None),
    ]


def test_the_deadline_freezes_the_result_and_never_the_records(world):
    started = a_campaign(world)
    enter_particulars(world.branch)
    with at(AFTER):
        assert freezing.freeze_due() == 1
        before = frozen_rows()
        enter_particulars(world.branch, 2)
        enter_particulars(world.general, 2)

        line = line_of(Campaign.objects.get(pk=started.pk), world.general)
        assert (line.deadline.actual, line.now.actual, line.late) == (1, 4, 3)
        assert freezing.freeze_due() == 0
    assert frozen_rows() == before


def test_only_the_worker_writes_what_the_first_reader_finds(world, signed_in):
    started = a_campaign(world)
    with at(AFTER):
        page = signed_in(world.bureau_admin).get(started.get_absolute_url()).content.decode()

    assert "正在截止" in page
    assert not CampaignCount.objects.filter(moment="deadline").exists()


def test_a_worker_that_comes_late_takes_the_figures_of_that_day(world):
    settling.settle()
    started = a_campaign(world)
    enter_particulars(world.branch)
    touch_all()
    with at(AFTER):
        settling.settle()
    with at(AFTER + dt.timedelta(days=3)):
        enter_particulars(world.general, 2)
        touch_all()
        tree.rename(world.general, full_name=world.general.full_name, short_name="测绘总院团总支", by=None)
        settling.settle()
        freezing.freeze_due()

        line = line_of(Campaign.objects.get(pk=started.pk), world.general)
        assert (line.name, line.deadline.actual, line.late) == ("测绘院团总支", 1, 2)
        counted = CampaignCount.objects.filter(moment="deadline").values_list("counted_at", flat=True)
        assert {moment.date() for moment in counted} == {DEADLINE.date()}


def test_whoever_was_put_off_is_frozen_twice(world):
    started = a_campaign(world, items=["founded_on"])
    target = started.targets.get(organization=world.other_general)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 2), reason="外业", by=world.bureau_admin)
    with at(AFTER):
        freezing.freeze_due()
        assert states(Campaign.objects.get()) == {"截止时未完成": ["测绘院团总支"], "延期中": ["水文队团总支"]}
        enter_particulars(world.other_general)
        enter_particulars(world.other_branch)
    with at(dt.datetime(2026, 12, 2, 15, 59, tzinfo=dt.UTC)):
        assert freezing.freeze_due() == 0
    with at(dt.datetime(2026, 12, 2, 16, 1, tzinfo=dt.UTC)):
        assert freezing.freeze_due() == 1
        assert freezing.freeze_due() == 0
        line = line_of(Campaign.objects.get(), world.other_general)

    assert (line.deadline.missing, line.extended.missing, line.late, line.state) == (2, 0, 0, boards.DONE_EXTENDED)


def test_a_worker_that_comes_after_both_deadlines_freezes_both(world):
    started = a_campaign(world)
    target = started.targets.get(organization=world.other_general)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 2), reason="外业", by=world.bureau_admin)

    with at(dt.datetime(2026, 12, 8, tzinfo=dt.UTC)):
        assert freezing.freeze_due() == 2

    assert sorted(target.counts.values_list("moment", flat=True)) == ["deadline", "extension", "start"]


def test_what_is_completed_late_is_said_to_be_late(world):
    frozen = a_frozen_campaign(world, items=["founded_on"])
    for each in (world.other_general, world.other_branch):
        enter_particulars(each)

    with at(AFTER):
        assert states(frozen) == {"截止时未完成": ["测绘院团总支"], "截止后补齐": ["水文队团总支"]}


def test_a_meeting_of_a_period_that_is_over_is_not_compared_with_the_next():
    then = {"e:branch_assembly@2026Q4": 1, "e:founded_on": 2, "a:founded_on": 1}
    now = {"e:branch_assembly@2027Q1": 1, "a:branch_assembly@2027Q1": 1, "e:founded_on": 2, "a:founded_on": 2}

    assert sums.entered_since(then, now, dt.date(2027, 3, 5)) == 1
    assert sums.since(then, now, dt.date(2027, 3, 5)) == {
        "e:founded_on": 2,
        "a:founded_on": 2,
        "e:branch_assembly@2026Q4": 1,
    }
    held = {"e:branch_assembly@2026Q4": 1, "a:branch_assembly@2026Q4": 1, "e:founded_on": 2, "a:founded_on": 1}
    assert sums.entered_since(then, held, dt.date(2026, 12, 5)) == 1


DEEDS = ("particulars", "member", "void", "close", "rename", "move", "headcount", "settle")


@pytest.mark.property
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 2)), min_size=1, max_size=6))
def test_whatever_happens_later_the_frozen_result_stays(world, deeds):
    with transaction.atomic(), at(AFTER):
        branches = [world.branch, world.sister_branch, world.other_branch]
        with on(21):
            frozen = a_frozen_campaign(world, scope=CampaignScope.BRANCHES, items=[*OF_PARTICULARS, "phone"])
        before = frozen_rows()
        said = [(line.name, line.start, line.deadline) for line in board_of(frozen).lines]

        for deed, which in deeds:
            _do(deed, branches[which], world)
            freezing.freeze_due()

        assert frozen_rows() == before
        assert [(line.name, line.start, line.deadline) for line in board_of(frozen).lines] == said
        transaction.set_rollback(True)


def _do(deed, branch, world):
    branch.refresh_from_db()
    if deed == "particulars":
        enter_particulars(branch, 2)
    elif deed == "member":
        a_member(branch=branch, phone="")
    elif deed == "void":
        people = Member.objects.on_roster().filter(branch=branch, terms=None)[:1]
        records.void(list(people), reason="重复录入", by=world.bureau_admin)
    elif deed == "close":
        Organization.objects.filter(pk=branch.pk).update(status="closed", closed_on=TODAY)
    elif deed == "rename" and not branch.is_closed:
        tree.rename(branch, full_name=f"{branch.full_name}甲", short_name=f"{branch.short_name}甲"[:20], by=None)
    elif deed == "move" and not branch.is_closed and not branch.is_descendant_of(world.foreign_bureau):
        tree.move(branch, under=world.foreign_bureau, by=None)
    elif deed == "headcount" and not branch.is_closed:
        particulars.declare(
            branch, kind=Headcount.Kind.EXPECTED_MEMBERS, value=1, as_of_on=TODAY, source="名册", by=world.bureau_admin
        )
    elif deed == "settle":
        touch_all()
        settling.settle()
