"""逐项补录: what an organisation and those below it lack as steps, one after the other to the form that mends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from django.urls import reverse

from branches.models import Organization, User
from branches.permissions import permissions_on
from branches.scoping import Right, Sight, within
from reports import completion_items as items
from reports.completion.missing import MENDING, Missing, missing_among
from reports.facts import reading
from reports.facts.items import Result, results_of
from reports.facts.keys import ACTUAL, EXPECTED, Figures


@dataclass(frozen=True)
class Wanted:
    """What is looked for: keys of items; of meetings the periods, None for all; beginnings of paths, None for all.

    An organisation whose path begins with none of these lacks nothing that is wanted.
    """

    items: frozenset[str] = frozenset(items.ITEMS)
    periods: frozenset[str] | None = None
    places: tuple[str, ...] | None = None

    def asks(self, item: str, period: str) -> bool:
        return item in self.items and (not period or self.periods is None or period in self.periods)

    def only(self, keys: Iterable[str]) -> Wanted:
        """The same, of these items alone."""
        return replace(self, items=self.items & set(keys))


EVERYTHING: Final = Wanted()


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


def owed_below(organization: Organization, on: dt.date, *, wanted: Wanted) -> Iterator[tuple[int, int]]:
    """How much of what is wanted each organisation of the subtree lacks itself, 0 where nothing, by id.

    In the committee's order, out of the figures kept of each; what waits to be counted anew is counted now, and what
    no figures were kept of yet comes last. The subtree is that of now, whatever has moved since the figures were kept.
    Reads on only as far as it is asked. Of what stands elsewhere than wanted nothing is told.
    """
    asked = None if wanted.places is None else _standing_at(organization, wanted.places)
    yield from (each for each in _owed_of_all(organization, on, wanted) if asked is None or each[0] in asked)


def _standing_at(organization: Organization, places: Collection[str]) -> set[int]:
    rows = Organization.objects.active().under(organization).filter(within(places, "path"))
    return set(rows.order_by().values_list("pk", flat=True))


def _owed_of_all(organization: Organization, on: dt.date, wanted: Wanted) -> Iterator[tuple[int, int]]:
    active = Organization.objects.active().under(organization)
    if reading.first_day() is None:
        yield from ((each.pk, _owed(results, wanted)) for each, results in results_of(active, on))
        return
    waiting = reading.waiting_in([organization])
    now = {each.pk: _owed(results, wanted) for each, results in results_of(active.filter(pk__in=waiting), on)}
    for pk, own in reading.own_below(organization):
        if pk not in waiting:
            yield pk, _owed_in(own, wanted)
        elif pk in now:
            yield pk, now.pop(pk)
    yield from now.items()


def _owed(results: Iterable[Result], wanted: Wanted) -> int:
    return sum(result.missing for result in results if wanted.asks(result.key, result.period))


def _owed_in(figures: Figures, wanted: Wanted) -> int:
    owed = 0
    for key, value in figures.items():
        item, period, sign = _counted(key)
        if sign and wanted.asks(item, period):
            owed += sign * value
    return owed


@lru_cache(maxsize=4096)
def _counted(key: str) -> tuple[str, str, int]:
    """Item and period of a figure, and whether it is expected or entered; a list asks the same few hundred keys."""
    item, _, period = key[2:].partition("@")
    return item, period, {EXPECTED: 1, ACTUAL: -1}.get(key[:2], 0)


def steps_in(
    organizations: Iterable[int], on: dt.date, *, user: User, wanted: Wanted = EVERYTHING
) -> dict[int, list[Step]]:
    """The steps of each of these organisations itself, by its id, from the records of today; constant queries.

    Only of those whose people the user may look at.
    """
    in_sight = Organization.objects.visible_to(user, sight=Sight.ROSTER).active()
    found = results_of(in_sight.filter(pk__in=list(organizations)), on)
    asked = [
        (each, [result for result in results if wanted.asks(result.key, result.period)]) for each, results in found
    ]
    steps: dict[int, list[Step]] = {each.pk: [] for each, _ in asked}
    lines = missing_among(asked, user=user)
    for step in steps_among(line for line in lines if line.item in wanted.items):
        steps[step.lines[0].organization.pk].append(step)
    return steps


def address_after(
    organization: Organization,
    on: dt.date,
    *,
    at: int,
    was: str,
    user: User,
    wanted: Wanted = EVERYTHING,
    carried: str = "",
    back: str = "",
) -> str | None:
    """The form of the next step, or None when there is none left: one organisation of the subtree after the other.

    ``carried`` says in the address what is wanted; ``back`` is the list that leaving the form leads to.

    ``was`` is the key of the step just left, ``at`` its place among those of its organisation: mended, it is gone and
    the next has moved up to its place; not mended, it still stands there and is passed over.
    """
    rights = permissions_on(organization, user).rights
    for pk in _from(organization, on, was, rights, wanted):
        steps = [step for step in steps_in([pk], on, user=user, wanted=wanted).get(pk, ()) if may_mend(step, rights)]
        place = at if pk == _left(was) else 0
        if place < len(steps) and steps[place].key == was:
            place += 1
        if place < len(steps):
            onward = reverse("reports:next_gap", args=[organization.pk])
            following = f"{onward}?at={place}&was={steps[place].key}{f'&{carried}' if carried else ''}"
            back = back or reverse("reports:completion_of", args=[organization.pk])
            return steps[place].lines[0].url_from(following, back=back)
    return None


def _from(organization: Organization, on: dt.date, was: str, rights: frozenset[Right], wanted: Wanted) -> Iterator[int]:
    """The organisation of the step just left, and those after it that lack what these rights mend."""
    left = _left(was)
    has_begun = not left
    groups = {group for group, right in MENDING.items() if right in rights and group != items.ADMINISTRATION}
    mendable = [item.key for item in items.ITEMS.values() if item.group in groups]
    for pk, owed in owed_below(organization, on, wanted=wanted.only(mendable)):
        has_begun = has_begun or pk == left
        if has_begun and (owed or pk == left):
            yield pk


def _left(was: str) -> int:
    """The organisation of the step with this key, 0 where there is none."""
    _, _, rest = was.partition("-")
    pk = rest.partition("-")[0]
    return int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 18 else 0
