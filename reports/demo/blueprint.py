"""What a demo unit looks like: its tree and its figures, as data that the builders follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from branches.models import BranchKind, OrgType, Star
from members.models import MemberStatus
from reports.demo import past
from reports.demo.topics import Topics, Words


class Unit(NamedTuple):
    """单位性质 and 行业类别, by name."""

    nature: str
    category: str


PUBLIC_BODY = Unit("事业单位", "事业单位（不含公立学校）")
ENTERPRISE = Unit("国有企业", "国有企业")
SCHOOL = Unit("学校", "职业教育学校")


@dataclass(frozen=True)
class Plan:
    """An organisation to be made. ``{cohort}`` in its names becomes the two digits of the year a class entered in."""

    org_type: OrgType
    # What stands between 中国共产主义青年团 and the ending, and before the ending of the short name.
    full: str
    short: str
    work_unit: str
    children: tuple[Plan, ...] = ()
    kind: BranchKind = BranchKind.ORDINARY
    # League members; None lets the builder choose.
    size: int | None = None
    # Years since the class entered; None for everything that is no class.
    cohort: int | None = None
    student: bool = False
    unit: Unit = PUBLIC_BODY
    former: str = ""
    # First of the month; None lets the builder choose.
    founded_on: dt.date | None = None
    # The same result of 对标定级 in both years; None lets the builder choose.
    star: Star | None = None
    remark: str = ""

    def walk(self) -> Iterator[Plan]:
        """The plan and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Setting:
    """Where the unit is and what it talks about."""

    city: str
    streets: Words
    # Ends in .example: nobody is written to.
    domain: str
    # Who declares how many members a branch has.
    declared_by: str
    topics: Topics
    remarks: Words
    # Share of men among those who work there.
    men: float = 0.62


@dataclass(frozen=True)
class Faults:
    """How many of each fault are shown. People and organisations are drawn by lot."""

    unfinished: int = 4
    overdue: int = 9
    due_soon: int = 9
    never_elected: int = 6
    # Branches that lack members, have more than declared, and of which nobody declared a number.
    lacking: int = 12
    exceeding: int = 3
    undeclared: int = 4
    void_activities: int = 3
    # Branches that have not met for half a year.
    silent: int = 4
    joined_too_young: int = 7
    # Groups of three with one phone.
    shared_phones: int = 2
    careless: int = 11
    tidy: int = 34
    entered_twice: int = 6
    # People on the roster who are not simply there: none of them holds a post.
    not_normal: tuple[MemberStatus, ...] = (
        *[MemberStatus.FLOATING] * 9,
        *[MemberStatus.IN_TRANSFER] * 7,
        *[MemberStatus.LOST_CONTACT] * 4,
        MemberStatus.SUSPENDED,
    )


@dataclass(frozen=True)
class Programme:
    """So many activities of a kind over the year, spread over the organisations; the kind is held for nothing else.

    ``kind_name`` makes a kind of the unit's own. ``for_everybody`` asks young people too who are no members.
    ``turnout`` (人次) is the sum of those taking part: at the last ``named`` activities everybody is there by name, of
    the others only the number is known. ``result`` (成果) is its label, the sum and the unit.
    """

    kind: str
    number: int
    topics: Words
    kind_name: str = ""
    for_everybody: bool = False
    turnout: int = 0
    named: int = 0
    result: tuple[str, int, str] | None = None


class Renaming(NamedTuple):
    """A name asked for, as in ``Plan``, and why; what is answered where it is sent back."""

    full: str
    short: str
    reason: str
    answer: str = ""


@dataclass(frozen=True)
class Blueprint:
    """A whole unit. The figures of people are exact; what is not named is left to the random numbers."""

    # First part of every organisation code; begins with DEMO, which codes made by ``branches.tree`` never do.
    code: str
    # How ``manage.py load_demo`` calls it when it tells of it.
    title: str
    root: Plan
    setting: Setting
    members: int
    cadres: int
    # Secretaries of branches who are themselves in no branch (Party members of 28 and older, appointed).
    outside_secretaries: int
    youth: int
    due_to_leave: int
    turning_28: int
    retained: int
    senior_cadres: int
    left: dict[str, int] = field(default_factory=dict)
    past_terms: int = 68
    # Age from which young people who are no members may be in the Party.
    party_youth_from: int = 20
    # 职工总数: what the root declares, the organisations below their parts of it. None: ``older_staff`` is drawn.
    staff: int | None = None
    # So many older people work beside the young ones of a branch, by lot; None: nobody declared them.
    older_staff: tuple[int, int] | None = (4, 40)
    faults: Faults = Faults()
    # People of the branches the builder may choose the size of: usual sizes, and the limits of adjusting them.
    usual_sizes: tuple[int, int] = (7, 16)
    size_limits: tuple[int, int] = (6, 22)
    # How much of what is usual the organisations hold: parameters of a beta distribution.
    diligence: tuple[float, float] = (5, 2)
    programmes: tuple[Programme, ...] = ()
    # Days before the day of the demo for which figures are kept, the earliest first.
    days_back: tuple[int, ...] = past.DAYS_BACK
    # Short names of the branches with a fault to show.
    without_secretary: str = ""
    without_cadres: str = ""
    # Short name of the branch that gets log-ins. All others of the cast are for units that have such a place.
    branch_with_logins: str = ""
    # Short names of the general branch that gets log-ins, and of two places for one person.
    general_with_logins: str = ""
    second_places: tuple[str, str] | None = None
    # Short name of the committee whose administrator was replaced and asks for an export.
    committee_with_logins: str = ""
    # What the general branch asks to be called, and what the branch was not allowed to.
    name_asked_for: Renaming | None = None
    name_returned: Renaming | None = None
