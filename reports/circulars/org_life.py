"""三会两制一课 in a month: which branches have registered what, by direct lower organisation. No person, no ranking.

What is not registered is not said not to have taken place. 支委会 is not asked of branches too small for a committee,
and nothing is asked of branches founded later; 团小组会 is counted where it is registered, because nothing says which
branches have groups (《“三会两制一课”实施细则（试行）》, 中青发〔2017〕5 号).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from typing import Final, NotRequired, TypedDict

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.utils import timezone

from activities.models import Activity
from branches.models import Organization
from reports.circulars.figures import no_figures_on
from reports.completion_items import COMMITTEE_FROM, REASONS, SMALL, UNFOUNDED
from reports.facts import reading
from reports.facts.items import GRACE
from reports.models import Standing

KINDS: Final = {
    "branch_assembly": "支部大会",
    "committee_meeting": "支委会",
    "group_meeting": "团小组会",
    "league_lesson": "团课",
}


# What is asked once a quarter; the others are asked each month.
QUARTERLY: Final = ("branch_assembly", "league_lesson")

# Branches that stand directly below.
DIRECT: Final = "直属团支部"


class Cell(TypedDict):
    """How often it was held, ``late`` of these registered later than usual; ``why`` it is not asked of the branch."""

    held: int
    late: int
    why: str


class Branch(TypedDict):
    pk: int
    name: str
    cells: dict[str, Cell]


class Group(TypedDict):
    """The branches of one direct lower organisation, in the committee's order."""

    pk: int
    name: str
    rows: list[Branch]


class OrgLife(TypedDict):
    """What a circular about 三会两制一课 keeps.

    ``in_quarter`` is there where the month ends a quarter: by what is asked once a quarter, the branches that have
    registered it in any of its months.

    """

    groups: list[Group]
    counted_at: str
    in_quarter: NotRequired[dict[str, list[int]]]


def org_life_in(organization: Organization, month: dt.date, on: dt.date) -> OrgLife:
    """What was held in the month that begins with that day, as far as it was registered by the end of ``on``.

    Refuses a month that is not over on that day, and a day of which no figures are kept. Constant queries.
    """
    last = last_day_of(month)
    if last > on:
        raise ValidationError(f"{month:%Y} 年 {month.month} 月到统计时点还没有结束，请选择更早的月份。")
    below, lineage = _below(organization, on)
    branches = [each for each in below if each.is_branch]
    read = reading.figures_of(branches, on)
    if on < timezone.localdate() and read.counted_at is None:
        raise ValidationError(no_figures_on(on))
    held = _held(branches, month, last, on)
    founded = dict(Organization.objects.filter(pk__in=[each.pk for each in branches]).values_list("pk", "founded_on"))
    groups: dict[int, Group] = {}
    names = {each.pk: each.short_name for each in below}
    for each in branches:
        top = lineage[each.pk] if lineage[each.pk] != each.pk else 0
        group = groups.setdefault(top, Group(pk=top, name=names.get(top, DIRECT), rows=[]))
        known = read.of.get(each.pk)
        members = known.own.get("members", 0) if known else 0
        cells = {
            code: _cell(held.get((each.pk, code)), _why_not(code, founded.get(each.pk), last, members))
            for code in KINDS
        }
        group["rows"].append(Branch(pk=each.pk, name=each.short_name, cells=cells))
    moment = read.counted_at or timezone.now()
    found = OrgLife(groups=list(groups.values()), counted_at=moment.isoformat())
    if _ends_quarter(month):
        quarter = _held(branches, month.replace(month=month.month - 2), last, on)
        found["in_quarter"] = {code: [pk for pk, held in quarter if held == code] for code in QUARTERLY}
    return found


def _ends_quarter(month: dt.date) -> bool:
    return month.month % 3 == 0


def last_day_of(month: dt.date) -> dt.date:
    """The last day of the month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _below(organization: Organization, on: dt.date) -> tuple[list[Organization], dict[int, int]]:
    """What stood below on that day, and the direct lower organisation each belonged to, by its id."""
    first = reading.first_day()
    if on < timezone.localdate() and first is not None and first <= on:
        rows = reading.below_on(organization, on)
        return [row.as_organization() for row in rows], {row.organization_id: _top(row, organization) for row in rows}
    below = list(Organization.objects.under(organization, include_self=False).active().in_screen_order())
    length = len(organization.path) + Organization.steplen
    tops = {each.path: each.pk for each in below if len(each.path) == length}
    return below, {each.pk: tops.get(each.path[:length], each.pk) for each in below}


def _top(row: Standing, organization: Organization) -> int:
    ids = [int(each) for each in row.lineage.strip("/").split("/")]
    return ids[ids.index(organization.pk) + 1]


def _held(branches: Iterable[Organization], first: dt.date, last: dt.date, on: dt.date) -> dict[tuple[int, str], Cell]:
    end = timezone.make_aware(dt.datetime.combine(on, dt.time.max))
    late_from = timezone.make_aware(dt.datetime.combine(last + GRACE, dt.time.max))
    rows = Activity.objects.standing().filter(
        organization__in=[each.pk for each in branches],
        kind__code__in=KINDS,
        held_on__range=(first, last),
        recorded_at__lte=end,
    )
    counted = rows.order_by().values_list("organization_id", "kind__code")
    numbers = counted.annotate(held=Count("pk"), late=Count("pk", filter=Q(recorded_at__gt=late_from)))
    return {(pk, code): Cell(held=held, late=late, why="") for pk, code, held, late in numbers}


def _why_not(code: str, founded_on: dt.date | None, last: dt.date, members: int) -> str:
    if founded_on is not None and founded_on > last:
        return REASONS[UNFOUNDED]
    if code == "committee_meeting" and members < COMMITTEE_FROM:
        return REASONS[SMALL]
    return ""


def _cell(held: Cell | None, why: str) -> Cell:
    # What was held is shown also where nobody asks for it.
    return held or Cell(held=0, late=0, why=why)


def branches_of(figures: OrgLife) -> list[Branch]:
    """All branches, in the committee's order."""
    return [row for group in figures["groups"] for row in group["rows"]]


class Sum(TypedDict):
    """Of so many branches that were asked, so many have registered it, so many of these late only."""

    asked: int
    held: int
    late: int
    times: int


def sum_of(rows: Iterable[Branch], code: str) -> Sum:
    """One kind of meeting over these branches."""
    cells = [row["cells"][code] for row in rows]
    registered = [cell for cell in cells if cell["held"]]
    return Sum(
        asked=sum(not cell["why"] for cell in cells),
        held=len(registered),
        late=sum(cell["late"] == cell["held"] for cell in registered),
        times=sum(cell["held"] for cell in registered),
    )


def without(figures: OrgLife, code: str) -> list[str]:
    """Names of branches that are asked and have registered nothing in the month.

    What is asked once a quarter is judged over the whole quarter, in its last month; in the others it lacks nobody.
    """
    asked = [row for row in branches_of(figures) if not row["cells"][code]["why"]]
    if code not in QUARTERLY:
        return [row["name"] for row in asked if not row["cells"][code]["held"]]
    registered = figures.get("in_quarter", {}).get(code)
    return [] if registered is None else [row["name"] for row in asked if row["pk"] not in registered]


def quarter_in_words(figures: OrgLife, code: str, month: dt.date) -> str:
    """The months over which it is judged, "" where that is the month alone."""
    is_judged = code in figures.get("in_quarter", {})
    return f"{month.month - 2}月至{month.month}月" if is_judged else ""
