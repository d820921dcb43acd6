"""Health flags: which organisations have them, and the page that lists those."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches import tree
from branches.models import Organization, OrgType
from branches.tests.builders import an_organization
from members import health
from members.dictionaries import LeaguePost
from members.models import LeagueStatus, MemberStatus
from members.tests.builders import a_cadre_term, a_member, a_young_person
from members.tests.test_cadre_pages import text_of

TODAY = dt.date(2026, 11, 21)


def flagged(key, under=None):
    found = Organization.objects.active().filter(health.BY_KEY[key].condition(TODAY))
    return {row.short_name for row in (found.under(under) if under else found)}


def test_an_end_of_a_path_that_is_no_branch_is_hollow(world):
    an_organization("勘察院团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
    emptied = an_organization("地质队团总支", under=world.bureau, org_type=OrgType.GENERAL_BRANCH)
    closed = an_organization("撤销的团支部", under=emptied)
    tree.close(closed, on=TODAY, by=None, reason="")

    assert flagged("hollow_committee") == {"勘察院团总支", "地质队团总支"}


@pytest.mark.parametrize(
    ("number", "hollow", "crowded"), [(2, True, False), (3, False, False), (50, False, False), (51, False, True)]
)
def test_branches_with_too_few_or_too_many_members(world, number, hollow, crowded):
    branch = an_organization("三室团支部", under=world.general)
    for _ in range(number):
        a_member(branch=branch)
    a_young_person(branch=branch)
    a_member(branch=branch, status=MemberStatus.TRANSFERRED_OUT)

    assert ("三室团支部" in flagged("hollow_branch"), "三室团支部" in flagged("crowded")) == (hollow, crowded)


def test_retained_members_count(world):
    branch = an_organization("三室团支部", under=world.general)
    for _ in range(3):
        a_member(branch=branch, league_status=LeagueStatus.RETAINED)

    assert "三室团支部" not in flagged("hollow_branch")


def test_without_cadre_and_without_secretary(world):
    a_cadre_term(person=world.sister_member, organization=world.sister_branch, post=LeaguePost.PUBLICITY_OFFICER)

    assert flagged("without_cadre") == {"一分队团支部", "铸造车间团支部"}
    assert flagged("without_secretary", world.general) == {"测绘院团总支", "航测二室团支部"}


def test_terms_soon_over_and_over(world):
    Organization.objects.filter(pk=world.branch.pk).update(last_election_on=dt.date(2020, 1, 1))
    Organization.objects.filter(pk=world.sister_branch.pk).update(last_election_on=dt.date(2026, 1, 1))

    assert flagged("overdue", world.general) == {"航测一室团支部"}
    assert flagged("due_soon", world.general) == set()


def test_flags_of_a_row_agree_with_the_conditions(world):
    rows = {row.short_name: row for row in health.flagged(Organization.objects.get_queryset(), TODAY)}

    for flag in health.FLAGS:
        assert {name for name, row in rows.items() if flag in health.flags_of(row)} == flagged(flag.key)
    assert rows["航测一室团支部"].league_members == 1
    by_id = dict(health.flags_by_id(Organization.objects.active(), TODAY))
    assert {pk: flags for pk, flags in by_id.items() if flags} == {
        row.pk: health.flags_of(row) for row in rows.values()
    }
    assert by_id.keys() == set(Organization.objects.active().values_list("pk", flat=True))


def test_the_page_counts_filters_and_leads_to_what_mends_it(world, signed_in):
    client, url = signed_in(world.bureau_admin), reverse("members:health")

    everything = client.get(url)
    general = client.get(url, {"organization": world.general.pk, "flag": "without_cadre"})

    assert {flag.key: number for flag, number in everything.context["counts"]}["without_secretary"] == 5
    assert "长江厂团委" not in text_of(everything)
    assert "一分队团支部" not in text_of(general)
    assert [row.record.short_name for row in general.context["table"].page] == ["航测二室团支部"]
    assert reverse("members:organization_cadres", args=[world.sister_branch.pk]) in general.content.decode()


@pytest.mark.parametrize(
    ("who", "status"), [("observer", 200), ("secretary", 200), ("auditor", 403), ("outsider", 403)]
)
def test_who_sees_rosters_sees_the_page(world, signed_in, who, status):
    assert signed_in(getattr(world, who)).get(reverse("members:health")).status_code == status


def test_an_observer_is_offered_nothing_that_changes_structure(world, signed_in):
    Organization.objects.filter(pk=world.branch.pk).update(last_election_on=dt.date(2020, 1, 1))

    shown = signed_in(world.observer).get(reverse("members:health")).content.decode()

    assert reverse("branches:edit", args=[world.branch.pk]) not in shown


def test_a_subtree_out_of_scope_does_not_exist(world, signed_in):
    answer = signed_in(world.general_admin).get(reverse("members:health"), {"organization": world.other_general.pk})

    assert answer.status_code == 404


def test_the_page_costs_the_same_whatever_the_number_of_organisations(world, signed_in):
    client, url = signed_in(world.bureau_admin), reverse("members:health")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url, {"organization": world.other_general.pk})
    for number in range(3):
        an_organization(f"{number} 分队团支部新", under=world.other_general)
    with CaptureQueriesContext(connection) as many:
        client.get(url, {"organization": world.other_general.pk})

    assert len(many) == len(few)
