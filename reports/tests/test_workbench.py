"""The workbench: the same number of queries for one and three lower organisations, and figures that add up."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches import registration
from branches.models import Organization
from branches.tests.builders import a_grant, a_user, an_organization
from members import corrections, records
from members.dictionaries import LeaguePost
from members.models import Correction, Member, RosterImport
from members.tests.builders import a_cadre_term, a_member, a_young_person
from reports.counts import Counts, counts_of
from reports.facts import settling
from reports.todos import todos_for
from reports.workbench import workbench_of
from tuanjian.officedates import OfficeDate


def queries(client, path):
    settling.settle()
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_lower_organisations_and_people(world, signed_in):
    client = signed_in(world.foreign_admin)
    one = {path: queries(client, path) for path in ("/", "/todos/", "/organizations/without-secretary/")}

    for number in range(2):
        branch = an_organization(f"又一个{number}团支部", under=world.foreign_bureau)
        for _ in range(3):
            a_cadre_term(
                person=a_member(branch=branch, ethnicity=""), organization=branch, post=LeaguePost.GROUP_LEADER
            )

    assert {path: queries(client, path) for path in one} == one


def test_queries_of_a_branch_do_not_grow_with_people(world, signed_in):
    client = signed_in(world.secretary)
    a_member(branch=world.branch, ethnicity="")
    one = queries(client, "/")

    for _ in range(3):
        a_member(branch=world.branch, ethnicity="", education="")

    assert queries(client, "/") == one


def test_counts_roll_up_and_count_people_once(world, today):
    a_young_person(branch=world.branch)
    a_member(branch=world.branch, birth_on=dt.date(1985, 1, 1))
    a_cadre_term(person=world.member, organization=world.general, post=LeaguePost.COMMITTEE_MEMBER)

    counts = counts_of([world.general, world.branch, world.foreign_bureau], today)

    general = counts[world.general.pk]
    assert (general.organizations, general.branches, general.members, general.youth, general.cadres) == (3, 2, 3, 3, 1)
    assert (counts[world.branch.pk].members, counts[world.branch.pk].cadres) == (2, 1)
    assert counts[world.foreign_bureau.pk].members == 1


def test_an_organisation_without_anybody_counts_nothing(world, today):
    empty = an_organization("空团支部", under=world.general)

    counts = counts_of([empty], today)[empty.pk]

    assert (counts.members, counts.youth, counts.cadres, counts.share_of_youth) == (0, 0, 0, None)
    assert isinstance(counts, Counts)


def titles(user, organization, today):
    return [todo.title for todo in todos_for(user, organization, today)]


def test_to_dos_say_what_waits(world, today):
    a_member(branch=world.branch, birth_on=dt.date(1990, 1, 1))
    a_member(branch=world.branch, birth_on=dt.date(1998, 12, 8), ethnicity="")

    todos = {todo.title: todo.count for todo in todos_for(world.secretary, world.branch, today)}

    assert todos["年满 28 周岁且无团内职务"] == 1
    assert todos["60 天内年满 28 周岁且无团内职务"] == 1
    assert todos["资料有缺项的团员"] >= 1
    assert "没有在任书记的组织" not in todos


def test_every_to_do_leads_to_a_page_with_as_many_lines(world, signed_in, today):
    a_member(branch=world.branch, birth_on=dt.date(1990, 1, 1), ethnicity="")
    a_member(branch=world.branch, birth_on=dt.date(1998, 12, 8))
    a_young_person(branch=world.branch, ethnicity="")
    # Too old, and of unknown age: neither is 青年.
    a_young_person(branch=world.branch, birth_on=dt.date(1980, 1, 1), ethnicity="")
    for place in (world.branch, world.other_branch):
        undated = a_young_person(branch=place, ethnicity="")
        Member.objects.filter(pk=undated.pk).update(birth_on=None)
    client = signed_in(world.bureau_admin)

    todos = todos_for(world.bureau_admin, world.bureau, today)
    for todo in todos:
        context = client.get(todo.url).context
        shown = len(context["vacant"]) if "vacant" in context else context["table"].page.paginator.count
        assert (todo.title, shown) == (todo.title, todo.count)

    counts = {todo.title: todo.count for todo in todos}
    assert counts["资料有缺项的非团员青年"] == 1
    assert counts["出生日期未填、不能认定是否青年的非团员"] == 2


def test_who_is_of_unknown_age_is_found_and_cleared(world, signed_in, today):
    person = a_young_person("林间月", branch=world.branch)
    Member.objects.filter(pk=person.pk).update(birth_on=None)
    client = signed_in(world.secretary)
    todo = next(todo for todo in todos_for(world.secretary, world.branch, today) if "出生日期" in todo.title)

    found = "林间月" in client.get(todo.url).content.decode()
    person.refresh_from_db()
    born = OfficeDate(dt.date(2001, 6, 18), is_month=False)
    records.correct(person, values={"birth_on": born}, version=person.version, by=world.secretary)

    assert found
    assert all("出生日期" not in title for title in titles(world.secretary, world.branch, today))
    assert "林间月" not in client.get(todo.url).content.decode()


def test_an_auditor_is_told_nothing_about_people(world, signed_in, today):
    page = signed_in(world.auditor).get("/").content.decode()

    assert "白雨桐" not in page
    assert all("团员" not in title and "周岁" not in title for title in titles(world.auditor, world.bureau, today))
    shown = workbench_of(world.auditor, world.bureau, today)
    assert (shown.completion, shown.board, shown.week, shown.gaps) == (None, None, None, [])
    assert shown.lower == [world.general, world.other_general]


def test_people_of_a_branch_are_named_to_the_own_branch_only(world, today):
    a_member("高若溪", branch=world.branch, ethnicity="", education="")

    own = [gap.step.title for gap in workbench_of(world.secretary, world.branch, today).gaps]
    above = [gap.step.title for gap in workbench_of(world.general_admin, world.branch, today).gaps]

    assert "高若溪：民族等 2 项" in own
    assert "高**：民族等 2 项" in above
    assert workbench_of(world.bureau_admin, world.bureau, today).gaps == []


def test_lower_organisations_stand_by_state_with_their_gaps(world, today):
    shown = workbench_of(world.bureau_admin, world.bureau, today)

    named = [row.organization for band in shown.bands for row in band.rows]
    assert sorted(named, key=str) == sorted([world.general, world.other_general], key=str)
    assert shown.completion.missing == shown.board.total.missing > 0


def test_every_figure_of_people_leads_to_as_many(world, signed_in, today):
    a_member(branch=world.branch, birth_on=dt.date(1998, 11, 30))
    a_member(branch=world.branch, birth_on=dt.date(2000, 1, 1), political_status="01", league_status="retained")
    a_member(branch=world.other_branch, birth_on=dt.date(1990, 1, 1), political_status="01", league_status="retained")
    a_young_person(branch=world.sister_branch, birth_on=dt.date(1999, 1, 1), political_status="01")
    client = signed_in(world.bureau_admin)

    page = client.get("/")

    counts, pk = page.context["shown"].counts, world.bureau.pk
    figures = {
        f"/members/?organization={pk}": counts.members,
        f"/members/?organization={pk}&league_status=retained": counts.retained,
        f"/members/?organization={pk}&leaving=month": counts.turning_28_without_post,
        f"/youth/?organization={pk}": counts.youth,
        f"/youth/?organization={pk}&among=party_under_28": counts.party_under_28,
        f"/members/?organization={pk}&among=party_under_28&league_status=retained": counts.party_under_28_retained,
        f"/members/?organization={pk}&among=entered_lately": page.context["shown"].week.entered,
    }
    assert all(address.replace("&", "&amp;") in page.content.decode() for address in figures)
    found = {address: client.get(address).context["table"].page.paginator.count for address in figures}
    assert found == figures
    assert (counts.turning_28_without_post, counts.party_under_28, counts.party_under_28_retained) == (1, 2, 1)


def test_the_week_knows_who_was_entered(world, today):
    Member.objects.filter(pk=world.member.pk).update(created_at=timezone.now() - dt.timedelta(days=8))

    week = workbench_of(world.secretary, world.branch, today).week

    assert (week.since, week.entered) == (dt.date(2026, 11, 15), 0)
    assert workbench_of(world.bureau_admin, world.bureau, today).week.entered == 2


def test_imports_wait_for_those_who_keep_the_people(world, today):
    there = {"file_name": "名册.xlsx", "as_of_on": today, "started_by": world.general_admin}
    RosterImport.objects.create(organization=world.general, state="to_confirm", **there)
    RosterImport.objects.create(organization=world.general, state="failed", **there)
    RosterImport.objects.create(organization=world.general, state="done", **there)

    def waiting(user, organization):
        return {todo.title: todo.count for todo in todos_for(user, organization, today) if "导入" in todo.title}

    assert waiting(world.general_admin, world.general) == {"待确认的导入": 1, "7 天内本人失败的导入": 1}
    assert waiting(world.bureau_admin, world.bureau) == {"待确认的导入": 1}
    assert waiting(world.bureau_admin, world.other_general) == {}
    assert waiting(world.observer, world.general) == {}


CORRECTIONS = [
    ("general_admin", "general", {"待审核的更正申请": 1}),
    ("bureau_admin", "bureau", {"待审核的更正申请": 1}),
    ("bureau_admin", "other_general", {}),
    ("secretary", "branch", {}),
    ("observer", "general", {}),
    ("foreign_admin", "foreign_bureau", {}),
]


def corrections_of(user, organization, today):
    return {todo.title: todo.count for todo in todos_for(user, organization, today) if "更正" in todo.title}


def a_correction(world, by):
    changes = {"姓名": ["白雨桐", "白宇桐"]}
    asked = Correction(person=world.member, made_by=by, made_at=timezone.now(), reason="导入", changes=changes)
    asked.values = {"name": "白宇桐"}
    asked.save()
    return asked


@pytest.mark.parametrize(("who", "where", "expected"), CORRECTIONS)
def test_corrections_wait_for_those_above_who_may_decide(world, today, who, where, expected):
    a_correction(world, world.secretary)

    assert corrections_of(getattr(world, who), getattr(world, where), today) == expected


def test_a_correction_does_not_wait_for_who_asked_for_it(world, today):
    a_correction(world, world.general_admin)

    assert corrections_of(world.general_admin, world.general, today) == {}
    assert corrections_of(world.bureau_admin, world.bureau, today) == {"待审核的更正申请": 1}


def test_who_asked_is_told_for_a_month_that_a_correction_came_back(world, today):
    asked = a_correction(world, world.secretary)
    corrections.send_back(asked, version=1, answer="与档案不符", by=world.general_admin)

    assert corrections_of(world.secretary, world.branch, today) == {"本人被退回的更正申请": 1}
    assert corrections_of(world.general_admin, world.general, today) == {}
    Correction.objects.update(decided_at=timezone.now() - dt.timedelta(days=31))
    assert corrections_of(world.secretary, world.branch, today) == {}


def test_somebody_without_a_grant_is_told_so(world, signed_in):
    page = signed_in(world.outsider).get("/").content.decode()

    assert "您的账号目前没有授权" in page


@pytest.mark.parametrize("who", ["observer", "officer", "clerk", "auditor", "secretary", "bureau_admin"])
def test_every_role_gets_a_workbench(world, signed_in, who):
    assert signed_in(getattr(world, who)).get("/").status_code == 200


def test_switching_changes_what_the_workbench_is_about(world, signed_in):
    a_grant(world.secretary, world.other_branch)
    client = signed_in(world.secretary)

    client.post("/switch/", {"organization": world.other_branch.pk, "next": "/"})

    assert client.get("/").context["shown"].organization == Organization.objects.get(pk=world.other_branch.pk)


def test_a_successor_who_did_not_register_in_time_is_to_be_dealt_with(world):
    def told(user, organization):
        return [
            (line.count, line.url)
            for line in todos_for(user, organization, timezone.localdate())
            if line.title == "接任人未注册，注册码已过期"
        ]

    for branch, leaving in ((world.branch, world.secretary.grants.get()), (world.sister_branch, None)):
        registration.issue_to_successor(
            branch,
            holder_name="陆小明",
            leaving=[leaving or a_grant(a_user(), branch)],
            starts_on=timezone.localdate(),
            by=world.general_admin,
        )
    before = told(world.general_admin, world.general)
    with time_machine.travel(dt.datetime(2026, 12, 12, 4, 0, tzinfo=dt.UTC)):
        lower = f"{reverse('branches:lower')}?organization={world.general.pk}&all=1&administrator=overdue"

        assert before == []
        assert told(world.general_admin, world.general) == [(2, lower)]
        assert told(world.secretary, world.branch) == [(1, reverse("branches:grants", args=[world.branch.pk]))]
        assert [told(who, world.general) for who in (world.observer, world.clerk, world.foreign_admin)] == [[], [], []]


def test_kinds_of_organisations_that_are_not_there_are_not_counted(world, signed_in):
    text = signed_in(world.general_admin).get(reverse("reports:workbench")).content.decode()

    assert "1 团总支、" in text
    assert "0 团委" not in text
