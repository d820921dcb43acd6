"""缺项: the facts an organisation lacks, one by one, each with the page and field that mends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q
from django.urls import reverse

from branches.models import Organization, User
from branches.scoping import Right
from members import completeness, privacy
from members.models import Member
from reports import completion_items as items
from reports.completion.sums import sums_in
from reports.facts import reading
from reports.facts.items import Result, results_of, results_under
from tuanjian.carrying import carrying

WHY = {
    items.PARTICULARS: "未填",
    items.NUMBERS: "少于上级核定的人数",
    items.CADRES: "没有登记在任",
    items.ADMINISTRATION: "没有管理员登录过",
    items.MEETINGS: "没有记录",
}
# What somebody must be allowed to do to mend it.
MENDING = {
    items.PARTICULARS: Right.STRUCTURE,
    items.NUMBERS: Right.PEOPLE,
    items.PEOPLE: Right.PEOPLE,
    items.CADRES: Right.PEOPLE,
    items.ADMINISTRATION: Right.GRANTS,
    items.MEETINGS: Right.ACTIVITIES,
}


@dataclass(frozen=True)
class Missing:
    """A line of the list: about whom, what lacks, why it counts, where it is mended, how many it stands for.

    ``person`` is the id of the person it is about, 0 where it is about the organisation; ``item`` the key of the item.
    """

    group: items.Group
    organization: Organization
    whom: str
    what: str
    why: str
    url: str
    count: int = 1
    person: int = 0
    item: str = ""

    @property
    def right(self) -> Right:
        """The right that mends it."""
        return MENDING[self.group]

    def url_from(self, saved: str, /, **more: str) -> str:
        """Where it is mended, with the address to go to once it is saved."""
        return carrying(self.url, next=saved, **more)


def missing_in(organization: Organization, on: dt.date, *, user: User) -> list[Missing]:
    """Everything missing in the subtree today, by group in the order of the items, organisations in screen order.

    The counts add up to expected − actual of ``completion_of``. People of other branches than the viewer's own – on
    which the viewer holds a grant right there – appear by surname only.
    """
    return missing_among(results_under([organization], on), user=user)


def first_missing(
    organization: Organization, on: dt.date, *, groups: Collection[items.Group], each: int, user: User
) -> list[Missing]:
    """Of each of these groups the first ``each`` lines of ``missing_in``, without counting the whole subtree.

    Which organisations to look at is told by the figures kept of each, and by what waits to be counted anew.
    """
    places = _places(organization, groups, each)
    if places is None:
        found = list(results_under([organization], on))
        places = {group.key: {row.pk for row, _ in found} for group in groups}
    else:
        wanted = set().union(*places.values())
        # What has left the subtree still waits to be taken off its figures.
        found = list(results_of(Organization.objects.active().under(organization).filter(pk__in=wanted), on))
    cut = [
        (row, [result for result in results if row.pk in places.get(result.group.key, ())]) for row, results in found
    ]
    lines: list[Missing] = []
    for group, of_group in groupby(missing_among(cut, user=user, people=each), key=lambda line: line.group):
        lines += list(of_group)[:each] if group in groups else []
    return lines


def _places(organization: Organization, groups: Collection[items.Group], each: int) -> dict[str, set[int]] | None:
    """Organisations that hold the first lines of each group, by its key; None before anything was kept."""
    if reading.first_day() is None:
        return None
    waiting = reading.waiting_in([organization])
    places = {group.key: set(waiting) for group in groups}
    open_ = dict.fromkeys(places, each)
    for pk, own in reading.own_below(organization):
        if pk in waiting:
            continue
        sums = sums_in(own)
        for key in [key for key, left in open_.items() if left > 0]:
            lacking = sums[key][0] - sums[key][1]
            if lacking:
                places[key].add(pk)
                # A fact of a person is a line of its own; other items may lack several at once.
                open_[key] -= lacking if key == items.PEOPLE.key else 1
        if max(open_.values(), default=0) <= 0:
            break
    return places


def missing_among(
    found: Iterable[tuple[Organization, list[Result]]], *, user: User, people: int | None = None
) -> list[Missing]:
    """Everything missing of organisations whose items are known already; people only where their items are among them.

    With ``people`` the facts of so many people at most: the first ones.
    """
    lines: list[Missing] = []
    branches: dict[int, Organization] = {}
    for each, results in found:
        if any(result.group == items.PEOPLE for result in results):
            branches[each.pk] = each
        lines += [_line(each, result) for result in results if result.missing and result.group != items.PEOPLE]
    lines += _of_people(branches, user, people)
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
        item=result.key,
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


def _of_people(branches: dict[int, Organization], user: User, most: int | None) -> Iterator[Missing]:
    own = privacy.roster_branches(user)
    people = completeness.with_gaps(Member.objects.on_roster().filter(branch__in=branches))
    lacking = people.filter(Q(gap_count__gt=0) | Q(id_number_index=None))
    lines: dict[int, list[Missing]] = {pk: [] for pk in branches}
    for member in lacking.order_by("branch__screen_order", "pinyin", "id")[:most]:
        branch = branches[member.branch_id or 0]
        whom = privacy.name_as_seen(member, own)
        if not member.id_number_index:
            url = f"{reverse('members:edit', args=[member.pk])}?field=id_number#id_id_number"
            lines[branch.pk].append(
                Missing(items.PEOPLE, branch, whom, "证件号码", "未填", url, person=member.pk, item="id_number")
            )
        lines[branch.pk] += [
            Missing(
                items.PEOPLE, branch, whom, fact.label, fact.why, fact.url(member), person=member.pk, item=fact.field
            )
            for fact in completeness.gaps_of(member)
        ]
    for own_lines in lines.values():
        yield from own_lines
