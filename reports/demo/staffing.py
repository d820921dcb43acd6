"""Who sits where: posts of every organisation, and which of them are held by whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from random import Random

from branches.models import OrgType
from members.dictionaries import LeaguePost
from reports.demo.blueprint import Blueprint
from reports.demo.organizations import COMMITTEE_FROM, Node


class Holder(Enum):
    """Where the holder of a post comes from."""

    MEMBER = "a member of this very branch"
    OUTSIDE = "somebody who is in no branch"
    ADDITIONAL = "a member of a branch below who holds no other post"
    SECOND_POST = "somebody who holds a post below already"


@dataclass(frozen=True)
class Seat:
    post: LeaguePost
    holder: Holder
    title: str = ""


@dataclass
class Staffing:
    """Seats by organisation; ``sent`` says from which branches those come who only sit in a committee above."""

    seats: dict[Node, list[Seat]]
    sent: dict[Node, list[Node]]

    def members_with_post(self, node: Node) -> int:
        """So many of a branch's first members hold a post: its own posts first, then those above."""
        own = sum(seat.holder is Holder.MEMBER for seat in self.seats[node])
        return own + sum(rows.count(node) for rows in self.sent.values())


ROOT_SEATS = (
    Seat(LeaguePost.SECRETARY, Holder.OUTSIDE),
    Seat(LeaguePost.DEPUTY_SECRETARY, Holder.OUTSIDE),
    Seat(LeaguePost.DEPUTY_SECRETARY, Holder.ADDITIONAL),
    *[Seat(LeaguePost.COMMITTEE_MEMBER, Holder.SECOND_POST)] * 5,
    Seat(LeaguePost.STAFF, Holder.OUTSIDE),
)
COMMITTEE_SEATS = (
    Seat(LeaguePost.SECRETARY, Holder.OUTSIDE),
    Seat(LeaguePost.DEPUTY_SECRETARY, Holder.ADDITIONAL),
    Seat(LeaguePost.COMMITTEE_MEMBER, Holder.ADDITIONAL),
    *[Seat(LeaguePost.COMMITTEE_MEMBER, Holder.SECOND_POST)] * 3,
)
GENERAL_SEATS = (
    Seat(LeaguePost.SECRETARY, Holder.OUTSIDE),
    Seat(LeaguePost.DEPUTY_SECRETARY, Holder.ADDITIONAL),
    *[Seat(LeaguePost.COMMITTEE_MEMBER, Holder.SECOND_POST)] * 2,
)
# In this order a branch fills its committee.
BRANCH_POSTS = (
    LeaguePost.SECRETARY,
    LeaguePost.ORGANIZATION_OFFICER,
    LeaguePost.PUBLICITY_OFFICER,
    LeaguePost.DEPUTY_SECRETARY,
    LeaguePost.CULTURE_OFFICER,
    LeaguePost.PRODUCTION_OFFICER,
    LeaguePost.VOLUNTEER_OFFICER,
)
CLASS_POSTS = (*BRANCH_POSTS[:5], LeaguePost.STUDY_OFFICER, LeaguePost.VOLUNTEER_OFFICER)
SMALL_POSTS = (LeaguePost.SECRETARY, LeaguePost.DEPUTY_SECRETARY)
SQUAD = Seat(LeaguePost.OTHER, Holder.SECOND_POST, "青年突击队队长")


def staff(nodes: list[Node], blueprint: Blueprint) -> Staffing:
    """Seats for all organisations, so that exactly the blueprint's number of people hold one."""
    lot = Random(f"{blueprint.code} staffing")
    seats = {node: list(_seats_above(node)) for node in nodes if not node.is_branch}
    branches = [node for node in nodes if node.is_branch]
    distinct = sum(seat.holder is not Holder.SECOND_POST for rows in seats.values() for seat in rows)
    numbers = _posts_by_branch(branches, blueprint, blueprint.cadres - distinct)
    with_secretary = [node for node in branches if numbers[node] and not _named(node, blueprint.without_secretary)]
    open_to_outside = [node for node in with_secretary if not node.plan.student]
    outside = set(lot.sample(open_to_outside, blueprint.outside_secretaries))
    for node in branches:
        posts = _posts(node)[: numbers[node]]
        if _named(node, blueprint.without_secretary):
            posts = _posts(node)[1 : numbers[node] + 1]
        seats[node] = [Seat(post, Holder.MEMBER) for post in posts]
        if node in outside:
            seats[node][0] = Seat(LeaguePost.SECRETARY, Holder.OUTSIDE)
    if not nodes[0].is_branch:
        seats[nodes[0]].append(SQUAD)
    return Staffing(seats, _sent(seats, branches, lot))


def _seats_above(node: Node) -> tuple[Seat, ...]:
    if node.above is None:
        return ROOT_SEATS
    return COMMITTEE_SEATS if node.plan.org_type == OrgType.BASE_COMMITTEE else GENERAL_SEATS


def _posts(node: Node) -> tuple[LeaguePost, ...]:
    if node.size < COMMITTEE_FROM:
        return SMALL_POSTS
    return CLASS_POSTS if node.plan.student else BRANCH_POSTS


def _named(node: Node, short_name: str) -> bool:
    return node.organization.short_name == short_name


def _posts_by_branch(branches: list[Node], blueprint: Blueprint, wanted: int) -> dict[Node, int]:
    """How many posts each branch fills: three with a committee, one without, then more or fewer to meet the figure."""
    numbers = {node: 3 if node.size >= COMMITTEE_FROM else 1 for node in branches}
    fixed = {node for node in branches if _named(node, blueprint.without_cadres)}
    numbers |= dict.fromkeys(fixed, 0)
    largest_first = sorted((node for node in branches if node not in fixed), key=lambda node: (-node.size, node.number))
    while missing := wanted - sum(numbers.values()):
        step = 1 if missing > 0 else -1
        fitting = [node for node in largest_first if 1 <= numbers[node] + step <= len(_posts(node)) - 1]
        for node in (fitting if step > 0 else fitting[::-1])[: abs(missing)]:
            numbers[node] += step
    return numbers


def _sent(seats: dict[Node, list[Seat]], branches: list[Node], lot: Random) -> dict[Node, list[Node]]:
    found = {}
    for node, rows in seats.items():
        below = [branch for branch in branches if branch.is_below(node) and branch.size > 8 and seats[branch]]
        number = sum(seat.holder is Holder.ADDITIONAL for seat in rows)
        found[node] = [lot.choice(below) for _ in range(number)]
    return found
