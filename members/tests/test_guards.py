"""Who asks rules and lists without a page in between, or holds different grants in different places."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from branches import registration
from branches.models import Role
from branches.registration import Reach
from branches.tests.builders import a_grant, a_user
from members.import_forms import NameForm
from members.lists import kinds
from members.lists.making import scope_of
from members.models import Member
from members.tests.rosters import checked, members


@pytest.fixture
def two_hats(world):
    """Auditor of one general branch, observer of the branch of another."""
    user = a_user("two_hats")
    a_grant(user, world.general, Role.AUDITOR)
    a_grant(user, world.other_branch, Role.OBSERVER)
    return user


def test_a_list_begins_where_its_people_may_be_seen(world, two_hats, signed_in):
    page = signed_in(two_hats).get(reverse("members:members"))

    assert page.context["organization"] == world.other_branch


def test_what_is_kept_in_one_place_opens_no_form_in_another(world, signed_in):
    user = a_user("clerk_and_observer")
    a_grant(user, world.branch, Role.ENTRY_CLERK)
    a_grant(user, world.sister_branch, Role.OBSERVER)
    client = signed_in(user)

    pages = [
        client.get(f"{reverse('members:gaps')}?organization={organization.pk}").status_code
        for organization in (world.branch, world.sister_branch, world.other_branch)
    ]

    assert pages == [200, 403, 404]


@pytest.mark.parametrize("key", ["members", "youth", "cadres", "organizations"])
def test_a_list_holds_nothing_out_of_sight(world, key):
    Member.objects.filter(pk=world.sister_member.pk).update(league_status="never")
    kind = kinds.of(key)

    rows = {
        user.username: kind.query(QueryDict(""), world.general, user).rows.exists()
        for user in (world.general_admin, world.outsider, world.foreign_admin)
    }

    assert rows == {"general_admin": True, "outsider": False, "foreign_admin": False}


def test_a_list_names_no_organisation_out_of_sight(world):
    organizations = list(kinds.of("organizations").write([world.general], world.general_admin))
    people = list(kinds.of("members").write([world.other_member], world.general_admin))

    assert (organizations[0][1], organizations[0][2]) == ("", world.general.full_name)
    assert people[0][1] == ""


def test_the_scope_of_a_list_is_what_its_maker_sees(world):
    assert scope_of(world.general, world.outsider) == {"seen": [], "own": []}
    assert world.branch.pk in scope_of(world.general, world.general_admin)["seen"]


@pytest.mark.parametrize("user", ["observer", "clerk", "outsider"])
def test_a_sheet_of_codes_is_for_who_gives_grants_there(world, user):
    def offered(by):
        return list(registration.for_sheet(world.general, reach=Reach.DIRECT, vacant_only=False, by=by))

    assert offered(world.general_admin) == [world.branch, world.sister_branch]
    assert offered(getattr(world, user)) == []


def test_unknown_names_are_settled_with_organisations_one_manages(world):
    row = ("赵远", None, None, None, None, "测绘院没有的团支部", None, None)
    roster = checked(members(row), organization=world.general, by=world.general_admin)

    offered = {
        user: [
            set(NameForm(roster=roster, user=getattr(world, user)).fields[name].queryset)
            for name in ("organization", "parent")
        ]
        for user in ("general_admin", "clerk", "observer")
    }

    everything = {world.general, world.branch, world.sister_branch}
    assert offered == {
        "general_admin": [everything, {world.general}],
        "clerk": [everything, set()],
        "observer": [set(), set()],
    }
