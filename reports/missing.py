"""缺项: the facts an organisation lacks, one by one, each with the page and field that mends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from branches.models import Organization, User
from members import completeness, privacy
from members.models import Member
from reports import completion_items as items
from reports.completion import Result, results_under
from tuanjian import masking

WHY = {
    items.PARTICULARS: "未填",
    items.NUMBERS: "少于上级核定的人数",
    items.CADRES: "没有登记在任",
    items.ADMINISTRATION: "没有管理员登录过",
    items.MEETINGS: "没有记录",
}


@dataclass(frozen=True)
class Missing:
    """A line of the list: about whom, what lacks, why it counts, where it is mended, how many it stands for."""

    group: items.Group
    organization: Organization
    whom: str
    what: str
    why: str
    url: str
    count: int = 1


def missing_in(organization: Organization, on: dt.date, *, user: User) -> list[Missing]:
    """Everything missing in the subtree today, by group in the order of the items, organisations in screen order.

    The counts add up to expected − actual of ``completion_of``. People of other branches than the viewer's own appear
    by surname only.
    """
    lines: list[Missing] = []
    branches: dict[int, Organization] = {}
    for each, results in results_under([organization], on):
        if each.is_branch:
            branches[each.pk] = each
        lines += [_line(each, result) for result in results if result.missing and result.group != items.PEOPLE]
    lines += _of_people(branches, user)
    order = list(items.GROUPS)
    return sorted(lines, key=lambda line: order.index(line.group))


def _line(organization: Organization, result: Result) -> Missing:
    return Missing(
        group=result.group,
        organization=organization,
        whom=organization.short_name,
        what=result.label,
        why=WHY[result.group],
        url=_address(organization, result),
        count=result.missing,
    )


def _address(organization: Organization, result: Result) -> str:
    if result.group == items.PARTICULARS:
        return f"{reverse('branches:edit', args=[organization.pk])}#id_{result.key.removesuffix('_id')}"
    if result.group == items.NUMBERS:
        kind = "&kind=youth" if result.key == "expected_youth" else ""
        return f"{reverse('members:new')}?branch={organization.pk}{kind}"
    if result.group == items.CADRES:
        return reverse("members:cadre_new", args=[organization.pk])
    if result.group == items.ADMINISTRATION:
        return reverse("branches:grants", args=[organization.pk])
    return f"{reverse('activities:new', args=[organization.pk])}?kind={result.key}"


def _of_people(branches: dict[int, Organization], user: User) -> Iterator[Missing]:
    own = privacy.own_branches(user)
    people = completeness.with_gaps(Member.objects.on_roster().filter(branch__in=branches)).by_pinyin()
    lines: dict[int, list[Missing]] = {pk: [] for pk in branches}
    for member in people:
        branch = branches[member.branch_id or 0]
        whom = member.name if branch.pk in own else masking.mask_name(member.name)
        if not member.id_number_index:
            url = f"{reverse('members:edit', args=[member.pk])}?field=id_number#id_id_number"
            lines[branch.pk].append(Missing(items.PEOPLE, branch, whom, "证件号码", "未填", url))
        lines[branch.pk] += [
            Missing(items.PEOPLE, branch, whom, fact.label, fact.why, fact.url(member))
            for fact in completeness.gaps_of(member)
        ]
    for own_lines in lines.values():
        yield from own_lines
