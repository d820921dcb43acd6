"""分行业统计, what came of the activities of the year, and which sheet stands first for whom."""

import datetime as dt

import pytest
from django.urls import reverse

from activities.models import ActivityResult, ExternalParticipants
from activities.tests.builders import an_activity
from branches.models import Organization, OrgType, UnitCategory
from branches.tests.builders import an_organization
from members.dictionaries import PostNature
from members.tests.builders import a_cadre_term, a_member
from reports.models import SheetKind
from reports.sheets.making import sheet_on


def by_name(sheet):
    return {line[0]: line[1:] for line in sheet.lines}


@pytest.fixture
def sorted_world(world):
    """The bureau and the branch are of the first category, all others of none."""
    first = UnitCategory.objects.order_by("order_number", "pk").first()
    Organization.objects.filter(pk__in=[world.bureau.pk, world.branch.pk]).update(unit_category=first)
    return world, first.name


def test_categories_have_the_headings_of_the_provincial_report(world, today):
    sheet = sheet_on(world.bureau, SheetKind.CATEGORIES, today)

    assert [heading.label for heading in sheet.headings] == [
        *("行业类别", "基层团委数", "团工委数", "团总支数", "团支部数", "团员数", "上年新发展团员数"),
        *("专职团干部数", "兼职团干部数", "挂职团干部数", "未登记性质团干部数"),
    ]


def test_organisations_members_and_cadres_count_in_the_category_of_where_they_are(sorted_world, today):
    world, name = sorted_world
    a_member(branch=world.branch, joined_on=dt.date(today.year - 1, 5, 4))
    a_member(branch=world.other_branch, joined_on=dt.date(today.year, 1, 1))
    a_cadre_term(person=world.other_member, organization=world.other_branch, nature=PostNature.FULL_TIME)

    found = by_name(sheet_on(world.bureau, SheetKind.CATEGORIES, today))

    assert found == {
        name: [1, 0, 0, 1, 2, 1, 0, 1, 0, 0],
        "未登记": [0, 0, 2, 2, 3, 0, 1, 0, 0, 0],
        "合计": [1, 0, 2, 3, 5, 1, 1, 1, 0, 0],
    }


def test_a_cadre_of_two_categories_counts_once_in_the_sum(sorted_world, today):
    world, name = sorted_world
    a_cadre_term(person=world.member, organization=world.general)

    sheet = sheet_on(world.bureau, SheetKind.CATEGORIES, today)

    part_time = [heading.label for heading in sheet.headings].index("兼职团干部数") - 1
    assert [by_name(sheet)[each][part_time] for each in (name, "未登记", "合计")] == [1, 1, 1]
    assert "在几个行业任职的，各行业都计，合计只计一次。" in sheet.notes[-1]


def test_leading_bodies_have_a_column_where_there_are_some(world, today):
    county = an_organization("团县委", org_type=OrgType.LEADING_BODY)

    sheet = sheet_on(county, SheetKind.CATEGORIES, today)

    assert sheet.headings[1].label == "领导机关数"
    assert sheet.total[1] == 1


def test_what_came_of_the_activities_of_the_year_is_added_up(world, today):
    visit = an_activity(world.branch, kind="care", held_on=dt.date(2026, 2, 1))
    another = an_activity(world.sister_branch, kind="care", held_on=dt.date(2026, 3, 1))
    before = an_activity(world.branch, kind="care", held_on=dt.date(2025, 12, 31))
    void = an_activity(world.branch, kind="care", held_on=dt.date(2026, 3, 2), is_void=True)
    for activity, label, count, unit in (
        *((visit, "慰问", 12, "人次"), (another, "慰问", 30, "人次"), (another, "慰问", 2, "户")),
        *((visit, "消杀", 30, "次"), (before, "慰问", 100, "人次"), (void, "慰问", 1_000, "人次")),
    ):
        ActivityResult.objects.create(activity=activity, label=label, count=count, unit=unit)
    ExternalParticipants.objects.create(activity=visit, description="社区群众", count=40)

    sheet = sheet_on(world.bureau, SheetKind.YEAR, today)

    assert sheet.rows[-4:] == [
        ["本年活动", "外部人员参加", "人次", 40],
        ["本年活动成果", "慰问", "人次", 42],
        ["本年活动成果", "慰问", "户", 2],
        ["本年活动成果", "消杀", "次", 30],
    ]
    assert any("名称和单位都相同的合为一行" in note for note in sheet.notes)


def test_where_nothing_came_of_them_nothing_is_said(world, today):
    an_activity(world.branch, kind="care", held_on=dt.date(2026, 2, 1))

    sheet = sheet_on(world.bureau, SheetKind.YEAR, today)

    assert not any("成果" in text for text in [*sheet.notes, *(row[0] for row in sheet.rows)])


@pytest.mark.parametrize(("who", "title"), [("secretary", "年度统计表"), ("bureau_admin", "直属下级数据统计")])
def test_a_branch_is_shown_a_sheet_that_speaks_of_it(world, signed_in, who, title):
    answer = signed_in(getattr(world, who)).get(reverse("reports:sheets"))

    assert answer.context["paper"].title.endswith(title)


def test_a_branch_may_still_ask_for_any_sheet(world, signed_in):
    answer = signed_in(world.secretary).get(reverse("reports:sheets"), {"kind": "details"})

    assert answer.context["paper"].title.endswith("组织明细")
