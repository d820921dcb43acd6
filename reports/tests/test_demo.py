"""The demo unit, loaded once for this module."""

import datetime as dt
import json
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import connections, transaction
from django.db.models import Count, F, Q

from activities.models import Activity, Attendance
from branches import grants, log_proof, naming, pledges, registration, tree
from branches.authentication import NameOrPhoneBackend
from branches.models import AccessGrant, ChangeRequest, Organization, RegistrationCode, Role, Touched, User
from conftest import TODAY
from members import completeness, releases
from members.dictionaries import LeaguePost
from members.models import (
    BranchMembership,
    CadreTerm,
    ExportRequest,
    LeagueStatus,
    Member,
    MemberStatus,
    StatusChange,
)
from members.models.people import IN_LEAGUE
from reports import todos
from reports.completion.sums import completion_of
from reports.demo import accounts, loading, past, proceedings
from reports.demo.huayue import HUAYUE
from reports.facts import reading, recounting, settling
from reports.models import FactsDay
from tuanjian import ages, idnumbers, names, phones

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]

FIGURES = {
    "committees": 4,
    "general_branches": 7,
    "branches": 79,
    "members": 1_016,
    "people": 1_446,
    "cadres": 243,
    "users": 21,
}


@pytest.fixture(scope="module")
def told_twice(django_db_setup, django_db_blocker):
    """What two loads of the same day tell; the second one stays until the module is done."""
    noon = time_machine.travel(dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC))
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        # Django closes the connection after every test, and with it the transaction the demo lives in.
        patch.setattr(connections["default"], "close", lambda: None)
        with noon:
            with transaction.atomic():
                loading.load(HUAYUE, as_of=TODAY)
                first = what_is_there()
                transaction.set_rollback(True)
            loading.load(HUAYUE, as_of=TODAY)
            second = what_is_there()
        yield first, second
        transaction.set_rollback(True)


@pytest.fixture
def demo(told_twice, today):
    return loading.root_of(HUAYUE)


def what_is_there():
    people = Member.objects.order_by("id").select_related("branch", "user")
    return {
        "organizations": list(
            Organization.objects.order_by("path").values_list("code", "full_name", "last_election_on", "contact_phone")
        ),
        "people": [
            (person.name, person.id_number, person.phone, str(person.branch), person.status, str(person.user))
            for person in people
        ],
        "posts": list(
            CadreTerm.objects.order_by("id").values_list("person__name", "organization__code", "post", "started_on")
        ),
        "activities": list(
            Activity.objects.order_by("id").values_list("organization__code", "topic", "held_on", "recorded_at")
        ),
        "absent": list(
            Attendance.objects.exclude(state="present")
            .order_by("id")
            .values_list("person__name", "activity__topic", "reason")
        ),
        "grants": list(AccessGrant.objects.order_by("id").values_list("user__username", "organization__code", "role")),
    }


def rows_by_table():
    return {model._meta.label: model.objects.count() for model in apps.get_models()}


def test_two_loads_of_the_same_day_give_the_same_unit(told_twice):
    first, second = told_twice

    assert first == second


def test_figures_are_those_of_the_seed_unit(demo):
    assert loading.counts(demo) == FIGURES


def test_second_run_changes_nothing_and_prints_only_the_figures(demo):
    before, out = rows_by_table(), StringIO()

    call_command("load_demo", "--json", stdout=out)

    assert json.loads(out.getvalue()) == FIGURES
    assert rows_by_table() == before


def test_second_run_prints_the_log_ins_again(demo):
    out = StringIO()

    call_command("load_demo", stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0] == "演示数据已在，没有改动。"
    assert [line.split()[0] for line in lines[-len(accounts.USERNAMES) :]] == list(accounts.USERNAMES)
    assert sum(accounts.PASSWORD in line for line in lines) == len(accounts.USERNAMES)


def test_changed_password_is_not_printed_as_known(demo):
    User.objects.filter(username="bureau_admin").update(password="!")

    assert loading.logins()[0].password == "（已修改）"


def test_tree_is_whole_and_names_are_usual(demo):
    warnings = [
        naming.check(org_type=row.org_type, full_name=row.full_name, short_name=row.short_name)
        for row in Organization.objects.all()
    ]

    assert tree.find_problems() == []
    assert [row for row in warnings if row] == []


def test_every_number_is_valid_synthetic_and_given_once(demo):
    people = [person for person in Member.objects.all() if person.id_number]
    read = [idnumbers.read(person.id_number, on=TODAY) for person in people]

    assert [(row.birth_on, row.gender) for row in read] == [(person.birth_on, person.gender) for person in people]
    assert {row.number[:6] for row in read} == {"379998"}
    standing = [person.id_number for person in people if person.status != MemberStatus.VOID]
    assert len(set(standing)) == len(standing)


def test_phones_ring_nowhere(demo):
    numbers = [person.phone for person in Member.objects.exclude(phone_index=None)]

    assert [phones.read_mobile(number) for number in numbers] == numbers
    assert {number[:5] for number in numbers} == {"14000"}


