import datetime as dt

import pytest

from branches import tree
from branches.models import Organization, Role
from branches.tests.builders import a_grant, a_user, an_organization
from members.dictionaries import LeaguePost
from members.models import ImportState, LeagueStatus, Member, MemberStatus, RosterImport, RosterRow
from members.roster.plans.planning import plan_rows
from members.roster.reading.rows import CleanRow
from members.roster.running import checking
from members.tests.builders import a_cadre_term, a_member, a_phone, a_young_person, an_id_number
from members.tests.rosters import (
    CADRE_HEADINGS,
    MEMBER_HEADINGS,
    ORGANIZATION_HEADINGS,
    YOUTH_HEADINGS,
    a_file,
    a_row,
    checked,
    codes,
    members,
    older_number,
    states,
    warned,
)


@pytest.fixture
def admin(world):
    return world.bureau_admin


def test_every_row_of_the_file_is_accounted_for(world, admin):
    number = an_id_number()

    roster = checked(
        members(
            a_row("赵启明", "航测一室团支部"),
            a_row("钱子昂", "航测一室团支部", number=number),
            a_row("钱子昂", "航测一室团支部", number=number),
            a_row("孙知远", "查无此处团支部"),
            a_row("", "航测一室团支部"),
            ("合计", "5人"),
        ),
        organization=world.bureau,
        by=admin,
    )

    assert roster.state == ImportState.TO_CONFIRM
    assert states(roster) == [(2, "new"), (3, "new"), (4, "invalid"), (5, "invalid"), (6, "invalid")]
    assert codes(roster) == [(4, ["R_ID_DUP"]), (5, ["R_BRANCH_UNKNOWN"]), (6, ["R_NAME_EMPTY"])]
    assert roster.sheets[0]["left_out"] == [[7, "合计、说明或签字"]]
    assert Member.objects.count() == 4


def test_branches_are_found_by_full_short_and_former_names(world, admin):
    tree.rename(world.branch, full_name="共青团航测一院支部委员会", short_name="航测一院团支部", by=admin)
    names = ("共青团航测一院支部委员会", "航测一院支部", "航测一室团支部", "测绘院团总支/航测二室团支部")

    roster = checked(
        members(*(a_row(f"赵启{character}", name) for character, name in zip("明亮光辉", names, strict=True))),
        organization=world.bureau,
        by=admin,
    )

    first, second = world.branch.full_name, world.sister_branch.full_name
    assert [row.shown["branch"] for row in roster.rows.all()] == [first, first, first, second]


def test_without_a_column_sheet_and_title_say_the_branch(world, admin):
    headings = ("姓名", "身份证号", "入团年月")
    person = ("赵启明", an_id_number(), "2016-05")
    titled = ("钱子昂", an_id_number(), "2016-05")

    roster = checked(
        {
            "航测一室团支部": [headings, person],
            "二室": [("航测二室团支部",), headings, titled],
        },
        organization=world.bureau,
        by=admin,
    )

    assert [row.shown["branch"] for row in roster.rows.all()] == [world.branch.full_name, world.sister_branch.full_name]


def test_people_of_a_branch_need_no_column(world):
    roster = checked(
        members(("赵启明", an_id_number()), headings=("姓名", "身份证号")),
        organization=world.branch,
        by=world.secretary,
    )

    assert states(roster) == [(2, "new")]


def test_people_belong_to_branches_not_to_committees(world, admin):
    roster = checked(members(a_row("赵启明", "测绘院团总支")), organization=world.bureau, by=admin)

    assert codes(roster) == [(2, ["R_BRANCH_UNKNOWN"])]


