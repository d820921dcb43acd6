"""What is not clear by itself is decided by a person, row by row, and nothing of it happens before."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from branches.models import AuditEntry, Touched
from members.models import (
    BranchMembership,
    Choice,
    Correction,
    DifferentPeople,
    LeagueStatus,
    Member,
    MemberStatus,
    RosterDecision,
)
from members.roster.outcome.undoing import take_back
from members.roster.preview.deciding import decide, decide_all
from members.roster.running.applying import apply_plan
from members.roster.running.starting import check_again, discard
from members.tests.builders import a_cadre_term, a_member, a_young_person, an_id_number
from members.tests.rosters import YOUTH_HEADINGS, a_row, checked, members, states, warned


@pytest.fixture
def admin(world):
    return world.bureau_admin


def moving_row(world, **options):
    return a_row("何静姝", world.branch.short_name, number=world.sister_member.id_number, **options)


def listed_elsewhere(world, admin, **options):
    """A member of the sister branch, listed in the other one."""
    row = ("何静姝", world.sister_member.id_number, None, None, None, world.branch.short_name, None, None)
    return checked(members(row), organization=options.get("at", world.bureau), by=admin)


def with_other_number(world, admin):
    """Somebody of a known name and branch with a number nobody has; her phone is another one, too."""
    row = a_row(world.member.name, world.branch.short_name, number=an_id_number(), phone="14000777777")
    return checked(members(row), organization=world.bureau, by=admin)


def test_nobody_moves_unless_the_row_is_ticked(world, admin):
    roster = listed_elsewhere(world, admin)

    apply_plan(roster, by=admin)

    row = roster.rows.get()
    assert (row.state, row.offers, warned(roster)) == ("asked", ["move"], [(2, ["W_OTHER_BRANCH"])])
    assert Member.objects.get(pk=world.sister_member.pk).branch == world.sister_branch


def test_a_ticked_row_moves_the_person_and_both_branches_are_counted_anew(world, admin):
    roster = listed_elsewhere(world, admin)
    Touched.objects.all().delete()

    row = decide(roster.rows.get(), Choice.MOVE, by=admin)
    apply_plan(roster, by=admin)

    old, new = BranchMembership.objects.filter(person=world.sister_member).order_by("pk")
    assert (row.state, row.offers, row.changes) == (
        "update",
        ["move"],
        {"所在团支部": [world.sister_branch.short_name, world.branch.short_name]},
    )
    assert Member.objects.get(pk=world.sister_member.pk).branch == world.branch
    assert (old.effective_to is not None, old.ended_recorded_at is not None) == (True, True)
    assert (new.branch, new.effective_to) == (world.branch, None)
    assert set(Touched.objects.values_list("organization_id", flat=True)) == {world.branch.pk, world.sister_branch.pk}


def test_a_move_is_taken_back_with_its_history(world, admin):
    before = list(BranchMembership.objects.order_by("pk").values())
    roster = listed_elsewhere(world, admin)
    decide(roster.rows.get(), Choice.MOVE, by=admin)
    apply_plan(roster, by=admin)

    result = take_back(roster, by=admin)

    assert result.kept == []
    assert Member.objects.get(pk=world.sister_member.pk).branch == world.sister_branch
    assert list(BranchMembership.objects.order_by("pk").values()) == before


def test_somebody_kept_in_another_branch_of_ones_own_is_fetched_only_when_ticked(world, admin):
    roster = listed_elsewhere(world, admin, at=world.branch)
    unticked = states(roster)

    decide(roster.rows.get(), Choice.MOVE, by=admin)

    assert (unticked, states(roster)) == ([(2, "asked")], [(2, "update")])


def test_whoever_keeps_only_the_new_branch_neither_fetches_nor_sends_back(world, admin):
    theirs = listed_elsewhere(world, world.secretary, at=world.branch)
    ours = listed_elsewhere(world, admin, at=world.branch)
    decide(ours.rows.get(), Choice.MOVE, by=admin)
    apply_plan(ours, by=admin)

    result = take_back(ours, by=world.secretary)

    assert [(row.state, row.offers) for row in theirs.rows.all()] == [("elsewhere", [])]
    assert [change.kept_because[:9] for change in result.kept] == ["原来所在的团支部已"]
    assert Member.objects.get(pk=world.sister_member.pk).branch == world.branch


def test_a_transfer_under_way_is_not_overtaken(world, admin):
    Member.objects.filter(pk=world.sister_member.pk).update(status=MemberStatus.IN_TRANSFER)

    roster = listed_elsewhere(world, admin)

    assert [(row.state, row.offers) for row in roster.rows.all()] == [("same", [])]


def test_a_tick_is_taken_back(world, admin):
    roster = listed_elsewhere(world, admin)
    decide(roster.rows.get(), Choice.MOVE, by=admin)

    row = decide(roster.rows.get(), None, by=admin)

    assert (row.state, RosterDecision.objects.count()) == ("asked", 0)


def test_an_undecided_suspicion_writes_nothing(world, admin):
    roster = with_other_number(world, admin)
    before = list(Member.objects.order_by("pk").values())

    apply_plan(roster, by=admin)

    row = roster.rows.get()
    assert (row.state, row.offers) == ("asked", ["same", "merge", "different"])
    assert list(Member.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("choice", "people", "takes_number", "phone"),
    [("same", 0, True, "14000777777"), ("merge", 0, False, "14000777777"), ("different", 1, False, None)],
)
def test_a_suspicion_is_decided_in_three_ways(world, admin, choice, people, takes_number, phone):
    number, had = world.member.id_number, Member.objects.count()
    own_phone = world.member.phone
    roster = with_other_number(world, admin)

    decide(roster.rows.get(), Choice(choice), by=admin)
    apply_plan(roster, by=admin)

    member = Member.objects.get(pk=world.member.pk)
    assert (Member.objects.count() - had, member.id_number != number) == (people, takes_number)
    assert (member.phone, member.birth_on) == (phone or own_phone, world.member.birth_on)
    assert DifferentPeople.objects.count() == people


def test_a_different_person_goes_again_with_what_was_said_about_the_two(world, admin):
    roster = with_other_number(world, admin)
    decide(roster.rows.get(), Choice.DIFFERENT, by=admin)
    apply_plan(roster, by=admin)

    result = take_back(roster, by=admin)

    assert (result.kept, DifferentPeople.objects.count()) == ([], 0)
    assert Member.objects.filter(name=world.member.name).count() == 1


def test_a_namesake_with_a_row_of_their_own_is_no_suspect(world, admin):
    known = ("白雨桐", world.member.id_number, None, None, None, world.branch.short_name, None, None)
    other = a_row("白雨桐", world.branch.short_name)

    roster = checked(members(other, known), organization=world.bureau, by=admin)

    assert states(roster) == [(2, "new"), (3, "same")]


def test_young_people_are_known_by_name_branch_and_month(world, admin):
    young = a_young_person("钱子昂", branch=world.branch, birth_on=dt.date(2004, 5, 6), id_number="", gender="1")
    row = ("钱子昂", "女", "2004-05", world.branch.short_name)

    roster = checked({"青年": [YOUTH_HEADINGS, row]}, organization=world.bureau, by=admin)

    found = roster.rows.get()
    assert (found.state, found.offers, found.target_id, found.changes) == (
        "update",
        [],
        young.pk,
        {"性别": ["男", "女"]},
    )


def test_a_member_listed_without_a_number_is_proposed(world, admin):
    row = (world.member.name, "男", str(world.member.birth_on), world.branch.short_name)
    roster = checked({"青年": [YOUTH_HEADINGS, row]}, organization=world.bureau, by=admin)
    asked = roster.rows.get()

    row = decide(asked, Choice.APPLY, by=admin)

    assert (asked.state, asked.offers, asked.target_id) == ("asked", ["apply", "different"], world.member.pk)
    assert (row.state, row.changes) == ("update", {"性别": ["女", "男"]})


def test_nothing_is_asked_where_nothing_would_change(world, admin):
    row = (world.member.name, "女", str(world.member.birth_on), world.branch.short_name)

    roster = checked({"青年": [YOUTH_HEADINGS, row]}, organization=world.bureau, by=admin)

    assert [(row.state, row.offers, row.target_id) for row in roster.rows.all()] == [("same", [], world.member.pk)]


def test_a_number_for_somebody_without_one_is_proposed(world, admin):
    young = a_young_person("钱子昂", branch=world.branch, birth_on=dt.date(2001, 6, 18), id_number="")
    number = an_id_number()
    roster = checked(
        members(a_row("钱子昂", world.branch.short_name, number=number)), organization=world.bureau, by=admin
    )
    asked = roster.rows.get()

    decide(asked, Choice.APPLY, by=admin)
    apply_plan(roster, by=admin)

    young.refresh_from_db()
    assert (asked.state, asked.offers) == ("asked", ["apply", "different"])
    assert (young.id_number, young.league_status) == (number, LeagueStatus.MEMBER)


def test_of_several_namesakes_none_is_proposed(world, admin):
    a_member(world.member.name, branch=world.branch)
    roster = with_other_number(world, admin)
    asked = roster.rows.get()

    row = decide(asked, Choice.DIFFERENT, by=admin)

    assert (asked.offers, asked.target_id, row.state) == (["different"], None, "new")


def test_other_name_or_number_of_a_verified_record_is_asked_for_above(world, admin):
    Member.objects.filter(pk=world.member.pk).update(verified_on=dt.date(2026, 1, 1))
    number = world.member.id_number
    row = ("白宇桐", number, None, None, None, world.branch.short_name, None, None)
    roster = checked(members(row), organization=world.bureau, by=admin)

    apply_plan(roster, by=admin)

    asked, member = Correction.objects.get(), Member.objects.get(pk=world.member.pk)
    found = roster.rows.get()
    assert (found.state, found.changes) == ("update", {"申请更正姓名": ["白雨桐", "白宇桐"]})
    assert (asked.person, asked.state, asked.changes) == (member, "waiting", {"姓名": ["白雨桐", "白宇桐"]})
    assert (asked.values, member.name, roster.counts["written"]["corrections_asked"]) == (
        {"name": "白宇桐"},
        "白雨桐",
        1,
    )


def test_a_correction_is_asked_for_once_and_withdrawn_with_the_import(world, admin):
    Member.objects.filter(pk=world.member.pk).update(verified_on=dt.date(2026, 1, 1))
    row = ("白宇桐", world.member.id_number, None, None, None, world.branch.short_name, None, None)
    first = checked(members(row), organization=world.bureau, by=admin)
    apply_plan(first, by=admin)
    again = checked(members(row), organization=world.bureau, by=admin)
    apply_plan(again, by=admin)

    take_back(first, by=admin)

    assert (states(again), warned(again)[0][1]) == ([(2, "same")], ["W_NAME_DIFFERS", "W_LOCKED"])
    assert Correction.objects.get().state == "withdrawn"


def test_the_number_of_a_verified_record_is_asked_for_too(world, admin):
    Member.objects.filter(pk=world.member.pk).update(verified_on=dt.date(2026, 1, 1))
    number = world.member.id_number
    roster = with_other_number(world, admin)

    decide(roster.rows.get(), Choice.SAME, by=admin)
    apply_plan(roster, by=admin)

    member, asked = Member.objects.get(pk=world.member.pk), Correction.objects.get()
    assert (member.id_number, member.phone) == (number, "14000777777")
    assert (set(asked.values), "证件号码" in asked.changes) == ({"id_number", "id_type"}, True)
    assert asked.values["id_number"] not in str(asked.changes)


def test_the_word_for_it_clears_and_an_empty_cell_leaves(world, admin):
    Member.objects.filter(pk=world.member.pk).update(work_unit="测绘院", remark="骨干")
    headings = ("姓名", "身份证号", "所在团支部", "工作单位", "备注", "手机号")
    row = ("白雨桐", world.member.id_number, world.branch.short_name, "清空", None, "清空")
    roster = checked({"团员": [headings, row]}, organization=world.bureau, by=admin)

    apply_plan(roster, by=admin)

    member = Member.objects.get(pk=world.member.pk)
    assert (member.work_unit, member.remark, member.phone, member.phone_index) == ("", "骨干", "", None)
    assert roster.rows.get().changes == {
        "工作单位": ["测绘院", None],
        "手机号": [world.member.phone_masked, None],
    }


def test_what_is_not_offered_cannot_be_chosen(world, admin):
    roster = listed_elsewhere(world, admin)

    with pytest.raises(ValidationError, match="没有这种处理可选"):
        decide(roster.rows.get(), Choice.SAME, by=admin)

    assert not RosterDecision.objects.exists()


def test_deciding_takes_the_right_and_an_import_that_waits(world, admin):
    roster = listed_elsewhere(world, admin)
    with pytest.raises(ValidationError, match="没有在这里导入的权限"):
        decide(roster.rows.get(), Choice.MOVE, by=world.secretary)
    apply_plan(roster, by=admin)

    with pytest.raises(ValidationError, match="已完成"):
        decide(roster.rows.get(), Choice.MOVE, by=admin)

    assert not RosterDecision.objects.exists()


def test_all_rows_that_offer_it_are_decided_at_once_and_the_log_names_no_one(world, admin):
    other = a_member("钱子昂", branch=world.sister_branch)
    rows = [
        moving_row(world),
        a_row("钱子昂", world.branch.short_name, number=other.id_number),
        a_row("周怀瑾", "航测一室"),
    ]
    roster = checked(members(*rows), organization=world.bureau, by=admin)

    decided = decide_all(roster, Choice.MOVE, by=admin)

    entry = AuditEntry.objects.filter(kind="changed", object_type="members.rosterimport").get()
    assert (decided, entry.changes) == (2, {"团员 第 2 行、团员 第 3 行": [None, "调入本支部"]})
    assert [row.changes.get("所在团支部") is not None for row in roster.rows.order_by("number")] == [True, True, False]


def test_decisions_outlive_a_check_and_go_with_the_import(world, admin):
    roster = listed_elsewhere(world, admin)
    decide(roster.rows.get(), Choice.MOVE, by=admin)

    check_again(roster, by=admin)
    kept = states(roster)
    discard(roster, by=admin)

    assert (kept, RosterDecision.objects.count()) == ([(2, "update")], 0)


def test_posts_of_who_moves_stay_and_are_pointed_out(world, admin):
    a_cadre_term(person=world.sister_member, organization=world.sister_branch)
    roster = listed_elsewhere(world, admin)

    row = decide(roster.rows.get(), Choice.MOVE, by=admin)

    assert "任职没有改动" in row.warnings[-1][1]
