"""The demo unit 云汀储蓄银行省分行, loaded once for this module: its figures are those of the seed."""

import dataclasses
import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.db.models import Count

from activities.models import Activity
from branches import log_proof, naming, tree
from branches.models import Headcount, Organization
from conftest import TODAY
from reports.demo import accounts, loading
from reports.demo.zhejiang import ZHEJIANG
from reports.facts import reading, recounting, settling

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo_zhejiang")]

FIGURES = {
    "committees": 11,
    "general_branches": 3,
    "branches": 80,
    "members": 2_214,
    "people": 5_562,
    "cadres": 255,
    "users": 21,
}
# Of the year, by kind.
ACTIVITIES = {"contest": 62, "joint_study": 26, "visit": 89, "topic_study": 72}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The unit, until the module is done."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        # Django closes the connection after every test, and with it the transaction the demo lives in.
        patch.setattr(connections["default"], "close", lambda: None)
        with time_machine.travel(dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)):
            # Days before the day of the demo are the same work for every unit: one is enough here.
            loading.load(dataclasses.replace(ZHEJIANG, days_back=(1,)), as_of=TODAY)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def bank(loaded, today):
    return loading.root_of(ZHEJIANG)


def test_figures_are_those_of_the_seed(bank):
    settling.settle()

    figures = total_of(bank)
    assert loading.counts(bank) == FIGURES
    assert {key: figures[key] for key in ("organizations", "youth", "people", "cadres", "staff")} == {
        "organizations": 94,
        "youth": 5_562,
        "people": 5_562,
        "cadres": 255,
        "staff": 7_318,
    }
    assert round(100 * figures["youth"] / figures["staff"]) == 76


def test_activities_of_the_seed_are_spread_over_the_organizations(bank):
    settling.settle()

    figures = total_of(bank)
    held = {kind: figures[f"activities:{kind}@{TODAY.year}"] for kind in ACTIVITIES}
    places = Activity.objects.filter(kind__code__in=ACTIVITIES).aggregate(number=Count("organization", distinct=True))
    assert held == ACTIVITIES
    assert places["number"] >= 70
    assert Activity.objects.filter(kind__name="联学共建").count() == 26


def test_staff_of_every_committee_is_the_sum_of_its_branches(bank):
    declared = Headcount.objects.filter(kind=Headcount.Kind.STAFF).order_by("as_of_on")
    newest = dict(declared.values_list("organization", "value"))
    cities = Organization.objects.active().children_of(bank).exclude(org_type="branch")

    assert newest[bank.pk] == 7_318
    assert cities.count() == 11
    for city in cities:
        below = Organization.objects.active().under(city).branches().filter(pk__in=newest)
        assert newest[city.pk] >= sum(newest[branch.pk] for branch in below) > 0


def test_tree_names_and_log_are_whole_and_nothing_drifts(bank):
    settling.settle()

    assert tree.find_problems() == []
    assert log_proof.prove().problem == ""
    assert [row for row in Organization.objects.all() if warnings_about(row)] == []
    assert list(recounting.drifts(TODAY)) == []


def test_cast_is_whole(bank):
    assert [line.username for line in loading.logins()] == list(accounts.USERNAMES)


def test_command_tells_of_the_unit_that_is_there(bank):
    out = StringIO()

    call_command("load_demo", stdout=out)

    assert out.getvalue().splitlines()[:2] == [
        "演示数据已在，没有改动。",
        "云汀储蓄银行省分行：11 个团委，3 个团总支，80 个团支部，5562 名团员青年（其中团员 2214 名），"
        "255 名团干部，21 个账号",
    ]


def test_another_unit_is_refused_beside_it(bank):
    with pytest.raises(CommandError, match="已有其他团组织"):
        call_command("load_demo", "--unit", "huayue")


def total_of(root, on=TODAY):
    return reading.figures_of([root], on).of[root.pk].total


def warnings_about(row):
    return naming.check(org_type=row.org_type, full_name=row.full_name, short_name=row.short_name)