def test_a_known_person_is_shown_with_old_and_new(world, admin):
    phone = a_phone()
    row = a_row("白雨桐", world.branch.full_name, number=world.member.id_number, joined="2016-05-04", phone=phone)

    roster = checked(members(row), organization=world.bureau, by=admin)

    (planned,) = roster.rows.all()
    assert (planned.state, planned.target_id) == ("update", world.member.pk)
    masked = f"{phone[:3]}****{phone[-4:]}"
    assert planned.changes == {
        "手机号": [world.member.phone_masked, masked],
        "入团年月": ["2016-05", "2016-05-04"],
    }


def test_blank_cells_and_masked_phones_change_nothing(world, admin):
    row = ("白雨桐", world.member.id_number, None, None, None, world.branch.short_name, None, "140****0001")

    roster = checked(members(row), organization=world.bureau, by=admin)

    assert (states(roster), warned(roster)) == ([(2, "same")], [(2, ["W_VALUE_UNKNOWN"])])


def test_a_month_never_overwrites_a_day(world, admin):
    number = an_id_number()
    a_member(
        "钱子昂",
        branch=world.branch,
        id_number=number,
        phone="14000999001",
        joined_on=dt.date(2016, 5, 4),
        joined_on_is_month=False,
    )
    row = a_row("钱子昂", world.branch.short_name, number=number, joined="2016-05", phone="14000999001")

    roster = checked(members(row), organization=world.bureau, by=admin)

    assert states(roster) == [(2, "same")]


def test_without_the_tick_known_people_stay_as_they_are(world, admin):
    row = a_row("白雨桐", world.branch.short_name, number=world.member.id_number)

    roster = checked(members(row), organization=world.bureau, by=admin, update_existing=False)

    assert (states(roster), warned(roster)) == ([(2, "same")], [(2, ["W_PRECISION", "W_KNOWN"])])


def test_nobody_outside_is_touched_or_told_of(world):
    row = a_row("何静姝", world.branch.short_name, number=world.sister_member.id_number)
    foreign = a_row("戴梓萱", world.branch.short_name, number=world.foreign_member.id_number)

    roster = checked(members(row, foreign), organization=world.branch, by=world.secretary)

    inside, outside = roster.rows.all()
    assert states(roster) == [(2, "elsewhere"), (3, "elsewhere")]
    assert inside.warnings[-1][1] == outside.warnings[-1][1]
    assert (inside.target_id, outside.target_id) == (None, None)
    assert "航测二室" not in str(inside.warnings)


def test_nobody_is_moved_from_one_branch_to_another(world, admin):
    row = a_row("何静姝", world.branch.short_name, number=world.sister_member.id_number)

    roster = checked(members(row), organization=world.bureau, by=admin)

    assert "W_OTHER_BRANCH" in warned(roster)[0][1]
    assert "所在团支部" not in roster.rows.get().changes


def test_who_left_the_league_is_not_brought_back(world, admin):
    number = an_id_number()
    a_member(
        "钱子昂",
        branch=world.branch,
        id_number=number,
        status=MemberStatus.VOLUNTARY_EXIT,
        league_status=LeagueStatus.LEFT,
    )

    roster = checked(members(a_row("钱子昂", "航测一室团支部", number=number)), organization=world.bureau, by=admin)

    assert (states(roster), warned(roster)[0][1][-1]) == ([(2, "same")], "W_GONE")


def test_a_verified_record_keeps_its_name(world, admin):
    Member.objects.filter(pk=world.member.pk).update(verified_on=dt.date(2026, 1, 1))
    row = a_row("白宇桐", world.branch.short_name, number=world.member.id_number)

    roster = checked(members(row), organization=world.bureau, by=admin)

    assert "W_LOCKED" in warned(roster)[0][1]
    assert "姓名" not in roster.rows.get().changes


def test_a_namesake_with_another_number_is_pointed_out(world, admin):
    roster = checked(members(a_row("白雨桐", world.branch.short_name)), organization=world.bureau, by=admin)

    assert (states(roster), warned(roster)[0][1][-1]) == ([(2, "asked")], "W_SAME_PERSON")


