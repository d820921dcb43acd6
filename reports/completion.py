"""应录尽录: what an organisation should have entered, what it has, what is missing and where that is mended.

``completion_of`` answers for today, counted live in a constant number of queries. Every percentage opens into
``missing_in``: the facts listed there are expected − actual, item by item (a test walks random trees to hold the two
together). What does not apply is left out of both figures and named with its reason.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from activities.models import Activity
from branches.models import AccessGrant, Headcount, Organization, Role
from branches.models.organizations import OrganizationQuerySet, latest_headcounts
from branches.scoping import in_force, topmost, within
from members import completeness
from members.dictionaries import LeaguePost
from members.models import CadreTerm, Member
from members.models.people import IN_LEAGUE
from reports import completion_items as items

# A meeting entered so many days after its period still counts as entered on time.
GRACE = dt.timedelta(days=10)


@dataclass(frozen=True)
class State:
    """How far an organisation is; the bounds are in percent."""

    word: str
    chip: str
    from_rate: float


STATES = (
    State("缺口较大", "problem", 0),
    State("待补录", "care", 85),
    State("基本录齐", "busy", 95),
    State("已录齐", "good", 100),
)


@dataclass(frozen=True)
class Result:
    """One item of one organisation. ``field`` is where it is mended; people's facts name the field of the person."""

    group: items.Group
    key: str
    label: str
    expected: int
    actual: int
    on_time: int
    reason: str = ""

    @property
    def missing(self) -> int:
        return self.expected - self.actual

    @property
    def applies(self) -> bool:
        return not self.reason


@dataclass
class Completion:
    """Sums over an organisation and everything below it, with its own level's items one by one."""

    organization: Organization
    own: list[Result] = field(default_factory=list)
    expected: int = 0
    actual: int = 0
    on_time: int = 0
    by_group: dict[str, list[int]] = field(default_factory=lambda: {group.key: [0, 0] for group in items.GROUPS})

    def add(self, result: Result) -> None:
        self.expected += result.expected
        self.actual += result.actual
        self.on_time += result.on_time
        self.by_group[result.group.key][0] += result.expected
        self.by_group[result.group.key][1] += result.actual

    def include(self, other: Completion) -> None:
        """Add what another organisation has summed up."""
        self.expected += other.expected
        self.actual += other.actual
        self.on_time += other.on_time
        for key, (expected, actual) in other.by_group.items():
            self.by_group[key][0] += expected
            self.by_group[key][1] += actual

    def missing_of(self, group: items.Group) -> int:
        """How much of one group of items is missing."""
        expected, actual = self.by_group[group.key]
        return expected - actual

    @property
    def missing(self) -> int:
        return self.expected - self.actual

    @property
    def rate(self) -> float | None:
        """Percent, never rounded up to 100; None where nothing is expected."""
        if not self.expected:
            return None
        return 100.0 if not self.missing else min(99.9, 100 * self.actual / self.expected)

    @property
    def state(self) -> State:
        rate = 100.0 if self.rate is None else self.rate
        return next(state for state in reversed(STATES) if rate >= state.from_rate)


# A grouped row of the database: numbers by name, beside the id it is grouped by.
Sums = dict[str, Any]


@dataclass
class Found:
    """What stands in the database about the organisations asked for, by their ids."""

    people: dict[int, Sums]
    posts: dict[int, Sums]
    administered: set[int]
    headcounts: dict[tuple[int, str], Headcount]
    meetings: dict[tuple[int, str], Sums]


def completion_of(organizations: Iterable[Organization], on: dt.date) -> dict[int, Completion]:
    """Completion of each organisation with its subtree on that day, by its id. Asks nothing about rights."""
    tops = list(organizations)
    return summed(results_under(tops, on), tops)


def summed(found: Iterable[tuple[Organization, list[Result]]], tops: Iterable[Organization]) -> dict[int, Completion]:
    """Items of organisations added up for each of the tops, by its id."""
    answers = {top.path: Completion(top) for top in tops}
    for organization, results in found:
        for end in range(organization.steplen, len(organization.path) + 1, organization.steplen):
            if (above := answers.get(organization.path[:end])) is not None:
                for result in results:
                    above.add(result)
        if organization.path in answers:
            answers[organization.path].own = results
    return {answer.organization.pk: answer for answer in answers.values()}


def results_under(tops: list[Organization], on: dt.date) -> Iterator[tuple[Organization, list[Result]]]:
    """Every active organisation of the subtrees with its own items, in screen order."""
    rows = Organization.objects.active().filter(within(topmost(top.path for top in tops)))
    found = _find(rows, on)
    for organization in rows.in_screen_order():
        yield organization, list(_items_of(organization, found, on))


