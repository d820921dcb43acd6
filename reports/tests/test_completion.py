"""Every percentage explains itself: missing facts listed are expected − actual; what does not apply says why."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.models import Activity, ActivityKind
from branches.models import Headcount, Organization, OrgType
from branches.tests.builders import an_organization
from branches.tests.days import noon
from members.dictionaries import LeaguePost
from members.tests.builders import a_cadre_term, a_member, a_young_person
from reports import completion_items as items
from reports.completion.missing import missing_in
from reports.completion.sums import Completion, completion_of
from reports.facts.items import month_before, quarter_asked


def of(organization, on):
    return completion_of([organization], on)[organization.pk]


def item(completion, key):
    return next(result for result in completion.own if result.key == key)


def listed(organization, on, user):
    return sum(line.count for line in missing_in(organization, on, user=user))


def a_meeting(organization, code="branch_assembly", held_on=dt.date(2026, 10, 15), **fields):
    kind = ActivityKind.objects.get(code=code)
    return Activity.objects.create(organization=organization, kind=kind, topic="会议", held_on=held_on, **fields)


def expect_members(world, value, on):
    Headcount.objects.create(
        organization=world.branch,
        kind="expected_members",
        value=value,
        as_of_on=on,
        source="名册",
        set_by=world.bureau_admin,
    )


def test_missing_facts_listed_are_expected_minus_actual(world, today):
    a_member(branch=world.branch, ethnicity="", education="")
    a_young_person(branch=world.branch, id_number="")

    for organization in (world.branch, world.general, world.bureau):
        completion = of(organization, today)
        assert listed(organization, today, world.bureau_admin) == completion.expected - completion.actual


def test_lower_organisations_add_up(world, today):
    parts = completion_of([world.general, world.other_general], today)
    whole = of(world.bureau, today)
    own = sum(result.expected for result in whole.own)

    assert whole.expected == own + sum(part.expected for part in parts.values())


def test_no_expectation_no_item_and_said_so(world, today):
    before = item(of(world.branch, today), Headcount.Kind.EXPECTED_MEMBERS)
    Headcount.objects.create(
        organization=world.branch,
        kind="expected_members",
        value=4,
        as_of_on=today,
        source="名册",
        set_by=world.bureau_admin,
    )
    after = item(of(world.branch, today), Headcount.Kind.EXPECTED_MEMBERS)

    assert (before.applies, before.expected, before.reason) == (False, 0, "上级没有核定，不计入")
    assert (after.expected, after.actual, after.missing) == (4, 1, 3)


def test_more_people_than_expected_do_not_make_up_for_other_gaps(world, today):
    Headcount.objects.create(
        organization=world.branch,
        kind="expected_members",
        value=1,
        as_of_on=today,
        source="名册",
        set_by=world.bureau_admin,
    )
    a_member(branch=world.branch)

    assert item(of(world.branch, today), Headcount.Kind.EXPECTED_MEMBERS).actual == 1


def test_a_small_branch_needs_no_committee(world, today):
    small = of(world.branch, today)
    for _ in range(6):
        a_member(branch=world.branch)
    large = of(world.branch, today)

    assert item(small, "committee_meeting").reason == "团员不足 7 人，不设支部委员会"
    assert item(small, "cadres").expected == 0
    assert item(large, "committee_meeting").expected == 1
    assert item(large, "cadres").expected == items.LEAST_BRANCH_POSTS


def test_the_assembly_of_the_quarter(world, today):
    """In November that of the third quarter; that of the fourth is asked from its last month on."""
    a_meeting(world.branch)
    a_meeting(world.branch, held_on=dt.date(2026, 9, 30), is_void=True)
    assert item(of(world.branch, today), "branch_assembly").actual == 0

    a_meeting(world.branch, held_on=dt.date(2026, 9, 30))
    result = item(of(world.branch, today), "branch_assembly")
    assert (result.period, result.actual, result.on_time) == ("2026Q3", 1, 0)

    with noon(2026, 12, 1):
        result = item(of(world.branch, timezone.localdate()), "branch_assembly")
    assert (result.period, result.actual, result.on_time) == ("2026Q4", 1, 1)


def test_a_meeting_entered_long_after_its_period_is_done_but_not_on_time(world, today):
    for _ in range(6):
        a_member(branch=world.branch)
    meeting = a_meeting(world.branch, code="committee_meeting", held_on=dt.date(2026, 10, 12))
    Activity.objects.filter(pk=meeting.pk).update(recorded_at=timezone.now())

    result = item(of(world.branch, today), "committee_meeting")

    assert (result.actual, result.on_time) == (1, 0)


def test_placeholders_and_shared_phones_do_not_count(world, today):
    before = item(of(world.branch, today), "phone").actual
    for _ in range(3):
        a_member(branch=world.branch, phone="14000777777")
    a_member(branch=world.branch, work_unit="待补")
    completion = of(world.branch, today)

    assert item(completion, "phone").actual == before + 1
    assert item(completion, "work_unit").missing == 1


def test_an_administrator_counts_once_logged_in(world, today):
    assert item(of(world.branch, today), "administrator").actual == 0

    world.secretary.last_login = timezone.now()
    world.secretary.save()

    assert item(of(world.branch, today), "administrator").actual == 1


def test_states_and_rates(world, today):
    def at(expected, actual):
        completion = Completion(world.branch, by_group={"people": [expected, actual]})
        return completion.rate, completion.state.word

    assert at(10_000, 9_999) == (99.9, "基本录齐")
    assert at(10_000, 10_000) == (100.0, "已录齐")
    assert at(10_000, 8_499) == (84.99, "缺口较大")
    assert at(0, 0) == (None, "已录齐")


@pytest.mark.parametrize(
    ("on", "quarter", "month"),
    [
        ("2026-01-01", ("2025-10-01", "2025-12-31"), ("2025-12-01", "2025-12-31")),
        ("2026-02-28", ("2025-10-01", "2025-12-31"), ("2026-01-01", "2026-01-31")),
        ("2024-03-01", ("2024-01-01", "2024-03-31"), ("2024-02-01", "2024-02-29")),
        ("2026-11-30", ("2026-07-01", "2026-09-30"), ("2026-10-01", "2026-10-31")),
        ("2026-12-31", ("2026-10-01", "2026-12-31"), ("2026-11-01", "2026-11-30")),
    ],
)
def test_periods(on, quarter, month):
    day = dt.date.fromisoformat(on)

    assert [tuple(map(str, quarter_asked(day))), tuple(map(str, month_before(day)))] == [quarter, month]


def test_names_are_whole_for_the_own_branch_only(world, today):
    a_member("高若溪", branch=world.branch, ethnicity="")

    assert "高若溪" in {line.whom for line in missing_in(world.branch, today, user=world.secretary)}
    assert "高**" in {line.whom for line in missing_in(world.branch, today, user=world.bureau_admin)}


def queries(organizations, on):
    with CaptureQueriesContext(connection) as captured:
        completion_of(organizations, on)
    return len(captured)


def test_at_most_twelve_queries_the_same_for_one_and_three_lower_organisations(world, today):
    one = queries([world.general], today)

    third = an_organization("第三团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
    a_member(branch=an_organization("某团支部", under=third), ethnicity="")

    assert queries([world.general, world.other_general, third], today) == one
    assert one <= 12


@pytest.mark.property
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["member", "young", "post", "headcount", "meeting", "founded"]),
            st.booleans(),
            st.booleans(),
        ),
        max_size=14,
    )
)
def test_on_random_branches_the_list_and_the_figures_agree(world, today, deeds):
    branches = [world.branch, world.sister_branch, world.other_branch, world.general]
    with transaction.atomic():
        for number, deed, first, second in deeds:
            place = branches[number]
            branch = world.branch if place == world.general else place
            if deed == "member":
                a_member(branch=branch, ethnicity="" if first else "01", phone="" if second else None)
            elif deed == "young":
                a_young_person(branch=branch, id_number="" if first else None, work_unit="无" if second else "测绘院")
            elif deed == "post":
                a_cadre_term(person=a_member(branch=branch), organization=place, post=LeaguePost.COMMITTEE_MEMBER)
            elif deed == "headcount":
                Headcount.objects.create(
                    organization=place, kind="expected_youth" if first else "expected_members", value=5,
                    as_of_on=today, source="名册", set_by=world.bureau_admin,
                )  # fmt: skip
            elif deed == "meeting":
                a_meeting(branch, code="committee_meeting" if first else "branch_assembly")
            else:
                Organization.objects.filter(pk=place.pk).update(founded_on=today if first else None)
        for organization in (world.bureau, world.general, world.branch):
            completion = of(organization, today)
            assert listed(organization, today, world.bureau_admin) == completion.expected - completion.actual
            assert 0 <= completion.on_time <= completion.actual <= completion.expected
        transaction.set_rollback(True)
