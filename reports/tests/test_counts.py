"""Figures of organisations, rolled up over their subtrees."""

import datetime as dt

import pytest
import time_machine

from branches import freshness, tree
from branches.models import Organization
from branches.tests.builders import an_organization
from members.dictionaries import LeaguePost, PoliticalStatus, PostNature
from members.models import LeagueStatus, MemberStatus
from members.tests.builders import a_cadre_term, a_member, a_young_person
from reports.counts import Counts, counts_of
from reports.facts import settling

ON = dt.date(2026, 11, 21)
ELDER = dt.date(1985, 1, 1)


def one(organization):
    return counts_of([organization], ON)[organization.pk]


def test_the_small_world(world):
    assert counts_of([world.bureau, world.general, world.branch], ON) == {
        world.bureau.pk: Counts(
            organizations=6, committees=1, general_branches=2, branches=3,
            members=3, youth=3, young_members=3, cadres=1, part_time_cadres=1,
        ),
        world.general.pk: Counts(
            organizations=3, general_branches=1, branches=2,
            members=2, youth=2, young_members=2, cadres=1, part_time_cadres=1,
        ),
        world.branch.pk: Counts(
            organizations=1, branches=1, members=1, youth=1, young_members=1, cadres=1, part_time_cadres=1
        ),
    }  # fmt: skip


def test_people_are_counted_by_league_party_and_age(world):
    a_young_person(branch=world.branch)
    a_member(branch=world.branch, birth_on=ELDER)
    a_member(
        branch=world.branch,
        league_status=LeagueStatus.RETAINED,
        political_status=PoliticalStatus.PARTY_MEMBER,
    )
    a_member(branch=world.branch, status=MemberStatus.VOID)
    a_member(branch=world.branch, status=MemberStatus.TRANSFERRED_OUT)

    counts = one(world.branch)

    assert (counts.members, counts.retained, counts.youth, counts.young_members) == (3, 1, 3, 2)
    assert (counts.party_under_28, counts.party_under_28_retained) == (1, 1)
    assert round(counts.share_of_youth, 1) == 66.7


def test_where_nobody_is_young_there_is_no_share(world):
    assert one(an_organization(under=world.general)).share_of_youth is None


def test_a_cadre_with_two_posts_counts_once_in_what_holds_both(world):
    a_cadre_term(
        person=world.member, organization=world.general, post=LeaguePost.COMMITTEE_MEMBER, nature=PostNature.SECONDED
    )

    found = counts_of([world.bureau, world.general, world.branch, world.sister_branch], ON)

    assert [found[each.pk].cadres for each in (world.bureau, world.general, world.branch)] == [1, 1, 1]
    assert found[world.sister_branch.pk].cadres == 0


def test_ended_posts_and_mistaken_people_are_no_cadres(world):
    a_cadre_term(person=world.sister_member, organization=world.sister_branch, ended_on=dt.date(2026, 11, 20))
    void = a_member(branch=world.sister_branch, status=MemberStatus.VOID)
    a_cadre_term(person=void, organization=world.sister_branch)

    assert one(world.sister_branch).cadres == 0


@pytest.mark.parametrize(
    ("birth_on", "expected"),
    [
        (dt.date(1998, 10, 31), 0),
        (dt.date(1998, 11, 1), 1),
        (dt.date(1998, 11, 30), 1),
        (dt.date(1998, 12, 1), 0),
    ],
)
def test_who_reaches_the_leaving_age_this_month(world, birth_on, expected):
    a_member(branch=world.branch, birth_on=birth_on)

    assert one(world.branch).turning_28_without_post == expected


def test_closed_organisations_are_not_counted(world):
    tree.close(world.other_branch, on=ON, by=None, reason="撤销")

    assert (one(world.other_general).organizations, one(world.other_general).branches) == (1, 0)


def test_without_people_only_organisations(world):
    counts = counts_of([world.general], ON, people=False)[world.general.pk]

    assert counts == Counts(organizations=3, general_branches=1, branches=2)


def test_the_number_of_organisations_does_not_matter(world, django_assert_num_queries):
    for _ in range(30):
        a_member(branch=an_organization(under=world.general))
    branches = list(Organization.objects.children_of(world.general))

    settling.settle()

    with django_assert_num_queries(3):
        counts_of(branches[:1], ON)
    with django_assert_num_queries(3):
        counts_of([world.general, *branches], ON)


def test_what_waits_to_be_settled_counts_already(world, today):
    settling.settle()
    a_member(branch=world.branch)
    freshness.touch([world.branch])

    assert (one(world.branch).members, one(world.bureau).members) == (2, 4)


def test_a_day_that_is_over_keeps_its_figures(world):
    with time_machine.travel("2026-11-21 12:00+08:00"):
        settling.settle()
    with time_machine.travel("2026-11-22 12:00+08:00"):
        a_member(branch=world.branch)
        freshness.touch([world.branch])
        settling.settle()

        assert one(world.branch).members == 1
        assert counts_of([world.branch], dt.date(2026, 11, 22))[world.branch.pk].members == 2
