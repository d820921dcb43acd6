"""抽查结果: 真实率, 准确率 and 完整率 of a draw, and of each lower organisation; page, print, workbook share it.

真实率 = real records ÷ records looked at. 准确率 = facts that are as the file has them ÷ facts that were held against
it. 完整率 = facts filled in ÷ facts that should be. Facts of records that are not real count in neither.

The lower organisations are the direct ones of what was drawn from: of the committee, or of the one organisation below
it that the draw was limited to. What each rate lacks is what was found (``Wrong``), fact by fact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from enum import Enum
from itertools import groupby
from operator import add
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from branches.models import Placement
from reports.campaigns.sums import Sums
from reports.models import FollowUp, SpotCheck, SpotFact, SpotKind, Verdict
from reports.models.spot_checks import TO_MEND
from reports.spot_checks.drawing import UNITS, scope_in_words, step_below


@dataclass(frozen=True)
class Rates:
    """How many were drawn and looked at, and what the rates are made of. A rate is None where nothing was checked."""

    drawn: int
    checked: int
    real: int
    expected: int
    present: int
    compared: int
    right: int
    to_mend: int
    to_confirm: int
    confirmed: int

    def __add__(self, other: Rates) -> Rates:
        return Rates(*map(add, astuple(self), astuple(other)))

    @property
    def real_rate(self) -> float | None:
        return _rate(self.real, self.checked)

    @property
    def right_rate(self) -> float | None:
        return _rate(self.right, self.compared)

    @property
    def present_rate(self) -> float | None:
        return _rate(self.present, self.expected)

    @property
    def left(self) -> int:
        return self.drawn - self.checked

    @property
    def unreal(self) -> int:
        return self.checked - self.real

    @property
    def wrong(self) -> int:
        """Facts that are not as the file has them."""
        return self.compared - self.right

    @property
    def lacking(self) -> int:
        """Facts that should be filled in and are not."""
        return self.expected - self.present

    @property
    def found(self) -> int:
        """Records in which something has or had to be mended."""
        return self.to_mend + self.to_confirm + self.confirmed


class State(Enum):
    """How far an organisation is, in the order of the groups: word and chip."""

    MENDING = ("有待整改", "care")
    CONFIRMING = ("待复核", "busy")
    CHECKING = ("未检查完", "neutral")
    MENDED = ("已整改", "good")
    CLEAN = ("无问题", "good")

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def chip(self) -> str:
        return self.value[1]


@dataclass(frozen=True)
class Row:
    """A lower organisation under its name of the day of the draw."""

    name: str
    rates: Rates

    @property
    def state(self) -> State:
        if self.rates.to_mend:
            return State.MENDING
        if self.rates.to_confirm:
            return State.CONFIRMING
        if self.rates.left:
            return State.CHECKING
        return State.MENDED if self.rates.confirmed else State.CLEAN


@dataclass(frozen=True)
class Band:
    state: State
    rows: list[Row]


@dataclass(frozen=True)
class Wrong:
    """A fact that was found wrong or missing, and in how many records."""

    label: str
    wrong: int
    missing: int


@dataclass(frozen=True)
class Result:
    """All of a draw. ``above`` is the organisation whose direct lower ones the rows are.

    ``day`` and ``counted_at`` name of when the figures are.
    """

    check: SpotCheck
    scope: str
    above: str
    bands: list[Band]
    total: Rates
    facts: list[Wrong]
    day: dt.date
    counted_at: dt.datetime

    @property
    def rows(self) -> list[Row]:
        return [row for band in self.bands for row in band.rows]

    @property
    def is_half_done(self) -> bool:
        return self.total.left > 0

    @property
    def by_what(self) -> str:
        """What the rows are."""
        alone = [row.name for row in self.rows] == [self.above]
        return self.above if alone else f"{self.above}的直属下级组织"

    @property
    def wrong(self) -> int:
        return sum(each.wrong for each in self.facts)

    @property
    def missing(self) -> int:
        return sum(each.missing for each in self.facts)

    @property
    def unnamed(self) -> int:
        """Blank facts 完整率 lacks and nobody kept as 缺漏: of records checked before these were 缺漏 by themselves."""
        return self.total.lacking - self.missing

    @property
    def unit(self) -> str:
        return UNITS[SpotKind(self.check.kind)]


def result_of(check: SpotCheck) -> Result:
    """The result as it stands now; rows in the committee's order within each state, nobody is ranked."""
    now = timezone.localtime()
    above, rows = _rows(check)
    order = list(State)
    grouped = groupby(sorted(rows, key=lambda row: order.index(row.state)), key=lambda row: row.state)
    return Result(
        check=check,
        scope=scope_in_words(check),
        above=above,
        bands=[Band(state, list(of_state)) for state, of_state in grouped],
        total=_rates(check.records.aggregate(**_SUMS)),
        facts=_facts(check),
        day=now.date(),
        counted_at=now,
    )


