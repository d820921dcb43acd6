"""What a demo unit looks like: its tree and its figures, as data that the builders follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from branches.models import BranchKind, OrgType


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

    def walk(self) -> Iterator[Plan]:
        """The plan and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Blueprint:
    """A whole unit. The figures of people are exact; what is not named is left to the random numbers."""

    # First part of every organisation code; begins with DEMO, which codes made by ``branches.tree`` never do.
    code: str
    root: Plan
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
    # Short names of the branches with a fault to show.
    without_secretary: str = ""
    without_cadres: str = ""
    # Short names of the general branch and the branch that get log-ins, and of a second place for one person.
    general_with_logins: str = ""
    branch_with_logins: str = ""
    second_places: tuple[str, str] = ("", "")
    # Short name of the committee whose administrator was replaced and asks for an export.
    committee_with_logins: str = ""
    # What the general branch asks to be called, and what the branch was not allowed to: as in ``Plan.full``.
    name_asked_for: str = ""
    name_returned: str = ""
