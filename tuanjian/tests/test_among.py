import pytest

from branches.models import Headcount, Organization
from tuanjian.among import among


@pytest.mark.parametrize("name", ["pk", "root"])
def test_the_same_rows_as_of_a_list(world, name):
    keys = [world.branch.pk, world.bureau.pk, 10**12]
    everything = Organization.objects.order_by("pk")

    inside = everything.filter(among(name, keys))

    assert list(inside) == list(everything.filter(**{f"{name}__in": keys}))
    assert list(everything.filter(among(name, keys), org_type="branch")) == list(inside.branches())
    assert list(everything.filter(~among("pk", keys))) == list(everything.exclude(pk__in=keys))


def test_within_another_query_and_beside_another_condition(world):
    one, other = world.branch, world.sister_branch
    rows = Organization.objects.filter(among("pk", [one.pk]))

    either = rows | Organization.objects.filter(among("pk", [other.pk]))

    assert {each.pk for each in either} == {one.pk, other.pk}
    assert not Headcount.objects.filter(organization__in=either).exists()


def test_nothing_is_asked_without_keys(world, django_assert_num_queries):
    with django_assert_num_queries(0):
        found = list(Organization.objects.filter(among("pk", [])))

    assert found == []
