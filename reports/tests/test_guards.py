"""Figures and to-dos ask for themselves what somebody sees, though no page asks about more than that."""

import datetime as dt
import re

import time_machine
from django.urls import reverse

from activities.tests.builders import an_activity
from branches import applications, registration
from branches.models import Organization, Role
from branches.scoping import Right, Sight
from branches.tests.builders import a_grant, a_user, an_organization
from members import releases
from members.filters import as_listed
from members.models import ExportProfile, ExportRequest, Member
from members.tests.builders import a_member
from members.tests.rosters import an_import
from reports import handing_over, moving
from reports.completion import progress
from reports.frame import MENU
from reports.todos import health_of, todos_for
from reports.workbench import workbench_of

TODAY = dt.date(2026, 11, 21)
# The code of a successor that is made today has run out by then.
LATER = dt.datetime(2026, 12, 12, 4, 0, tzinfo=dt.UTC)
WAITING = (
    "未登记最近一次换届时间的组织",
    "换届已超期的组织",
    "7 天内管理员授权到期、无人接续的组织",
    "待审核的更名、改类别、更换管理员申请",
    "接任人未注册，注册码已过期",
    "待确认的导入",
    "待批准的明文导出",
)


def give_to_dos(general, branch, *, by):
    """Have something of every kind wait in one unit; ``by`` administers it."""
    ending, overdue, late = (an_organization(under=general) for _ in range(3))
    a_grant(a_user(), ending, ends_on=LATER.date() + dt.timedelta(days=3))
    Organization.objects.filter(pk=overdue.pk).update(last_election_on=dt.date(2015, 1, 1))
    leaving = a_grant(a_user(), late)
    registration.issue_to_successor(late, holder_name="陆小明", leaving=[leaving], starts_on=TODAY, by=by)
    asking = a_user()
    a_grant(asking, branch)
    name = f"{branch.short_name}甲"
    applications.ask_for_name(branch, full_name=f"共青团{name}支部委员会", short_name=name, reason="更名", by=asking)
    an_import(branch, by=asking)
    second = a_user()
    a_grant(second, general)
    words = {"profile": ExportProfile.objects.get(), "query": "", "asked": "", "purpose": "录入国家系统"}
    releases.ask(as_listed(Member.objects.under(general)), general, by=second, **words)
    ExportRequest.objects.update(requested_at=LATER)


def test_what_is_to_be_done_is_told_of_what_one_sees(world):
    beside = a_user()
    a_grant(beside, world.other_general)
    give_to_dos(world.general, world.branch, by=world.general_admin)
    give_to_dos(world.other_general, world.other_branch, by=beside)

    def told(user):
        with time_machine.travel(LATER):
            lines = todos_for(user, world.bureau, LATER.date())
        return {line.title: line.count for line in lines if line.title in WAITING}

    assert told(world.bureau_admin) == dict.fromkeys(WAITING, 2) | {WAITING[0]: 10}
    # Terms are told of what is counted at the organisation as a whole: to whoever sees it.
    assert told(world.general_admin) == dict.fromkeys(WAITING[2:], 1)


def test_an_auditor_learns_of_no_activity(world):
    an_activity(world.branch)
    auditor = a_user()
    a_grant(auditor, world.general, Role.AUDITOR)

    shown = {user: workbench_of(user, world.bureau, TODAY) for user in (world.bureau_admin, auditor)}

    assert [each.counts.activities_this_year for each in shown.values()] == [1, 0]
    assert shown[auditor].lower == [world.general]


def test_an_auditor_learns_nothing_of_people_from_what_needs_attention(world):
    a_member("谢安然", branch=world.branch, ethnicity="")

    def told(user):
        return {line.title for line in health_of(user, world.bureau, TODAY)}

    assert told(world.bureau_admin) - told(world.auditor) == {"没有在任书记的组织", "资料有缺项的团员"}
    assert told(world.auditor) == {"未登记最近一次换届时间的组织"}


def test_the_table_of_completion_has_the_organisations_one_sees(world):
    def listed(user):
        return {row.organization for row in progress.board_of(world.bureau, TODAY, user=user).rows}

    assert listed(world.bureau_admin) == {world.general, world.other_general}
    assert listed(world.general_admin) == {world.general}


def test_the_way_to_an_organisation_opened_begins_where_one_sees(world, signed_in):
    def way(user):
        page = signed_in(user).get(reverse("reports:completion_of", args=[world.branch.pk]))
        return page.context["opened"].path

    assert way(world.bureau_admin) == [world.bureau, world.general]
    assert way(world.general_admin) == [world.general]


def test_the_sheet_handed_over_names_cadres_to_whoever_sees_them(world):
    def staying(user):
        return handing_over.printed_sheet(world.branch, TODAY, today=TODAY, by=user).staying

    assert staying(world.secretary) == [world.secretary_term]
    assert staying(world.auditor) == []


def test_the_superior_left_by_moving_is_named_to_whoever_sees_it(world):
    def left(user):
        return moving.preview(world.general, under=world.foreign_bureau, by=user, on=TODAY).old

    assert left(world.bureau_admin) == world.bureau
    assert left(world.general_admin) is None


def test_the_menu_leads_only_where_somebody_gets_in(world, signed_in):
    def offered(user):
        page = signed_in(user).get(reverse("branches:password"))
        labels = {*re.findall(r"<li><a [^>]+>(.+?)</a>", page.context["frame"]["menu"])}
        return {entry.needs for group in MENU for entry in group.entries if entry.label in labels}

    assert offered(world.outsider) == {None}
    assert offered(world.auditor) == {None, Sight.ORGANIZATIONS, Sight.LOG}
    assert offered(world.observer) == {None, Sight.ORGANIZATIONS, Sight.ROSTER}
    assert offered(world.clerk) == offered(world.observer) | {Right.PEOPLE, Right.ACTIVITIES}
    assert offered(world.secretary) >= {*Sight} - {Sight.CLEAR} | {Right.PEOPLE, Right.STRUCTURE, Right.CLEAR_EXPORT}


def test_who_may_not_mend_is_asked_to_look(world):
    a_member(branch=world.branch, ethnicity="")

    def deeds(user):
        return {line.deed for line in todos_for(user, world.branch, TODAY) if "缺项" in line.title}

    assert deeds(world.secretary) == {"去补录"}
    assert deeds(world.observer) == {"去查看"}
