"""The page that shows what a move takes along, and who gains or loses sight."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches import onlookers
from branches.models import Organization, Role
from branches.tests.builders import a_grant, a_user
from members.tests.builders import a_member
from members.tests.test_cadre_pages import text_of
from reports import moving

TODAY = dt.date(2026, 11, 21)


def named(lookers):
    return [(str(each.user), [(role, where.short_name) for role, where in each.roles]) for each in lookers]


def test_accounts_above_the_old_place_lose_and_above_the_new_gain(world):
    gaining = a_user(display_name="水文管理员")
    a_grant(gaining, world.other_general)
    a_grant(world.observer, world.other_general, Role.OBSERVER)
    a_grant(a_user(display_name="已结束"), world.other_general, ends_on=dt.date(2026, 11, 1))

    change = onlookers.change_by_moving(world.branch, under=world.other_general, by=world.bureau_admin, on=TODAY)

    assert named(change.gaining) == [("水文管理员", [("administrator", "水文队团总支")])]
    assert named(change.losing) == [
        ("录入员", [("entry_clerk", "测绘院团总支")]),
        ("总支管理员", [("administrator", "测绘院团总支")]),
    ]
    assert not change.beyond


def test_accounts_of_levels_out_of_sight_stay_unnamed(world):
    mover = a_user()
    a_grant(mover, world.general)
    a_grant(mover, world.foreign_bureau)

    change = onlookers.change_by_moving(world.branch, under=world.foreign_bureau, by=mover, on=TODAY)

    assert change.beyond
    assert "局级管理员" not in [str(each.user) for each in change.losing]


def test_the_preview_counts_what_goes_along(world):
    seen = moving.preview(world.general, under=world.foreign_bureau, by=world.bureau_admin, on=TODAY)

    assert (seen.old, seen.lower, seen.counts.branches, seen.counts.members, seen.counts.cadres) == (
        world.bureau, 2, 2, 2, 1,
    )  # fmt: skip
    assert seen.todos


def test_the_preview_costs_the_same_whatever_the_number_of_people(world):
    arguments = {"under": world.other_general, "by": world.bureau_admin, "on": TODAY}
    with CaptureQueriesContext(connection) as few:
        moving.preview(world.branch, **arguments)
    for _ in range(3):
        a_member(branch=world.branch)
        a_grant(a_user(), world.general)
    with CaptureQueriesContext(connection) as many:
        moving.preview(world.branch, **arguments)

    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("who", "status"), [("foreign_admin", 404), ("outsider", 404), ("observer", 403), ("secretary", 403)]
)
def test_only_a_level_above_moves(world, signed_in, who, status):
    url = reverse("reports:move_confirm", args=[world.branch.pk])

    assert signed_in(getattr(world, who)).get(url, {"under": world.other_general.pk}).status_code == status
    assert signed_in(getattr(world, who)).post(url, {"under": world.other_general.pk}).status_code == status


def test_the_organisation_moves_once_confirmed(world, signed_in):
    client, url = signed_in(world.bureau_admin), reverse("reports:move_confirm", args=[world.branch.pk])

    seen = client.get(url, {"under": world.other_general.pk})
    unmoved = Organization.objects.get(pk=world.branch.pk).path
    done = client.post(url, {"under": world.other_general.pk, "reason": "划转"})

    assert "总支管理员 测绘院团总支管理员" in " ".join(text_of(seen).split())
    assert unmoved == world.branch.path
    assert done.headers["Location"] == world.branch.get_absolute_url()
    moved = Organization.objects.get(pk=world.branch.pk)
    assert moved.parent_path == Organization.objects.get(pk=world.other_general.pk).path


@pytest.mark.parametrize("target", ["", "branch", "sister_branch", "foreign_bureau", "other_branch", "general"])
def test_a_target_that_may_not_be_chosen_leads_back_to_choosing(world, signed_in, target):
    client, url = signed_in(world.bureau_admin), reverse("reports:move_confirm", args=[world.branch.pk])
    under = getattr(world, target).pk if target else ""

    answer = client.post(url, {"under": under, "reason": "划转"})

    assert answer.headers["Location"] == reverse("branches:move", args=[world.branch.pk])
    assert Organization.objects.get(pk=world.branch.pk).path == world.branch.path
