"""A campaign as it is shown: trend, causes, reminders, to-dos, the closing report and its workbook."""

import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from branches import particulars
from branches.models import AuditEntry, Headcount
from branches.tests.builders import an_organization
from members import records
from members.tests.builders import a_member
from reports.campaigns import freezing, lowering, papers, reminding, results, running, sums, trend
from reports.campaigns.board import board_of
from reports.facts import settling
from reports.models import Campaign, CampaignScope
from reports.tests.campaigning import (
    AFTER,
    DEADLINE,
    TODAY,
    a_campaign,
    a_frozen_campaign,
    at,
    enter_particulars,
    line_of,
    on,
    stage,
    take_in_all,
    touch_all,
)
from reports.todos import todos_for


def test_the_trend_has_the_days_that_were_kept(world):
    settling.settle()
    started = a_campaign(world, items=["founded_on"])
    with on(23):
        enter_particulars(world.branch)
        touch_all()
        settling.settle()
    with on(25):
        enter_particulars(world.general)
        points = trend.trend_of(board_of(started))

        assert [(point.on.day, point.has and point.has.actual) for point in points] == [
            *((21, 0), (22, None), (23, 1), (24, None), (25, 2)),
        ]
        assert trend.drawn(board_of(started), points).planned.split()[-1] == "548.0,12.0"


def test_the_trend_of_one_called_off_ends_there_with_what_was_kept(world):
    settling.settle()
    started = a_campaign(world, items=["founded_on"])
    with on(23):
        enter_particulars(world.branch)
        touch_all()
        settling.settle()
        running.withdraw(started, reason="范围有误", by=world.bureau_admin)
    with on(26):
        board = board_of(Campaign.objects.get())
        points = trend.trend_of(board)

    assert [(point.on.day, point.has and point.has.actual) for point in points] == [(21, 0), (22, None), (23, 1)]
    assert board.total == board.start


def test_one_called_off_is_behind_no_plan(world):
    started = a_campaign(world, items=["founded_on"])
    with on(28):
        running.withdraw(started, reason="范围有误", by=world.bureau_admin)
        board = board_of(Campaign.objects.get())

    assert {line.state.word for line in board.lines} == {"启动时有缺项"}
    assert board.planned_label == "撤销时计划"


def test_the_trend_of_one_called_off_makes_nothing_up_for_the_last_day(world):
    started = a_campaign(world, items=["founded_on"])
    with on(23):
        running.withdraw(started, reason="范围有误", by=world.bureau_admin)
        points = trend.trend_of(board_of(Campaign.objects.get()))

    assert [(point.on.day, point.has and point.has.actual) for point in points] == [(21, 0), (22, None), (23, None)]


def test_a_long_trend_keeps_one_window(world):
    started = a_campaign(world, deadline_at=dt.datetime(2027, 3, 1, 10, tzinfo=dt.UTC))

    with at(dt.datetime(2027, 2, 20, 4, tzinfo=dt.UTC)):
        points = trend.trend_of(board_of(started))

    assert (len(points), points[0].on, points[-1].on) == (trend.POINTS, TODAY, dt.date(2027, 2, 20))


def declare(world, value, by):
    particulars.declare(
        world.branch,
        kind=Headcount.Kind.EXPECTED_MEMBERS,
        value=value,
        as_of_on=dt.date(2026, 11, 1),
        source="局人事处名册",
        by=by,
    )


def test_what_was_lowered_is_shown_with_who_and_when(world):
    declare(world, 9, world.bureau_admin)
    leaver = a_member("费离开", branch=world.branch)
    started = a_campaign(world, items=["expected_members", "phone"])
    with on(22):
        declare(world, 12, world.bureau_admin)
        declare(world, 4, world.general_admin)
    with on(23):
        records.void([leaver], reason="重复录入", by=world.secretary)
        found = lowering.causes_in(started).lines

        assert [(each.organization, each.what, each.who, each.at.day, each.source) for each in found] == [
            ("航测一室团支部", "1 人离开本支部名册", "支书", 23, ""),
            ("航测一室团支部", "应有团员数由 12 核定为 4", "总支管理员", 22, "局人事处名册"),
        ]
        assert "费离开" not in str(found)
        assert line_of(started, world.general).expected_change == -6


def test_what_has_nothing_to_do_with_the_items_is_no_cause(world):
    declare(world, 9, world.bureau_admin)
    leaver = a_member(branch=world.branch)
    started = a_campaign(world, scope=CampaignScope.CHOSEN, chosen=[world.other_general], items=["phone"])
    particulars_only = a_campaign(world)
    declare(world, 4, world.general_admin)
    records.void([leaver], reason="重复录入", by=world.secretary)

    assert lowering.causes_in(started).lines == lowering.causes_in(particulars_only).lines == []


def test_the_text_for_the_group_names_organisations_only(world):
    started = a_campaign(world, items=["founded_on", "phone"])
    target = started.targets.get(organization=world.other_general)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 5), reason="外业", by=world.bureau_admin)

    text = reminding.chat_text(board_of(started))

    assert text.splitlines() == [
        "【华岳局团委】第四季度采集录入",
        "截至 11 月 21 日 12:00，2 个组织中已有 0 个录齐。",
        "以下 2 个组织还有缺项，请在 11 月 30 日 18:00 前补录：",
        "测绘院团总支：还差 3 项",
        "水文队团总支：还差 2 项（延期至 12-05）",
        "登录后在“待办事项”里点“去补录”，可以看到缺哪些项、在哪里补。",
    ]