def test_one_person_in_two_sheets_is_one_person_with_one_post(world, admin):
    number = an_id_number()
    cadre = ("赵启明", number, "航测二室团支部", "支部书记", "2024-03", "兼职", "共青团员")

    roster = checked(
        {
            **members(a_row("赵启明", "航测二室团支部", number=number, post="书记")),
            "团干部": [CADRE_HEADINGS, cadre],
        },
        organization=world.bureau,
        by=admin,
    )

    assert states(roster) == [(2, "new"), (2, "new")]
    assert codes(roster) == []


def test_a_second_secretary_is_pointed_out(world, admin):
    roster = checked(members(a_row("赵启明", "航测一室团支部", post="书记")), organization=world.bureau, by=admin)

    assert warned(roster)[0][1][-1] == "W_SECOND_SECRETARY"


def test_organisations_come_first_and_people_may_mean_them(world, admin):
    roster = checked(
        {
            **members(a_row("赵启明", "新建室团支部")),
            "组织": [
                ORGANIZATION_HEADINGS,
                (
                    "华岳局遥感院总支部委员会",
                    "华岳局遥感院新建室支部委员会",
                    "新建室团支部",
                    "团支部",
                    None,
                    None,
                    None,
                ),
                ("华岳局团委", "华岳局遥感院总支部委员会", "遥感院团总支", "团总支", "国有企业", "2020-05", None),
            ],
        },
        organization=world.bureau,
        by=admin,
    )

    assert [(row.kind, row.line, row.state) for row in roster.rows.all()] == [
        ("organizations", 2, "new"),
        ("organizations", 3, "new"),
        ("members", 2, "new"),
    ]
    assert Organization.objects.filter(short_name="遥感院团总支").count() == 0


def test_the_row_without_superior_is_the_organisation_given(world, admin):
    rows = [
        (None, world.bureau.full_name, "局团委", "团委", "国有企业", "1990-01-02", "0871-65120000"),
        (None, "中国共产主义青年团别的局委员会", None, "团委", None, None, None),
    ]

    roster = checked({"组织": [ORGANIZATION_HEADINGS, *rows]}, organization=world.bureau, by=admin)

    first, second = roster.rows.all()
    assert (first.state, first.target_id) == ("update", world.bureau.pk)
    assert first.changes == {
        "行业类别": [None, "国有企业"],
        "成立时间": [None, "1990-01-02"],
        "联系电话": [None, "0871-65120000"],
    }
    assert (second.state, second.problems[0][0]) == ("invalid", "R_BRANCH_UNKNOWN")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("查无此处团委", "甲支部委员会", None, "团支部"), "R_BRANCH_UNKNOWN"),
        (("华岳局团委", None, "甲支部", "团支部"), "R_NAME_EMPTY"),
        (("航测一室团支部", "甲支部委员会", None, "团支部"), "R_BRANCH_UNKNOWN"),
        (("华岳局团委", "甲组", None, None), "R_NAME_BAD"),
        (("华岳局团委", "甲支部委员会", "测绘院团总支", "团支部"), "R_NAME_BAD"),
        (("乙支部委员会", "甲总支部委员会", None, "团总支"), "R_BRANCH_UNKNOWN"),
    ],
)
def test_organisations_that_fit_nowhere_are_refused(world, admin, row, code):
    sheet = [ORGANIZATION_HEADINGS[:4], row, ("甲总支部委员会", "乙支部委员会", None, "团支部")]

    roster = checked({"组织": sheet}, organization=world.bureau, by=admin)

    assert codes(roster)[0] == (2, [code])


def test_who_keeps_people_only_sets_up_no_organisations(world):
    rows = [("测绘院团总支", "测绘院新支部委员会", "新支部", "团支部", None, None, None)]

    roster = checked(
        {"组织": [ORGANIZATION_HEADINGS, *rows], **members(a_row("赵启明", "新支部"))},
        organization=world.general,
        by=world.clerk,
    )

    assert [(row.kind, row.state) for row in roster.rows.all()] == [
        ("organizations", "elsewhere"),
        ("members", "invalid"),
    ]


