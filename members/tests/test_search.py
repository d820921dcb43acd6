"""Finding people and organisations by what somebody remembers."""

import datetime as dt

import pytest

from branches import tree
from branches.tests.builders import an_organization
from members import search
from members.models import MemberStatus
from members.tests.builders import a_member, an_id_number


def names_of(found):
    return [person.name for person in found.people]


def organizations_of(found):
    return [line.organization.short_name for line in found.organizations]


@pytest.mark.parametrize("text", ["白雨桐", "白雨", "白", " 白 雨桐 ", "雨桐", "byt", "BY", "baiyutong", "BaiYu"])
def test_people_are_found_by_name_pinyin_and_initials(world, text):
    found = search.find(text.replace(" 白 雨桐 ", " 白雨桐 "), user=world.secretary)

    assert names_of(found) == ["白雨桐"]


def test_any_dot_and_any_width_will_do(world):
    a_member("买买提·艾力", branch=world.branch)

    assert names_of(search.find("买买提•艾力", user=world.secretary)) == ["买买提·艾力"]
    assert names_of(search.find("ｂｙｔ", user=world.secretary)) == ["白雨桐"]


def test_full_numbers_and_last_fours_are_found(world):
    number = an_id_number(dt.date(2000, 2, 3))
    person = a_member("高若溪", branch=world.branch, id_number=number, phone="14000987654")

    texts = [number, number.lower(), f"{number[:6]} {number[6:14]} {number[14:]}", number[-4:]]
    texts += ["14000987654", "+86 140-0098-7654", "7654"]
    assert [search.find(text, user=world.secretary).people for text in texts] == [[person]] * len(texts)


def test_other_documents_are_found_by_their_number(world):
    person = a_member("戴维", branch=world.branch, id_type="516", id_number="H12345678")

    assert search.find("h12345678", user=world.secretary).people == [person]


@pytest.mark.parametrize("text", ["何静姝", "hjs", "静姝", "戴梓萱", "长江厂", "cjctw"])
def test_what_lies_out_of_scope_is_not_found(world, text):
    found = search.find(text, user=world.secretary)

    assert found == search.Found()
    assert not found


def test_a_foreign_number_gives_what_no_number_gives(world):
    foreign = a_member("外人", branch=world.foreign_branch, phone="14000111222")

    texts = [foreign.id_number, foreign.id_number[-4:], "14000111222", "1222", an_id_number(dt.date(1999, 1, 1))]
    assert [search.find(text, user=world.secretary) for text in texts] == [search.Found()] * 5


def test_a_cadre_without_branch_is_found_through_the_post(world):
    world.secretary_term.person = a_member("罗清扬", branch=None, league_status="none", joined_on=None)
    world.secretary_term.save()

    assert names_of(search.find("罗清扬", user=world.secretary)) == ["罗清扬"]


@pytest.mark.parametrize(
    "text", ["", "   ", "\u200b", "\x00", "不存在的人", "10%", "_", "'; --", "\U0010ffff", "\ud7ff"]
)
def test_what_means_nobody_finds_nobody(world, text):
    assert search.find(text, user=world.bureau_admin) == search.Found()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("航测", ["航测一室团支部", "航测二室团支部"]),
        ("航", ["航测一室团支部", "航测二室团支部"]),
        ("二室", ["航测二室团支部"]),
        ("水文队总支部", ["水文队团总支"]),
        ("hces", ["航测二室团支部"]),
    ],
)
def test_organisations_are_found_by_parts_and_initials(world, text, expected):
    found = search.find(text, user=world.bureau_admin)

    assert organizations_of(found) == expected


def test_organisations_are_found_by_code_and_former_name(world):
    tree.rename(world.branch, full_name="中国共产主义青年团华岳局遥感室支部委员会", short_name="遥感室团支部", by=None)

    assert organizations_of(search.find("航测一室", user=world.bureau_admin)) == ["遥感室团支部"]
    assert organizations_of(search.find(world.branch.code.lower(), user=world.bureau_admin)) == ["遥感室团支部"]


def test_the_way_to_an_organisation_names_only_what_may_be_seen(world):
    from_above = search.find("航测一室", user=world.bureau_admin)
    from_inside = search.find("航测一室", user=world.secretary)

    assert [line.above for line in from_above.organizations] == [["华岳局团委", "测绘院团总支"]]
    assert [line.above for line in from_inside.organizations] == [[]]


def test_long_answers_are_cut_and_say_so(world):
    for _ in range(search.MOST_PEOPLE):
        a_member("白一", branch=world.branch)

    found = search.find("白", user=world.secretary)

    assert (len(found.people), found.more) == (search.MOST_PEOPLE, True)


def test_an_auditor_finds_organisations_and_no_people(world):
    found = search.find("测", user=world.auditor)
    people = search.find("白雨桐", user=world.auditor)

    assert (organizations_of(found), names_of(people)) == (["测绘院团总支"], [])


def test_people_who_left_stay_findable(world):
    world.member.status, world.member.league_status = MemberStatus.OVERAGE, "left"
    world.member.save()

    assert search.find("白雨桐", user=world.secretary).people == [world.member]


def test_the_number_of_queries_does_not_grow(world, django_assert_num_queries):
    a_member("航测", branch=world.branch)
    with django_assert_num_queries(9):
        search.find("航测", user=world.bureau_admin)
    for number in range(3):
        a_member("航测", branch=an_organization(f"航测{number}", under=world.general))

    with django_assert_num_queries(9):
        search.find("航测", user=world.bureau_admin)
