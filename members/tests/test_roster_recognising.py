"""Whom a row means: another name under a known number, and a known name where nobody known is to be updated."""

import datetime as dt

import pytest

from members.models import Choice, DifferentPeople, Member, RosterDecision
from members.roster.plans.absent import missing_from_file
from members.roster.preview.deciding import decide
from members.roster.preview.reviewing import Review
from members.roster.running.applying import apply_plan
from members.tests.builders import a_young_person, an_id_number
from members.tests.rosters import CADRE_HEADINGS, YOUTH_HEADINGS, a_row, checked, members, states, warned
from tuanjian.idnumbers import make_resident_number


@pytest.fixture
def admin(world):
    return world.bureau_admin


@pytest.mark.parametrize(("update", "state"), [(True, "update"), (False, "same")])
def test_another_name_under_a_known_number_is_pointed_out(world, admin, update, state):
    row = a_row("李东升", world.branch.short_name, number=world.member.id_number)

    roster = checked(members(row), organization=world.bureau, by=admin, update_existing=update)

    told = [each for each in roster.rows.get().warnings if each[0] == "W_NAME_DIFFERS"]
    classes = [(each.words, each.heading, each.rows) for each in Review(roster).classes if not each.refuses]
    assert states(roster) == [(2, state)]
    assert told == [["W_NAME_DIFFERS", "姓名与在册的“白雨桐”不同，请核对是否填错号码。", "name", "A"]]
    assert ("姓名与记录不同", "姓名", 1) in classes


def test_a_wrong_number_among_the_cadres_is_pointed_out_after_a_right_one_among_the_members(world, admin):
    right = a_row("白雨桐", world.branch.short_name, number=world.member.id_number)
    wrong = ("李东升", world.member.id_number, world.branch.short_name, "组织委员", None, None, None)

    roster = checked(members(right) | {"团干部": [CADRE_HEADINGS, wrong]}, organization=world.bureau, by=admin)

    assert [codes for _, codes in warned(roster) if "W_NAME_DIFFERS" in codes] == [["W_NAME_DIFFERS"]]


def test_somebody_of_another_name_in_another_branch_is_pointed_out_before_the_move(world, admin):
    row = a_row("李东升", world.branch.short_name, number=world.sister_member.id_number)

    roster = checked(members(row), organization=world.branch, by=admin)

    assert states(roster) == [(2, "asked")]
    assert warned(roster)[0][1][-2:] == ["W_NAME_DIFFERS", "W_OTHER_BRANCH"]


@pytest.mark.parametrize(("choice", "people", "state"), [("merge", 0, "same"), ("different", 1, "new")])
def test_a_suspicion_is_asked_about_where_known_people_are_not_updated(world, admin, choice, people, state):
    before = Member.objects.values().get(pk=world.member.pk)
    had = Member.objects.count()
    row = a_row(world.member.name, world.branch.short_name, number=an_id_number(), phone="14000777777")
    roster = checked(members(row), organization=world.bureau, by=admin, update_existing=False)
    asked = roster.rows.get()

    decided = decide(asked, Choice(choice), by=admin)
    apply_plan(roster, by=admin)

    assert (asked.state, asked.offers, asked.changes) == ("asked", ["merge", "different"], {})
    assert warned(roster)[0][1][-1:] == (["W_KNOWN"] if choice == "merge" else ["W_PRECISION"])
    assert (decided.state, decided.offers, decided.changes) == (state, ["merge", "different"], {})
    assert (Member.objects.count() - had, DifferentPeople.objects.count()) == (people, people)
    assert Member.objects.values().get(pk=world.member.pk) == before


def test_a_decision_is_taken_back_where_known_people_are_not_updated(world, admin):
    row = a_row(world.member.name, world.branch.short_name, number=an_id_number())
    roster = checked(members(row), organization=world.bureau, by=admin, update_existing=False)
    decide(roster.rows.get(), Choice.MERGE, by=admin)

    row = decide(roster.rows.get(), None, by=admin)

    assert (row.state, RosterDecision.objects.count()) == ("asked", 0)


@pytest.mark.parametrize(("gender", "state", "offers"), [("男", "asked", ["merge", "different"]), ("女", "same", [])])
def test_a_row_without_a_number_is_asked_about_unless_it_says_nothing_else(world, admin, gender, state, offers):
    row = (world.member.name, gender, str(world.member.birth_on), world.branch.short_name)

    roster = checked(
        {"青年": [YOUTH_HEADINGS, row]}, organization=world.bureau, by=admin, update_existing=False
    ).rows.get()

    assert (roster.state, roster.offers, roster.changes, roster.target_id) == (state, offers, {}, world.member.pk)


