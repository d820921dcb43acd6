"""应录尽录的项目 as they stand now: for every organisation what is expected, entered and entered in time, item by item.

Counted from the records, in a constant number of queries. What does not apply is left out of both figures and named
with its reason. Kept by day these become facts (``reports.facts.settling``).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from activities.models import Activity
from branches.models import AccessGrant, Headcount, Organization, Role
from branches.models.organizations import OrganizationQuerySet, latest_headcounts
from branches.scoping import in_force, topmost, within
from members import completeness
from members.dictionaries import LeaguePost
from members.models import CadreTerm
from reports import completion_items as items
from reports.facts import rosters

# A meeting entered so many days after its period still counts as entered on time.
GRACE = dt.timedelta(days=10)


class Result(NamedTuple):
    """One item of one organisation: how many facts are expected, entered, entered in time.

    ``period`` is what it is asked for ("2026Q4", "2026-10"), ``why`` the reason for which it is not asked
    (``completion_items.REASONS``); "" where there is none.
    """

    item: items.Item
    expected: int
    actual: int
    on_time: int
    period: str = ""
    why: str = ""

    @property
    def group(self) -> items.Group:
        return self.item.group

    @property
    def key(self) -> str:
        return self.item.key

    @property
    def label(self) -> str:
        return self.item.label_in(self.period)

    @property
    def reason(self) -> str:
        """Why it is not asked, in words; "" where it is."""
        return items.REASONS[self.why] if self.why else ""

    @property
    def missing(self) -> int:
        return self.expected - self.actual

    @property
    def applies(self) -> bool:
        return not self.why


# A grouped row of the database: numbers by name, beside the id it is grouped by.
Sums = dict[str, Any]


@dataclass
class Found:
    """What stands in the database about the organisations asked for, by their ids."""

    people: dict[int, rosters.Sums]
    posts: dict[int, Sums]
    administered: set[int]
    headcounts: dict[tuple[int, str], Headcount]
    meetings: dict[tuple[int, str], Sums]


def results_under(tops: list[Organization], on: dt.date) -> Iterator[tuple[Organization, list[Result]]]:
    """Every active organisation of the subtrees with its own items, in screen order."""
    yield from results_of(Organization.objects.active().filter(within(topmost(top.path for top in tops))), on)


def results_of(rows: OrganizationQuerySet, on: dt.date) -> Iterator[tuple[Organization, list[Result]]]:
    """These organisations with their own items, in screen order."""
    found = find(rows, on, rosters.sums_of(rows, on, by_age=False))
    for organization in rows.in_screen_order():
        yield organization, items_of(organization, found, on)


def find(rows: OrganizationQuerySet, on: dt.date, people: dict[int, rosters.Sums]) -> Found:
    """What ``items_of`` needs of these organisations. A constant number of queries."""
    return Found(
        people=people,
        posts=_posts(rows),
        administered=set(
            AccessGrant.objects.filter(
                in_force(on),
                organization__in=rows,
                role=Role.ADMINISTRATOR,
                user__is_active=True,
                user__last_login__isnull=False,
            ).values_list("organization_id", flat=True)
        ),
        headcounts=latest_headcounts(rows, on),
        meetings=_meetings(rows, on),
    )


def _posts(rows: OrganizationQuerySet) -> dict[int, Sums]:
    grouped = (
        CadreTerm.objects.current()
        .filter(organization__in=rows)
        .order_by()
        .values("organization_id")
        .annotate(cadres=Count("person", distinct=True), secretaries=Count("pk", filter=Q(post=LeaguePost.SECRETARY)))
    )
    return {row["organization_id"]: dict(row) for row in grouped}


def _meetings(rows: OrganizationQuerySet, on: dt.date) -> dict[tuple[int, str], Sums]:
    found: dict[tuple[int, str], Sums] = {}
    for code, (start, end) in (("branch_assembly", quarter_asked(on)), ("committee_meeting", month_before(on))):
        late_from = timezone.make_aware(dt.datetime.combine(end + GRACE, dt.time.max))
        grouped = (
            Activity.objects.standing()
            .filter(organization__in=rows, kind__code=code, held_on__gte=start, held_on__lte=end)
            .order_by()
            .values("organization_id")
            .annotate(held=Count("pk"), in_time=Count("pk", filter=Q(recorded_at__lte=late_from)))
        )
        found |= {(row["organization_id"], code): dict(row) for row in grouped}
    return found


def quarter_asked(on: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the quarter whose meeting is asked: the present one in its last month, else the one before.

    On the first day of a quarter nobody lacks a meeting for which there are three months.
    """
    year, month = (on.year, on.month // 3 * 3) if on.month >= 3 else (on.year - 1, 12)
    return dt.date(year, month - 2, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def quarter_name(days: tuple[dt.date, dt.date]) -> str:
    """The period as figures are named by it."""
    return f"{days[1].year}Q{days[1].month // 3}"


def month_before(on: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the last month that is over."""
    last = on.replace(day=1) - dt.timedelta(days=1)
    return last.replace(day=1), last


def items_of(organization: Organization, found: Found, on: dt.date) -> list[Result]:
    """The organisation's own items."""
    return list(_items_of(organization, found, on))


def _items_of(organization: Organization, found: Found, on: dt.date) -> Iterator[Result]:
    yield from _particulars(organization)
    if organization.is_branch:
        yield from _numbers(organization, found)
        yield from _facts_of_people(found.people.get(organization.pk, {}))
    yield from _cadres(organization, found)
    yield _result("administrator", 1, int(organization.pk in found.administered))
    if organization.is_branch:
        yield from _life(organization, found, on)


def _result(key: str, expected: int, actual: int) -> Result:
    actual = min(actual, expected)
    return Result(items.ITEMS[key], expected, actual, actual)


def _not_applicable(key: str, why: str, period: str = "") -> Result:
    return Result(items.ITEMS[key], 0, 0, 0, period, why)


def _particulars(organization: Organization) -> Iterator[Result]:
    for item in items.PARTICULAR_ITEMS:
        if organization.org_type in item.types:
            yield _result(item.field, 1, int(not item.is_missing(organization)))


def _numbers(organization: Organization, found: Found) -> Iterator[Result]:
    people = found.people.get(organization.pk, {})
    for kind, entered in ((Headcount.Kind.EXPECTED_MEMBERS, "members"), (Headcount.Kind.EXPECTED_YOUTH, "everybody")):
        declared = found.headcounts.get((organization.pk, kind))
        if declared is None:
            yield _not_applicable(kind.value, items.UNDECLARED)
        else:
            yield _result(kind.value, declared.value, people.get(entered, 0))


def _facts_of_people(people: rosters.Sums) -> Iterator[Result]:
    asked = {"joined_on": "members", "member_no": "numbered", "work_unit": "with_unit"}
    everybody = people.get("everybody", 0)
    yield _result("id_number", everybody, everybody - people.get("without_number", 0))
    for fact in completeness.FACTS:
        expected = people.get(asked.get(fact.field, "everybody"), 0)
        yield _result(fact.field, expected, expected - people.get(f"no_{fact.field}", 0))


def _needs_committee(organization: Organization, found: Found) -> bool:
    return found.people.get(organization.pk, {}).get("members", 0) >= items.COMMITTEE_FROM


def _cadres(organization: Organization, found: Found) -> Iterator[Result]:
    posts = found.posts.get(organization.pk, {})
    yield _result("secretary", 1, posts.get("secretaries", 0))
    if not organization.is_branch:
        yield _result("cadres", items.LEAST_POSTS, posts.get("cadres", 0))
    elif _needs_committee(organization, found):
        yield _result("cadres", items.LEAST_BRANCH_POSTS, posts.get("cadres", 0))
    else:
        yield _not_applicable("cadres", items.SMALL)


def _life(organization: Organization, found: Found, on: dt.date) -> Iterator[Result]:
    quarter, month = quarter_asked(on), month_before(on)
    yield _meeting(organization, found, "branch_assembly", quarter_name(quarter), quarter)
    period = f"{month[0]:%Y-%m}"
    if _needs_committee(organization, found):
        yield _meeting(organization, found, "committee_meeting", period, month)
    else:
        yield _not_applicable("committee_meeting", items.SMALL, period)


def _meeting(organization: Organization, found: Found, code: str, period: str, days: tuple[dt.date, dt.date]) -> Result:
    if organization.founded_on is not None and organization.founded_on > days[1]:
        return _not_applicable(code, items.UNFOUNDED, period)
    held = found.meetings.get((organization.pk, code), {})
    return Result(items.ITEMS[code], 1, min(1, held.get("held", 0)), min(1, held.get("in_time", 0)), period)
