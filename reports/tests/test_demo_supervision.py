"""What the committee of the demo unit pushed, told and checked in the year; loaded once for this module."""

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from branches import log_proof
from branches.models import AuditEntry, Organization, User
from conftest import TODAY
from reports import todos
from reports.campaigns.board import board_of
from reports.campaigns.results import report_of
from reports.circulars import wording
from reports.demo import clock, loading
from reports.demo.huayue import HUAYUE
from reports.demo.supervision import Supervision
from reports.facts import recounting, settling
from reports.models import Campaign, Circular, IssuedSheet, SpotCheck, SpotFact, SpotRecord, Standing

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo_supervision")]

GENERAL = HUAYUE.general_with_logins
BRANCH = HUAYUE.branch_with_logins


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The unit, until the module is done."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        # Django closes the connection after every test, and with it the transaction the demo lives in.
        patch.setattr(connections["default"], "close", lambda: None)
        with time_machine.travel(dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)):
            loading.load(HUAYUE, as_of=TODAY)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded, today):
    return loading.root_of(HUAYUE)


def minute(moment):
    return f"{timezone.localtime(moment):%m-%d %H:%M}"


def test_first_campaign_went_its_whole_way(demo):
    campaign = Campaign.objects.get(state="ended")

    said = AuditEntry.objects.filter(object_type="reports.campaign", object_id=str(campaign.pk)).order_by("id")
    assert [(minute(entry.at), entry.actor_name or "系统", entry.changes.get("状态")) for entry in said] == [
        ("09-03 09:20", name("bureau_officer"), None),
        ("09-03 09:20", name("bureau_admin"), ["草稿", "进行中"]),
        ("09-30 09:20", name("bureau_admin"), None),
        ("10-02 18:01", "系统", ["进行中", "已截止"]),
        ("10-10 00:01", "系统", None),
        ("10-17 09:20", name("bureau_admin"), ["已截止", "已结束"]),
    ]


def test_its_report_has_organizations_in_time_late_and_open(demo):
    report = report_of(Campaign.objects.get(state="ended"))

    assert {band.state.word for band in report.bands} == {"截止时未完成", "截止后补齐", "按期完成"}
    assert len(report.lines) == Organization.objects.children_of(demo).count()
    assert report.start.actual < report.deadline.actual < report.now.actual < report.now.expected
    [put_off] = report.extended
    assert (put_off.name, str(put_off.extension.until_on)) == (HUAYUE.committee_with_logins, "2026-10-09")
    assert put_off.deadline.actual < put_off.extended.actual
    [stage] = report.reached
    assert (stage.stage.name, stage.point.planned) == ("核对任免文件", 80.0)
    assert report.start.rate < stage.point.rate < report.deadline.rate


def test_second_campaign_runs_with_stages_and_an_exception_that_ends(demo):
    board = board_of(Campaign.objects.get(state="running"))

    assert [(stage.on.isoformat(), stage.percent) for stage in board.stages] == [("2026-11-23", 98), ("2026-12-01", 99)]
    assert {band.state.word for band in board.bands} == {"落后于计划", "达到计划", "已完成"}
    [put_off] = board.extended
    assert (put_off.name, str(put_off.extension.until_on)) == ("高原找矿项目临时团支部", "2026-12-17")
    assert put_off.extension.reason == "人员集中外出，返回后向本人核实补录"
    assert board.start.actual < board.total.actual < board.total.expected


def test_circular_is_issued_and_read_by_those_who_have_accounts(demo):
    circular = Circular.objects.get(state="issued")
    read = circular.deliveries.exclude(read_at=None).order_by("read_at", "place")

    assert (circular.symbol, minute(circular.issued_at), str(circular.on), str(circular.since)) == (
        "华岳地质局团委〔2026〕1号",
        "11-14 12:10",
        "2026-11-14",
        "2026-10-17",
    )
    assert [(each.name, each.read_by.username, minute(each.read_at)) for each in read] == [
        (GENERAL, "general_officer", "11-15 09:20"),
        (HUAYUE.second_places[1], "two_places", "11-16 12:10"),
        (HUAYUE.second_places[0], "two_places", "11-16 12:10"),
        (HUAYUE.committee_with_logins, "ended", "11-17 09:20"),
    ]
    assert circular.deliveries.count() == 89
    # The figures are those of that day, not of today.
    assert circular.figures["table"]["total"]["expected"] > circular.figures["table"]["total"]["then"][0]


