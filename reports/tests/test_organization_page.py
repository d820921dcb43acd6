"""The home page of an organisation."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches import particulars, tree
from branches.models import Headcount
from branches.tests.builders import an_organization
from members.dictionaries import PoliticalStatus
from members.tests.builders import a_cadre_term, a_member, a_young_person
from reports.portrait import portrait_of
from reports.templatetags.figures import grouped

ON = dt.date(2026, 11, 21)


def page(client, organization):
    return client.get(organization.get_absolute_url()).content.decode()


def test_who_may_look(world, signed_in):
    url = world.branch.get_absolute_url()
    people = (world.outsider, world.foreign_admin, world.secretary, world.observer, world.auditor)

    assert [signed_in(user).get(url).status_code for user in people] == [404, 404, 200, 200, 200]


def test_figures_cadres_and_lower_organisations(world, signed_in):
    shown = page(signed_in(world.general_admin), world.general)

    assert 'aria-label="团员 2"' in shown
    assert 'aria-label="团支部 2"' in shown
    assert "航测一室团支部" in shown
    assert "总支管理员" in shown
    assert "水文队团总支" not in shown


def test_the_auditor_sees_no_people_and_no_figures_of_people(world, signed_in):
    shown = page(signed_in(world.auditor), world.branch)

    assert "白雨桐" not in shown
    assert "团干部" not in shown
    assert "团员 1" not in shown
    assert portrait_of(world.branch, world.auditor, ON).counts.members == 0


def test_buttons_follow_the_rights(world, signed_in):
    words = ["修改", "改名", "撤销", "新建下级组织", "登记任职", "授权"]

    def offered(user, organization):
        return [word for word in words if f">{word}</a>" in page(signed_in(user), organization)]

    assert offered(world.observer, world.general) == []
    assert offered(world.clerk, world.general) == ["登记任职"]
    assert offered(world.general_admin, world.general) == ["修改", "新建下级组织", "登记任职", "授权"]
    assert offered(world.bureau_admin, world.general) == words
    assert offered(world.secretary, world.branch) == ["修改", "登记任职", "授权"]


def test_a_superior_out_of_sight_is_named_but_not_linked(world):
    portrait = portrait_of(world.general, world.general_admin, ON)

    assert (portrait.parent, portrait.parent_visible, portrait.ancestors) == (world.bureau, False, [])
    assert portrait_of(world.branch, world.general_admin, ON).ancestors == [world.general]


def test_expected_numbers_with_their_source(world, signed_in):
    particulars.declare(
        world.branch,
        kind=Headcount.Kind.EXPECTED_MEMBERS,
        value=3,
        as_of_on=dt.date(2026, 9, 1),
        source="上级核定",
        by=world.general_admin,
    )

    shown = page(signed_in(world.secretary), world.branch)

    assert "应有 3，差 2" in shown
    assert '3 人（上级核定，<span class="nowrap">2026-09-01</span>）' in shown


def test_the_term_is_told_with_its_end(world, signed_in):
    branch = an_organization(
        "三室团支部", under=world.general, last_election_on=dt.date(2023, 12, 1), last_election_on_is_month=True
    )

    shown = page(signed_in(world.general_admin), branch)

    assert "最近换届 2023-12，本届至 2026-12" in shown
    assert "将到期，剩 40 天" in shown
    assert "还没有登记最近一次换届时间" in page(signed_in(world.general_admin), world.branch)


def test_a_closed_organisation_can_be_looked_at_but_offers_nothing(world, signed_in):
    tree.close(world.other_branch, on=dt.date(2026, 11, 20), by=None, reason="撤销")

    shown = page(signed_in(world.bureau_admin), world.other_branch)

    assert "已撤销" in shown
    assert ">修改</a>" not in shown


def test_the_page_costs_the_same_whatever_stands_on_it(world, signed_in):
    client = signed_in(world.bureau_admin)
    page(client, world.general)

    with CaptureQueriesContext(connection) as first:
        page(client, world.general)
    for number in (1, 2, 3):
        branch = an_organization(f"{number} 组团支部", under=world.general)
        a_cadre_term(person=a_member(branch=branch), organization=world.general, post="committee_member")
    with CaptureQueriesContext(connection) as second:
        page(client, world.general)

    assert len(first) == len(second)


@pytest.mark.parametrize(("number", "shown"), [(7, "7"), (1016, "1,016"), (2_400_000, "2,400,000")])
def test_numbers_are_grouped_by_thousands(number, shown):
    assert grouped(number) == shown


def test_a_branch_says_how_many_party_members_below_28_it_has(world, signed_in):
    a_young_person(branch=world.branch, political_status=PoliticalStatus.PARTY_MEMBER)
    client = signed_in(world.secretary)

    page = client.get(world.branch.get_absolute_url()).content.decode()
    dashboard = client.get(reverse("reports:statistics")).content.decode()

    assert ("，28 岁以下党员 1" in page, "28 岁以下党员 1" in dashboard) == (True, True)


def test_an_organisation_that_stands_alone_is_compared_with_none(world, signed_in):
    answer = signed_in(world.foreign_admin).get(f"/completion/{world.foreign_branch.pk}/?tab=sisters")

    assert "同一上级之下没有其余同类组织，不足 3 个，不作比较。" in answer.content.decode()
