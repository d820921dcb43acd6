"""An organisation opened: lines are read only as far as they are shown, and counted by the figures."""

import random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches import freshness, tree
from branches.models import Headcount, Organization, OrgType
from branches.tests.builders import an_organization
from members.tests.builders import a_member, a_young_person
from reports.completion.missing import first_missing, missing_in
from reports.completion.opening import SHOWN, opened
from reports.completion.schemes import Scheme, set_scheme
from reports.completion.sums import completion_of
from reports.completion_items import GROUPS, PEOPLE
from reports.facts import settling


def first_of_each(lines, each):
    cut = [[line for line in lines if line.group == group][:each] for group in GROUPS]
    return [line for of_group in cut for line in of_group]


def test_the_first_lines_are_those_of_the_whole_list(world, today):
    for branch in (world.other_branch, world.branch, world.sister_branch):
        for _ in range(6):
            a_member(branch=branch, ethnicity="", education="")
    freshness.touch(Organization.objects.all())
    settling.settle()

    lines = first_missing(world.bureau, today, groups=GROUPS, each=5, user=world.bureau_admin)

    assert lines == first_of_each(missing_in(world.bureau, today, user=world.bureau_admin), 5)


def test_what_waits_to_be_settled_is_among_them(world, today):
    settling.settle()
    a_member(branch=world.branch, ethnicity="")
    freshness.touch([world.branch])

    lines = first_missing(world.bureau, today, groups=[PEOPLE], each=5, user=world.bureau_admin)

    assert [(line.organization, line.what) for line in lines] == [(world.branch, "民族")]


def test_lines_are_those_of_where_organisations_stand_now(world, today):
    for branch in (world.branch, world.other_branch):
        a_member(branch=branch, ethnicity="")
    freshness.touch(Organization.objects.all())
    settling.settle()
    tree.move(world.general, under=world.foreign_bureau, by=None)

    left, joined = (
        {line.organization.pk for line in first_missing(place, today, groups=GROUPS, each=99, user=user)}
        for place, user in ((world.bureau, world.bureau_admin), (world.foreign_bureau, world.foreign_admin))
    )

    came = {world.general.pk, world.branch.pk, world.sister_branch.pk}
    assert left == {world.bureau.pk, world.other_general.pk, world.other_branch.pk}
    assert joined == came | {world.foreign_bureau.pk, world.foreign_branch.pk}


def test_the_rest_is_told_by_the_figures(world, today):
    for _ in range(SHOWN + 3):
        a_member(branch=world.branch, ethnicity="")
    freshness.touch([world.branch])
    settling.settle()

    found = {group: (len(lines), count, rest) for group, lines, count, rest in
             opened(world.bureau, today, user=world.bureau_admin).groups}  # fmt: skip

    assert found[PEOPLE] == (SHOWN, SHOWN + 3, 3)
    assert sum(count for _, count, _ in found.values()) == completion_of([world.bureau], today)[world.bureau.pk].missing


def test_not_everything_below_is_read(world, today):
    for number in range(30):
        branch = an_organization(f"第{number}团支部", under=world.general)
        for _ in range(2):
            a_member(branch=branch, ethnicity="")
    freshness.touch(Organization.objects.all())
    settling.settle()

    with CaptureQueriesContext(connection) as captured:
        first_missing(world.bureau, today, groups=[PEOPLE], each=4, user=world.bureau_admin)

    people = next(query["sql"] for query in captured if "gap_count" in query["sql"])
    assert "LIMIT 4" in people


deeds = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(["member", "young", "headcount", "branch", "general", "settle"]),
        st.booleans(),
    ),
    max_size=16,
)
weights = st.lists(st.integers(0, 10), min_size=len(GROUPS), max_size=len(GROUPS)).filter(any)


@pytest.mark.property
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds, weights=weights, seed=st.integers(0, 1000))
def test_on_random_trees_lines_and_figures_and_rates_agree(world, today, deeds, weights, seed):
    """Settled or not, and whatever the weights: expected − actual is what is listed, and the rate is theirs."""
    places = [world.bureau, world.general, world.branch, world.other_branch]
    pick = random.Random(seed)
    with transaction.atomic():
        for number, deed, flag in deeds:
            place = places[number % len(places)]
            branch = place if place.is_branch else world.branch
            if deed == "member":
                a_member(branch=branch, ethnicity="" if flag else "01", phone="" if pick.random() < 0.5 else None)
            elif deed == "young":
                a_young_person(branch=branch, id_number="" if flag else None)
            elif deed == "headcount":
                Headcount.objects.create(
                    organization=branch, kind="expected_members", value=3 + number, as_of_on=today, source="名册",
                    set_by=world.bureau_admin,
                )  # fmt: skip
            elif deed == "settle":
                settling.settle()
            else:
                under = place if place.org_type != OrgType.BRANCH else world.general
                under = world.bureau if deed == "general" else under
                kind = OrgType.GENERAL_BRANCH if deed == "general" else OrgType.BRANCH
                places.append(an_organization(f"第{len(places)}组织", under=under, org_type=kind))
            freshness.touch(places)
        scheme = Scheme(weights=dict(zip((group.key for group in GROUPS), weights, strict=True)), care_from=40)
        set_scheme(world.bureau, year=2026, follows_above=False, scheme=scheme, by=world.bureau_admin)

        for place in (world.bureau, world.general, pick.choice(places)):
            completion = completion_of([place], today)[place.pk]
            everything = missing_in(place, today, user=world.bureau_admin)
            assert sum(line.count for line in everything) == completion.expected - completion.actual
            shown = opened(place, today, user=world.bureau_admin).groups
            assert [line for _, lines, _, _ in shown for line in lines] == first_of_each(everything, SHOWN)
            for group, lines, count, rest in shown:
                assert count == completion.missing_of(group) == rest + sum(line.count for line in lines)
            weighed = [scheme.weight_of(key) * (e - a) for key, (e, a) in completion.by_group.items()]
            assert completion.rate is None or (completion.rate == 100) == (sum(weighed) == 0)
        transaction.set_rollback(True)
