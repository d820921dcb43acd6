"""Lists of people: what they show to whom, how they are asked, the tree beside them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import outline, records
from members.models import Member
from members.tests.builders import a_cadre_term, a_member, a_young_person


def url(page, member=None, /, **query):
    address = reverse(f"members:{page}", args=[member.pk] if member else [])
    return address + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("page", ["members", "youth"])
def test_lists_are_for_those_who_see_a_roster(world, signed_in, page):
    statuses = {
        user.username: signed_in(user).get(url(page)).status_code
        for user in (world.secretary, world.observer, world.officer, world.outsider, world.auditor, world.system_admin)
    }

    assert statuses == {
        "secretary": 200, "observer": 200, "officer": 200, "outsider": 403, "auditor": 403, "system_admin": 403,
    }  # fmt: skip


def test_the_list_shows_the_own_scope_only(world, signed_in):
    page = text_of(signed_in(world.general_admin).get(url("members")))

    assert ("白雨桐" in page, "何静姝" in page, "曹景行" in page, "戴梓萱" in page) == (True, True, False, False)


def test_an_organisation_out_of_sight_is_not_found(world, signed_in):
    client = signed_in(world.secretary)

    assert client.get(url("members", organization=world.sister_branch.pk)).status_code == 404
    assert client.get(url("members", organization="x")).status_code == 404
    assert client.get(url("members", organization=world.branch.pk)).status_code == 200


@pytest.mark.parametrize("page", ["members", "youth"])
def test_query_count_does_not_grow_with_the_rows(world, signed_in, page):
    client = signed_in(world.general_admin)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(page, organization=world.branch.pk)).status_code == 200
        return len(captured)

    one = queries()
    for _ in range(2):
        person = a_member(branch=world.branch)
        a_cadre_term(person=person, organization=world.branch, post="committee_member")
    assert queries() == one


def listed(client, page="members", /, **query):
    response = client.get(url(page, **query))
    return [row.record.name for row in response.context["table"].paginated_rows]


def test_order_is_by_branch_then_pinyin_unless_sorted(world, signed_in):
    a_member("安一", branch=world.sister_branch, joined_on=None)
    a_member("王五", branch=world.branch, joined_on=dt.date(2012, 1, 1))
    client = signed_in(world.general_admin)

    assert listed(client) == ["白雨桐", "王五", "安一", "何静姝"]
    assert listed(client, sort="name") == ["安一", "白雨桐", "何静姝", "王五"]
    assert listed(client, sort="joined_on")[0] == "王五"
    assert (listed(client, sort="joined_on")[-1], listed(client, sort="-joined_on")[-1]) == ("安一", "安一")
    assert listed(client, sort="phone") == ["白雨桐", "王五", "安一", "何静姝"]


def test_conditions_narrow_the_list(world, signed_in):
    a_member("高若溪", branch=world.branch, phone="", political_status="01", league_status="retained")
    gone = a_member("孔令仪", branch=world.branch, league_status="left", status="overage")
    void = a_member("林佳禾", branch=world.branch)
    records.void([void], reason="重复录入", by=world.secretary)
    client = signed_in(world.secretary)

    assert listed(client) == ["白雨桐", "高若溪"]
    assert listed(client, name="byt") == ["白雨桐"]
    assert listed(client, name="若溪") == ["高若溪"]
    assert listed(client, completeness="incomplete") == ["高若溪"]
    assert listed(client, completeness="complete") == ["白雨桐"]
    assert listed(client, political_status="01") == ["高若溪"]
    assert listed(client, league_status="left") == [gone.name]
    assert listed(client, status="void") == [void.name]
    assert listed(client, age="23-27") == ["白雨桐", "高若溪"]
    assert listed(client, age="36-") == []


def test_whose_birth_date_is_missing_is_listed_when_asked_for(world, signed_in):
    undated = [a_young_person("姜文博", branch=world.branch), a_member("高若溪", branch=world.branch)]
    gone = a_young_person("陆远舟", branch=world.branch, status="transferred_out")
    Member.objects.filter(pk__in=[person.pk for person in [*undated, gone]]).update(birth_on=None)
    client = signed_in(world.secretary)

    assert listed(client, "youth") == ["白雨桐"]
    assert listed(client, "youth", age="undated") == ["高若溪", "姜文博"]
    assert listed(client, "youth", age="undated", league_status="none") == ["姜文博"]
    assert "出生日期未填、不能认定是否青年" in text_of(client.get(url("youth", age="undated")))


def test_youth_are_all_in_the_age_bounds(world, signed_in):
    a_young_person("姜文博", branch=world.branch, birth_on=dt.date(1991, 11, 22))
    a_young_person("郭子昂", branch=world.branch, birth_on=dt.date(1990, 11, 21))

    assert listed(signed_in(world.secretary), "youth") == ["白雨桐", "姜文博"]


def test_an_empty_list_says_what_was_asked_and_helps(world, signed_in):
    page = text_of(signed_in(world.secretary).get(url("members", name="不存在")))

    assert "没有符合条件的人员" in page
    assert "已查询航测一室团支部，姓名：不存在" in page


def test_phones_are_clear_for_the_own_branch_only(world, signed_in):
    phone = world.member.phone

    own = text_of(signed_in(world.secretary).get(url("members")))
    above = text_of(signed_in(world.general_admin).get(url("members")))

    assert (f'href="tel:{phone}"' in own, phone in above, world.member.phone_masked in above) == (True, False, True)
    assert world.member.id_number not in own + above


def test_rows_offer_what_the_person_may_do(world, signed_in):
    edit = url("edit", world.member)

    assert edit in text_of(signed_in(world.clerk).get(url("members")))
    assert edit not in text_of(signed_in(world.observer).get(url("members")))


def test_the_tree_counts_members_below(world, signed_in):
    response = signed_in(world.bureau_admin).get(url("members", organization=world.general.pk))

    [root] = response.context["outline"]
    assert (root.organization, root.count) == (world.bureau, 3)
    assert [(node.organization, node.count, node.is_chosen) for node in root.children] == [
        (world.general, 2, True),
        (world.other_general, 1, False),
    ]
    assert [node.count for node in root.children[0].children] == [1, 1]


def test_the_tree_opens_level_by_level_inside_the_scope(world, signed_in):
    assert "一分队团支部" in text_of(signed_in(world.bureau_admin).get(url("outline", world.other_general)))
    assert signed_in(world.secretary).get(url("outline", world.other_general)).status_code == 404
    assert signed_in(world.auditor).get(url("outline", world.other_general)).status_code == 404


def test_a_long_level_ends_in_the_rest(world, signed_in, monkeypatch):
    monkeypatch.setattr(outline, "SHOWN", 1)
    client = signed_in(world.bureau_admin)

    cut = text_of(client.get(url("outline", world.general)))
    [root] = client.get(url("members", organization=world.sister_branch.pk)).context["outline"]

    assert ("航测一室团支部" in cut, "航测二室团支部" in cut, "其余 1 个" in cut) == (True, False, True)
    assert "航测二室团支部" in text_of(client.get(url("outline", world.general, whole=1)))
    assert [node.organization for node in root.children[0].children] == [world.branch, world.sister_branch]
    assert root.rest == 1


def test_the_tree_is_searched(world, signed_in):
    found = signed_in(world.bureau_admin).get(url("members", organization_name="航测")).context["outline"]
    nothing = signed_in(world.secretary).get(url("members", organization_name="一分队")).context["outline"]

    assert ([node.organization for node in found], nothing) == ([world.branch, world.sister_branch], [])