def _rows(check: SpotCheck) -> tuple[str, list[Row]]:
    """The organisation whose lower ones the rows are, and these in its order."""
    if len(check.chosen) == 1:
        return _rows_below(check, check.chosen[0])
    counted = check.records.values("lower_order", "lower_name").annotate(**_SUMS)
    rows = [Row(row["lower_name"], _rates(row)) for row in counted.order_by("lower_order", "lower_name")]
    return check.organization.short_name, rows


def _rows_below(check: SpotCheck, top: int) -> tuple[str, list[Row]]:
    """The same of a draw among one organisation below the committee; where each stood is told by the day of the draw.

    What a row keeps of its lower organisation is that of the committee, which here is the same for all of them.
    """
    counted = {row["organization_id"]: _rates(row) for row in check.records.values("organization_id").annotate(**_SUMS)}
    steps = {pk: step_below(row.lineage, top) or top for pk, row in _stood(counted, check.drawn_at).items()}
    names = _stood({top, *steps.values()}, check.drawn_at)
    sums: dict[int, Rates] = {}
    for pk, rates in counted.items():
        step = steps.get(pk, top)
        sums[step] = sums[step] + rates if step in sums else rates
    above = names[top].short_name if top in names else scope_in_words(check)
    order = sorted(sums, key=lambda step: (names[step].screen_order if step in names else "", step))
    itself = f"{above}（本级）" if len(order) > 1 else above
    return above, [Row(itself if step == top else names[step].short_name, sums[step]) for step in order]


def _stood(organizations: Iterable[int], moment: dt.datetime) -> dict[int, Placement]:
    """Where each stood at that moment; where it stood first, of one that is known only since."""
    found: dict[int, Placement] = {}
    for row in Placement.objects.filter(organization__in=organizations).order_by("from_at", "pk"):
        if row.from_at <= moment or row.organization_id not in found:
            found[row.organization_id] = row
    return found


def _facts(check: SpotCheck) -> list[Wrong]:
    counted = (
        SpotFact.objects.filter(record__check_of=check)
        .exclude(mark=SpotFact.Mark.UNSURE)
        .order_by("label")
        .values("label")
        .annotate(
            wrong=Count("pk", filter=Q(mark=SpotFact.Mark.WRONG)),
            missing=Count("pk", filter=Q(mark=SpotFact.Mark.MISSING)),
        )
    )
    return [Wrong(row["label"], row["wrong"], row["missing"]) for row in counted]


_CHECKED = ~Q(verdict="")
_SUMS = {
    "drawn": Count("pk"),
    "checked": Count("pk", filter=_CHECKED),
    "real": Count("pk", filter=_CHECKED & ~Q(verdict=Verdict.UNREAL)),
    "expected": Sum("facts_expected", default=0),
    "present": Sum("facts_present", default=0),
    "compared": Sum("facts_checked", default=0),
    "right": Sum("facts_right", default=0),
    "to_mend": Count("pk", filter=Q(follow_up__in=TO_MEND)),
    "to_confirm": Count("pk", filter=Q(follow_up=FollowUp.MENDED)),
    "confirmed": Count("pk", filter=Q(follow_up=FollowUp.CONFIRMED)),
}


def _rates(row: Mapping[str, Any]) -> Rates:
    return Rates(**{name: row[name] for name in _SUMS})


def _rate(part: int, whole: int) -> float | None:
    """Percent, never rounded up to 100; None where nothing was checked."""
    return Sums(expected=whole, actual=part).rate
