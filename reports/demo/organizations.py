"""The tree of a demo unit, with elections, declared numbers, stars and former names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from branches import naming, tree
from branches.models import (
    FormerName,
    Headcount,
    Organization,
    OrganizationYear,
    OrgType,
    Star,
    TermRule,
    UnitCategory,
    UnitNature,
    User,
)
from reports.demo.blueprint import Blueprint, Plan
from reports.demo.days import a_day, days_after, days_before, month_before, school_year, years_before

# From this many members on a branch has a committee and may be called 支部委员会.
COMMITTEE_FROM = 7
SMALLEST, LARGEST = 6, 22
STREETS = ("勘探路", "地质大街", "山前路", "矿业路", "测绘街")


@dataclass(eq=False)
class Node:
    """An organisation of the demo while it is being made. Only branches have a size (League members)."""

    plan: Plan
    number: int
    place: int
    above: Node | None
    size: int
    organization: Organization

    @property
    def is_branch(self) -> bool:
        return self.plan.org_type == OrgType.BRANCH

    def is_below(self, other: Node) -> bool:
        return self.above is not None and (self.above is other or self.above.is_below(other))


def grow(blueprint: Blueprint, *, as_of: dt.date) -> list[Node]:
    """Add the whole tree through ``branches.tree``, which logs every organisation and marks it for counting."""
    lot = Random(f"{blueprint.code} organizations")
    nodes = list(_nodes(blueprint.root, None, 0))
    for number, node in enumerate(nodes):
        node.number = number
    _choose_sizes(nodes, blueprint.members, lot)
    natures = {row.name: row for row in UnitNature.objects.all()}
    categories = {row.name: row for row in UnitCategory.objects.all()}
    terms = _years_of_term(as_of)
    unfinished = set(lot.sample(range(len(nodes) // 2, len(nodes)), 4))
    for node in nodes:
        organization = node.organization
        organization.code = f"{blueprint.code}{node.number + 1:03d}"
        _name(node, as_of)
        organization.founded_on, organization.founded_on_is_month = _founding(node, as_of, lot), True
        if node.number not in unfinished:
            organization.unit_nature = natures.get(node.plan.unit.nature)
            organization.unit_category = categories.get(node.plan.unit.category)
        _fill_office(organization, lot)
    _hold_elections(nodes, terms, as_of, lot)
    for node in nodes:
        tree.add(node.organization, under=node.above.organization if node.above else None, by=None)
    _keep_former_names(nodes, as_of)
    return nodes


def _nodes(plan: Plan, above: Node | None, place: int) -> Iterator[Node]:
    node = Node(plan, 0, place, above, 0, Organization(org_type=plan.org_type, branch_kind=plan.kind))
    node.organization.student = plan.student
    node.organization.order_number = (place + 1) * 10
    yield node
    for number, child in enumerate(plan.children):
        yield from _nodes(child, node, number)


def _choose_sizes(nodes: list[Node], members: int, lot: Random) -> None:
    """Give every branch its members, so that they add up to the blueprint's figure."""
    branches = [node for node in nodes if node.is_branch]
    for node in branches:
        node.size = node.plan.size or (lot.randint(24, 32) if node.plan.student else lot.randint(7, 16))
    free = [node for node in branches if node.plan.size is None and not node.plan.student]
    while missing := members - sum(node.size for node in branches):
        node = lot.choice(free)
        step = 1 if missing > 0 else -1
        if SMALLEST <= node.size + step <= LARGEST:
            node.size += step


def _name(node: Node, as_of: dt.date) -> None:
    plan, organization = node.plan, node.organization
    cohort = f"{school_year(as_of, plan.cohort) % 100:02d}" if plan.cohort is not None else ""
    ending = naming.FULL_ENDINGS[plan.org_type]
    if node.is_branch and node.size < COMMITTEE_FROM:
        ending = "支部"
    organization.full_name = naming.PREFIX + plan.full.format(cohort=cohort) + ending
    organization.short_name = plan.short.format(cohort=cohort) + naming.SHORT_ENDINGS[plan.org_type]


def _founding(node: Node, as_of: dt.date, lot: Random) -> dt.date:
    if node.plan.cohort is not None:
        return dt.date(school_year(as_of, node.plan.cohort), 9, 1)
    above = node.above.organization.founded_on if node.above else None
    return month_before(a_day(lot, above or years_before(as_of, 60), years_before(as_of, 8)), 0)


def _fill_office(organization: Organization, lot: Random) -> None:
    organization.region_code, organization.region_name = "379998", "华岳市"
    organization.address = f"华岳市{lot.choice(STREETS)}{lot.randint(1, 198)}号"
    # No area code begins with 00, no domain ends in .example: nobody is rung up or written to.
    organization.contact_phone = f"0000-{lot.randint(2_000_000, 8_999_999)}"
    organization.contact_email = f"{organization.code.lower()}@huayue.example"
    if organization.org_type == OrgType.BASE_COMMITTEE:
        organization.admin_quota = organization.admin_quota_filled = 0
        organization.institution_quota = lot.randint(2, 4)
        organization.institution_quota_filled = lot.randint(1, 2)


