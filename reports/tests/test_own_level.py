"""What an organisation has by itself, and who counts as having taken part."""

import datetime as dt

import pytest

from activities.tests.builders import an_activity
from members.dictionaries import LeaguePost
from members.models import CadreTerm, Member, MemberStatus
from members.tests.builders import a_cadre_term, a_member
from reports.facts import reading, settling

pytestmark = pytest.mark.django_db


def test_the_own_level_has_all_cadres_of_its_own(world, today):
    person = a_member(branch=world.branch)
    for place in (world.branch, world.sister_branch, world.general, world.other_branch, world.bureau):
        a_cadre_term(person=person, organization=place, post=LeaguePost.STAFF)
    settling.settle()

    for place in (world.branch, world.general, world.other_general, world.bureau):
        here = reading.figures_of([place], today).of[place.pk].here
        held = CadreTerm.objects.current().filter(organization=place)
        assert here.get("cadres", 0) == held.values("person").distinct().count()
        assert not [key for key, value in here.items() if value < 0 or key.startswith("twice")]


def test_who_has_left_is_not_counted_as_having_taken_part(world, today):
    stays, leaves = a_member(branch=world.branch), a_member(branch=world.branch)
    an_activity(organization=world.branch, held_on=today - dt.timedelta(days=30), present=[stays, leaves])
    Member.objects.filter(pk=leaves.pk).update(status=MemberStatus.TRANSFERRED_OUT)

    settling.settle()

    counted = reading.figures_of([world.branch], today).of[world.branch.pk].total
    assert counted[f"persons@{today.year}"] == 1
