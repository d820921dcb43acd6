"""Rules about activities ask for themselves whose people and records somebody may see and change."""

import datetime as dt

import pytest
from django.http import QueryDict
from django.urls import reverse

from activities import portrait, recording
from activities.attending import Rolls
from activities.ledger.planning import plan_activities
from activities.models import Activity, Attendance
from activities.tests.builders import an_activity
from activities.tests.ledgers import a_list, a_row, checked
from activities.tests.test_activity_pages import a_post, text_of
from branches import audit
from branches.models import AuditEntry
from members.lists import kinds
from members.models import BranchMembership, Member
from members.roster.preview.staging import staged

DAY = dt.date(2026, 11, 10)


@pytest.fixture
def gone_over(world):
    """A member of the branch that day, since then of a branch of another unit."""
    person = world.other_member
    BranchMembership.objects.filter(person=person).update(effective_from=dt.date(2026, 11, 15))
    BranchMembership.objects.create(
        person=person, branch=world.branch, effective_from=dt.date(2020, 1, 1), effective_to=dt.date(2026, 11, 15)
    )
    return person


def test_names_in_a_list_mean_people_one_sees(world, gone_over):
    meant = {
        user.username: set(Rolls([world.branch], user=user).people_of(world.branch, DAY))
        for user in (world.bureau_admin, world.secretary)
    }

    assert meant == {"bureau_admin": {world.member, gone_over}, "secretary": {world.member}}


def test_who_was_not_noted_is_counted_among_those_one_sees(world, gone_over):
    activity = an_activity(world.branch, present=[world.member])

    said = {
        user.username: recording.warnings_about(activity, user=user) for user in (world.bureau_admin, world.secretary)
    }

    assert said == {
        "bureau_admin": ["有 1 人没有勾选出席，也没有注明请假或缺席，未计入应到。"],
        "secretary": [],
    }


def test_a_list_of_activities_is_planned_with_the_rights_of_now(world):
    roster = checked(a_list(a_row()), organization=world.general, by=world.clerk)

    def planned_for(user):
        rows = [row for _, row in staged(roster)]
        return [row.state for row in plan_activities(rows, organization=world.general, by=user).rows]

    assert {user.username: planned_for(user) for user in (world.clerk, world.observer, world.officer)} == {
        "clerk": ["new"],
        "observer": ["invalid"],
        "officer": ["invalid"],
    }


def test_a_list_of_activities_taken_out_holds_those_one_sees(world):
    here, there = an_activity(world.branch), an_activity(world.other_branch)

    def listed(user):
        return set(kinds.of("activities").query(QueryDict(""), world.bureau, user).rows)

    assert listed(world.bureau_admin) == {here, there}
    assert listed(world.general_admin) == {here}


def test_what_was_done_about_an_activity_is_told_to_readers_of_the_log(world):
    activity = an_activity(world.branch)
    audit.record(audit.Kind.CHANGED, activity, by=world.secretary, at=world.branch, changes={"主题": ["旧", "新"]})
    entry = AuditEntry.objects.get(object_type="activities.activity")

    told = {
        user.username: portrait.portrait_of(activity, user=user).entries for user in (world.secretary, world.observer)
    }

    assert told == {"secretary": [entry], "observer": []}


def test_who_is_ticked_out_of_sight_is_neither_noted_nor_named(world, signed_in):
    Member.objects.filter(pk=world.foreign_member.pk).update(name="司马无名")
    ticked = {f"person-{person.pk}-present": "on" for person in (world.member, world.foreign_member)}

    answer = signed_in(world.secretary).post(
        reverse("activities:new", args=[world.branch.pk]), a_post(**ticked), follow=True
    )

    assert "司马无名" not in text_of(answer)
    assert Activity.objects.count() == 1
    assert list(Attendance.objects.values_list("person", flat=True)) == [world.member.pk]