def test_a_number_for_somebody_without_one_stays_out_where_known_people_are_not_updated(world, admin):
    young = a_young_person("钱子昂", branch=world.branch, birth_on=dt.date(2001, 6, 18), id_number="")
    sheets = members(a_row("钱子昂", world.branch.short_name))
    roster = checked(sheets, organization=world.bureau, by=admin, update_existing=False)
    asked = roster.rows.get()

    decided = decide(asked, Choice.MERGE, by=admin)
    apply_plan(roster, by=admin)

    young.refresh_from_db()
    assert (asked.state, decided.state, young.id_number) == ("asked", "same", "")
    assert Member.objects.filter(name="钱子昂").count() == 1


def test_where_two_numbers_differ_is_said_without_the_numbers(world, admin):
    mine = world.member.id_number
    near = make_resident_number(mine[:6], world.member.birth_on, (int(mine[14:17]) + 2) % 1000)
    row = a_row(world.member.name, world.branch.short_name, number=near)

    roster = checked(members(row), organization=world.bureau, by=admin)

    told = next(each[1] for each in roster.rows.get().warnings if each[0] == "W_SAME_PERSON")
    places = "、".join(str(place) for place, (one, other) in enumerate(zip(near, mine, strict=True), 1) if one != other)
    assert told == f"同一团支部已有同名的人，证件号码只有第 {places} 位不同，疑似同一人，请核对号码后选择怎样处理。"


def test_numbers_that_have_little_in_common_are_only_said_to_differ(world, admin):
    row = a_row(world.member.name, world.branch.short_name, number=an_id_number(birth_on=dt.date(2001, 10, 29)))

    roster = checked(members(row), organization=world.bureau, by=admin)

    told = next(each[1] for each in roster.rows.get().warnings if each[0] == "W_SAME_PERSON")
    assert told == "同一团支部已有同名的人，证件号码不同，疑似同一人，请核对号码后选择怎样处理。"


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (dt.date(2001, 6, 18), "疑似同一人，请选择怎样处理"),
        (dt.date(2001, 8, 16), "登记的出生年月与这一行不同，请核对是否同一人"),
    ],
)
def test_somebody_known_without_a_number_is_never_entered_twice(world, admin, born, words):
    known = a_young_person("钱子昂", branch=world.branch, birth_on=born, id_number="")
    row = a_row("钱子昂", world.branch.short_name, number=an_id_number(dt.date(2001, 6, 18)))

    roster = checked(members(row), organization=world.bureau, by=admin)

    (message,) = [each[1] for each in roster.rows.get().warnings if each[0] == "W_SAME_PERSON"]
    assert (states(roster), roster.rows.get().target_id) == ([(2, "asked")], known.pk)
    assert words in message
    assert known not in missing_from_file(roster, user=admin)


def young_people(*names, branch):
    """A sheet that makes young people of the branch missing who are not in the file."""
    return {"青年": [YOUTH_HEADINGS, *((name, "女", "2002-03-04", branch.short_name) for name in names)]}


def test_whom_a_refused_row_names_is_not_missing_from_the_file(world, admin):
    a_young_person("钱子昂", branch=world.branch, birth_on=dt.date(2001, 6, 18), id_number="")
    refused = a_row("钱子昂", world.branch.short_name, phone="123")
    unreadable = a_row(world.member.name, world.branch.short_name, number="37999820010618002")
    sheets = members(refused, unreadable) | young_people("赵启明", branch=world.branch)

    roster = checked(sheets, organization=world.bureau, by=admin)

    assert states(roster) == [(2, "invalid"), (3, "invalid"), (2, "new")]
    assert list(missing_from_file(roster, user=admin)) == []


def test_none_of_several_namesakes_is_missing_while_it_is_asked_who_is_meant(world, admin):
    for month in (6, 8):
        a_young_person("钱子昂", branch=world.branch, birth_on=dt.date(2001, month, 18), id_number="")
    sheets = members(a_row("钱子昂", world.branch.short_name)) | young_people("赵启明", branch=world.branch)

    roster = checked(sheets, organization=world.bureau, by=admin)

    assert states(roster) == [(2, "asked"), (2, "new")]
    assert [person.name for person in missing_from_file(roster, user=admin)] == ["白雨桐"]
