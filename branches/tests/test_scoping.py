"""Who may see what: the same answer for lists, yes/no questions and single objects."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from branches.models import AccessGrant, Organization, Role
from branches.scoping import Right, topmost, within
from branches.tests.builders import a_grant, a_user
from members.models import CadreTerm, Member
from members.tests.builders import a_cadre_term, a_member


def names(queryset):
    return sorted(str(row) for row in queryset)


def seen(user):
    return names(Organization.objects.visible_to(user))


def test_a_grant_reaches_the_whole_subtree_and_nothing_beside_or_above(world):
    assert seen(world.general_admin) == ["测绘院团总支", "航测一室团支部", "航测二室团支部"]
    assert seen(world.secretary) == ["航测一室团支部"]
    assert seen(world.bureau_admin) == [
        "一分队团支部", "华岳局团委", "水文队团总支", "测绘院团总支", "航测一室团支部", "航测二室团支部",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["outsider", "system_admin"])
def test_without_a_grant_nothing_is_seen_even_by_system_administrators(world, who):
    user = getattr(world, who)

    assert seen(user) == []
    assert names(Member.objects.visible_to(user)) == []
    assert names(Member.objects.manageable_by(user, right=Right.PEOPLE)) == []


def test_anonymous_people_see_nothing(world):
    assert seen(AnonymousUser()) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"starts_on": dt.date(2026, 11, 21)}, True),
        ({"starts_on": dt.date(2026, 11, 22)}, False),
        ({"ends_on": dt.date(2026, 11, 21)}, True),
        ({"ends_on": dt.date(2026, 11, 20)}, False),
        ({"ended_at": dt.datetime(2026, 11, 21, 3, 59, tzinfo=dt.UTC)}, False),
    ],
)
def test_a_grant_counts_from_its_first_to_its_last_day(world, fields, expected):
    a_grant(world.outsider, world.branch, **fields)

    assert bool(seen(world.outsider)) is expected


def test_a_disabled_account_sees_nothing(world):
    world.secretary.is_active = False
    world.secretary.save()

    assert seen(world.secretary) == []


def test_the_auditor_sees_the_tree_but_no_people(world):
    assert world.bureau in Organization.objects.visible_to(world.auditor)
    assert names(Member.objects.visible_to(world.auditor)) == []
    assert names(CadreTerm.objects.visible_to(world.auditor)) == []


RIGHTS = {
    Role.ADMINISTRATOR: set(Right),
    Role.OFFICER: {Right.REPORTS},
    Role.ENTRY_CLERK: {Right.PEOPLE, Right.ACTIVITIES},
    Role.OBSERVER: set(),
    Role.AUDITOR: set(),
}


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("role", Role)
def test_which_role_holds_which_right(world, role, right):
    user = a_user()
    a_grant(user, world.general, role)

    managed = Organization.objects.manageable_by(user, right=right)

    assert managed.filter(pk=world.branch.pk).exists() is (right in RIGHTS[role])
    assert not managed.filter(pk=world.other_branch.pk).exists()


def test_what_a_level_may_not_do_to_itself(world):
    from_above = Organization.objects.manageable_by(world.general_admin, right=Right.STRUCTURE, below=True)

    assert names(from_above) == ["航测一室团支部", "航测二室团支部"]


def test_a_root_has_nobody_above_so_its_own_administrator_decides(world):
    from_above = Organization.objects.manageable_by(world.bureau_admin, right=Right.STRUCTURE, below=True)

    assert world.bureau in from_above


def test_a_cadre_without_branch_is_seen_and_kept_through_the_current_post(world):
    cadre = a_member("罗清扬", branch=None, league_status="none")
    term = a_cadre_term(person=cadre, organization=world.general)

    assert cadre in Member.objects.visible_to(world.general_admin)
    assert cadre in Member.objects.manageable_by(world.bureau_admin, right=Right.PEOPLE)
    assert cadre not in Member.objects.visible_to(world.secretary)
    term.ended_on = dt.date(2026, 11, 20)
    term.save()
    assert cadre not in Member.objects.visible_to(world.general_admin)


def test_a_member_with_a_post_elsewhere_is_seen_there_but_kept_by_the_branch(world):
    a_cadre_term(person=world.other_member, organization=world.general)

    assert world.other_member in Member.objects.visible_to(world.general_admin)
    assert world.other_member not in Member.objects.manageable_by(world.general_admin, right=Right.PEOPLE)


def test_grants_are_read_once_per_request(world, signed_in, django_assert_max_num_queries):
    client = signed_in(world.bureau_admin)

    client.get("/help/")
    with django_assert_max_num_queries(40) as captured:
        client.get("/help/")

    asked = [query["sql"] for query in captured.captured_queries]
    assert sum(sql.startswith('SELECT "branches_accessgrant"') for sql in asked) == 1


def test_nothing_remembers_grants_after_the_request(world):
    assert seen(world.secretary) != []

    AccessGrant.objects.filter(user=world.secretary).update(ended_at=timezone.now())

    assert seen(world.secretary) == []


def test_paths_below_another_are_dropped():
    assert topmost(["000001000002", "000001", "000002000001", "000002000001"]) == ["000001", "000002000001"]


def test_no_path_means_no_row(world):
    assert not Organization.objects.filter(within([])).exists()