def test_every_organisation_concerned_has_it_among_its_todos(world):
    a_campaign(world, items=["founded_on"])

    def of(user, organization):
        return [
            (line.word, line.amount, line.deed) for line in todos_for(user, organization, TODAY) if "调度" in line.title
        ]

    assert of(world.secretary, world.branch) == [("进行中", "1 项", "去补录")]
    assert of(world.general_admin, world.general) == [("进行中", "3 项", "去补录")]
    assert of(world.observer, world.general) == [("进行中", "3 项", "去查看")]
    assert of(world.bureau_admin, world.bureau) == []
    assert of(world.foreign_admin, world.foreign_branch) == []
    assert of(world.auditor, world.branch) == []
    with on(28):
        assert of(world.secretary, world.branch) == [("临近期限", "1 项", "去补录")]
    enter_particulars(world.branch)
    assert of(world.secretary, world.branch) == []


def test_a_draft_asks_nobody_and_a_closed_one_no_longer(world):
    frozen = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER):
        assert [each.pressing for each in reminding.asked_of(world.branch)] == [("care", "已截止")]
        assert [line.title for line in todos_for(world.officer, world.bureau, TODAY) if line.word == "待结束"] == [
            "已截止、待结束的调度"
        ]
        world.observer.grants.update(organization=world.bureau)
        assert not [line for line in todos_for(world.observer, world.bureau, TODAY) if line.word == "待结束"]
        running.end(frozen, by=world.bureau_admin)

        assert reminding.asked_of(world.branch) == []


def test_branches_asked_below_are_added_up_for_the_general_branch(world):
    a_campaign(world, scope=CampaignScope.BRANCHES, items=["founded_on"])

    [of_general] = reminding.asked_of(world.general)
    [of_branch] = reminding.asked_of(world.branch)

    assert (of_general.sums.expected, of_general.lower, of_general.through) == (2, 2, "")
    assert (of_branch.sums.expected, of_branch.lower, of_branch.through) == (1, 0, "")
    assert [item.label for item in of_branch.items] == ["成立时间"]


def test_the_closing_report_says_what_was_at_the_deadline_and_after(world):
    started = a_campaign(world, items=["founded_on", "phone"], stages=[stage(25, 50)])
    target = started.targets.get(organization=world.other_general)
    running.extend(started, target=target, until_on=dt.date(2026, 12, 2), reason="外业", by=world.bureau_admin)
    with at(AFTER):
        freezing.freeze_due()
        enter_particulars(world.branch)
    with at(dt.datetime(2026, 12, 4, tzinfo=dt.UTC)):
        freezing.freeze_due()
        running.end(Campaign.objects.get(), by=world.bureau_admin)
        enter_particulars(world.general)
        report = results.report_of(Campaign.objects.get())

    assert (report.start, report.deadline) == (sums.Sums(8, 3, 3), sums.Sums(8, 3, 3))
    assert (report.now, report.late) == (sums.Sums(8, 4, 4), 1)
    assert [(item.label, item.deadline.missing, item.now.missing) for item in report.items] == [
        ("成立时间", 5, 4),
        ("手机号", 0, 0),
    ]
    assert [(line.name, line.extension.reason) for line in report.extended] == [("水文队团总支", "外业")]
    assert [line.name for line in report.missing] == ["测绘院团总支", "水文队团总支"]
    assert (report.complete, report.on) == ([], DEADLINE)
    # Nothing was kept on that day, and nothing is made up for it.
    assert [(each.stage.name, each.point.planned, each.point.rate) for each in report.reached] == [("中期", 50.0, None)]
    assert [(deed.what, deed.who) for deed in report.deeds] == [
        ("拟定", str(world.bureau_admin)),
        ("启动", str(world.bureau_admin)),
        ("保存截止数据", "系统"),
        ("结束", str(world.bureau_admin)),
    ]
    assert report.lowered == []


def test_items_without_rosters_and_declared_numbers_claim_nothing_about_them(world, signed_in):
    frozen = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER):
        report = results.report_of(frozen)
        client = signed_in(world.bureau_admin)
        pages = [client.get(f"/campaigns/{frozen.pk}/{page}").content.decode() for page in ("", "report/")]

    assert report.lowered is None
    assert ["没有登记下调核定人数" in page for page in pages] == [False, False]


def test_there_is_no_report_before_the_deadline_is_frozen(world):
    started = a_campaign(world)

    for deed in (results.report_of, lambda campaign: papers.report_as_workbook(campaign, by=world.bureau_admin)):
        with pytest.raises(ValidationError, match="截止数据保存后才有结束报告"):
            deed(started)
    assert not AuditEntry.objects.filter(kind="exported").exists()


def test_the_workbook_holds_the_report_and_is_logged(world):
    frozen = a_frozen_campaign(world, items=["founded_on"])
    with at(AFTER):
        content = papers.report_as_workbook(frozen, by=world.officer)

    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["汇总", "项目", "延期与变动"]
    rows = [[cell.value for cell in row] for row in book["汇总"].iter_rows()]
    assert [row[2:9] for row in rows if row[1] == "截止时未完成"] == [
        ["测绘院团总支", 3, 0, 3, 0, 0, 3],
        ["水文队团总支", 2, 0, 2, 0, 0, 2],
    ]
    entry = AuditEntry.objects.get(kind="exported")
    assert (entry.actor_name, entry.changes["截止时缺项"]) == ("干事", [None, 5])


def test_the_number_of_queries_does_not_grow_with_the_organisations(world):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            board = board_of(Campaign.objects.get())
            trend.drawn(board, trend.trend_of(board))
            lowering.causes_in(board.campaign)
        return len(seen)

    a_campaign(world, items=["founded_on", "phone", "expected_members"], scope=CampaignScope.BRANCHES)
    few = queries()
    for number in range(4):
        an_organization(f"新设{number}团支部", under=world.general)
    take_in_all(Campaign.objects.get(), world.bureau_admin)

    assert queries() <= few
