"""应录尽录 of past days, two days compared, what moved, the trend, and the sisters."""

import datetime as dt
import io

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from branches import freshness, tree
from branches.models import Organization, OrgType
from branches.tests.builders import a_grant, a_user, an_organization
from members.models import Member
from members.tests.builders import a_member
from reports.completion import moved, opening, trends
from reports.completion.progress import board_of
from reports.completion.sums import completion_of, points_between
from reports.counts import counts_of
from reports.facts import settling
from reports.workbench import workbench_of

FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 21)


def noon(day):
    return time_machine.travel(dt.datetime.combine(day, dt.time(12), dt.timezone(dt.timedelta(hours=8))), tick=True)


@pytest.fixture
def past(world):
    """On the first day a fact was missing that is there on the last; on the last another is."""
    with noon(FIRST):
        member = a_member(branch=world.branch, ethnicity="", education="")
        freshness.touch(Organization.objects.all())
        settling.settle()
    with noon(LAST):
        Member.objects.filter(pk=member.pk).update(ethnicity="01", education="20")
        a_member(branch=world.other_branch, phone="")
        freshness.touch([world.branch, world.other_branch])
        settling.settle()
        yield world


def page(client, name="completion", pk=None, **query):
    return client.get(reverse(f"reports:{name}", args=[pk] if pk else []), query)


def test_a_past_day_shows_what_was_known_then(past, signed_in):
    client = signed_in(past.bureau_admin)

    now, then = page(client), page(client, on="2026-11-01")

    assert then.context["board"].total.missing != now.context["board"].total.missing
    assert "历史数据" in then.content.decode()
    assert "历史数据" not in now.content.decode()
    assert "统计时点 2026-11-01，数据截至 2026-11-01 12:00" in then.content.decode()


def test_the_facts_missing_are_those_of_today_only(past, signed_in):
    client = signed_in(past.bureau_admin)

    then = page(client, "completion_of", past.branch.pk, on="2026-11-01")

    opened = then.context["opened"]
    assert [lines for _, lines, _, _ in opened.groups] == [[]] * len(opened.groups)
    assert sum(count for _, _, count, _ in opened.groups) == opened.completion.missing
    assert "缺项明细只有当天的" in then.content.decode()
    assert "去补录" not in then.content.decode()


def test_what_did_not_apply_then_is_told_with_its_reason(past, signed_in):
    then = page(signed_in(past.bureau_admin), "completion_of", past.branch.pk, on="2026-11-01", tab="inapplicable")

    assert "团员不足 7 人，不设支部委员会" in then.content.decode()


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        ("2026-10-31", "统计数据自 2026-11-01 起逐日保存，请改选这一天或以后的日期。"),
        ("2026-11-10", "2026-11-10 没有更新统计数据，所示为 2026-11-01 的数据。"),
        ("2026-11-22", "不能晚于今天，请改选日期。"),
        ("2026-13-01", "统计时点："),
        ("0001-01-01", "年份不对，请重新选择日期。"),
    ],
)
def test_a_day_without_figures_says_so(past, signed_in, on, sentence):
    assert sentence in page(signed_in(past.bureau_admin), on=on).content.decode()


@pytest.mark.parametrize("name", ["completion", "completion_table", "statistics", "statistics_table"])
def test_before_the_day_is_opened_pages_say_whose_figures_they_show(past, signed_in, name):
    with noon(dt.date(2026, 11, 22)):
        client = signed_in(past.bureau_admin)
        early = page(client, name).content.decode()
        settling.settle()
        late = page(client, name).content.decode()

    said = "2026-11-22 还没有更新统计数据，所示为 2026-11-21 的数据。"
    assert (said in early, said in late) == (True, False)
    assert "数据截至 2026-11-21 12:00" in early


def test_before_anything_was_kept_there_is_no_past(world, signed_in):
    answer = page(signed_in(world.bureau_admin), on="2026-11-20")

    assert "统计数据从现在起逐日保存" in answer.content.decode()
    assert answer.context["board"].rows == []