def test_cadres_who_are_no_members_have_no_branch(world, admin):
    cadre = ("李文博", older_number(), "华岳局团委", "副书记", "2022-01", "专职", "中共党员")

    roster = checked({"团干部": [CADRE_HEADINGS, cadre]}, organization=world.bureau, by=admin)

    assert (states(roster), codes(roster)) == ([(2, "new")], [])


def test_young_people_may_come_without_a_number_and_are_known_again(world, admin):
    a_young_person("周佳禾", branch=world.branch, id_number="", birth_on=dt.date(2004, 5, 6))
    rows = [
        ("周佳禾", "女", "2004-05", "航测一室团支部"),
        ("周佳禾", "女", "2001-01", "航测一室团支部"),
        ("吴繁星", "男", "2005-07-08", "航测一室团支部"),
    ]

    roster = checked({"青年": [YOUTH_HEADINGS, *rows]}, organization=world.bureau, by=admin)

    assert states(roster) == [(2, "same"), (3, "new"), (4, "new")]


def test_values_and_files_are_kept_sealed(world, admin):
    number = an_id_number()

    roster = checked(members(a_row("赵启明", "航测一室团支部", number=number)), organization=world.bureau, by=admin)

    row = RosterRow.objects.values().get()
    assert number not in str(row)
    assert b"xl/worksheets" not in bytes(roster.file.sealed)
    assert roster.file.content.startswith(b"PK")


def test_a_file_that_cannot_be_used_fails_with_the_reason(world, admin):
    file = a_file({"说明": [("没有表头",)]})

    roster = checked(file, organization=world.bureau, by=admin)

    assert (roster.state, roster.error_code) == (ImportState.FAILED, "F_NO_HEADER")
    assert roster.error.startswith("没有找到表头")


def test_rights_lost_before_the_check_stop_it(world):
    user = a_user()
    grant = a_grant(user, world.branch, Role.ENTRY_CLERK)
    roster = checked(members(a_row("赵启明", "航测一室团支部")), organization=world.branch, by=user)
    grant.delete()
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.UPLOADED)
    checking.check(roster.pk)

    roster.refresh_from_db()
    assert (roster.state, roster.error_code) == (ImportState.FAILED, "R_OUT_OF_SCOPE")


def test_the_number_of_queries_does_not_depend_on_the_rows(world, admin, django_assert_max_num_queries):
    def rows(count):
        for line in range(count):
            number = {"number": an_id_number(), "type": "111", "birth": "2001-06-18", "gender": "2"}
            facts = {"name": "赵启明", "id_number": number, "branch": "航测一室团支部"}
            yield CleanRow("表", line, "members", facts, letters=dict.fromkeys(facts, "A"))

    with django_assert_max_num_queries(12):
        plan = plan_rows(rows(300), organization=world.bureau, by=admin)

    assert plan.totals["new"] == 300


def test_an_organisation_called_by_two_names_is_asked_about(world, admin):
    an_organization("航测一室团支部", full_name="共青团水文队航测一室支部委员会", under=world.other_general)

    roster = checked(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)

    assert roster.rows.get().problems[0][1] == "有多个组织叫“航测一室团支部”，请填写全称。"


def test_a_post_that_is_held_is_no_new_one(world, admin):
    a_cadre_term(person=world.other_member, organization=world.other_branch, post=LeaguePost.SECRETARY)
    cadre = ("曹景行", world.other_member.id_number, "一分队团支部", "书记", None, None, None)

    roster = checked({"团干部": [CADRE_HEADINGS, cadre]}, organization=world.bureau, by=admin)

    assert states(roster) == [(2, "same")]


def test_headings_are_those_of_the_sheet():
    assert len(MEMBER_HEADINGS) == len(a_row("赵启明", "甲"))
