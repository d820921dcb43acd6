"""After the deadline and after the end: what is said stays said, whatever is closed, renamed, moved or found later."""

import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from branches import particulars, tree
from branches.models import Headcount, Organization
from members import records
from members.tests.builders import a_member
from reports.campaigns import board as boards
from reports.campaigns import closing, freezing, lowering, papers, results, running
from reports.campaigns.board import board_of
from reports.campaigns.sums import Sums
from reports.models import Campaign
from reports.tests.campaigning import (
    AFTER,
    TODAY,
    a_campaign,
    a_frozen_campaign,
    at,
    enter_particulars,
    line_of,
    states,
)


def close(organization):
    Organization.objects.filter(pk=organization.pk).update(status="closed", closed_on=TODAY)


def declare(world, *values):
    for value in values:
        particulars.declare(
            world.branch,
            kind=Headcount.Kind.EXPECTED_MEMBERS,
            value=value,
            as_of_on=TODAY,
            source="局人事处名册",
            by=world.general_admin,
        )


def an_ended_campaign(world, **more):
    """One with a cause, a later deadline and an end; the clock is still before its deadline."""
    declare(world, 9)
    started = a_campaign(world, items=["expected_members"], **more)
    target = started.targets.get(organization=world.general)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 2), reason="外业", by=world.officer)
    declare(world, 7)
    with at(AFTER):
        freezing.freeze_due()
    with at(dt.datetime(2026, 12, 3, tzinfo=dt.UTC)):
        freezing.freeze_due()
        running.end(Campaign.objects.get(), by=world.bureau_admin)
    return Campaign.objects.get()


LATER = dt.datetime(2026, 12, 5, 4, tzinfo=dt.UTC)


def test_what_is_closed_after_the_deadline_keeps_its_result(world):
    for each in (world.other_general, world.other_branch):
        enter_particulars(each)
    frozen = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER):
        for each in (world.general, world.branch, world.sister_branch, world.other_general, world.other_branch):
            close(each)

        assert states(frozen) == {"截止时未完成": ["测绘院团总支"], "按期完成": ["水文队团总支"]}
        line = line_of(frozen, world.other_general)
        assert (line.state, line.gone, line.deadline, line.now) == (
            *(boards.DONE_IN_TIME, "已撤销", Sums(2, 2, 2)),
            None,
        )
        running.end(frozen, by=world.bureau_admin)
        report = results.report_of(Campaign.objects.get())

    assert [line.name for line in report.complete] == ["水文队团总支"]
    assert [row.gone for row in report.rows] == ["已撤销", "已撤销"]


def test_what_was_put_off_and_closed_meanwhile_does_not_wait_for_ever(world):
    started = a_campaign(world, items=["founded_on"])
    target = started.targets.get(organization=world.general)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 2), reason="外业", by=world.bureau_admin)
    with at(AFTER):
        freezing.freeze_due()
        close(world.general)

        assert line_of(Campaign.objects.get(), world.general).state is boards.OPEN


def test_what_had_gone_before_the_deadline_takes_no_part(world):
    started = a_campaign(world, items=["founded_on"])
    close(world.general)
    with at(AFTER):
        freezing.freeze_due()

        assert line_of(Campaign.objects.get(pk=started.pk), world.general).state is boards.GONE


def test_the_report_of_an_ended_campaign_keeps_causes_deeds_and_names(world):
    ended = an_ended_campaign(world)
    with at(LATER):
        before = results.report_of(ended)
        tree.rename(world.branch, full_name=f"{world.branch.full_name}甲", short_name="航测甲团支部", by=None)
        tree.rename(world.bureau, full_name=f"{world.bureau.full_name}甲", short_name="华岳总局团委", by=None)
        world.bureau_admin.display_name = "改名管理员"
        world.bureau_admin.save()
        world.officer.display_name = "改名干事"
        world.officer.save()
        Headcount.objects.all().delete()

        after = results.report_of(Campaign.objects.get())

    assert [(each.organization, each.what, each.who) for each in after.lowered] == [
        ("航测一室团支部", "应有团员数由 9 核定为 7", "总支管理员")
    ]
    assert [(deed.what, deed.who) for deed in after.deeds] == [
        ("拟定", "局级管理员"),
        ("启动", "局级管理员"),
        ("保存截止数据", "系统"),
        ("结束", "局级管理员"),
    ]
    assert (after.closing, after.closing.is_kept) == (before.closing, True)
    assert (after.closing.short_name, [line.approver for line in after.extended]) == ("华岳局团委", ["干事"])


