"""逐项补录: what an organisation lacks as a list of steps, one after the other to the form that mends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from branches.models import Organization, User
from branches.permissions import permissions_on
from branches.scoping import Right
from reports import completion_items as items
from reports.missing import Missing, missing_in


@dataclass(frozen=True)
class Step:
    """Missing facts that are mended together: those of one person, or one group of the organisation's own items."""

    lines: tuple[Missing, ...]

    @property
    def key(self) -> str:
        """Names the step among the others as long as something of it is missing."""
        first = self.lines[0]
        return f"{first.group.key}-{first.organization.pk}-{first.person}"

    @property
    def count(self) -> int:
        return sum(line.count for line in self.lines)

    @property
    def title(self) -> str:
        first = self.lines[0]
        kind = "本支部" if first.organization.is_branch else "本级"
        whom = first.whom if first.person else kind
        more = f"等 {len(self.lines)} 项" if len(self.lines) > 1 else ""
        people = f" 缺 {first.count} 人" if first.group == items.NUMBERS and not more else ""
        return f"{whom}：{first.what}{more}{people}"

    @property
    def note(self) -> str:
        if len(self.lines) == 1:
            return self.lines[0].why
        return "、".join(line.what for line in self.lines)


def steps_among(lines: Iterable[Missing]) -> list[Step]:
    """The missing facts as steps, people first: theirs is what is missing most."""
    together: dict[tuple[bool, str, int, int], list[Missing]] = {}
    for line in lines:
        key = (line.person == 0, line.group.key if not line.person else "", line.organization.pk, line.person)
        together.setdefault(key, []).append(line)
    people = [Step(tuple(found)) for key, found in together.items() if not key[0]]
    return people + [Step(tuple(found)) for key, found in together.items() if key[0]]


def may_mend(step: Step, rights: frozenset[Right]) -> bool:
    """Whether somebody with these rights finds a form behind the step; administrators are set on a page of grants."""
    return step.lines[0].right in rights and step.lines[0].group != items.ADMINISTRATION


def address_after(organization: Organization, on: dt.date, *, at: int, was: str, user: User) -> str | None:
    """The form of the next step, or None when there is none left.

    ``at`` and ``was`` are place and key of the step just left: mended, it is gone and the next has moved up to its
    place; not mended, it still stands there and is passed over.
    """
    rights = permissions_on(organization, user).rights
    steps = [step for step in steps_among(missing_in(organization, on, user=user)) if may_mend(step, rights)]
    if at < len(steps) and steps[at].key == was:
        at += 1
    if at >= len(steps):
        return None
    onward = reverse("reports:next_gap", args=[organization.pk])
    back = reverse("reports:completion_of", args=[organization.pk])
    return steps[at].lines[0].url_from(f"{onward}?at={at}&was={steps[at].key}", back=back)