@pytest.mark.parametrize("figures_of", [completion_of, counts_of])
def test_nobody_counts_a_day_before_anything_was_kept_from_the_records_of_today(world, today, figures_of):
    yesterday = today - dt.timedelta(days=1)

    with pytest.raises(ValidationError, match="统计数据从现在起逐日保存，以前的日子没有数据。"):
        figures_of([world.bureau], yesterday)
    settling.settle()
    with pytest.raises(ValidationError, match=f"统计数据自 {today} 起逐日保存，请改选这一天或以后的日期。"):
        figures_of([world.bureau], yesterday)


def test_an_organisation_that_was_not_there_yet_has_no_figures(past, signed_in):
    new = an_organization("新设团总支", under=past.bureau, org_type=OrgType.GENERAL_BRANCH)

    answer = page(signed_in(past.bureau_admin), organization=new.pk, on="2026-11-01")

    assert "当天本组织还没有建立，或者已经撤销" in answer.content.decode()


def test_two_days_compared(past, signed_in):
    board = page(signed_in(past.bureau_admin), against="2026-11-01").context["board"]

    then = completion_of([past.bureau, past.general], FIRST)
    assert {row.organization: row.earlier.expected for row in board.rows}[past.general] == then[
        past.general.pk
    ].expected
    assert board.total.change == round(round(board.total.rate, 1) - round(then[past.bureau.pk].rate, 1), 1)
    assert board.own_level.change is not None


def test_the_day_compared_with_lies_before(past, signed_in):
    answer = page(signed_in(past.bureau_admin), on="2026-11-20", against="2026-11-20")

    assert "对比日期要早于统计时点，请改选。" in answer.content.decode()
    assert answer.context["query"].day == dt.date(2026, 11, 20)


def test_a_day_that_cannot_be_compared_with_is_said(past, signed_in):
    answer = page(signed_in(past.bureau_admin), against="2026-10-01")

    assert "2026-10-01 没有可对比的数据" in answer.content.decode()
    assert [row.change for row in answer.context["board"].rows] == [None, None]


def test_a_past_day_on_paper_and_as_a_workbook(past, signed_in):
    client = signed_in(past.bureau_admin)
    board = board_of(past.bureau, FIRST, user=past.bureau_admin)

    paper = page(client, "completion_table", on="2026-11-01").content.decode()
    answer = page(client, "completion_export", on="2026-11-01", against="")

    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [[cell.value for cell in row] for row in book["汇总"].iter_rows()]
    assert "统计时点：2026-11-01（历史数据）" in paper
    assert book.sheetnames == ["汇总"]
    assert rows[1][0].endswith("统计时点：2026-11-01（历史数据）　条件：全部")
    assert next(row for row in rows if "合计" in str(row[2]))[4] == board.total.expected
    assert "缺项明细只有当天的，历史数据不列。" in [row[0] for row in rows]


def test_the_trend_has_a_point_for_each_week_that_was_kept(past):
    board = board_of(past.bureau, LAST, user=past.bureau_admin, with_trends=True)

    row = next(row for row in board.rows if row.organization == past.general)
    days = [dt.date(2026, 11, 7), dt.date(2026, 11, 14), LAST]
    assert [point.day for point in row.trend] == days
    then = completion_of([past.general], FIRST)[past.general.pk]
    assert [point.expected for point in row.trend] == [then.expected, then.expected, row.expected]
    assert [point.rate for point in row.trend] == [then.rate, then.rate, row.rate]


def test_a_line_ends_at_the_right_and_stays_inside(past):
    board = board_of(past.bureau, LAST, user=past.bureau_admin, with_trends=True)

    lines = [board.scale.line(row.trend) for row in board.rows]

    places = [tuple(map(float, each.split(","))) for line in lines for each in line.path.split()]
    assert {(float(line.last_x)) for line in lines} == {81.0}
    assert all(3 <= x <= 81 and 3 <= y <= 19 for x, y in places)


def test_long_tables_have_no_trends(past, monkeypatch):
    monkeypatch.setattr(trends, "MOST", 1)

    board = board_of(past.bureau, LAST, user=past.bureau_admin, with_trends=True)

    assert (board.scale, [row.trend for row in board.rows]) == (None, [[], []])


