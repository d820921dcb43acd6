"""Statistical sheets for a 统计时点: by effective dates, late entries included, frozen when issued."""

import datetime as dt
import hashlib
import io

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from activities.tests.builders import an_activity
from branches import tree
from branches.models import AuditEntry, Organization, OrgType, Role
from branches.tests.builders import a_grant, a_user, an_organization
from branches.tests.days import noon
from members import merging
from members.dictionaries import PostNature
from members.models import LeagueStatus, Member, MemberStatus, StatusChange
from members.tests.builders import a_cadre_term, a_member, a_young_person
from reports.models import IssuedSheet, SheetKind
from reports.sheets import issuing, papers
from reports.sheets.making import sheet_on
from tuanjian.idnumbers import Gender

DAY = dt.date(2026, 11, 21)


def by_name(sheet):
    return {line[0]: line[1:] for line in sheet.lines}


def lines_of_year(organization, on=DAY):
    sheet = sheet_on(organization, SheetKind.YEAR, on)
    return {(group, item): number for group, item, _, number in sheet.rows}


def test_direct_lower_organisations(world, today):
    for name in ("甲一", "甲二"):
        a_member(name, branch=world.branch)
    an_organization("空团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
    a_cadre_term(person=world.member, organization=world.bureau)

    sheet = sheet_on(world.bureau, SheetKind.LOWER, today)

    assert [heading.label for heading in sheet.headings] == [
        "组织名称", "已建立组织总数", "已建立支部数", "空心团委数", "空心团支部数", "无团干团支部数",
        "在册团员数", "已录入团干数",
    ]  # fmt: skip
    assert by_name(sheet) == {
        "测绘院团总支": [3, 2, 0, 1, 1, 4, 1],
        "水文队团总支": [2, 1, 0, 1, 1, 1, 0],
        "空团总支": [1, 0, 1, 0, 0, 0, 0],
        "华岳局团委本级": [1, 0, 0, 0, 0, 0, 1],
        # The secretary of the branch is in the committee too: one person.
        "合计（含本级）": [7, 3, 1, 2, 2, 5, 1],
    }


def test_lower_organisations_and_the_own_level_add_up(world, today):
    sheet = sheet_on(world.bureau, SheetKind.LOWER, today)

    # Cadres are the last column: one person counts once in the sum.
    assert [sum(column) for column in zip(*(row[1:-1] for row in sheet.rows), strict=True)] == sheet.total[1:-1]


@pytest.mark.parametrize("kind", SheetKind)
def test_page_and_paper_say_by_which_rule_they_count_and_where_the_other_figures_are(world, today, signed_in, kind):
    client = signed_in(world.bureau_admin)

    text, paper = (client.get(f"/sheets/{each}?kind={kind}&on={today}").content.decode() for each in ("", "print/"))

    said = "按生效日期统计，统计时点以后补登的记录计入；当天系统里已录入的数字见“团内大数据”。"
    assert (said in text, said in paper) == (True, True)
    assert f'href="/statistics/?organization={world.bureau.pk}&amp;on={today}"' in text


def test_people_and_posts_count_from_and_to_their_effective_dates(world, today):
    world.member.memberships.update(effective_to=dt.date(2026, 11, 10))
    world.member.memberships.create(
        person=world.member, branch=world.other_branch, effective_from=dt.date(2026, 11, 10)
    )
    world.secretary_term.ended_on = dt.date(2026, 11, 15)
    world.secretary_term.save()

    def members_and_cadres(on):
        found = by_name(sheet_on(world.bureau, SheetKind.LOWER, on))
        return found["测绘院团总支"][5:], found["水文队团总支"][5:], found["合计（含本级）"][5:]

    Organization.objects.update(founded_on=dt.date(2020, 1, 1))
    assert members_and_cadres(dt.date(2026, 11, 9)) == ([2, 1], [1, 0], [3, 1])
    assert members_and_cadres(dt.date(2026, 11, 14)) == ([1, 1], [2, 0], [3, 1])
    assert members_and_cadres(dt.date(2026, 11, 15)) == ([1, 0], [2, 0], [3, 0])


def test_league_status_is_that_of_the_day(world, today):
    def change(league, status, on):
        StatusChange.objects.create(person=world.member, league_status=league, status=status, effective_on=on)

    change(LeagueStatus.NONE, MemberStatus.NORMAL, dt.date(2026, 1, 1))
    change(LeagueStatus.MEMBER, MemberStatus.NORMAL, dt.date(2026, 5, 4))
    Organization.objects.update(founded_on=dt.date(2020, 1, 1))

    assert by_name(sheet_on(world.branch, SheetKind.LOWER, dt.date(2026, 5, 3)))["合计（含本级）"][5] == 0
    assert by_name(sheet_on(world.branch, SheetKind.LOWER, dt.date(2026, 5, 4)))["合计（含本级）"][5] == 1


def test_the_tree_is_that_of_the_day(world):
    with time_machine.travel(dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC), tick=True):
        tree.move(world.sister_branch, under=world.other_general, by=None)

        before = sheet_on(world.bureau, SheetKind.DETAILS, dt.date(2026, 11, 22))
        after = sheet_on(world.bureau, SheetKind.DETAILS, dt.date(2026, 11, 23))

    above = "中国共产主义青年团华岳局测绘院总支部委员会", "中国共产主义青年团华岳局水文队总支部委员会"
    name = "中国共产主义青年团华岳局测绘院航测二室支部委员会"
    assert (by_name(before)[name][0], by_name(after)[name][0]) == above
    assert by_name(before)[above[0]][-1] == 2
    assert by_name(after)[above[0]][-1] == 1
    assert by_name(before)["合计"][-1] == by_name(after)["合计"][-1] == 3


