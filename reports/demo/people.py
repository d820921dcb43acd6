"""Everybody of a demo unit: League members, young people, cadres outside the branches, and those who have left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum, auto

from members.dictionaries import FileState, PoliticalStatus
from members.models import LeagueStatus, Member, MemberStatus
from reports.demo.blueprint import Blueprint, Faults
from reports.demo.days import a_day, days_after, days_before, years_before
from reports.demo.organizations import Node
from reports.demo.particulars import Particulars
from reports.demo.staffing import Holder, Staffing
from tuanjian import ages
from tuanjian.idnumbers import Gender


@dataclass(eq=False)
class Story:
    """A person with the days on which the branch was entered and left."""

    member: Member
    node: Node | None
    came_on: dt.date
    gone_on: dt.date | None = None


@dataclass
class People:
    """Everybody, in the order in which they are saved; members and outsiders also by organisation."""

    stories: list[Story] = field(default_factory=list)
    members: dict[Node, list[Story]] = field(default_factory=dict)
    outsiders: dict[Node, list[Story]] = field(default_factory=dict)
    youth: dict[Node, int] = field(default_factory=dict)


class Age(Enum):
    PUPIL = auto()
    WORKER = auto()
    SENIOR = auto()
    DUE = auto()
    TURNING = auto()


@dataclass(eq=False)
class Slot:
    """A League member to be made."""

    node: Node
    has_post: bool
    age: Age


def settle(nodes: list[Node], staffing: Staffing, blueprint: Blueprint, *, as_of: dt.date) -> People:
    """Make all records; nothing is saved here."""
    making = Particulars(blueprint, as_of)
    people = People()
    branches = [node for node in nodes if node.is_branch]
    _settle_members(people, branches, staffing, blueprint, making)
    for node in nodes:
        outside = [seat for seat in staffing.seats[node] if seat.holder is Holder.OUTSIDE]
        people.outsiders[node] = [_outsider(node, making) for _ in outside]
        people.stories += people.outsiders[node]
    _settle_youth(people, branches, blueprint, making)
    _settle_left(people, branches, blueprint, making)
    _leave_gaps(people, branches, blueprint.faults, making)
    people.stories += _mistaken(people, blueprint.faults.entered_twice, making)
    for story in people.stories:
        story.member.branch = story.node.organization if story.node else None
    return people


def _settle_members(
    people: People, branches: list[Node], staffing: Staffing, blueprint: Blueprint, making: Particulars
) -> None:
    for slot in _slots(branches, staffing, blueprint, making):
        story = _member(slot, making)
        people.members.setdefault(slot.node, []).append(story)
        people.stories.append(story)
    grown_up = [story for story in people.stories if ages.age_on(_birth(story), making.as_of) >= 20]
    for story in making.lot.sample(grown_up, blueprint.retained):
        making.enter_party(story.member)
        story.member.league_status = LeagueStatus.RETAINED
    plain = [
        story
        for node in branches
        for story in people.members[node][staffing.members_with_post(node) :]
        if story.member.league_status == LeagueStatus.MEMBER and node.size > 2
    ]
    statuses = blueprint.faults.not_normal
    chosen = making.lot.sample(plain, len(statuses))
    for story, status in zip(chosen, statuses, strict=True):
        story.member.status = status
    _make_doubtful([story for story in plain if story not in chosen], blueprint.faults, making)


def _slots(branches: list[Node], staffing: Staffing, blueprint: Blueprint, making: Particulars) -> list[Slot]:
    slots = []
    for node in branches:
        with_post = staffing.members_with_post(node)
        age = Age.PUPIL if node.plan.student else Age.WORKER
        slots += [Slot(node, place < with_post, age) for place in range(node.size)]
    workers = [slot for slot in slots if slot.age is Age.WORKER]
    for slot in making.lot.sample([slot for slot in workers if slot.has_post], blueprint.senior_cadres):
        slot.age = Age.SENIOR
    idle = making.lot.sample(
        [slot for slot in workers if not slot.has_post], blueprint.due_to_leave + blueprint.turning_28
    )
    for place, slot in enumerate(idle):
        slot.age = Age.DUE if place < blueprint.due_to_leave else Age.TURNING
    return slots


def _birth_on(slot: Slot, making: Particulars) -> dt.date:
    as_of, lot = making.as_of, making.lot
    if slot.age is Age.PUPIL:
        years = 16 + (slot.node.plan.cohort or 0)
        return days_before(years_before(as_of, years), lot.randint(0, 500))
    if slot.age is Age.WORKER:
        # Nobody else reaches 28 within the next two months.
        oldest, _ = ages.born_between(from_age=20, to_age=27, on=as_of + dt.timedelta(days=75))
        span = (years_before(as_of, 20) - oldest).days
        return oldest + dt.timedelta(days=int(lot.triangular(0, span, span * 0.35)))
    if slot.age is Age.TURNING:
        return a_day(lot, *ages.turns_within(28, as_of + dt.timedelta(days=2), as_of + dt.timedelta(days=58)))
    oldest_age = 31 if slot.age is Age.SENIOR else 29
    return a_day(lot, *ages.born_between(from_age=28, to_age=oldest_age, on=as_of))


def _member(slot: Slot, making: Particulars) -> Story:
    member = making.person(_birth_on(slot, making), slot.node, league_status=LeagueStatus.MEMBER)
    making.join(member)
    founded = slot.node.organization.founded_on
    if slot.node.plan.cohort is not None and founded is not None:
        return Story(member, slot.node, founded)
    return Story(member, slot.node, making.started_work_on(member))


def _outsider(node: Node, making: Particulars) -> Story:
    """A cadre of 28 to 35 who is no member and in no branch: kept by the organisation of the post."""
    youngest, oldest = (33, 35) if node.above is None else (28, 35)
    birth_on = a_day(making.lot, *ages.born_between(from_age=youngest, to_age=oldest, on=making.as_of))
    member = making.person(birth_on, node, league_status=LeagueStatus.NONE)
    if making.lot.random() < 0.9:
        making.enter_party(member)
    else:
        member.political_status = PoliticalStatus.MASSES
    return Story(member, None, making.started_work_on(member))


def _settle_youth(people: People, branches: list[Node], blueprint: Blueprint, making: Particulars) -> None:
    weights = [0.4 if node.plan.student else 1.0 if node.size > 2 else 0.2 for node in branches]
    people.youth = dict.fromkeys(branches, 0)
    for node in making.lot.choices(branches, weights, k=blueprint.youth):
        people.youth[node] += 1
    for node in branches:
        for _ in range(people.youth[node]):
            people.stories.append(_young_person(node, blueprint.party_youth_from, making))


def _young_person(node: Node, party_from: int, making: Particulars) -> Story:
    youngest, oldest = (16, 19) if node.plan.student else (20, 34)
    birth_on = a_day(making.lot, *ages.born_between(from_age=youngest, to_age=oldest, on=making.as_of))
    member = making.person(birth_on, node, league_status=LeagueStatus.NONE)
    member.political_status = PoliticalStatus.MASSES
    old_enough = ages.age_on(birth_on, making.as_of) >= party_from
    if not node.plan.student and making.lot.random() < 0.2 and old_enough:
        making.enter_party(member)
    story = Story(member, node, making.started_work_on(member))
    founded = node.organization.founded_on
    if node.plan.cohort is not None and founded is not None:
        story.came_on = founded
    if making.lot.random() < 0.06:
        # Registered from a list that had only the month of birth.
        member.id_number = ""
        member.birth_on, member.birth_on_is_month = birth_on.replace(day=1), True
    return story


def _settle_left(people: People, branches: list[Node], blueprint: Blueprint, making: Particulars) -> None:
    places = [node for node in branches if not node.plan.student and node.size > 5]
    for status, number in blueprint.left.items():
        for _ in range(number):
            people.stories.append(_left(making.lot.choice(places), MemberStatus(status), making))


def _left(node: Node, status: MemberStatus, making: Particulars) -> Story:
    lot, as_of = making.lot, making.as_of
    overage = status == MemberStatus.OVERAGE
    from_age, to_age = (28, 32) if overage else (22, 27)
    birth_on = a_day(lot, *ages.born_between(from_age=from_age, to_age=to_age, on=as_of))
    member = making.person(birth_on, node, league_status=LeagueStatus.MEMBER)
    making.join(member)
    came_on = making.started_work_on(member)
    if overage:
        gone_on = min(days_after(ages.birthday(birth_on, 28), lot.randint(0, 80)), as_of)
        came_on = min(came_on, days_before(gone_on, 30))
    else:
        gone_on = a_day(lot, min(days_after(came_on, 15), as_of), as_of)
    member.status = status
    if status != MemberStatus.TRANSFERRED_OUT:
        member.league_status = LeagueStatus.LEFT
        member.political_status = PoliticalStatus.MASSES
        member.dues_paid_until = None
    return Story(member, node, came_on, gone_on)


def _make_doubtful(plain: list[Story], faults: Faults, making: Particulars) -> None:
    """Some joined at 12 or 13 by their records, some share a phone with two others."""
    workers = [story for story in plain if story.node and not story.node.plan.student]
    remaining = faults.joined_too_young
    for story in making.lot.sample(workers, len(workers)):
        if remaining and making.join_too_young(story.member):
            story.member.file_state = FileState.NOT_NEEDED
            remaining -= 1
    by_branch: dict[Node, list[Story]] = {}
    for story in workers:
        if story.node is not None and story.member.joined_on is not None:
            by_branch.setdefault(story.node, []).append(story)
    groups = [rows for rows in by_branch.values() if len(rows) >= 6]
    for rows in making.lot.sample(groups, faults.shared_phones):
        first, second, third = making.lot.sample(rows, 3)
        second.member.phone = third.member.phone = first.member.phone


def _leave_gaps(people: People, branches: list[Node], faults: Faults, making: Particulars) -> None:
    ordinary = [node for node in branches if node.size >= 8]
    careless = set(making.lot.sample(ordinary, faults.careless))
    tidy = set(making.lot.sample([node for node in ordinary if node not in careless], faults.tidy))
    for node in branches:
        share = making.lot.uniform(0.16, 0.3) if node in careless else 0.0 if node in tidy else 0.045
        for story in people.members[node]:
            making.forget(story.member, share)
            if node in tidy and making.lot.random() < 0.5:
                story.member.verified_on = days_before(making.as_of, making.lot.randint(15, 240))


def _mistaken(people: People, number: int, making: Particulars) -> list[Story]:
    """Records entered twice by mistake: same name, four with the same number, all void (误录作废)."""
    originals = making.lot.sample([story for rows in people.members.values() for story in rows], number)
    stories = []
    for place, original in enumerate(originals):
        node = original.node
        if node is None:
            continue
        copy = making.person(_birth(original), node, league_status=LeagueStatus.MEMBER)
        copy.name, copy.gender, copy.ethnicity = original.member.name, original.member.gender, original.member.ethnicity
        copy.spell_name()
        copy.id_number = original.member.id_number
        if place >= 4:
            copy.birth_on = days_before(_birth(original), 30)
            copy.id_number = making.numbers.resident(copy.birth_on, Gender(copy.gender))
        copy.joined_on, copy.joined_on_is_month = original.member.joined_on, original.member.joined_on_is_month
        copy.political_status = PoliticalStatus.LEAGUE_MEMBER
        copy.status, copy.remark = MemberStatus.VOID, "重复录入，已作废。"
        stories.append(Story(copy, node, original.came_on, max(original.came_on, days_before(making.as_of, 100))))
    return stories


def _birth(story: Story) -> dt.date:
    if story.member.birth_on is None:
        raise ValueError("Every person of the demo has a day of birth.")
    return story.member.birth_on
