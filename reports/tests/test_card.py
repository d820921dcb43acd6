"""组织信息卡: what stands on it, for whom, and that it is logged."""

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches import tree
from branches.models import AuditEntry
from branches.tests.builders import an_organization
from members.tests.builders import a_member
from reports.card import printed_card
from reports.counts import AgeLine, ages_of_members
from tuanjian.idnumbers import Gender


def address(organization):
    return f"/organizations/{organization.pk}/card/"


def test_who_may_print_it(world, signed_in):
    people = (world.outsider, world.foreign_admin, world.secretary, world.observer, world.auditor)

    assert [signed_in(user).get(address(world.branch)).status_code for user in people] == [404, 404, 200, 200, 200]


def test_the_card_agrees_with_the_pages(world, signed_in, today):
    a_member(branch=world.branch, ethnicity="")

    card = printed_card(world.general, today, by=world.general_admin)
    page = signed_in(world.general_admin).get(address(world.general)).content.decode()

    assert sum(line.missing for line in card.groups) == card.board.total.missing
    assert [line.organization for line in card.lower] == [world.branch, world.sister_branch]
    assert sum(line.completion.expected for line in card.lower) + card.board.own_level.expected == (
        card.board.total.expected
    )
    assert card.ages[-1].total == card.portrait.counts.members
    assert "书记空缺" in {line.word for line in card.health}
    for words in ("组织信息卡", world.general.full_name, "航测二室团支部", "书记（签字）", "制表人：总支管理员"):
        assert words in page


def test_members_by_age_and_sex(world, today):
    a_member(branch=world.branch, birth_on=dt.date(1990, 1, 1), gender=Gender.MALE)
    a_member(branch=world.sister_branch, birth_on=dt.date(2013, 1, 1), gender=Gender.UNKNOWN)

    assert ages_of_members(world.general, today) == [
        AgeLine("不满 14 周岁", 0, 0, 1),
        AgeLine("23–27 周岁", 0, 2, 0),
        AgeLine("36 周岁以上", 1, 0, 0),
        AgeLine("合计", 1, 2, 1),
    ]


def test_the_auditor_gets_the_organisation_without_people(world, signed_in):
    page = signed_in(world.auditor).get(address(world.branch)).content.decode()

    assert "白雨桐" not in page
    assert "团员年龄" not in page
    assert world.branch.full_name in page


def test_printing_it_is_logged(world, signed_in):
    signed_in(world.secretary).get(address(world.branch))

    entry = AuditEntry.objects.get(kind="printed")
    assert (entry.actor, entry.object_label, entry.reason) == (world.secretary, "航测一室团支部", "组织信息卡")


def test_a_closed_organisation_has_a_card_without_to_dos(world, today):
    tree.close(world.other_branch, on=dt.date(2026, 11, 20), by=None, reason="撤销")
    world.other_branch.refresh_from_db()

    card = printed_card(world.other_branch, today, by=world.bureau_admin)

    assert (card.health, card.lower) == ([], [])


def test_the_organisation_page_leads_to_it(world, signed_in):
    page = signed_in(world.observer).get(world.branch.get_absolute_url()).content.decode()

    assert f'href="{address(world.branch)}"' in page


def test_queries_do_not_grow(world, signed_in):
    client = signed_in(world.bureau_admin)

    def queries():
        client.get(address(world.bureau))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(world.bureau)).status_code == 200
        return len(captured)

    one = queries()
    for number in range(2):
        a_member(branch=an_organization(f"又{number}团支部", under=world.bureau), ethnicity="")

    assert queries() == one