def test_organisations_entered_late_stand_where_they_were_first_put(world, today):
    Organization.objects.filter(pk__in=[world.bureau.pk, world.general.pk, world.branch.pk]).update(
        founded_on=dt.date(2012, 5, 1), founded_on_is_month=True
    )

    sheet = sheet_on(world.bureau, SheetKind.DETAILS, dt.date(2025, 12, 31))

    assert [(line[0][-9:], line[4]) for line in sheet.rows] == [
        ("青年团华岳局委员会", "2012-05"),
        ("测绘院总支部委员会", "2012-05"),
        ("航测一室支部委员会", "2012-05"),
    ]


def test_ages_and_natures_of_cadres(world, today):
    old = a_member("许久", branch=world.branch, birth_on=dt.date(1985, 1, 1))
    a_cadre_term(person=old, organization=world.branch, post="deputy_secretary", nature=PostNature.FULL_TIME)
    a_cadre_term(person=old, organization=world.general, post="deputy_secretary", nature=PostNature.PART_TIME)
    young = a_young_person("小林", branch=world.other_branch)
    Member.objects.filter(pk=young.pk).update(birth_on=None)
    a_cadre_term(person=young, organization=world.other_branch, nature="")

    sheet = sheet_on(world.bureau, SheetKind.CADRE_AGES, today)

    assert [heading.label for heading in sheet.headings[1:]] == [
        "团干部数", "14–17 周岁", "18–22 周岁", "23–27 周岁", "28–35 周岁", "36 周岁以上", "未登记年龄", "平均年龄",
        "专职", "兼职", "挂职", "未登记性质",
    ]  # fmt: skip
    assert by_name(sheet) == {
        "测绘院团总支": [2, 0, 0, 1, 0, 1, 0, 33.0, 1, 1, 0, 0],
        "水文队团总支": [1, 0, 0, 0, 0, 0, 1, "—", 0, 0, 0, 1],
        "华岳局团委本级": [0, 0, 0, 0, 0, 0, 0, "—", 0, 0, 0, 0],
        "合计": [3, 0, 0, 1, 0, 1, 1, 33.0, 1, 1, 0, 1],
    }


def test_the_year(world, today):
    Organization.objects.update(founded_on=dt.date(2020, 1, 1))
    new = a_member("新生", branch=world.branch, gender=Gender.MALE, joined_on=dt.date(2026, 5, 4))
    a_young_person("小林", branch=world.branch)
    world.other_member.memberships.update(effective_to=dt.date(2026, 7, 1))
    # Moved within: neither came nor left.
    world.sister_member.memberships.update(effective_to=dt.date(2026, 7, 1))
    world.sister_member.memberships.create(
        person=world.sister_member, branch=world.branch, effective_from=dt.date(2026, 7, 1)
    )
    an_activity(world.branch, held_on=dt.date(2026, 3, 5), present=[world.member, new])
    an_activity(world.branch, held_on=dt.date(2026, 4, 5), attended=9)
    an_activity(world.branch, held_on=dt.date(2025, 12, 5), attended=9)

    found = lines_of_year(world.bureau)

    assert found["组织", "团组织总数"] == 6
    assert found["团员", "在册团员总数"] == 3
    assert (found["团员（性别）", "男"], found["团员（性别）", "女"]) == (1, 2)
    assert found["团员（学历）", "本科"] == 3
    assert (found["本年变化", "本年入团"], found["本年变化", "本年进入名册"], found["本年变化", "本年离开名册"]) == (
        1,
        1,
        1,
    )
    assert (found["团干部", "团干部总数"], found["团干部", "在任书记"]) == (1, 1)
    assert (found["本年活动", "团课"], found["本年活动", "团课参加"]) == (2, 11)


