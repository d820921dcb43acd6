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
from reports.demo.blueprint import Blueprint, Faults, Plan, Setting
from reports.demo.days import a_day, days_after, days_before, month_before, school_year, years_before

# From this many members on a branch has a committee and may be called 支部委员会.
COMMITTEE_FROM = 7
CLASS_SIZES = (24, 32)
STAFF_LIST = "人事处职工名册"


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
    _choose_sizes(nodes, blueprint, lot)
    natures = {row.name: row for row in UnitNature.objects.all()}
    categories = {row.name: row for row in UnitCategory.objects.all()}
    terms = _years_of_term(as_of)
    unfinished = set(lot.sample(range(len(nodes) // 2, len(nodes)), blueprint.faults.unfinished))
    for node in nodes:
        organization = node.organization
        organization.code = f"{blueprint.code}{node.number + 1:03d}"
        _name(node, as_of)
        organization.founded_on, organization.founded_on_is_month = _founding(node, as_of, lot), True
        if node.number not in unfinished:
            organization.unit_nature = natures.get(node.plan.unit.nature)
            organization.unit_category = categories.get(node.plan.unit.category)
        _fill_office(organization, blueprint.setting, lot)
    _hold_elections(nodes, terms, blueprint.faults, as_of, lot)
    for node in nodes:
        tree.add(node.organization, under=node.above.organization if node.above else None, by=None)
    _keep_former_names(nodes, blueprint.root.full, as_of)
    return nodes


def _nodes(plan: Plan, above: Node | None, place: int) -> Iterator[Node]:
    node = Node(plan, 0, place, above, 0, Organization(org_type=plan.org_type, branch_kind=plan.kind))
    node.organization.student = plan.student
    node.organization.remark = plan.remark
    node.organization.order_number = (place + 1) * 10
    yield node
    for number, child in enumerate(plan.children):
        yield from _nodes(child, node, number)


def _choose_sizes(nodes: list[Node], blueprint: Blueprint, lot: Random) -> None:
    """Give every branch its members, so that they add up to the blueprint's figure."""
    branches = [node for node in nodes if node.is_branch]
    for node in branches:
        usual = CLASS_SIZES if node.plan.student else blueprint.usual_sizes
        node.size = node.plan.size or lot.randint(*usual)
    smallest, largest = blueprint.size_limits
    free = [node for node in branches if node.plan.size is None and not node.plan.student]
    while missing := blueprint.members - sum(node.size for node in branches):
        node = lot.choice(free)
        step = 1 if missing > 0 else -1
        if smallest <= node.size + step <= largest:
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
    if node.plan.founded_on is not None:
        return node.plan.founded_on
    if node.plan.cohort is not None:
        return dt.date(school_year(as_of, node.plan.cohort), 9, 1)
    above = node.above.organization.founded_on if node.above else None
    return month_before(a_day(lot, above or years_before(as_of, 60), years_before(as_of, 8)), 0)


def _fill_office(organization: Organization, setting: Setting, lot: Random) -> None:
    organization.region_code, organization.region_name = "379998", setting.city
    organization.address = f"{setting.city}{lot.choice(setting.streets)}{lot.randint(1, 198)}号"
    # No area code begins with 00, no domain ends in .example: nobody is rung up or written to.
    organization.contact_phone = f"0000-{lot.randint(2_000_000, 8_999_999)}"
    organization.contact_email = f"{organization.code.lower()}@{setting.domain}"
    if organization.org_type == OrgType.BASE_COMMITTEE:
        organization.admin_quota = organization.admin_quota_filled = 0
        organization.institution_quota = lot.randint(2, 4)
        organization.institution_quota_filled = lot.randint(1, 2)


def _years_of_term(as_of: dt.date) -> dict[tuple[str, bool], int]:
    rows = TermRule.objects.filter(TermRule.in_force(as_of)).order_by("valid_from")
    return {(row.org_type, row.student): row.years for row in rows}


def _hold_elections(
    nodes: list[Node], terms: dict[tuple[str, bool], int], faults: Faults, as_of: dt.date, lot: Random
) -> None:
    """Most in time; some overdue, some due within three months, some never entered."""
    old = [node for node in nodes if node.plan.cohort is None and node.number > 0]
    chosen = lot.sample(old, faults.overdue + faults.due_soon + faults.never_elected)
    overdue, never = set(chosen[: faults.overdue]), set(chosen[faults.overdue + faults.due_soon :])
    due_soon = set(chosen) - overdue - never
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


def _keep_former_names(nodes: list[Node], unit: str, as_of: dt.date) -> None:
    FormerName.objects.bulk_create(
        FormerName(
            organization=node.organization,
            full_name=naming.PREFIX + unit + node.plan.former + naming.FULL_ENDINGS[node.plan.org_type],
            short_name=node.plan.former + naming.SHORT_ENDINGS[node.plan.org_type],
            until_on=days_before(month_before(as_of, 20 + node.number % 30), 1),
        )
        for node in nodes
        if node.plan.former
    )


def declare(nodes: list[Node], youth: dict[Node, int], blueprint: Blueprint, *, as_of: dt.date, by: User) -> None:
    """Write down what superiors and personnel offices say: expected members and youth, staff in all.

    Most branches have entered everybody, some lack a few, some have more than expected, some were never asked.
    """
    lot, faults = Random(f"{nodes[0].organization.code} headcounts"), blueprint.faults
    branches = [node for node in nodes if node.is_branch]
    chosen = lot.sample(
        [node for node in branches if node.size > 5], faults.lacking + faults.exceeding + faults.undeclared
    )
    lacking = set(chosen[: faults.lacking])
    exceeding = set(chosen[faults.lacking : faults.lacking + faults.exceeding])
    silent = set(chosen) - lacking - exceeding
    older = _older_staff(branches, youth, blueprint)
    rows = _staff_above(nodes, youth, older, blueprint, as_of=as_of, by=by)
    for node in branches:
        if node in silent:
            continue
        more = lot.randint(1, 4) if node in lacking else -1 if node in exceeding else 0
        members, young = node.size + more, node.size + max(more, 0) + youth[node]
        declared = [
            (Headcount.Kind.EXPECTED_MEMBERS, members, f"{blueprint.setting.declared_by}核定"),
            (Headcount.Kind.EXPECTED_YOUTH, young, STAFF_LIST),
        ]
        if older:
            declared.append((Headcount.Kind.STAFF, node.size + youth[node] + older[node], STAFF_LIST))
        elif blueprint.older_staff:
            staff = young + (0 if node.plan.student else lot.randint(*blueprint.older_staff))
            declared.append((Headcount.Kind.STAFF, staff, STAFF_LIST))
        day = days_before(as_of, lot.randint(40, 200))
        for kind, value, source in declared:
            rows.append(_headcount(node, kind, value, day, source, by))
            if node.number % 9 == 0:
                rows.append(_headcount(node, kind, value + lot.randint(0, 2), years_before(day, 1), source, by))
    Headcount.objects.bulk_create(rows)


def _older_staff(branches: list[Node], youth: dict[Node, int], blueprint: Blueprint) -> dict[Node, int]:
    """How many older people work beside the young ones, so that all are the unit's staff; nothing without that."""
    if blueprint.staff is None:
        return {}
    lot = Random(f"{blueprint.code} staff")
    older = dict.fromkeys(branches, 0)
    for node in lot.choices(branches, k=blueprint.staff - sum(node.size + youth[node] for node in branches)):
        older[node] += 1
    return older


def _staff_above(
    nodes: list[Node],
    youth: dict[Node, int],
    older: dict[Node, int],
    blueprint: Blueprint,
    *,
    as_of: dt.date,
    by: User,
) -> list[Headcount]:
    """What committees and general branches declare: the sum of the branches below."""
    if not older:
        return []
    day, kind = month_before(as_of, 2), Headcount.Kind.STAFF
    sums = {
        node: sum(branch.size + youth[branch] + older[branch] for branch in older if branch.is_below(node))
        for node in nodes
        if not node.is_branch
    }
    return [_headcount(node, kind, value, day, STAFF_LIST, by) for node, value in sums.items()]


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
            drawn = lot.choices(stars, [16, 34, 38, 6, 1, 5])[0]
            founded = node.organization.founded_on
            if node.is_branch and founded is not None and founded.year <= year:
                rows.append(OrganizationYear(organization=node.organization, year=year, star=node.plan.star or drawn))
    OrganizationYear.objects.bulk_create(rows)
