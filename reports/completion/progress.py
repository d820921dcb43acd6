"""The completion of an organisation as its pages show it: lower organisations by state, in the committee's order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from branches.models import Organization, User
from branches.scoping import Sight
from reports.completion import schemes, trends
from reports.completion.schemes import DEFAULT, Scheme, State
from reports.completion.sums import Completion, completions_from
from reports.completion_items import Group
from reports.facts import reading
from reports.facts.items import Result, results_under
from reports.facts.keys import Part
from reports.known_days import is_kept

# Organisations with their own items, as ``results_under`` finds them.
Found = list[tuple[Organization, list[Result]]]


@dataclass(frozen=True)
class Asked:
    """What the table is asked for: items of one group, organisations of one state, every branch below."""

    group: Group | None = None
    state: State | None = None
    every_branch: bool = False

    @property
    def picks_organizations(self) -> bool:
        """Whether the lines are others than the direct lower organisations with the own level."""
        return self.state is not None or self.every_branch


EVERYTHING = Asked()


@dataclass(frozen=True)
class Band:
    """Organisations of one state, in the committee's own order, which is no ranking."""

    state: State
    bounds: str
    rows: list[Completion]


@dataclass(frozen=True)
class Board:
    """The table: ``total`` is the whole subtree, ``listed`` what the lines add up to, all measured by one scheme.

    ``counted_at`` (数据截至) and ``day`` are those of the figures; None where none were kept that day.
    """

    organization: Organization
    asked: Asked
    total: Completion
    own_level: Completion
    listed: Completion
    bands: list[Band]
    lower_count: int
    scheme: Scheme = DEFAULT
    against: dt.date | None = None
    # Two boards with the same figures are the same table, whenever they were read.
    counted_at: dt.datetime | None = field(default=None, compare=False)
    day: dt.date | None = field(default=None, compare=False)
    scale: trends.Scale | None = field(default=None, compare=False)

    @property
    def rows(self) -> list[Completion]:
        """The organisations in the order of the table."""
        return [row for band in self.bands for row in band.rows]

    def among(self, shown: Iterable[Completion]) -> list[tuple[Band, list[Completion]]]:
        """The states of these rows of the table, each with those of its rows that are among them."""
        wanted = {row.organization.pk for row in shown}
        cut = [(band, [row for row in band.rows if row.organization.pk in wanted]) for band in self.bands]
        return [(band, rows) for band, rows in cut if rows]

    @property
    def is_known(self) -> bool:
        """Whether there are figures of the organisation on that day."""
        return self.counted_at is not None

    @property
    def sum_name(self) -> str:
        """What the last line sums."""
        if self.asked.picks_organizations:
            return f"合计（所列 {self.lower_count:,} 个组织）"
        return f"合计（{self.lower_count:,} 个直属下级及本级）"


def board_of(
    organization: Organization,
    on: dt.date,
    *,
    user: User,
    asked: Asked = EVERYTHING,
    against: dt.date | None = None,
    with_trends: bool = False,
    scheme: Scheme | None = None,
) -> Board:
    """Completion of an organisation, its own level and the organisations asked for, grouped by state.

    On a day that is over the organisations are those of that day, under their names of that day. Measured by the
    scheme that holds for the organisation on that day, unless another is given. With ``against`` each row knows what
    it had at the end of that day, measured alike.
    """
    scheme = scheme or schemes.scheme_of(organization, on)
    lower = _lower(organization, on, user, asked)
    answers, read = answers_on([organization, *lower], on, scheme, asked)
    total = answers.get(organization.pk, Completion(organization, scheme=scheme))
    rows = [answers[each.pk] for each in lower if each.pk in answers]
    if against is not None:
        earlier, _ = answers_on([organization, *lower], against, scheme, asked)
        for row in (total, *rows):
            row.earlier = earlier.get(row.organization.pk)
    own_level = _own_level(total)
    if scheme.ranks:
        _give_places(rows)
    rows = [row for row in rows if asked.state is None or row.state.chip == asked.state.chip]
    scale = _trends(total, rows, on, asked) if with_trends and len(rows) <= trends.MOST else None
    return Board(
        organization=organization,
        asked=asked,
        total=total,
        own_level=own_level,
        listed=_added_up(total, rows) if asked.picks_organizations else total,
        bands=_bands(rows, scheme),
        lower_count=len(rows),
        scheme=scheme,
        against=against,
        counted_at=read.counted_at if organization.pk in answers else None,
        day=read.day,
        scale=scale,
    )


def found_under(organization: Organization, on: dt.date, asked: Asked) -> Found:
    """Every organisation of the subtree with those of its items that are asked for, from the records of today."""
    found = results_under([organization], on)
    if asked.group is None:
        return list(found)
    return [(each, [result for result in results if result.group == asked.group]) for each, results in found]


def answers_on(
    organizations: list[Organization], on: dt.date, scheme: Scheme, asked: Asked
) -> tuple[dict[int, Completion], reading.Reading]:
    """Completion of organisations on a day, all measured by one scheme, and where the figures come from.

    Before figures were kept nothing is known: today's records do not tell how things stood then.
    """
    read = reading.figures_of(organizations, on, Part.COMPLETION) if is_kept(on) else reading.Reading({}, None, None)
    return completions_from(read.of, organizations, scheme, group=asked.group), read


def _lower(organization: Organization, on: dt.date, user: User, asked: Asked) -> list[Organization]:
    if on < timezone.localdate() and is_kept(on):
        if asked.every_branch:
            return [row.as_organization() for row in reading.below_on(organization, on) if row.is_branch]
        return [row.as_organization() for row in reading.lower_on(organization, on)]
    in_sight = Organization.objects.visible_to(user, sight=Sight.ROSTER).active()
    below = in_sight.under(organization).branches() if asked.every_branch else in_sight.children_of(organization)
    return list(below.in_screen_order())


def _own_level(total: Completion) -> Completion:
    own = Completion(total.organization, scheme=total.scheme)
    for result in total.own:
        own.add(result)
    if total.earlier is not None:
        own.earlier = _own_level(total.earlier)
    return own


def _give_places(rows: list[Completion]) -> None:
    """Places by rate, equal rates the same place. The order of the table stays the committee's."""
    rates = sorted((row.rate for row in rows if row.rate is not None), reverse=True)
    for row in rows:
        row.place = rates.index(row.rate) + 1 if row.rate is not None else None


def _added_up(whole: Completion, rows: Iterable[Completion]) -> Completion:
    rows = list(rows)
    total = Completion(whole.organization, scheme=whole.scheme)
    for row in rows:
        total.include(row)
    if rows and whole.earlier is not None:
        total.earlier = _added_up(whole.earlier, [row.earlier for row in rows if row.earlier is not None])
    return total


def _trends(total: Completion, rows: list[Completion], on: dt.date, asked: Asked) -> trends.Scale:
    trends.add_trends([total, *rows], on, group=asked.group)
    return trends.scale_of([total, *rows], on)


def _bands(rows: list[Completion], scheme: Scheme) -> list[Band]:
    by_state: dict[str, list[Completion]] = {}
    for row in rows:
        by_state.setdefault(row.state.chip, []).append(row)
    return [Band(state, state.bounds, by_state[state.chip]) for state in scheme.states if state.chip in by_state]