def _find(rows: OrganizationQuerySet, on: dt.date) -> Found:
    return Found(
        people=_people(rows),
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


def _people(rows: OrganizationQuerySet) -> dict[int, Sums]:
    in_league = Q(league_status__in=IN_LEAGUE)
    numbered = in_league & (Q(joined_on__year__gte=completeness.NUMBERED_FROM) | ~Q(member_no=""))
    lacking = {fact.field: Sum(fact.column) for fact in completeness.FACTS}
    grouped = (
        completeness.with_gaps(Member.objects.on_roster().filter(branch__in=rows))
        .order_by()
        .values("branch_id")
        .annotate(
            everybody=Count("pk"),
            members=Count("pk", filter=in_league),
            numbered=Count("pk", filter=numbered & Q(joined_on__isnull=False)),
            with_unit=Count("pk", filter=~Q(work_unit="")),
            without_number=Count("pk", filter=Q(id_number_index=None)),
            **{f"no_{name}": total for name, total in lacking.items()},
        )
    )
    return {row["branch_id"]: dict(row) for row in grouped}


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
    for code, (start, end) in (("branch_assembly", quarter_of(on)), ("committee_meeting", month_before(on))):
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


def quarter_of(on: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the calendar quarter."""
    first = dt.date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    last_month = first.month + 2
    return first, dt.date(on.year, last_month, calendar.monthrange(on.year, last_month)[1])


def month_before(on: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the last month that is over."""
    last = on.replace(day=1) - dt.timedelta(days=1)
    return last.replace(day=1), last


def _items_of(organization: Organization, found: Found, on: dt.date) -> Iterator[Result]:
    yield from _particulars(organization)
    if organization.is_branch:
        yield from _numbers(organization, found)
        yield from _facts_of_people(found.people.get(organization.pk, {}))
    yield from _cadres(organization, found)
    yield _result(items.ADMINISTRATION, "administrator", "管理员已启用", 1, int(organization.pk in found.administered))
    if organization.is_branch:
        yield from _life(organization, found, on)


def _result(group: items.Group, key: str, label: str, expected: int, actual: int) -> Result:
    actual = min(actual, expected)
    return Result(group, key, label, expected, actual, actual)


def _not_applicable(group: items.Group, key: str, label: str, reason: str) -> Result:
    return Result(group, key, label, 0, 0, 0, reason)


def _particulars(organization: Organization) -> Iterator[Result]:
    for item in items.PARTICULAR_ITEMS:
        if organization.org_type in item.types:
            yield _result(items.PARTICULARS, item.field, item.label, 1, int(not item.is_missing(organization)))


def _numbers(organization: Organization, found: Found) -> Iterator[Result]:
    people = found.people.get(organization.pk, {})
    for kind, entered in ((Headcount.Kind.EXPECTED_MEMBERS, "members"), (Headcount.Kind.EXPECTED_YOUTH, "everybody")):
        declared = found.headcounts.get((organization.pk, kind))
        if declared is None:
            yield _not_applicable(items.NUMBERS, kind, kind.label, "上级没有核定，不计入")
        else:
            yield _result(items.NUMBERS, kind, kind.label, declared.value, people.get(entered, 0))


def _facts_of_people(people: Sums) -> Iterator[Result]:
    asked = {"joined_on": "members", "member_no": "numbered", "work_unit": "with_unit"}
    everybody = people.get("everybody", 0)
    yield _result(items.PEOPLE, "id_number", "证件号码", everybody, everybody - people.get("without_number", 0))
    for fact in completeness.FACTS:
        expected = people.get(asked.get(fact.field, "everybody"), 0)
        yield _result(items.PEOPLE, fact.field, fact.label, expected, expected - people.get(f"no_{fact.field}", 0))


def _needs_committee(organization: Organization, found: Found) -> bool:
    members: int = found.people.get(organization.pk, {}).get("members", 0)
    return members >= items.COMMITTEE_FROM


def _cadres(organization: Organization, found: Found) -> Iterator[Result]:
    posts = found.posts.get(organization.pk, {})
    yield _result(items.CADRES, "secretary", "书记", 1, posts.get("secretaries", 0))
    label = "团干部人数"
    if not organization.is_branch:
        yield _result(items.CADRES, "cadres", label, items.LEAST_POSTS, posts.get("cadres", 0))
    elif _needs_committee(organization, found):
        yield _result(items.CADRES, "cadres", label, items.LEAST_BRANCH_POSTS, posts.get("cadres", 0))
    else:
        reason = f"团员不足 {items.COMMITTEE_FROM} 人，不设支部委员会"
        yield _not_applicable(items.CADRES, "cadres", label, reason)


def _life(organization: Organization, found: Found, on: dt.date) -> Iterator[Result]:
    quarter, month = quarter_of(on), month_before(on)
    assembly = f"支部大会（{on.year} 年第 {(on.month + 2) // 3} 季度）"
    yield _meeting(organization, found, "branch_assembly", assembly, quarter)
    committee = f"支委会（{month[0].year} 年 {month[0].month} 月）"
    if _needs_committee(organization, found):
        yield _meeting(organization, found, "committee_meeting", committee, month)
    else:
        reason = f"团员不足 {items.COMMITTEE_FROM} 人，不设支部委员会"
        yield _not_applicable(items.MEETINGS, "committee_meeting", committee, reason)


def _meeting(
    organization: Organization, found: Found, code: str, label: str, period: tuple[dt.date, dt.date]
) -> Result:
    if organization.founded_on is not None and organization.founded_on > period[1]:
        return _not_applicable(items.MEETINGS, code, label, "当期尚未成立")
    held = found.meetings.get((organization.pk, code), {})
    return Result(items.MEETINGS, code, label, 1, min(1, held.get("held", 0)), min(1, held.get("in_time", 0)))