def test_names_are_such_as_may_be_entered(demo):
    written = list(Member.objects.values_list("name", flat=True))

    assert [names.read_person_name(name) for name in written] == written
    assert {"·" in name for name in written} == {True, False}
    assert Member.objects.filter(pinyin="").count() == 0


def test_everybody_on_a_roster_has_exactly_one_open_membership(demo):
    open_rows = Count("memberships", filter=Q(memberships__effective_to=None))
    rostered = Member.objects.on_roster().exclude(branch=None).annotate(open_rows=open_rows)
    others = Member.objects.filter(Q(branch=None) | ~Q(pk__in=rostered.values("pk"))).annotate(open_rows=open_rows)

    assert set(rostered.values_list("open_rows", flat=True)) == {1}
    assert set(others.values_list("open_rows", flat=True)) == {0}
    assert BranchMembership.objects.filter(effective_from__gt=TODAY).count() == 0


def test_open_membership_and_last_status_agree_with_the_record(demo):
    elsewhere = BranchMembership.objects.filter(effective_to=None).exclude(branch=F("person__branch"))
    last = {row.person_id: (row.league_status, row.status) for row in StatusChange.objects.order_by("id")}

    assert elsewhere.count() == 0
    assert last == {row.pk: (row.league_status, row.status) for row in Member.objects.all()}


def test_members_are_of_age_and_nobody_joins_after_today(demo):
    members = Member.objects.league_members().exclude(joined_on=None)
    joined_at = sorted(ages.age_on(person.birth_on, person.joined_on) for person in members)

    assert min(person.age_on(TODAY) for person in members) >= 14
    assert joined_at[0] in (12, 13)
    assert 5 <= sum(age < 14 for age in joined_at) <= 10
    assert members.filter(joined_on__gt=TODAY).count() == 0


def test_every_fault_worth_showing_is_there(demo):
    members = Member.objects.league_members()
    lists = {fact.field: members.filter(completeness.lacking([fact.field])).count() for fact in completeness.FACTS}
    sizes = members.order_by().values("branch").annotate(people=Count("pk")).values_list("people", flat=True)

    assert all(lists[field] for field in ("ethnicity", "education", "phone", "joined_on", "member_no", "work_unit"))
    assert (min(sizes), max(sizes)) == (2, 53)
    assert members.filter(work_unit="待补").exists()
    assert Organization.objects.filter(last_election_on=None).count() == 6
    assert Member.objects.filter(status=MemberStatus.VOID).count() == 6
    assert Member.objects.due_to_leave(TODAY).count() == HUAYUE.due_to_leave
    in_two_months = TODAY + dt.timedelta(days=60)
    assert Member.objects.reaching_leave_age(TODAY + dt.timedelta(days=1), in_two_months).count() == HUAYUE.turning_28


def test_three_people_share_a_phone_twice(demo):
    shared = Member.objects.exclude(phone_index=None).order_by().values("phone_index").annotate(people=Count("pk"))

    # Records that were voided carry a phone of their own.
    assert sorted(shared.filter(people__gt=1).values_list("people", flat=True)) == [3, 3]


def test_secretaries_are_one_each_but_for_two_branches(demo):
    secretaries = CadreTerm.objects.current().filter(post=LeaguePost.SECRETARY)
    seated = list(secretaries.values_list("organization", flat=True))
    without = Organization.objects.exclude(pk__in=seated)
    without_cadres = Organization.objects.exclude(pk__in=CadreTerm.objects.current().values("organization"))

    assert len(set(seated)) == len(seated)
    assert {str(row) for row in without} == {HUAYUE.without_secretary, HUAYUE.without_cadres}
    assert [str(row) for row in without_cadres] == [HUAYUE.without_cadres]


def test_cadres_outside_the_branches_are_older_and_no_members(demo):
    outside = Member.objects.cadres().filter(branch=None)

    assert outside.count() == 27
    assert set(outside.values_list("league_status", flat=True)) == {LeagueStatus.NONE}
    assert all(28 <= person.age_on(TODAY) <= 35 for person in outside)
    assert Member.objects.cadres().filter(league_status__in=IN_LEAGUE).aged(28, 31, TODAY).count() == 14


def test_posts_in_ranks_of_the_dictionary(demo):
    terms = CadreTerm.objects.all()

    assert [row.rank for row in terms] == [CadreTerm.rank_of(row.post) for row in terms]
    assert terms.exclude(ended_on=None).count() > 50


def test_log_ins_of_the_cast_work(demo):
    backend = NameOrPhoneBackend()
    let_in = {
        name: backend.authenticate(None, username=name, password=accounts.PASSWORD) is not None
        for name in accounts.USERNAMES
    }

    assert let_in == {name: name != "disabled" for name in accounts.USERNAMES}