def test_what_moved(past):
    moves = moved.moves_of(past.bureau, FIRST, LAST, user=past.bureau_admin)

    by_name = {row.now.organization: (row.expected, row.actual, row.missing) for row in moves.rows}
    then, now = (completion_of([past.general, past.other_general], day) for day in (FIRST, LAST))
    assert by_name == {
        each: (
            now[each.pk].expected - then[each.pk].expected,
            now[each.pk].actual - then[each.pk].actual,
            now[each.pk].missing - then[each.pk].missing,
        )
        for each in (past.general, past.other_general)
    }
    assert (moves.total.missing, moves.still, moves.gone) == (sum(each[2] for each in by_name.values()), 0, [])


def test_who_became_complete_and_who_lacks_again(past):
    moves = moved.moves_of(past.bureau, FIRST, LAST, user=past.bureau_admin, group=opening.GROUPS[2])

    assert [row.now.organization for row in moves.newly_complete] == [past.general]
    assert [row.now.organization for row in moves.newly_lacking] == [past.other_general]


def test_new_and_gone_organisations_are_named(past):
    Organization.objects.under(past.other_general).update(status="closed", closed_on=LAST)
    new = an_organization("新设团总支", under=past.bureau, org_type=OrgType.GENERAL_BRANCH)
    freshness.touch([past.other_general, past.other_branch, new])
    settling.settle()

    moves = moved.moves_of(past.bureau, FIRST, LAST, user=past.bureau_admin)

    assert [row.now.organization for row in moves.rows if row.is_new] == [new]
    assert [row.now.organization.pk for row in moves.gone] == [past.other_general.pk]
    assert sums_of_lines(moves) == told(moves.total)


def told(row):
    return row.expected, row.actual, row.missing


def sums_of_lines(moves):
    return tuple(sum(numbers) for numbers in zip(*map(told, (*moves.rows, *moves.gone, moves.own)), strict=True))


def test_lines_and_own_level_of_moves_add_up_and_items_to_the_own_level(past):
    Organization.objects.filter(pk=past.bureau.pk).update(founded_on=FIRST)
    freshness.touch([past.bureau])
    settling.settle()

    moves = moved.moves_of(past.bureau, FIRST, LAST, user=past.bureau_admin)

    assert sums_of_lines(moves) == told(moves.total)
    assert moves.own.actual == 1
    assert [(item.label, item.expected, item.actual) for item in moves.items] == [("成立时间", 0, 1)]


def test_what_moved_in_or_away_counts_as_a_whole(past):
    tree.move(past.branch, under=past.other_general, by=None)
    settling.settle()

    before, after = (
        moved.moves_of(each, FIRST, LAST, user=past.bureau_admin) for each in (past.general, past.other_general)
    )

    (came,) = [row for row in after.rows if row.now.organization == past.branch]
    assert (came.is_new, came.came, came.expected) == (False, True, came.now.expected)
    assert [(row.now.organization.pk, row.expected < 0) for row in before.gone] == [(past.branch.pk, True)]
    assert [sums_of_lines(each) for each in (before, after)] == [told(before.total), told(after.total)]


def test_points_are_the_difference_of_the_rates_as_printed():
    assert points_between(95.74, 97.85) == 2.2
    assert points_between(56.25, 56.3) == 0


def test_a_line_of_moves_leads_to_what_moved_there(past, signed_in):
    client = signed_in(past.bureau_admin)

    text = page(client, "completion_moves", against="2026-11-01").content.decode()
    below = page(client, "completion_moves", organization=past.general.pk, against="2026-11-01")
    branch = page(client, "completion_moves", organization=past.branch.pk, against="2026-11-01")

    days = "on=2026-11-21&amp;against=2026-11-01"
    assert f'/completion/moves/?organization={past.general.pk}&amp;{days}">测绘院团总支</a>' in text
    assert "华岳局团委本级" in text
    line = next(row for row in page(client, "completion_moves", against="2026-11-01").context["moves"].rows)
    assert told(line) == told(below.context["moves"].total)
    items = branch.context["moves"].items
    assert items
    assert tuple(map(sum, zip(*map(told, items), strict=True))) == told(branch.context["moves"].total)
    assert "本支部逐项变化" in branch.content.decode()


