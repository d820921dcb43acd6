import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files import File
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from branches import tree
from branches.models import Organization
from branches.tests.builders import an_organization
from members import cadres, records
from members.dictionaries import LeaguePost
from members.models import BranchMembership, CadreTerm, ImportState, Member, StatusChange
from members.roster.outcome.reporting import write_refused
from members.roster.outcome.undoing import take_back
from members.tests.builders import an_id_number
from members.tests.rosters import (
    CADRE_HEADINGS,
    MEMBER_HEADINGS,
    ORGANIZATION_HEADINGS,
    a_row,
    checked,
    codes,
    imported,
    members,
    older_number,
    states,
)


@pytest.fixture
def admin(world):
    return world.bureau_admin


def everything():
    """Everybody and everything, without what a take-back may leave raised: versions and times.

    What is sealed anew has another token; the index beside it says that number and phone are the same.
    """
    raised = {"version", "updated_at", "updated_by_id", "id_number_sealed", "phone_sealed"}
    return [
        [
            {name: value for name, value in row.items() if name not in raised}
            for row in model.objects.order_by("pk").values()
        ]
        for model in (Organization, Member, CadreTerm, BranchMembership, StatusChange)
    ]


def a_whole_unit(world):
    cadre = ("李文博", older_number(), "华岳局团委", "副书记", "2022-01", "专职", "中共党员")
    known = ("曹景行", world.other_member.id_number, "一分队团支部", "宣传委员", "2023-05", "兼职", None)
    return {
        "组织": [
            ORGANIZATION_HEADINGS,
            (None, world.bureau.full_name, None, "团委", "国有企业", "1990-01-02", None),
            ("华岳局团委", "华岳局遥感院总支部委员会", "遥感院团总支", "团总支", None, None, None),
            ("遥感院团总支", "华岳局遥感院新支部委员会", "新支部", "团支部", None, "2020-05", None),
        ],
        **members(
            a_row("赵启明", "新支部", post="书记"),
            a_row("白雨桐", "航测一室团支部", number=world.member.id_number, political="中共党员", post="书记"),
        ),
        "团干部": [CADRE_HEADINGS, cadre, known],
    }


def test_everything_is_as_before(world, admin):
    before = everything()
    roster = imported(a_whole_unit(world), organization=world.bureau, by=admin)

    result = take_back(roster, by=admin)

    assert everything() == before
    assert tree.find_problems() == []
    assert (result.kept, roster.changes.filter(returned_at=None).count()) == ([], 0)
    roster.refresh_from_db()
    assert (roster.state, roster.taken_back_by) == (ImportState.TAKEN_BACK, admin)


def test_a_second_time_does_nothing_more(world, admin):
    roster = imported(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)
    first = take_back(roster, by=admin)
    before = everything()

    second = take_back(roster, by=admin)

    assert (second.returned, second.kept, everything()) == (first.returned, [], before)


def test_what_was_touched_since_stays_and_is_named(world, admin):
    roster = imported(
        members(a_row("赵启明", "航测一室团支部"), a_row("钱子昂", "航测一室团支部")),
        organization=world.bureau,
        by=admin,
    )
    person = Member.objects.get(name="赵启明")
    records.correct(person, values={"work_unit": "测绘院"}, version=1, by=world.secretary)

    result = take_back(roster, by=admin)

    assert [(change.label, change.kept_because) for change in result.kept] == [
        ("赵启明", "支书于 2026-11-21 12:00 修改")
    ]
    assert Member.objects.filter(name="赵启明").exists()
    assert not Member.objects.filter(name="钱子昂").exists()


def test_who_holds_a_post_since_stays_and_so_do_the_branch_and_its_superior(world, admin):
    sheets = {
        "组织": [
            ORGANIZATION_HEADINGS,
            ("华岳局团委", "华岳局遥感院总支部委员会", "遥感院团总支", "团总支", None, None, None),
            ("遥感院团总支", "华岳局遥感院新支部委员会", "新支部", "团支部", None, None, None),
            ("遥感院团总支", "华岳局遥感院空支部委员会", "空支部", "团支部", None, None, None),
        ],
        **members(a_row("赵启明", "新支部")),
    }
    roster = imported(sheets, organization=world.bureau, by=admin)
    person = Member.objects.get(name="赵启明")
    cadres.appoint(CadreTerm(person=person, organization=person.branch, post=LeaguePost.SECRETARY), by=admin)

    result = take_back(roster, by=admin)

    assert [change.label for change in result.kept] == ["遥感院团总支", "新支部", "赵启明"]
    assert not Organization.objects.filter(short_name="空支部").exists()
    assert tree.find_problems() == []


