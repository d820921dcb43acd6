"""A list of activities on its way into the database: what is planned, refused, recorded, left as it is."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities import attending
from activities.models import Activity, ActivityKind
from activities.tests.builders import an_activity
from activities.tests.ledgers import a_list, a_row, checked, imported, notes, sentences
from activities.wording import details_of
from branches.models import AuditEntry, Role, Touched
from branches.tests.builders import a_grant, a_user
from members.models import BranchMembership
from members.models.roster import ImportPurpose
from members.roster.running.applying import MOVED, apply_plan
from members.tests.builders import a_cadre_term, a_member, a_young_person
from members.tests.rosters import states
from reports.completion.sums import completion_of


def records():
    return [
        (str(activity.organization), str(activity.held_on), activity.kind.name, activity.topic)
        for activity in Activity.objects.select_related("organization", "kind").order_by("id")
    ]


def refusals(roster):
    return [sentence for _, said in sentences(roster) for sentence in said]


def test_a_list_is_recorded_with_names_numbers_and_guests(world):
    headings = ("日期", "类型", "活动主题", "地点", "主持人", "参加人员", "请假人员", "来宾", "会议内容", "决议")
    other = a_member("何静仪", branch=world.branch)
    row = (
        *("2026-11-10", "支部大会", "总结上季度工作", "会议室", "白雨桐", "白雨桐", "何静仪（出差）"),
        *("局团委2人", "通过了计划", "同意"),
    )

    roster = imported(a_list(row, headings=headings), organization=world.branch, by=world.secretary, note="补登")

    (activity,) = Activity.objects.with_numbers()
    details = details_of(activity)
    assert records() == [("航测一室团支部", "2026-11-10", "支部大会", "总结上季度工作")]
    assert (activity.place, activity.host, activity.minutes, activity.resolution) == (
        "会议室", "白雨桐", "通过了计划", "同意",
    )  # fmt: skip
    assert [(row.person, row.state, row.reason) for row in details.attendances] == [
        (world.member, "present", ""),
        (other, "leave", "出差"),
    ]
    assert [str(row) for row in details.externals] == ["局团委 2"]
    assert (activity.recorded_by, activity.version, activity.attended) == (world.secretary, 1, None)
    assert roster.counts["written"] == {"activities_created": 1}
    assert roster.rows.get().target_id == activity.pk
    assert Touched.objects.filter(organization=world.branch).exists()


def test_what_was_recorded_stands_in_the_log_under_the_import(world):
    sheets = a_list(a_row(people="白雨桐"))

    roster = imported(sheets, organization=world.branch, by=world.secretary, note="补登")

    entry = AuditEntry.objects.get(object_type="activities.activity")
    assert (entry.kind, entry.actor, entry.job, entry.reason) == (
        "created", world.secretary, f"活动清单导入 {roster.pk}", "补登",
    )  # fmt: skip
    assert entry.changes == {
        "活动类型": [None, "团课"],
        "日期": [None, "2026-11-10"],
        "主题": [None, "学习团章"],
        "方式": [None, "现场"],
        "出席": [None, "白雨桐"],
    }


def test_a_number_of_people_is_kept_as_a_number(world):
    imported(a_list(a_row(attended=15)), organization=world.branch, by=world.secretary)

    activity = Activity.objects.with_numbers().get()
    assert (activity.attended, activity.expected_count) == (15, 0)


def test_rows_go_to_the_organisation_they_name_or_stand_under(world):
    sheets = a_list(
        a_row("甲", branch="航测一室团支部"),
        a_row("乙", branch=world.sister_branch.full_name),
        a_row("丙", branch="测绘院总支"),
        a_row("丁", branch=None),
    ) | a_list(
        ("2026-11-11", "团课", "戊"),
        ("航测一室团支部",),
        ("2026-11-11", "团课", "己"),
        headings=("日期", "类型", "主题"),
        title="航测二室团支部",
    )  # fmt: skip

    roster = imported(sheets, organization=world.general, by=world.general_admin)

    assert [(organization, topic) for organization, _, _, topic in records()] == [
        ("航测一室团支部", "甲"),
        ("航测二室团支部", "乙"),
        ("测绘院团总支", "丙"),
        ("测绘院团总支", "丁"),
        ("航测二室团支部", "戊"),
        ("航测一室团支部", "己"),
    ]
    assert notes(roster) == [(5, ["没有写团组织，登记为测绘院团总支的活动，请核对。"])]


def test_rows_below_a_section_nobody_knows_go_to_no_other_organisation(world):
    rows = [("2026-11-11", "团课", "甲"), ("航测九室团支部",), ("2026-11-11", "团课", "乙")]
    sheets = a_list(*rows, headings=("日期", "类型", "主题"), title="航测二室团支部")

    roster = checked(sheets, organization=world.general, by=world.general_admin)

    (refused,) = sentences(roster)
    assert (refused[0], refused[1][0].startswith("在“测绘院团总支”及其下级组织中找不到“航测九室团支部”")) == (4, True)


def test_organisations_that_are_not_below_are_not_touched(world):
    sheets = a_list(
        a_row("甲", branch="一分队团支部"), a_row("乙", branch="航测三室团支部"), a_row("丙", branch="铸造车间团支部")
    )

    roster = checked(sheets, organization=world.general, by=world.bureau_admin)

    assert states(roster) == [(2, "elsewhere"), (3, "invalid"), (4, "invalid")]
    assert notes(roster) == [
        (2, ["“一分队团支部”不在“测绘院团总支”及其下级组织中，没有导入；请导入到它自己或它的上级组织。"])
    ]
    assert refusals(roster) == [
        "在“测绘院团总支”及其下级组织中找不到“航测三室团支部”，请核对名称。您是不是要填“航测二室团支部”？",
        "在“测绘院团总支”及其下级组织中找不到“铸造车间团支部”，请核对名称。",
    ]


def test_several_organisations_of_one_name_are_asked_about(world):
    twin = world.other_branch
    twin.short_name = world.branch.short_name
    twin.save()

    roster = checked(a_list(a_row()), organization=world.bureau, by=world.bureau_admin)

    assert refusals(roster) == ["有多个组织叫“航测一室团支部”，请填写全称。"]


def test_names_that_mean_nobody_or_somebody_of_another_day_are_refused(world):
    gone = a_member("赵启明", branch=world.branch)
    BranchMembership.objects.filter(person=gone).update(effective_to=dt.date(2026, 6, 30))
    rows = [
        a_row("甲", people="白雨童、钱远"),
        a_row("乙", people="赵启明"),
        a_row("丙", people="赵启明", held_on="2026-06-30"),
    ]

    roster = checked(a_list(*rows), organization=world.branch, by=world.secretary)

    assert states(roster) == [(2, "invalid"), (3, "invalid"), (4, "new")]
    assert refusals(roster) == [
        "航测一室团支部的名册上没有“白雨童”，请核对姓名。您是不是要写“白雨桐”？",
        "航测一室团支部的名册上没有“钱远”，请核对姓名。外来人员请写到“列席和来宾”。",
        "“赵启明” 2026-11-10 不在航测一室团支部的名册上，请核对日期和姓名。",
    ]


def test_of_committees_those_who_hold_a_post_are_meant(world):
    a_cadre_term(person=world.other_member, organization=world.general)
    rows = [a_row("甲", branch=None, people="曹景行"), a_row("乙", branch=None, people="白雨桐")]

    roster = checked(a_list(*rows), organization=world.general, by=world.bureau_admin)

    assert states(roster) == [(2, "new"), (3, "invalid")]
    assert refusals(roster) == ["测绘院团总支的在任团干部中没有“白雨桐”，请核对姓名。外来人员请写到“列席和来宾”。"]


def test_namesakes_are_told_apart_by_their_birth(world):
    older = a_member("白雨桐", branch=world.branch, birth_on=dt.date(1999, 3, 4))
    rows = [a_row("甲", people="白雨桐"), a_row("乙", people="白雨桐（1999-03）"), a_row("丙", people="白雨桐（1998）")]

    roster = imported(a_list(*rows), organization=world.branch, by=world.secretary)

    assert refusals(roster) == [
        "航测一室团支部有 2 个“白雨桐”，请按出生年月写成“白雨桐（1999-03）”或“白雨桐（2001-06）”。",
        "出生年月 1998 的“白雨桐” 2026-11-10 不在航测一室团支部的名册上，请核对日期和姓名。",
    ]
    assert [row.person for row in details_of(Activity.objects.get()).attendances] == [older]


def test_namesakes_nothing_tells_apart_are_left_to_the_page(world):
    a_member("白雨桐", branch=world.branch)

    roster = checked(a_list(a_row(people="白雨桐")), organization=world.branch, by=world.secretary)

    assert refusals(roster) == ["航测一室团支部有 2 个“白雨桐”，无法区分，请在这里删去，导入后打开活动记录勾选。"]


def test_a_person_stands_once_in_a_row_and_an_activity_once_in_a_file(world):
    sheets = a_list(a_row("甲", people="白雨桐、白雨桐"), a_row("乙"), a_row("乙")) | a_list(a_row("乙"), title="补充")

    roster = checked(sheets, organization=world.branch, by=world.secretary)

    assert sentences(roster) == [
        (2, ["“白雨桐”在这一行写了两次，请删去一处。"]),
        (4, ["与本文件第 3 行是同一次活动（组织、日期、类型和主题相同），请删去重复的行。"]),
        (2, ["与本文件工作表“活动”第 3 行是同一次活动（组织、日期、类型和主题相同），请删去重复的行。"]),
    ]


def test_the_same_file_again_changes_nothing(world):
    sheets = a_list(a_row("甲", people="白雨桐"), a_row("乙", attended="15"))
    imported(sheets, organization=world.branch, by=world.secretary)
    before = list(Activity.objects.order_by("id").values())

    roster = imported(sheets, organization=world.branch, by=world.secretary)

    assert states(roster) == [(2, "same"), (3, "same")]
    assert roster.counts["written"] == {"activities_created": 0}
    assert notes(roster)[0] == (
        2,
        ["已有这条活动记录（组织、日期、类型和主题相同），没有改动；要修改请打开原记录。"],
    )
    assert list(Activity.objects.order_by("id").values()) == before


def test_a_void_record_does_not_count_as_recorded(world):
    an_activity(world.branch, is_void=True)

    roster = checked(a_list(a_row()), organization=world.branch, by=world.secretary)

    assert states(roster) == [(2, "new")]


def test_a_list_needs_the_right_to_keep_activities(world):
    with pytest.raises(ValidationError, match="权限"):
        checked(a_list(a_row()), organization=world.branch, by=world.officer)


def test_rights_are_asked_again_when_writing(world):
    user = a_user()
    grant = a_grant(user, world.branch, Role.ENTRY_CLERK)
    roster = checked(a_list(a_row()), organization=world.branch, by=user)
    grant.delete()

    with pytest.raises(ValidationError, match="权限"):
        apply_plan(roster, by=user)

    assert records() == []


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda world: an_activity(world.branch),
        lambda world: BranchMembership.objects.filter(person=world.member).update(effective_to=dt.date(2026, 1, 1)),
        lambda world: ActivityKind.objects.filter(code="league_lesson").delete(),
    ],
)
def test_a_plan_that_no_longer_holds_is_not_written(world, meanwhile):
    roster = checked(a_list(a_row(people="白雨桐")), organization=world.branch, by=world.secretary)
    world.secretary_term.delete()
    meanwhile(world)
    before = records()

    with pytest.raises(ValidationError) as refusal:
        apply_plan(roster, by=world.secretary)

    assert (refusal.value.code, records()) == (MOVED, before)


def test_the_preview_has_the_words_of_activities(world):
    roster = checked(a_list(a_row(people="白雨桐"), a_row(kind="团科")), organization=world.branch, by=world.secretary)

    assert (roster.purpose, roster.counts["rows"]) == (
        ImportPurpose.ACTIVITIES,
        {"activities": {"new": 1, "update": 0, "same": 0, "invalid": 1, "elsewhere": 0, "asked": 0}},
    )
    first = roster.rows.first()
    assert (first.label, first.shown) == (
        "学习团章",
        {
            "branch": world.branch.full_name,
            "held_on": "2026-11-10",
            "kind": "团课",
            "topic": "学习团章",
            "people": "白雨桐",
        },
    )


def test_completion_counts_an_assembly_that_was_imported(world):
    def held():
        found = completion_of([world.branch], dt.date(2026, 11, 21))[world.branch.pk]
        return [result.actual for result in found.own if result.key == "branch_assembly"]

    before = held()
    imported(a_list(a_row(kind="支部大会", held_on="2026-09-16")), organization=world.branch, by=world.secretary)

    assert (before, held()) == ([0], [1])


def test_queries_hardly_depend_on_the_rows(world, django_assert_max_num_queries):
    people = "、".join(a_member(f"赵{character}", branch=world.branch).name for character in "甲乙丙丁戊己庚辛壬癸")
    rows = [a_row(f"第{number}次", people=people, held_on=f"2026-{number % 10 + 1:02}-05") for number in range(300)]
    roster = checked(a_list(*rows), organization=world.branch, by=world.secretary)

    with django_assert_max_num_queries(60):
        apply_plan(roster, by=world.secretary)

    assert Activity.objects.count() == 300


def test_rolls_say_what_people_of_says(world):
    moved = a_member("赵启明", branch=world.branch)
    BranchMembership.objects.filter(person=moved).update(effective_to=dt.date(2026, 3, 31))
    BranchMembership.objects.create(person=moved, branch=world.sister_branch, effective_from=dt.date(2026, 4, 1))
    entered = a_young_person("钱远", branch=world.branch)
    BranchMembership.objects.filter(person=entered).update(effective_from=timezone.localdate())
    a_cadre_term(person=moved, organization=world.branch, started_on=None, ended_on=dt.date(2026, 8, 1))
    a_member("孙宁", branch=world.branch, status="void")
    places = (world.branch, world.sister_branch, world.general)
    days = [dt.date(2019, 1, 1), dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2026, 8, 2), timezone.localdate()]

    rolls = attending.Rolls(places, user=None)

    told = {(place.pk, day): {row.pk for row in rolls.people_of(place, day)} for place in places for day in days}
    assert told == {
        (place.pk, day): set(attending.people_of(place, day).values_list("pk", flat=True))
        for place in places
        for day in days
    }