def changes_in(found):
    return found["本年变化", "本年进入名册"], found["本年变化", "本年离开名册"]


def test_a_merged_branch_belonged_to_the_year(world):
    """Its people came from nowhere else, and what it held was held."""
    for _ in range(3):
        a_member(branch=world.sister_branch)
    with noon(2027, 6, 1):
        an_activity(world.sister_branch, held_on=dt.date(2027, 3, 5), attended=9)
        an_activity(world.sister_branch, held_on=dt.date(2027, 6, 1), present=[world.sister_member])
        merging.merge(
            world.sister_branch,
            into=world.branch,
            on=dt.date(2027, 6, 1),
            reason="",
            people=4,
            posts=0,
            by=world.bureau_admin,
        )
    with noon(2027, 12, 20):
        found = lines_of_year(world.general, dt.date(2027, 12, 20))
        of_target = lines_of_year(world.branch, dt.date(2027, 12, 20))

    assert found["团员", "在册团员总数"] == 5
    assert changes_in(found) == (0, 0)
    assert (found["本年活动", "团课"], found["本年活动", "团课参加"]) == (2, 10)
    assert changes_in(of_target) == (4, 0)


def test_an_organisation_that_moved_takes_its_people_along_and_leaves_what_it_held_before(world):
    with noon(2027, 6, 1):
        for held_on in (dt.date(2027, 3, 5), dt.date(2027, 5, 31), dt.date(2027, 6, 1), dt.date(2027, 9, 1)):
            an_activity(world.sister_branch, held_on=held_on, attended=1)
        tree.rename(world.sister_branch, full_name="改了名的第二团支部委员会", short_name="改名团支部", by=None)
        tree.move(world.sister_branch, under=world.other_general, by=None)
    with noon(2027, 12, 20):
        before, after, above = (
            lines_of_year(each, dt.date(2027, 12, 20)) for each in (world.general, world.other_general, world.bureau)
        )
        then = lines_of_year(world.general, dt.date(2027, 5, 31))

    assert [changes_in(each) for each in (before, after, above, then)] == [(0, 1), (1, 0), (0, 0), (0, 0)]
    assert [each["本年活动", "团课"] for each in (before, after, above, then)] == [2, 2, 4, 2]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (dt.date(2026, 11, 22), "统计时点不能晚于今天。"),
        (dt.date(2026, 11, 20), "2026-11-20 华岳局团委还没有录入系统，请选择更晚的日期。"),
    ],
)
def test_days_without_a_sheet(world, on, said):
    with pytest.raises(ValidationError) as refused:
        issuing.issue(world.bureau, kind=SheetKind.LOWER, on=on, by=world.officer)

    assert refused.value.messages == [said]
    assert (IssuedSheet.objects.count(), AuditEntry.objects.filter(object_type="reports.issuedsheet").count()) == (0, 0)


def test_an_issued_sheet_stays_as_it_was(world, today, signed_in):
    issued = issuing.issue(world.bureau, kind=SheetKind.LOWER, on=today, by=world.officer)
    before = papers.as_issued(issued)

    a_member(branch=world.branch)
    tree.rename(
        Organization.objects.get(pk=world.general.pk),
        full_name="中国共产主义青年团华岳局新测绘院总支部委员会",
        short_name="新测绘院团总支",
        by=None,
    )

    again = papers.as_issued(IssuedSheet.objects.get())
    assert again == before
    assert (again.maker, again.made_on, again.is_issued) == ("干事", today, True)
    assert by_name(sheet_on(world.bureau, SheetKind.LOWER, today))["新测绘院团总支"][5] == 3
    page = signed_in(world.observer).get(issued.get_absolute_url())
    assert page.status_code == 404
    page = signed_in(world.bureau_admin).get(issued.get_absolute_url()).content.decode()
    assert ("测绘院团总支" in page, "新测绘院团总支" in page) == (True, False)