def test_cast_has_every_role_at_three_levels(demo):
    open_grants = AccessGrant.objects.in_force(TODAY).filter(user__is_active=True)
    levels = open_grants.values_list("organization__org_type", "role")

    assert {row for row in levels if row[0] != "branch"} == {
        (level, role) for level in ("base_committee", "general_branch") for role in Role.values
    }
    assert {role for level, role in levels if level == "branch"} == set(Role.values)
    assert open_grants.filter(user__username="two_places").count() == 2
    system = User.objects.get(username="sysadmin")
    assert (system.is_superuser, system.grants.count()) == (True, 0)
    assert Member.objects.visible_to(system).count() == 0


def test_newcomer_has_yet_to_confirm_the_pledge_and_will_take_over(demo):
    owing = [user.username for user in User.objects.all() if pledges.owes(user)]
    branch = Organization.objects.get(short_name=HUAYUE.second_places[1])
    on = TODAY + dt.timedelta(days=proceedings.HANDOVER_IN)
    notes = {line.username: line.note for line in loading.logins()}

    assert owing == ["newcomer"]
    assert [grants.administrators_of(branch, day)[0].username for day in (TODAY, on - dt.timedelta(days=1), on)] == [
        "two_places",
        "two_places",
        "newcomer",
    ]
    assert notes["newcomer"] == f"尚未确认保密承诺，登录后先显示承诺书；{on} 起任管理员"


def test_one_code_is_open_and_one_is_used(demo):
    codes = RegistrationCode.objects.order_by("id").values_list("organization__short_name", "used_by__username")

    assert list(codes) == [(HUAYUE.branch_with_logins, None), (HUAYUE.second_places[1], "newcomer")]
    assert registration.open_codes(Organization.objects.get(short_name=HUAYUE.branch_with_logins)).count() == 1


def test_requests_wait_come_back_and_are_granted(demo):
    asked = ChangeRequest.objects.order_by("id").values_list("organization__short_name", "kind", "state", "answer")

    assert list(asked) == [
        (HUAYUE.committee_with_logins, "administrator", "approved", "同意。"),
        (HUAYUE.general_with_logins, "name", "waiting", ""),
        (HUAYUE.branch_with_logins, "name", "returned", "科室更名的文件还没有下发，请在文件下发后写明文号再提出。"),
    ]


def test_export_of_many_waits_for_a_second_person(demo):
    [asking] = ExportRequest.objects.all()

    assert (asking.requested_by.username, asking.word, asking.rows > 200) == ("committee_admin", "待批准", True)
    assert [user.username for user in releases.approvers_of(asking.organization, but=asking.requested_by)] == [
        "bureau_admin"
    ]


def test_cast_finds_the_next_step_among_the_to_dos(demo):
    found = {
        name: {
            line.title
            for line in todos.todos_for(
                User.objects.get(username=name), Organization.objects.get(short_name=place), TODAY
            )
        }
        for name, place in (("bureau_admin", "华岳地质局团委"), ("branch_admin", HUAYUE.branch_with_logins))
    }

    assert {"待审核的更名、改类别、更换管理员申请", "待批准的明文导出"} <= found["bureau_admin"]
    assert "本人被退回的申请" in found["branch_admin"]


def test_administrators_see_their_own_part(demo):
    seen = {
        name: Member.objects.visible_to(User.objects.get(username=name)).exists()
        for name in ("bureau_admin", "general_observer", "branch_clerk", "branch_auditor", "ended")
    }

    assert seen == {
        "bureau_admin": True,
        "general_observer": True,
        "branch_clerk": True,
        "branch_auditor": False,
        "ended": False,
    }


def test_activities_fill_the_year_before(demo):
    held = Activity.objects.order_by("held_on").values_list("held_on", flat=True)
    branches = Activity.objects.filter(organization__org_type="branch").values("organization").distinct()

    assert held[0] >= dt.date(2025, 12, 1)
    assert held[len(held) - 1] <= TODAY
    assert branches.count() >= 75
    assert Activity.objects.filter(is_void=True).count() == 3
    assert Attendance.objects.filter(person__status=MemberStatus.VOID).count() == 0


def test_log_is_whole_and_every_organization_waits_to_be_counted(demo):
    waiting = set(Touched.objects.values_list("organization_id", flat=True))

    assert log_proof.prove().problem == ""
    assert waiting == set(Organization.objects.values_list("pk", flat=True))


def test_every_day_of_the_year_before_has_figures_that_grow_into_todays(demo, today):
    days = [today - dt.timedelta(days=back) for back in (365, 200, 98, 0)]
    assert not FactsDay.objects.filter(day__gte=today).exists()

    settling.settle()

    entered = [reading.figures_of([demo], day).of[demo.pk].total["members"] for day in days]
    rates = [completion_of([demo], day)[demo.pk].rate for day in days]
    assert FactsDay.objects.count() == 366
    assert entered == sorted(entered)
    assert entered[0] < entered[-1] == 1016
    assert rates == sorted(rates)
    assert list(recounting.drifts(today)) == []


def test_a_day_between_two_that_were_counted_has_the_figures_of_the_earlier(demo):
    first, second = (TODAY - dt.timedelta(days=back) for back in past.DAYS_BACK[:2])
    between = first + (second - first) / 2

    found = reading.figures_of([demo], between)

    assert found.of == reading.figures_of([demo], first).of
    assert found.day == between