def test_one_ended_before_reports_were_kept_is_shown_as_known_now(world, signed_in):
    ended = an_ended_campaign(world)
    Campaign.objects.update(report=None)
    with at(LATER):
        tree.rename(world.branch, full_name=f"{world.branch.full_name}甲", short_name="航测甲团支部", by=None)
        report = results.report_of(Campaign.objects.get())
        page = signed_in(world.officer).get(f"/campaigns/{ended.pk}/report/").content.decode()

    assert [each.organization for each in report.lowered] == ["航测甲团支部"]
    assert "报告已定，不再变动" not in page
    assert "数字已定，不再变动；应录减少的原因和办理人按现有资料列出。" in page


def test_page_print_and_workbook_show_what_was_kept(world, signed_in):
    ended = an_ended_campaign(world)
    with at(LATER):
        tree.rename(world.bureau, full_name=f"{world.bureau.full_name}甲", short_name="华岳总局团委", by=None)
        tree.rename(world.branch, full_name=f"{world.branch.full_name}甲", short_name="航测甲团支部", by=None)
        client = signed_in(world.officer)
        page, paper = (client.get(f"/campaigns/{ended.pk}/report/{page}").content.decode() for page in ("", "print/"))
        book = load_workbook(io.BytesIO(papers.report_as_workbook(Campaign.objects.get(), by=world.officer)))

    assert "报告已定，不再变动" in page
    assert ["航测甲团支部" in page, "航测一室团支部" in page] == [False, True]
    assert ["航测甲团支部" in paper, "单位：中国共产主义青年团华岳局委员会<" in paper] == [False, True]
    assert book["汇总"]["A1"].value == "华岳局团委“第四季度采集录入”调度结束报告"
    assert "航测一室团支部" in [row[1].value for row in book["延期与变动"].iter_rows()]


def test_items_without_causes_are_kept_as_such(world):
    frozen = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER):
        running.end(frozen, by=world.bureau_admin)

    assert closing.closing_of(Campaign.objects.get()).causes is None


@pytest.mark.parametrize(
    ("left_off", "people", "said"),
    [
        (0, 0, ""),
        (12, 0, "另有 12 条未列。"),
        (0, 1_200, "另有 1,200 人离开名册的记录未列。"),
        (3, 4, "另有 3 条、4 人离开名册的记录未列。"),
    ],
)
def test_what_is_not_listed_is_said(left_off, people, said):
    assert lowering.Causes([], left_off, people).unlisted == said


def test_causes_beyond_the_most_are_counted_and_said_everywhere(world, monkeypatch, signed_in):
    monkeypatch.setattr(lowering, "MOST_LINES", 1)
    monkeypatch.setattr(lowering, "MOST_PEOPLE", 1)
    people = [a_member(branch=world.branch) for _ in range(3)]
    declare(world, 9)
    started = a_campaign(world, items=["expected_members", "phone"])
    declare(world, 7)
    records.void(people, reason="重复录入", by=world.secretary)
    said = "另有 1 条、2 人离开名册的记录未列。"

    causes = lowering.causes_in(started)
    board = signed_in(world.officer).get(started.get_absolute_url()).content.decode()
    with at(AFTER):
        freezing.freeze_due()
        running.end(Campaign.objects.get(), by=world.bureau_admin)
        client = signed_in(world.officer)
        pages = [client.get(f"/campaigns/{started.pk}/report/{page}").content.decode() for page in ("", "print/")]
        book = load_workbook(io.BytesIO(papers.report_as_workbook(Campaign.objects.get(), by=world.officer)))

    assert (len(causes.lines), causes.left_off, causes.people_left_off, causes.unlisted) == (1, 1, 2, said)
    assert [said in page for page in (board, *pages)] == [True, True, True]
    assert any(said in str(row[0].value) for row in book["延期与变动"].iter_rows())


def test_a_campaign_called_off_is_compared_with_the_plan_of_that_day(world):
    started = a_campaign(world, items=["founded_on"])
    running.withdraw(started, reason="范围有误", by=world.bureau_admin)

    with at(AFTER):
        assert board_of(Campaign.objects.get()).planned == 0
