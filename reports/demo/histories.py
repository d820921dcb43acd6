"""Save the people of a demo unit with what happened to them: branches, status, yearly results."""

from __future__ import annotations

import datetime as dt
from random import Random

from branches import audit
from branches.models import Organization
from members.dictionaries import Evaluation, Registration
from members.models import BranchMembership, LeagueStatus, Member, MemberStatus, MemberYear, StatusChange
from reports.demo.days import days_after, noted_after
from reports.demo.people import People, Story

CHUNK = 500
# Of those who take part at most three in ten are 优秀 (团员教育评议, 2023 年度工作要求).
EXCELLENT_SHARE = 0.26


def save(people: People, *, as_of: dt.date, root: Organization) -> None:
    """Write everybody with branch, status and yearly history, and one log entry each."""
    lot = Random(f"{root.code} histories")
    Member.objects.bulk_create([story.member for story in people.stories], batch_size=CHUNK)
    memberships: list[BranchMembership] = []
    changes: list[StatusChange] = []
    branches = list(people.members)
    for story in people.stories:
        earlier = lot.choice(branches).organization if lot.random() < 0.05 else None
        memberships += _memberships(story, earlier, as_of)
        changes += _changes(story)
    years = [row for rows in people.members.values() for row in _years(rows, as_of, lot)]
    BranchMembership.objects.bulk_create(memberships, batch_size=CHUNK)
    StatusChange.objects.bulk_create(changes, batch_size=CHUNK)
    MemberYear.objects.bulk_create(years, batch_size=CHUNK)
    audit.record_many(
        [
            (
                audit.Kind.CREATED,
                story.member,
                story.node.organization if story.node else root,
                {"姓名": [None, story.member.name], "团籍": [None, story.member.get_league_status_display()]},
            )
            for story in people.stories
        ],
        by=None,
        job="装入演示数据",
    )


def _since(story: Story) -> dt.date:
    """The day the person counts in the branch from: nobody does before joining."""
    return max(story.came_on, story.member.joined_on or story.came_on)


def _memberships(story: Story, earlier: Organization | None, as_of: dt.date) -> list[BranchMembership]:
    if story.node is None:
        return []
    since, rows = _since(story), []
    moved_on = days_after(since, 400)
    moved = earlier is not None and earlier != story.node.organization
    if moved and story.gone_on is None and not story.node.plan.student and moved_on < as_of:
        rows.append(
            BranchMembership(
                person=story.member,
                branch=earlier,
                effective_from=since,
                effective_to=moved_on,
                ended_recorded_at=noted_after(moved_on),
            )
        )
        since = moved_on
    gone_on = max(story.gone_on, since) if story.gone_on else None
    rows.append(
        BranchMembership(
            person=story.member,
            branch=story.node.organization,
            effective_from=since,
            effective_to=gone_on,
            ended_recorded_at=noted_after(gone_on) if gone_on else None,
        )
    )
    return rows


def _changes(story: Story) -> list[StatusChange]:
    """As entered, then what changed: keeping the membership as a Party member, going, or being void."""
    member, since = story.member, _since(story)
    was_in_league = member.league_status != LeagueStatus.NONE
    first = LeagueStatus.MEMBER if was_in_league else LeagueStatus.NONE
    rows = [_change(member, first, MemberStatus.NORMAL, since, "")]
    if member.league_status == LeagueStatus.RETAINED and member.joined_party_on:
        day = max(member.joined_party_on, since)
        rows.append(_change(member, LeagueStatus.RETAINED, MemberStatus.NORMAL, day, "入党后保留团籍"))
    if member.status != MemberStatus.NORMAL:
        day = max(story.gone_on or since, since)
        reason = "重复录入" if member.status == MemberStatus.VOID else ""
        rows.append(_change(member, member.league_status, member.status, day, reason))
    return rows


def _change(member: Member, league_status: str, status: str, day: dt.date, reason: str) -> StatusChange:
    return StatusChange(person=member, league_status=league_status, status=status, effective_on=day, reason=reason)


def _years(rows: list[Story], as_of: dt.date, lot: Random) -> list[MemberYear]:
    """Results of a branch in the last two years, for those who were members for half of the year."""
    results = []
    for year in (as_of.year - 2, as_of.year - 1):
        present = [story for story in rows if _since(story) <= dt.date(year, 6, 30)]
        places = lot.sample(range(len(present)), len(present))
        for place, story in zip(places, present, strict=True):
            evaluation = Evaluation.QUALIFIED
            if place < int(len(present) * EXCELLENT_SHARE):
                evaluation = Evaluation.EXCELLENT
            elif lot.random() < 0.06:
                evaluation = lot.choice([Evaluation.NOT_EVALUATED, Evaluation.BASICALLY_QUALIFIED])
            registration = Registration.REGISTERED if lot.random() < 0.97 else Registration.DEFERRED
            results.append(MemberYear(person=story.member, year=year, evaluation=evaluation, registration=registration))
    return results