def test_a_state_nobody_is_in_offers_the_way_back(past, signed_in):
    text = page(signed_in(past.bureau_admin), state="good").content.decode()

    assert f'没有符合条件的组织。<a class="text-link" href="/completion/?organization={past.bureau.pk}">重置' in text


def test_what_moved_since_a_week_or_since_figures_are_kept(past):
    assert moved.week_before(LAST) == dt.date(2026, 11, 14)
    assert moved.week_before(dt.date(2026, 11, 3)) == FIRST


def test_the_page_of_moves(past, signed_in):
    answer = page(signed_in(past.bureau_admin), "completion_moves", against="2026-11-01")

    assert "新录齐" in answer.content.decode()
    assert page(signed_in(past.observer), "completion_moves", organization=past.general.pk).status_code == 200
    assert page(signed_in(past.observer), "completion_moves", organization=past.other_general.pk).status_code == 404
    assert page(signed_in(past.auditor), "completion_moves").status_code == 403


def test_the_workbench_tells_what_moved(past):
    shown = workbench_of(past.bureau_admin, past.bureau, LAST)

    assert (shown.moves.since, shown.moves.total.missing) == (
        dt.date(2026, 11, 14),
        moved.moves_of(past.bureau, FIRST, LAST, user=past.bureau_admin).total.missing,
    )
    assert workbench_of(past.auditor, past.bureau, LAST).moves is None


def test_sisters_are_counted_and_nobody_is_named(past, signed_in):
    for number in range(3):
        a_member(branch=an_organization(f"航测{number}队团支部", under=past.general), ethnicity="" if number else "01")
    client = signed_in(past.secretary)

    answer = page(client, "completion_of", past.branch.pk, tab="sisters")

    sisters = answer.context["opened"].sisters
    rate = next(line for line in sisters.lines if line.label == "完成率")
    others = completion_of(Organization.objects.children_of(past.general).exclude(pk=past.branch.pk), LAST)
    rates = sorted(other.rate for other in others.values())
    assert (sisters.count, rate.own) == (4, completion_of([past.branch], LAST)[past.branch.pk].rate)
    assert (rate.lowest, rate.middle, rate.highest) == (rates[0], (rates[1] + rates[2]) / 2, rates[3])
    assert "航测1队团支部" not in answer.content.decode()


def test_too_few_sisters_are_not_compared_with(past, signed_in):
    answer = page(signed_in(past.secretary), "completion_of", past.branch.pk, tab="sisters")

    assert answer.context["opened"].sisters.lines == []
    assert "只有 1 个，不足 3 个，不作比较" in answer.content.decode()


def test_a_table_above_is_shown_only_to_who_may_look_at_its_people(past, signed_in):
    """An auditor above, a secretary below: what stands above the branch is not on its page, on past days neither."""
    both = a_user("both")
    a_grant(both, past.general, "auditor")
    a_grant(both, past.branch)

    for query in ({}, {"on": "2026-11-01"}):
        answer = page(signed_in(both), "completion_of", past.branch.pk, **query)
        assert answer.context["board"] is None
        assert "航测二室团支部" not in answer.content.decode()


@pytest.mark.parametrize("tab", ["missing", "inapplicable", "trend", "sisters"])
def test_queries_of_a_tab_do_not_grow(past, signed_in, tab):
    client = signed_in(past.bureau_admin)
    a_member(branch=past.branch, phone="")
    freshness.touch([past.branch])
    for number in range(3):
        an_organization(f"第{number}团总支", under=past.bureau, org_type=OrgType.GENERAL_BRANCH)

    def queries():
        settling.settle()
        with CaptureQueriesContext(connection) as captured:
            assert page(client, "completion_of", past.general.pk, tab=tab, against="2026-11-01").status_code == 200
        return len(captured)

    queries()
    one = queries()
    for number in range(2):
        general = an_organization(f"又{number}团总支", under=past.bureau, org_type=OrgType.GENERAL_BRANCH)
        a_member(branch=an_organization(f"又{number}团支部", under=general), ethnicity="", phone="")
        a_member(branch=an_organization(f"再{number}团支部", under=past.general), ethnicity="", phone="")

    assert queries() == one
