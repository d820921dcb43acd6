"""The rates of a spot check."""

from functools import reduce
from operator import add

from django.urls import reverse

from branches import tree
from members.tests.builders import a_cadre_term, a_member
from reports.models import SpotCheck, SpotKind
from reports.spot_checks import results, telling
from reports.tests.spot_checking import GONE, WRONG, a_draw, checked, record_of


def test_a_rate_is_100_only_where_nothing_is_wrong():
    def rates(part, whole):
        counted = dict.fromkeys(("drawn", "to_mend", "to_confirm", "confirmed"), 0)
        parts, wholes = ("real", "right", "present"), ("checked", "compared", "expected")
        made = results.Rates(**counted, **dict.fromkeys(parts, part), **dict.fromkeys(wholes, whole))
        return made.real_rate, made.right_rate, made.present_rate

    assert rates(2_999, 3_000) == (99.9,) * 3
    assert rates(3_000, 3_000) == (100.0,) * 3
    assert rates(0, 3) == (0.0,) * 3
    assert rates(0, 0) == (None,) * 3


def test_a_draw_nobody_has_looked_at_has_no_rates(world):
    total = results.result_of(a_draw(world, number=10)).total

    assert (total.checked, total.real_rate, total.right_rate, total.present_rate) == (0, None, None, None)


def rows(check):
    result = results.result_of(check)
    return result.by_what, [(row.name, row.rates.drawn) for row in result.rows]


def test_a_draw_of_one_lower_organization_is_told_by_those_below_it(world):
    a_cadre_term(person=world.sister_member, organization=world.general)

    members = a_draw(world, number=10, chosen=[world.general])
    posts = a_draw(world, number=10, kind=SpotKind.CADRES, chosen=[world.general])

    below = "测绘院团总支的直属下级组织"
    assert rows(members) == (below, [("航测一室团支部", 1), ("航测二室团支部", 1)])
    assert rows(posts) == (below, [("测绘院团总支（本级）", 1), ("航测一室团支部", 1)])


def test_a_draw_of_all_and_one_of_several_are_told_by_those_below_the_committee(world):
    everybody = a_draw(world, number=10)
    several = a_draw(world, number=10, chosen=[world.general, world.other_general], reason="另查")

    told = ("华岳局团委的直属下级组织", [("测绘院团总支", 2), ("水文队团总支", 1)])
    assert (rows(everybody), rows(several)) == (told, told)


def test_where_each_stood_is_that_of_the_day_of_the_draw_whatever_moves_since(world):
    check = a_draw(world, number=10, chosen=[world.general])
    before = rows(check)

    tree.move(world.branch, under=world.other_general, by=None)
    tree.rename(world.sister_branch, full_name="航测三室团支部", short_name="航测三室团支部", by=None)

    assert rows(check) == before


def test_a_draw_told_of_days_before_the_tree_was_kept_goes_by_where_each_stood_first(world):
    check = a_draw(world, number=10, chosen=[world.general])
    before = rows(check)
    SpotCheck.objects.filter(pk=check.pk).update(drawn_at="2020-01-01T00:00:00Z")
    check.refresh_from_db()

    tree.move(world.branch, under=world.other_general, by=None)

    assert rows(check) == before


def test_the_rows_add_up_to_the_total(world):
    check = a_draw(world, number=10, chosen=[world.general])
    checked(record_of(check, world.member), WRONG, by=world.officer)
    checked(record_of(check, world.sister_member), GONE, by=world.officer)

    result = results.result_of(check)

    assert reduce(add, (row.rates for row in result.rows)) == result.total


def test_the_result_of_one_lower_organization_takes_the_same_number_of_queries(world, django_assert_num_queries):
    few = a_draw(world, number=1, chosen=[world.general])
    with django_assert_num_queries(6) as asked:
        results.result_of(few)
    for _ in range(3):
        a_member(branch=world.sister_branch)
    many = a_draw(world, number=9, chosen=[world.general], reason="再抽")

    with django_assert_num_queries(len(asked.captured_queries)):
        results.result_of(many)


def test_the_text_for_the_chat_group_tells_what_is_common_and_where_it_waits_and_names_nobody(world, today, signed_in):
    check = a_draw(world, number=10)
    checked(record_of(check, world.member), WRONG, by=world.bureau_admin)
    checked(record_of(check, world.other_member), GONE, by=world.bureau_admin)

    lines = telling.chat_text(results.result_of(check)).splitlines()

    assert lines[0] == "【华岳局团委】第四季度抽查"
    assert lines[1].startswith("截至 11 月 21 日 12:00，抽中 3 条，已查 2 条，真实率 50.0%，准确率 ")
    assert lines[2].startswith("查出的问题：记录不真实 1 条；民族不一致 1 项")
    assert lines[3:] == [
        "以下 2 个组织有待整改的记录，请抓紧按档案改正：",
        "测绘院团总支：1 条",
        "水文队团总支：1 条",
        "登录后在“待办事项”里点“去整改”，改好资料再写明整改情况。",
    ]
    assert "白雨桐" not in "".join(lines)


def test_nothing_is_told_before_anybody_has_looked(world):
    assert telling.chat_text(results.result_of(a_draw(world, number=10))) == ""


def test_only_who_reports_is_offered_the_text(world, today, signed_in):
    check = a_draw(world, number=10, top=world.general, by=world.general_admin)
    checked(record_of(check, world.member), WRONG, by=world.general_admin)
    address = reverse("reports:spot_check_result", args=[check.pk])

    offered = {
        who: "群提醒文字" in signed_in(who).get(address).content.decode()
        for who in (world.general_admin, world.observer)
    }

    assert offered == {world.general_admin: True, world.observer: False}