@pytest.mark.parametrize("kind", SheetKind)
def test_workbook_and_paper(world, today, signed_in, kind):
    client = signed_in(world.bureau_admin)
    query = f"?kind={kind}&on={today}"
    sheet = sheet_on(world.bureau, kind, today)

    file = b"".join(client.get(f"/sheets/export/{query}").streaming_content)
    paper = client.get(f"/sheets/print/{query}").content.decode()

    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(file)).worksheets[0].iter_rows()]
    width = len(sheet.headings) + 1
    assert rows[0][0] == f"华岳局团委{sheet.title}"
    assert rows[1][0].startswith(
        "单位：中国共产主义青年团华岳局委员会　统计时点：2026-11-21　数据截至：2026-11-21 12:00"
    )
    assert rows[2][:width] == ["序号", *(heading.label for heading in sheet.headings)]
    assert [row[1:width] for row in rows[3 : 3 + len(sheet.lines)]] == sheet.lines
    assert "制表人：局级管理员　制表日期：2026-11-21" in [row[0] for row in rows]
    assert "制表人：局级管理员" in paper
    entries = {entry.kind: entry.changes for entry in AuditEntry.objects.filter(kind__in=["exported", "printed"])}
    said = {"内容": [None, sheet.title], "统计时点": [None, "2026-11-21"]}
    assert entries == {
        "printed": said,
        "exported": said | {"文件 SHA-256": [None, hashlib.sha256(file).hexdigest()]},
    }


def test_issuing_from_the_page(world, signed_in):
    client = signed_in(world.officer)
    path = reverse("reports:sheet_issue", args=[world.bureau.pk])

    late = client.post(path, {"kind": "year", "on": "2026-12-31"})
    client.post(path, {"kind": "year", "on": "2026-11-21"})

    assert late.context["form"].errors == {"__all__": ["统计时点不能晚于今天。"]}
    issued = IssuedSheet.objects.get()
    assert (issued.kind, issued.issued_by) == ("year", world.officer)
    assert list(client.get("/sheets/").context["page"]) == [issued]
    for name in ("sheet_export", "sheet_print"):
        assert client.get(reverse(f"reports:{name}", args=[issued.pk])).status_code == 200


def test_who_may_see_and_issue(world, signed_in):
    issued = issuing.issue(world.general, kind=SheetKind.LOWER, on=DAY, by=world.general_admin)
    clerk_below = a_user("clerk_below")
    a_grant(clerk_below, world.branch, Role.ENTRY_CLERK)
    page, path = issued.get_absolute_url(), reverse("reports:sheet_issue", args=[world.general.pk])

    found = {
        name: tuple(signed_in(user).get(each).status_code for each in (page, "/sheets/", path))
        for name, user in (
            ("observer", world.observer),
            ("auditor", world.auditor),
            ("below", clerk_below),
            ("elsewhere", world.foreign_admin),
        )
    }

    assert found == {
        "observer": (200, 200, 403),
        "auditor": (404, 403, 404),
        "below": (404, 200, 404),
        "elsewhere": (404, 200, 404),
    }


def test_the_button_is_for_those_who_may(world, signed_in):
    found = [
        ">定稿<" in signed_in(user).get("/sheets/").content.decode() for user in (world.general_admin, world.observer)
    ]

    assert found == [True, False]


def test_a_day_without_a_sheet_says_so(world, signed_in):
    client = signed_in(world.bureau_admin)

    page = client.get("/sheets/?on=2020-01-01")
    file = client.get("/sheets/export/?on=2020-01-01", follow=True)

    said = "2020-01-01 华岳局团委还没有录入系统，请选择更晚的日期。"
    assert page.context["refusal"] == said
    assert [str(message) for message in file.context["messages"]] == [said]
    assert client.get("/sheets/?on=x&kind=y").context["paper"].sheet.title == "直属下级数据统计"


@pytest.mark.parametrize("kind", SheetKind)
def test_queries_do_not_grow(world, today, kind):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            sheet_on(world.bureau, kind, today)
        return len(captured)

    few = queries()
    for number in range(3):
        general = an_organization(f"又{number}团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
        person = a_member(branch=an_organization(f"又{number}团支部", under=general))
        a_cadre_term(person=person, organization=general)

    assert queries() == few
