"""Figures by day stay those of the records through imports and their taking back."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.models import Organization
from members.models import Member
from members.roster.outcome.undoing import take_back
from members.tests.builders import an_id_number
from members.tests.rosters import ORGANIZATION_HEADINGS, a_row, imported, members
from reports.facts import reading, recounting, settling

pytestmark = pytest.mark.django_db
SHARED = "14000123456"


def figures(today):
    found = reading.figures_of(list(Organization.objects.order_by("pk")), today).of
    return {pk: known.total for pk, known in found.items()}


def test_a_phone_that_comes_in_with_a_file_no_longer_counts_where_it_stood(world, today):
    for person in (world.member, world.other_member):
        person.phone = SHARED
        person.save()
    settling.settle()
    before = figures(today)

    roster = imported(
        members(a_row("赵启明", "航测二室团支部", phone=SHARED)), organization=world.bureau, by=world.bureau_admin
    )

    settling.settle()
    for branch in (world.branch, world.other_branch):
        assert figures(today)[branch.pk].get("a:phone", 0) == before[branch.pk]["a:phone"] - 1
    assert list(recounting.drifts(today)) == []
    take_back(roster, by=world.bureau_admin)
    settling.settle()
    assert figures(today) == before
    assert list(recounting.drifts(today)) == []


def test_organisations_that_came_with_a_file_leave_the_figures_with_it(world, today):
    settling.settle()
    before = figures(today)
    sheets = {
        "组织": [
            ORGANIZATION_HEADINGS,
            ("华岳局团委", "华岳局遥感院总支部委员会", "遥感院团总支", "团总支", None, None, None),
            ("遥感院团总支", "华岳局遥感院一室支部委员会", "遥感一室团支部", "团支部", None, None, None),
        ],
        **members(a_row("赵启明", "遥感一室团支部", post="书记")),
    }

    roster = imported(sheets, organization=world.bureau, by=world.bureau_admin)

    settling.settle()
    assert figures(today)[world.bureau.pk]["organizations"] == before[world.bureau.pk]["organizations"] + 2
    assert list(recounting.drifts(today)) == []
    take_back(roster, by=world.bureau_admin)
    assert figures(today) == before
    settling.settle()
    assert figures(today) == before
    assert list(recounting.drifts(today)) == []


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["航测一室团支部", "航测二室团支部", "一分队团支部"]),
        st.sampled_from(["书记", "组织委员", "团员", None]),
        st.sampled_from([SHARED, "14000123457", None]),
        st.sampled_from(["new", "known", "other"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=ROWS)
@pytest.mark.property
def test_whatever_is_imported_and_taken_back_figures_equal_the_records(world, today, rows):
    settling.settle()
    before = figures(today)
    known = {"known": world.member, "other": world.other_member}
    lines = []
    for branch, post, phone, who in rows:
        number = known[who].id_number if who in known else an_id_number(dt.date(2003, 4, 5))
        lines.append(
            a_row(known[who].name if who in known else "赵启明", branch, number=number, post=post, phone=phone)
        )

    roster = imported(members(*lines), organization=world.bureau, by=world.bureau_admin)

    live = figures(today)
    settling.settle()
    assert figures(today) == live
    assert list(recounting.drifts(today)) == []
    take_back(roster, by=world.bureau_admin)
    settling.settle()
    assert figures(today) == before
    assert list(recounting.drifts(today)) == []
    assert Member.objects.filter(pk=world.member.pk).exists()
