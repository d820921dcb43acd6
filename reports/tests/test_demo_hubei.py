"""The demo unit 江汀通信财务共享服务中心, loaded once for this module: its figures are those of the seed."""

import datetime as dt

import pytest
import time_machine
from django.db import connections, transaction
from django.db.models import Count, Sum

from activities.models import Activity, ActivityResult, Attendance
from branches import naming
from branches.models import User
from conftest import TODAY
from members.models import Member
from reports.completion.sums import completion_of
from reports.demo import accounts, loading, programmes
from reports.demo.hubei import HUBEI
from reports.facts import reading, recounting, settling

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo_hubei")]

FIGURES = {
    "committees": 0,
    "general_branches": 0,
    "branches": 1,
    "members": 12,
    "people": 33,
    "cadres": 5,
    "users": 6,
}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The unit, until the module is done."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        # Django closes the connection after every test, and with it the transaction the demo lives in.
        patch.setattr(connections["default"], "close", lambda: None)
        with time_machine.travel(dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)):
            loading.load(HUBEI, as_of=TODAY)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def centre(loaded, today):
    return loading.root_of(HUBEI)


def test_figures_are_those_of_the_seed(centre):
    settling.settle()

    figures = total_of(centre)
    keys = ("organizations", "members", "youth", "young_members", "cadres", "party_under_28_retained")
    assert loading.counts(centre) == FIGURES
    assert {key: figures[key] for key in keys} == {
        "organizations": 1,
        "members": 12,
        "youth": 33,
        "young_members": 12,
        "cadres": 5,
        "party_under_28_retained": 3,
    }
    assert figures["party_under_28"] == 3
    assert "staff" not in figures


def test_branch_is_the_root_and_has_its_honours(centre):
    assert (centre.org_type, centre.depth, centre.founded_on, centre.founded_on_is_month) == (
        "branch",
        1,
        dt.date(2012, 5, 1),
        True,
    )
    assert set(centre.years.values_list("star", flat=True)) == {"5"}
    assert "五四红旗团支部" in centre.remark
    assert warnings_about(centre) == []


def test_nine_themed_trainings_have_320_times_and_reach_everybody(centre):
    settling.settle()

    figures = total_of(centre)
    named = Attendance.objects.filter(activity__kind__code="themed_training")
    assert figures[f"activities:themed_training@{TODAY.year}"] == 9
    assert figures[f"times:themed_training@{TODAY.year}"] == 320
    assert figures[f"activities:training@{TODAY.year}"] == 125 - 9
    assert named.aggregate(people=Count("person", distinct=True)) == {"people": 33}
    assert set(named.values_list("state", flat=True)) == {"present"}


def test_results_of_the_seed_add_up(centre):
    found = ActivityResult.objects.order_by("label").values_list("label", "unit")

    assert list(found.annotate(total=Sum("count"))) == [("关怀慰问", "人次", 2_000), ("社区服务", "人次", 1_600)]


def test_trainings_fill_every_month_of_the_year(centre):
    days = Activity.objects.filter(kind__code="training").values_list("held_on", flat=True)

    assert {day.replace(day=1) for day in days} == {dt.date(TODAY.year, month, 1) for month in range(1, 12)}


@pytest.mark.parametrize(
    ("as_of", "first"), [(dt.date(2026, 7, 1), dt.date(2026, 1, 1)), (dt.date(2026, 6, 30), dt.date(2025, 7, 1))]
)
def test_what_was_planned_is_held_within_the_year_or_twelve_months_while_it_is_young(as_of, first):
    assert programmes.first_day(as_of) == first


def test_cast_is_that_of_a_branch(centre):
    names = [login.username for login in accounts.BRANCH]
    seen = Member.objects.visible_to(User.objects.get(username="branch_admin"))

    assert [line.username for line in loading.logins()] == [*names, accounts.SYSTEM_ADMINISTRATOR]
    assert User.objects.count() == 6
    assert seen.on_roster().count() == 33


def test_days_before_have_figures_that_grow_into_todays(centre):
    settling.settle()

    days = [TODAY - dt.timedelta(days=back) for back in (365, 180, 60, 0)]
    entered = [total_of(centre, day)["people"] for day in days]
    rates = [completion_of([centre], day)[centre.pk].rate for day in days]
    assert entered == sorted(entered)
    assert entered[0] < entered[-1] == 33
    assert rates == sorted(rates)
    assert list(recounting.drifts(TODAY)) == []


def total_of(root, on=TODAY):
    return reading.figures_of([root], on).of[root.pk].total


def warnings_about(row):
    return naming.check(org_type=row.org_type, full_name=row.full_name, short_name=row.short_name)
