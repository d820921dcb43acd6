"""Sums over subtrees."""

import pytest
from django.db.models import Count

from branches import subtrees
from branches.models import Organization
from branches.subtrees import sums_by_subtree
from branches.tests.builders import an_organization


def counted(*organizations):
    found = sums_by_subtree(Organization.objects.all(), organizations, rows=Count("pk"))
    return {pk: sums["rows"] for pk, sums in found.items()}


def test_each_organisation_counts_its_whole_subtree_also_beside_its_superior(world):
    assert counted(world.bureau, world.general, world.branch, world.foreign_branch) == {
        world.bureau.pk: 6,
        world.general.pk: 3,
        world.branch.pk: 1,
        world.foreign_branch.pk: 1,
    }


def test_nothing_asked_nothing_counted(world):
    assert counted() == {}


@pytest.mark.parametrize("most", [1, 20])
def test_many_ranges_are_answered_as_few(world, monkeypatch, most):
    monkeypatch.setattr(subtrees, "MOST_RANGES", most)

    assert counted(world.branch, world.sister_branch, world.foreign_branch, world.other_branch) == {
        world.branch.pk: 1,
        world.sister_branch.pk: 1,
        world.foreign_branch.pk: 1,
        world.other_branch.pk: 1,
    }


def test_one_query_per_depth(world, django_assert_num_queries):
    branches = [an_organization(under=world.general) for _ in range(30)]

    with django_assert_num_queries(1):
        counted(*branches)
    with django_assert_num_queries(2):
        counted(world.general, *branches)
