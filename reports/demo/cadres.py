"""Posts of a demo unit: who holds them now, and who held them before."""

from __future__ import annotations

import datetime as dt
from random import Random

from branches import audit
from members.dictionaries import PARTY, LeaguePost, PostManner, PostNature
from members.models import CadreTerm, MemberStatus
from reports.demo.days import a_day, days_before, noted_after
from reports.demo.organizations import Node
from reports.demo.people import People, Story
from reports.demo.staffing import BRANCH_POSTS, Holder, Seat, Staffing
from tuanjian import ages

END_REASONS = ("换届", "换届", "工作调动", "年龄原因")


def appoint(
    nodes: list[Node], staffing: Staffing, people: People, *, past_terms: int, as_of: dt.date
) -> dict[Node, list[CadreTerm]]:
    """Save current and past posts with one log entry each. Returns the current ones by organisation, highest first."""
    lot = Random(f"{nodes[0].organization.code} cadres")
    held = _seat(nodes, staffing, people, lot)
    current = {
        node: [
            _term(story, node, seat, as_of, lot) for seat, story in zip(staffing.seats[node], held[node], strict=True)
        ]
        for node in nodes
    }
    rows = [term for node in nodes for term in current[node]]
    rows += _past_terms(past_terms, people, held, as_of, lot)
    CadreTerm.objects.bulk_create(rows, batch_size=500)
    audit.record_many(
        [(audit.Kind.CREATED, term, term.organization, {"团内职务": [None, term.title]}) for term in rows],
        by=None,
        job="装入演示数据",
    )
    return {node: sorted(terms, key=lambda term: term.rank) for node, terms in current.items()}


def _seat(nodes: list[Node], staffing: Staffing, people: People, lot: Random) -> dict[Node, list[Story]]:
    """Somebody for every seat. Branches first: committees above draw on those who hold a post below."""
    held: dict[Node, list[Story]] = {}
    waiting = {node: list(rows) for node, rows in people.members.items()}
    outsiders = {node: list(rows) for node, rows in people.outsiders.items()}
    for node in nodes:
        if node.is_branch:
            held[node] = [
                outsiders[node].pop(0) if seat.holder is Holder.OUTSIDE else waiting[node].pop(0)
                for seat in staffing.seats[node]
            ]
    for node in reversed([node for node in nodes if not node.is_branch]):
        sent = [waiting[branch].pop(0) for branch in staffing.sent[node]]
        below = [story for other, rows in held.items() if other.is_below(node) for story in rows[:2]]
        second = lot.sample(list(dict.fromkeys(below)), sum(_is_second(seat) for seat in staffing.seats[node]))
        sources = {Holder.OUTSIDE: outsiders[node], Holder.ADDITIONAL: sent, Holder.SECOND_POST: second}
        held[node] = [sources[seat.holder].pop(0) for seat in staffing.seats[node]]
    return held


def _is_second(seat: Seat) -> bool:
    return seat.holder is Holder.SECOND_POST


def _term(story: Story, node: Node, seat: Seat, as_of: dt.date, lot: Random) -> CadreTerm:
    appointed = seat.post in (LeaguePost.STAFF, LeaguePost.OTHER) or lot.random() < 0.12
    started_on, is_month = _start(story, node, appointed, as_of, lot)
    term = CadreTerm(
        person=story.member,
        organization=node.organization,
        post=seat.post,
        post_title=seat.title,
        rank=CadreTerm.rank_of(seat.post),
        nature=_nature(node, seat, lot),
        manner=PostManner.APPOINTED if appointed else PostManner.ELECTED,
        started_on=started_on,
        started_on_is_month=is_month,
    )
    if story.member.political_status in PARTY:
        term.is_party_committee_member = seat.post == LeaguePost.SECRETARY and lot.random() < 0.4
    return term


def _nature(node: Node, seat: Seat, lot: Random) -> PostNature:
    if node.above is None and not node.is_branch and seat.post in (LeaguePost.SECRETARY, LeaguePost.STAFF):
        return PostNature.FULL_TIME
    return PostNature.SECONDED if not node.is_branch and lot.random() < 0.06 else PostNature.PART_TIME


def _start(story: Story, node: Node, appointed: bool, as_of: dt.date, lot: Random) -> tuple[dt.date | None, bool]:
    """The election for who was elected in it, else some later day; a few were never entered."""
    if lot.random() < 0.03:
        return None, False
    elected_on = node.organization.last_election_on
    if not appointed and elected_on is not None and elected_on >= story.came_on:
        return elected_on, node.organization.last_election_on_is_month
    earliest = max(story.came_on, elected_on or days_before(as_of, 1_200))
    day = a_day(lot, earliest, days_before(as_of, 10))
    return (day.replace(day=1), True) if lot.random() < 0.8 else (day, False)


def _past_terms(
    number: int, people: People, held: dict[Node, list[Story]], as_of: dt.date, lot: Random
) -> list[CadreTerm]:
    """Posts that have ended, held by people of the branch who hold none today or have left."""
    busy = {story for rows in held.values() for story in rows}
    idle = [
        story
        for story in people.stories
        if story.node
        and not story.node.plan.student
        and story not in busy
        and story.member.joined_on
        and story.member.status != MemberStatus.VOID
    ]
    rows = []
    for story in lot.sample(idle, number):
        if story.node is None or story.member.birth_on is None:
            continue
        earliest = max(story.came_on, ages.birthday(story.member.birth_on, 19))
        ended_on = story.gone_on or a_day(lot, earliest, days_before(as_of, 30))
        post = lot.choice(BRANCH_POSTS[:5])
        rows.append(
            CadreTerm(
                person=story.member,
                organization=story.node.organization,
                post=post,
                rank=CadreTerm.rank_of(post),
                nature=PostNature.PART_TIME,
                manner=PostManner.ELECTED,
                started_on=a_day(lot, min(earliest, ended_on), ended_on).replace(day=1),
                started_on_is_month=True,
                ended_on=ended_on,
                end_reason=lot.choice(END_REASONS),
                ended_recorded_at=noted_after(ended_on),
            )
        )
    return rows