def test_organisations_with_others_below_stay(world, admin):
    sheets = {
        "组织": [
            ORGANIZATION_HEADINGS,
            ("华岳局团委", "华岳局遥感院总支部委员会", "遥感院团总支", "团总支", None, None, None),
        ]
    }
    roster = imported(sheets, organization=world.bureau, by=admin)
    general = Organization.objects.get(short_name="遥感院团总支")
    an_organization("后来的支部", under=general)

    result = take_back(roster, by=admin)

    assert [(change.label, change.kept_because) for change in result.kept] == [("遥感院团总支", "下面还有其他组织")]
    assert tree.find_problems() == []


def test_only_what_was_written_is_taken_back_by_who_may(world, admin):
    waiting = checked(members(a_row("赵启明", "航测一室团支部")), organization=world.bureau, by=admin)
    with pytest.raises(ValidationError, match="待确认"):
        take_back(waiting, by=admin)

    with pytest.raises(ValidationError, match="权限"):
        take_back(waiting, by=world.observer)


def test_organisations_are_taken_back_by_who_manages_the_structure(world):
    sheets = {
        "组织": [ORGANIZATION_HEADINGS, ("测绘院团总支", "测绘院新支部委员会", "新支部", "团支部", None, None, None)]
    }
    roster = imported(sheets, organization=world.general, by=world.general_admin)

    with pytest.raises(ValidationError, match="请由管理员撤回"):
        take_back(roster, by=world.clerk)

    assert Organization.objects.filter(short_name="新支部").exists()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["赵启明", "钱子昂", "孙知远", "", "周1"]),
            st.sampled_from(["航测一室团支部", "航测二室团支部", "一分队团支部", "没有的支部"]),
            st.sampled_from(["共青团员", "中共党员", "群众", "火星人", None]),
            st.sampled_from(["书记", "组织委员、宣传委员", "团员", None]),
            st.sampled_from(["2016-05", "2016-05-04", "2030-01", None]),
            st.sampled_from(["new", "known", "again"]),
        ),
        min_size=1,
        max_size=8,
    )
)
@pytest.mark.property
def test_any_import_can_be_taken_back_and_repeats_itself(world, admin, rows):
    numbers = {"again": an_id_number(), "known": world.member.id_number}
    lines = [
        a_row(name, branch, number=numbers.get(who), political=political, joined=joined, post=post)
        for name, branch, political, post, joined, who in rows
    ]
    before = everything()
    roster = imported(members(*lines), organization=world.bureau, by=admin)
    repeated = imported(members(*lines), organization=world.bureau, by=admin)

    take_back(roster, by=admin)

    assert len(states(roster)) == len(lines)
    assert {state for _, state in states(repeated)} <= {"same", "invalid", "asked"}
    assert everything() == before


def test_refused_rows_come_back_with_their_columns_and_the_reason(world, admin):
    headings = (*MEMBER_HEADINGS, "血型")
    wrong = (*a_row("赵启明", "航测一室团支部", phone="123"), "AB")
    right = (*a_row("钱子昂", "航测一室团支部"), "A")
    roster = checked({"团员": [("华岳局团员名册",), headings, wrong, right]}, organization=world.bureau, by=admin)
    target = io.BytesIO()

    count = write_refused(roster, target, by=admin)

    sheet, about = (load_workbook(target)[name] for name in ("团员", "填写说明"))
    rows = list(sheet.iter_rows(values_only=True))
    assert count == 1
    assert "退回的 1 行，内容与上传时相同，含号码原样，用后请妥善保管或销毁。" in about["A3"].value
    assert rows[0][0] == "华岳局团员名册"
    assert rows[1:] == [(*headings, "失败原因"), (*wrong, "手机号应为 11 位，现为 3 位。")]
    assert sheet["B3"].number_format == "@"
    assert (sheet["B3"].protection.locked, sheet["H3"].protection.locked) == (True, False)


def test_refused_rows_can_be_imported_again_as_they_are_and_mended(world, admin):
    roster = checked(
        members(a_row("赵启明", "航测一室", phone="123"), a_row("", "航测一室")), organization=world.bureau, by=admin
    )
    target = io.BytesIO()
    write_refused(roster, target, by=admin)
    book = load_workbook(target)
    again = checked(File(io.BytesIO(target.getvalue()), name="退回.xlsx"), organization=world.bureau, by=admin)

    book["团员"]["H2"] = "14000000123"
    mended = io.BytesIO()
    book.save(mended)
    mended.seek(0)
    third = checked(File(mended, name="改好.xlsx"), organization=world.bureau, by=admin)

    assert codes(again) == codes(roster)
    assert states(third) == [(2, "new"), (3, "invalid")]


def test_nothing_refused_means_no_workbook(world, admin):
    roster = checked(members(a_row("赵启明", "航测一室")), organization=world.bureau, by=admin)

    with pytest.raises(ValidationError, match="没有退回的行"):
        write_refused(roster, io.BytesIO(), by=admin)
