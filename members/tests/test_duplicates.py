"""Answers about a number."""

import datetime as dt

from members import duplicates, records
from members.models import Member
from members.tests.builders import a_member, an_id_number
from tuanjian.idnumbers import IdType

TODAY = dt.date(2026, 11, 21)


def answer(world, member, **kwargs):
    return duplicates.answer_about(member.id_number, id_type=member.id_type, user=world.secretary, **kwargs)


def test_a_free_number_has_no_answer(world):
    numbers = [an_id_number(dt.date(2003, 1, 1)), ""]

    answers = [duplicates.answer_about(number, id_type=IdType.RESIDENT, user=world.secretary) for number in numbers]

    assert answers == [None, None]


def test_in_scope_with_name_and_record(world):
    assert answer(world, world.member) == duplicates.Answer(
        "航测一室团支部已有此人：白雨桐。", "不需再新增，可打开原记录补填缺项。", world.member
    )
    assert answer(world, world.member, but=world.member) is None


def test_who_left_is_taken_up_again_on_the_old_record(world):
    left = a_member("郭子昂", branch=world.branch, league_status="left", status="overage")

    assert answer(world, left) == duplicates.Answer(
        "航测一室团支部以前登记过此人：郭子昂（超龄离团）。", "回来的人沿用原记录，不要新增，请打开原记录办理。", left
    )


def test_out_of_scope_every_holder_gives_the_same(world):
    left = a_member(branch=world.foreign_branch, league_status="left", status="overage")
    holders = [world.sister_member, world.other_member, world.foreign_member, left]

    assert {answer(world, holder) for holder in holders} == {
        duplicates.Answer(duplicates.TAKEN, duplicates.TAKEN_ADVICE)
    }


def test_void_records_hold_nothing(world):
    records.void([world.sister_member], reason="重复录入", by=world.general_admin)

    assert answer(world, Member.objects.get(pk=world.sister_member.pk)) is None


def test_a_typed_number_is_read_before_it_is_looked_up(world):
    number = an_id_number(dt.date(2003, 11, 21))

    good = duplicates.check(f" {number[:6]} {number[6:]}", id_type="111", user=world.secretary, on=TODAY)
    bad = duplicates.check(number[:17], id_type="111", user=world.secretary, on=TODAY)

    assert (good.refusal, good.told.number, good.age, good.answer) == ("", number, 23, None)
    assert bad == duplicates.Check(refusal="身份证号应为 18 位，现为 17 位。")