def test_monthly_circular_waits_as_a_draft(demo):
    circular = Circular.objects.get(state="draft")

    assert (circular.kind, str(circular.month), circular.title, circular.chosen) == (
        "org_life",
        "2026-10-01",
        "关于2026年10月组织生活登记情况的通报",
        {},
    )
    assert {part.section for part in wording.parts_in(circular.parts)} == {"opening", "held", "absent", "requests"}


def test_spot_check_was_drawn_looked_at_and_partly_mended(demo):
    check = SpotCheck.objects.get()
    records = SpotRecord.objects.of(check).select_related("person")
    counted = Counter(records.values_list("follow_up", flat=True))

    assert (check.population_size, len(check.seed), check.seed_is_given) == (88, 16, False)
    assert records.filter(verdict="").count() == 0
    assert records.filter(verdict="right", follow_up="").count() == counted[""] > 20
    assert (counted["confirmed"], counted["mended"]) == (1, 1)
    assert records.filter(organization__short_name=BRANCH, follow_up="open").exists()
    assert [row for row in records if row.person.created_at > check.drawn_at] == []


def test_what_is_mended_stands_in_the_record_now(demo):
    mended = SpotFact.objects.filter(record__follow_up__in=["mended", "confirmed"]).select_related("record__person")

    assert [(fact.key, fact.record.person.get_education_display()) for fact in mended] == [
        ("education", fact.file_says) for fact in mended
    ]
    assert {fact.record.mended_by.username for fact in mended} == {"general_clerk"}


def test_sheet_of_the_year_before_is_issued(demo):
    [sheet] = IssuedSheet.objects.all()

    assert (sheet.kind, str(sheet.on), sheet.issued_by.username) == ("year", "2025-12-31", "bureau_officer")


@pytest.mark.parametrize(
    ("username", "place", "titles"),
    [
        ("bureau_admin", "华岳地质局团委", {"抽查整改待复核的记录"}),
        ("general_admin", GENERAL, {"抽查发现、待整改的记录", "调度“年底前团员青年资料补录”，12 月 7 日 18:00 截止"}),
        (
            "branch_admin",
            BRANCH,
            {
                "上级的通报",
                "抽查发现、待整改的记录",
                "调度“年底前团员青年资料补录”，12 月 7 日 18:00 截止",
            },
        ),
    ],
)
def test_cast_finds_it_among_the_to_dos(demo, username, place, titles):
    user, organization = User.objects.get(username=username), Organization.objects.get(short_name=place)

    found = {line.title for line in todos.todos_for(user, organization, TODAY)}

    assert titles <= found


def test_figures_and_log_are_whole_afterwards(demo, today):
    settling.settle()

    assert list(recounting.drifts(today)) == []
    assert log_proof.prove().problem == ""


def test_clock_goes_on_after_a_day_that_was_refused():
    before = timezone.now

    with pytest.raises(ZeroDivisionError), clock.standing_at(timezone.now() - dt.timedelta(days=7)):
        1 / 0  # noqa: B018

    assert timezone.now is before


def test_demo_made_for_a_day_to_come_has_none_of_it(demo):
    places = {each.short_name: each for each in Organization.objects.all()}

    assert Supervision(demo, places, HUAYUE, as_of=TODAY + dt.timedelta(days=1)).deeds() == []


def name(username):
    return User.objects.get(username=username).display_name


def test_no_organization_stood_before_it_was_founded(demo):
    early = Standing.objects.filter(organization__founded_on__gt=F("from_day"))

    assert Organization.objects.filter(founded_on__gt=TODAY - dt.timedelta(days=365)).exists()
    assert list(early) == []


def test_on_no_day_had_more_people_taken_part_than_there_were(demo):
    years = ("persons@2025", "persons@2026")
    branches = Standing.objects.filter(organization__org_type="branch")

    assert [row for row in branches if max(row.own.get(year, 0) for year in years) > row.own.get("people", 0)] == []
