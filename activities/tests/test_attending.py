"""Who belongs to an organisation on a day."""

import datetime as dt

import pytest

from activities import attending
from activities.tests.builders import an_activity
from members import records
from members.dictionaries import LeaguePost
from members.models import BranchMembership, Member
from members.tests.builders import a_cadre_term, a_member, a_young_person

DAY = dt.date(2026, 11, 10)


def names(organization, on=DAY):
    return [person.name for person in attending.people_of(organization, on)]


def test_a_branch_lists_its_whole_roster_whoever_is_in_the_league(world):
    a_young_person("安青青", branch=world.branch)

    assert names(world.branch) == ["安青青", "白雨桐"]


def test_a_committee_lists_those_in_office_that_day(world):
    for name, post, started_on, ended_on in (
        ("陈书瑶", LeaguePost.SECRETARY, dt.date(2024, 3, 1), None),
        ("冯牧之", LeaguePost.DEPUTY_SECRETARY, None, DAY),
        ("高远", LeaguePost.COMMITTEE_MEMBER, dt.date(2024, 3, 1), DAY - dt.timedelta(days=1)),
        ("何宁", LeaguePost.COMMITTEE_MEMBER, DAY + dt.timedelta(days=1), None),
    ):
        person = a_member(name, branch=world.sister_branch)
        a_cadre_term(person=person, organization=world.general, post=post, started_on=started_on, ended_on=ended_on)

    assert names(world.general) == ["陈书瑶", "冯牧之"]


def test_who_holds_a_post_belongs_though_the_own_branch_is_another(world):
    a_cadre_term(person=world.sister_member, organization=world.branch, post=LeaguePost.COMMITTEE_MEMBER)

    assert names(world.branch) == ["白雨桐", "何静姝"]


def test_who_moved_is_listed_where_the_roster_had_them(world):
    moved = BranchMembership.objects.get(person=world.sister_member)
    moved.effective_to = dt.date(2026, 6, 1)
    moved.save()
    BranchMembership.objects.create(person=world.sister_member, branch=world.branch, effective_from=dt.date(2026, 6, 1))

    assert names(world.branch, dt.date(2026, 5, 31)) == ["白雨桐"]
    assert names(world.branch, dt.date(2026, 6, 2)) == ["白雨桐", "何静姝"]
    assert names(world.sister_branch, dt.date(2026, 6, 2)) == []


def test_who_was_entered_without_a_day_of_coming_belongs_before_too(world, today):
    young = Member(
        name="乔以安", branch=world.branch, birth_on=dt.date(2001, 6, 18), league_status="none", political_status="13"
    )
    records.enter(young, by=world.secretary)

    assert names(world.branch, dt.date(2026, 3, 1)) == ["白雨桐", "乔以安"]


def test_a_mistaken_record_is_never_listed(world):
    person = a_member("安若溪", branch=world.branch)
    records.void([person], reason="重复录入", by=world.secretary)

    assert names(world.branch) == ["白雨桐"]


def test_the_list_begins_with_the_secretary_and_names_posts(world):
    a_member("安若溪", branch=world.branch)

    offered = attending.offered(world.branch, on=DAY, user=world.secretary)

    assert [(person.name, posts) for person, posts in offered] == [("白雨桐", "书记"), ("安若溪", "")]


def test_who_is_in_no_league_stands_behind_its_members(world):
    a_young_person("安若溪", branch=world.branch)
    a_member("周知行", branch=world.branch)

    offered = attending.offered(world.branch, on=DAY, user=world.secretary)

    assert [person.name for person, _ in offered] == ["白雨桐", "周知行", "安若溪"]


def test_who_is_noted_already_stays_on_the_list(world):
    activity = an_activity(world.branch, present=[world.sister_member])

    offered = attending.offered(world.branch, on=DAY, user=world.secretary, noted_in=activity)

    assert [person.name for person, _ in offered] == ["白雨桐", "何静姝"]


@pytest.mark.parametrize("who", ["outsider", "foreign_admin", "auditor"])
def test_nobody_is_offered_to_people_without_sight(world, who):
    assert attending.offered(world.branch, on=DAY, user=getattr(world, who)) == []
