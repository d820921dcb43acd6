"""Why something stays when an import is taken back: the records that refer to it, for whoever may see them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.tests.builders import an_activity
from branches.models import Role
from branches.tests.builders import a_grant, a_user
from members import cadres
from members.dictionaries import LeaguePost
from members.models import CadreTerm, Member
from members.roster.outcome.references import references_to
from members.roster.outcome.undoing import take_back
from members.tests.rosters import ORGANIZATION_HEADINGS, a_row, imported, members


@pytest.fixture
def kept(world):
    """What stays of an import: a person with a post and with activities since, and the new branch they are in."""
    new = ("测绘院团总支", "华岳局遥感院新支部委员会", "新支部", "团支部", None, None, None)
    sheets = {"组织": [ORGANIZATION_HEADINGS, new]} | members(a_row("赵启明", "新支部"))
    roster = imported(sheets, organization=world.bureau, by=world.bureau_admin)
    person = Member.objects.get(name="赵启明")
    cadres.appoint(
        CadreTerm(person=person, organization=person.branch, post=LeaguePost.SECRETARY), by=world.bureau_admin
    )
    for number in range(4):
        an_activity(person.branch, topic=f"团课第 {number} 讲", present=[person])
    take_back(roster, by=world.bureau_admin)
    return roster


def told(roster, user):
    """What is said of each label: kind, names, how many more."""
    changes = list(roster.changes.exclude(kept_because=""))
    found = references_to(changes, user=user)
    return {
        change.label: [(each.what, [one.name for one in each.named], each.more) for each in found.get(change.pk, [])]
        for change in changes
    }


def test_a_record_that_stays_names_what_refers_to_it(world, kept):
    said = told(kept, world.bureau_admin)

    topics = [f"团课第 {number} 讲" for number in range(3)]
    assert said["赵启明"] == [("任职", ["赵启明 书记"], 0), ("到会情况", topics, 1)]
    assert ("人员", ["赵启明"], 0) in said["新支部"]
    assert ("活动", topics, 1) in said["新支部"]


def test_records_out_of_sight_are_neither_named_nor_counted(world, kept):
    stranger = a_user("stranger")
    a_grant(stranger, world.foreign_bureau, Role.ADMINISTRATOR)

    assert told(kept, stranger) == {"赵启明": [], "新支部": []}


def test_the_page_leads_to_what_refers_to_the_record(world, kept, signed_in):
    url = reverse("members:import_changes", args=[kept.pk])

    page = signed_in(world.bureau_admin).get(url, {"kept": "1"}).content.decode()

    person = Member.objects.get(name="赵启明")
    assert f'<a href="{reverse("members:organization_cadres", args=[person.branch_id])}">赵启明 书记</a>' in page
    assert 'href="/activities/' in page
    assert "等 4 项" in page


def test_queries_do_not_grow_with_what_refers(world, signed_in):
    client, counted = signed_in(world.bureau_admin), []
    for names in (["赵启明"], ["钱子昂", "孙令仪", "李思佳"]):
        rows = [a_row(name, "航测一室团支部") for name in names]
        roster = imported(members(*rows), organization=world.bureau, by=world.bureau_admin)
        an_activity(world.branch, topic=f"团课 {len(names)}", present=Member.objects.filter(name__in=names))
        take_back(roster, by=world.bureau_admin)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("members:import_changes", args=[roster.pk]), {"kept": "1"})
        counted.append(len(queries))

    assert counted[0] == counted[1]
