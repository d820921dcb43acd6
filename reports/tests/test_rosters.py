"""What is added up of people equals what their lists show."""

import datetime as dt

import pytest

from branches.models import Organization
from members import completeness
from members.models import AgeRule, LeagueStatus, Member, MemberStatus
from members.tests.builders import a_member
from reports.facts import rosters

TODAY = dt.date(2026, 11, 21)


def sums_at(branch):
    return rosters.sums_of(Organization.objects.filter(pk=branch.pk), TODAY)[branch.pk]


@pytest.fixture
def people(world):
    """Everybody in the branch, with a phone that three share, and some who count nowhere or in one sum alone."""
    for number in range(3):
        a_member(f"同号{number}", branch=world.branch, phone="14000000321")
    a_member("缺项", branch=world.branch, joined_on=None, ethnicity="")
    a_member("非团员", branch=world.branch, league_status=LeagueStatus.NONE, joined_on=None, education="")
    a_member("保留", branch=world.branch, league_status=LeagueStatus.RETAINED, political_status="01")
    a_member("误录", branch=world.branch, status=MemberStatus.VOID, gender="")
    return Member.objects.filter(branch=world.branch)


def test_sums_are_those_of_the_lists(world, people):
    sums = sums_at(world.branch)

    roster, members = people.on_roster(), people.league_members()
    others = people.youth(TODAY).filter(league_status=LeagueStatus.NONE)
    assert {name: sums.get(name, 0) for name in ("everybody", "members", "youth", "young_members")} == {
        "everybody": roster.count(),
        "members": members.count(),
        "youth": people.youth(TODAY).count(),
        "young_members": (people.youth(TODAY) & members).count(),
    }
    assert {name: sums.get(name, 0) for name in sums if name.startswith(rosters.LEAGUE)} == {
        f"league:{status}": roster.filter(league_status=status).count() for status in ("member", "none", "retained")
    }
    assert sums["incomplete_members"] == members.filter(completeness.incomplete()).count()
    assert sums["incomplete_others"] == others.filter(completeness.incomplete()).count()
    assert sums["party_under_28"] == people.party_under_28(TODAY).count()


def test_what_people_lack_is_what_the_list_shows(world, people):
    sums = sums_at(world.branch)

    lacking = {fact.field: people.filter(completeness.lacking([fact.field])).count() for fact in completeness.FACTS}
    assert {field: sums.get(f"no_{field}", 0) for field in lacking} == lacking
    assert lacking["phone"] == 3


def test_without_age_rules_nobody_is_young(world, people):
    AgeRule.objects.all().delete()

    assert "youth" not in sums_at(world.branch)
    assert sums_at(world.branch)["everybody"] == people.on_roster().count()
