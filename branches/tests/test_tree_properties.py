"""Whatever is done to the tree, in whatever order: paths, placements, roots and order stay true, and the past stays."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches import tree
from branches.models import Organization, OrgType
from branches.tests.builders import an_organization

pytestmark = [pytest.mark.django_db, pytest.mark.property]

steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "root", "move", "rename", "type", "order", "close"]),
        st.integers(0, 30),
        st.integers(0, 30),
        st.sampled_from(list(OrgType)),
    ),
    min_size=1,
    max_size=14,
)


def pick(number):
    rows = list(Organization.objects.order_by("pk"))
    return rows[number % len(rows)]


def do(number, deed, first, second, kind):
    what, other = pick(first), pick(second)
    if deed == "root":
        an_organization(f"根{number}", org_type=kind)
    elif deed == "add":
        an_organization(f"新{number}", under=what, org_type=kind)
    elif deed == "move":
        tree.move(what, under=other, by=None)
    elif deed == "rename":
        tree.rename(what, full_name=f"全称{number}", short_name=f"简称{number}", by=None)
    elif deed == "type":
        tree.change_type(what, org_type=kind, by=None)
    elif deed == "order":
        tree.set_order(what, order_number=second, by=None)
    else:
        tree.close(what, on=dt.date(2026, 11, 21), by=None, reason="并入")


def shape(nodes):
    return [(node.placement.organization_id, node.placement.short_name, shape(node.children)) for node in nodes]


def snapshot():
    return list(Organization.objects.order_by("pk").values_list("pk", "path", "full_name", "org_type", "status"))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_no_order_of_deeds_breaks_the_tree_or_the_past(db, deeds):
    with transaction.atomic():
        check_tree_and_past(deeds)
        transaction.set_rollback(True)


def check_tree_and_past(deeds):
    an_organization("总团委", org_type=OrgType.LEADING_BODY)
    remembered = []
    for number, (deed, first, second, kind) in enumerate(deeds):
        before = snapshot()
        try:
            do(number, deed, first, second, kind)
        except ValidationError:
            assert snapshot() == before
        moment = timezone.now()
        remembered.append((moment, shape(tree.as_of(moment))))

    assert tree.find_problems() == []
    assert [shape(tree.as_of(moment)) for moment, _ in remembered] == [then for _, then in remembered]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_the_tree_of_now_is_the_tree_of_paths(db, deeds):
    with transaction.atomic():
        check_tree_of_now(deeds)
        transaction.set_rollback(True)


def check_tree_of_now(deeds):
    an_organization("总团委", org_type=OrgType.LEADING_BODY)
    for number, (deed, first, second, kind) in enumerate(deeds):
        try:
            do(number, deed, first, second, kind)
        except ValidationError:
            continue

    flat = []

    def walk(nodes):
        for node in nodes:
            flat.append(node.placement.organization_id)
            walk(node.children)

    walk(tree.as_of(timezone.now()))
    assert flat == list(Organization.objects.all().in_screen_order().values_list("pk", flat=True))