def _years_of_term(as_of: dt.date) -> dict[tuple[str, bool], int]:
    rows = TermRule.objects.filter(TermRule.in_force(as_of)).order_by("valid_from")
    return {(row.org_type, row.student): row.years for row in rows}


def _hold_elections(nodes: list[Node], terms: dict[tuple[str, bool], int], as_of: dt.date, lot: Random) -> None:
    """Most in time; some overdue, some due within three months, some never entered."""
    old = [node for node in nodes if node.plan.cohort is None and node.number > 0]
    chosen = lot.sample(old, 24)
    overdue, due_soon, never = set(chosen[:9]), set(chosen[9:18]), set(chosen[18:])
    for node in nodes:
        if node in never:
            continue
        years = terms.get((node.plan.org_type, node.plan.student), 5)
        ended = years_before(as_of, years)
        if node in overdue:
            day = days_before(ended, lot.randint(25, 420))
        elif node in due_soon:
            day = days_after(ended, lot.randint(8, 85))
        else:
            day = _recent_election(node, ended, as_of, lot)
        _set_election(node.organization, day, as_of, lot)


def _recent_election(node: Node, ended: dt.date, as_of: dt.date, lot: Random) -> dt.date:
    founded = node.organization.founded_on
    if node.plan.cohort is not None and founded is not None:
        # A class elects a month after it enters, and every autumn again.
        autumn = dt.date(school_year(as_of, 0), 10, lot.randint(8, 28))
        return autumn if autumn <= as_of else max(years_before(autumn, 1), founded)
    return a_day(lot, days_after(ended, 150), days_before(as_of, 20))


def _set_election(organization: Organization, day: dt.date, as_of: dt.date, lot: Random) -> None:
    organization.last_election_on_is_month = lot.random() < 0.7
    organization.last_election_on = min(day.replace(day=1) if organization.last_election_on_is_month else day, as_of)


def _keep_former_names(nodes: list[Node], as_of: dt.date) -> None:
    FormerName.objects.bulk_create(
        FormerName(
            organization=node.organization,
            full_name=naming.PREFIX + "华岳地质局" + node.plan.former + naming.FULL_ENDINGS[node.plan.org_type],
            short_name=node.plan.former + naming.SHORT_ENDINGS[node.plan.org_type],
            until_on=days_before(month_before(as_of, 20 + node.number % 30), 1),
        )
        for node in nodes
        if node.plan.former
    )


def declare(nodes: list[Node], youth: dict[Node, int], *, as_of: dt.date, by: User) -> None:
    """Write down what superiors and personnel offices say: expected members and youth, staff in all.

    Most branches have entered everybody, a dozen lack some, three have more than expected, four were never asked.
    """
    lot = Random(f"{nodes[0].organization.code} headcounts")
    branches = [node for node in nodes if node.is_branch]
    chosen = lot.sample([node for node in branches if node.size > 5], 19)
    lacking, exceeding, silent = set(chosen[:12]), set(chosen[12:15]), set(chosen[15:])
    rows = []
    for node in branches:
        if node in silent:
            continue
        more = lot.randint(1, 4) if node in lacking else -1 if node in exceeding else 0
        members, young = node.size + more, node.size + max(more, 0) + youth[node]
        staff = young + (0 if node.plan.student else lot.randint(4, 40))
        day = days_before(as_of, lot.randint(40, 200))
        for kind, value, source in (
            (Headcount.Kind.EXPECTED_MEMBERS, members, "局团委核定"),
            (Headcount.Kind.EXPECTED_YOUTH, young, "人事处职工名册"),
            (Headcount.Kind.STAFF, staff, "人事处职工名册"),
        ):
            rows.append(_headcount(node, kind, value, day, source, by))
            if node.number % 9 == 0:
                rows.append(_headcount(node, kind, value + lot.randint(0, 2), years_before(day, 1), source, by))
    Headcount.objects.bulk_create(rows)


def _headcount(node: Node, kind: str, value: int, day: dt.date, source: str, by: User) -> Headcount:
    full_source = f"{source}（{day.year}年{day.month}月）"
    return Headcount(
        organization=node.organization, kind=kind, value=value, as_of_on=day, source=full_source, set_by=by
    )


def give_stars(nodes: list[Node], *, as_of: dt.date) -> None:
    """Results of 对标定级 of the last two years, for branches that existed then."""
    lot = Random(f"{nodes[0].organization.code} stars")
    stars = [Star.FIVE, Star.FOUR, Star.THREE, Star.LAGGING, Star.SLACK, Star.NONE]
    rows = []
    for node in nodes:
        for year in (as_of.year - 2, as_of.year - 1):
            star = lot.choices(stars, [16, 34, 38, 6, 1, 5])[0]
            founded = node.organization.founded_on
            if node.is_branch and founded is not None and founded.year <= year:
                rows.append(OrganizationYear(organization=node.organization, year=year, star=star))
    OrganizationYear.objects.bulk_create(rows)
