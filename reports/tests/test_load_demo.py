"""What `load_demo` refuses, and that the same day gives the same people, of every unit."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from branches.models import Organization, User
from branches.tests.builders import a_user, an_organization
from conftest import TODAY
from reports.demo import organizations, people, staffing
from reports.demo.units import UNITS

pytestmark = pytest.mark.django_db


def test_refuses_beside_organizations_of_others():
    an_organization("长江厂团委")

    with pytest.raises(CommandError) as refused:
        call_command("load_demo")

    assert str(refused.value) == "数据库里已有其他团组织，不能装入演示数据，请换一个空数据库。"
    assert list(Organization.objects.values_list("short_name", flat=True)) == ["长江厂团委"]


def test_refuses_beside_an_account_of_the_same_name():
    a_user("sysadmin")

    with pytest.raises(CommandError) as refused:
        call_command("load_demo")

    assert str(refused.value) == "用户名 sysadmin 已被使用，请换一个空数据库再装入演示数据。"
    assert list(User.objects.values_list("username", flat=True)) == ["sysadmin"]
    assert not Organization.objects.exists()


@pytest.mark.parametrize("blueprint", UNITS.values(), ids=UNITS)
def test_same_day_gives_the_same_tree_and_people(today, blueprint):
    first, second = settled(blueprint), settled(blueprint)

    assert first == second


def settled(blueprint):
    """Everybody with what tells them apart, from a tree that is taken back again."""
    with transaction.atomic():
        nodes = organizations.grow(blueprint, as_of=TODAY)
        everybody = people.settle(nodes, staffing.staff(nodes, blueprint), blueprint, as_of=TODAY)
        transaction.set_rollback(True)
    return (
        [(node.organization.short_name, node.size, node.organization.last_election_on) for node in nodes],
        [(story.member.name, story.member.id_number, story.came_on) for story in everybody.stories],
    )


def test_refuses_a_unit_that_is_none():
    with pytest.raises(CommandError, match="invalid choice: 'guangdong'"):
        call_command("load_demo", "--unit", "guangdong")


def test_refuses_a_day_that_is_none():
    with pytest.raises(CommandError, match="日期请写成 YYYY-MM-DD"):
        call_command("load_demo", "--as-of", "2026-02-30")
