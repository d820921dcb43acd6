"""The sheets. Headings are those of the provincial reports, as far as there is data for them; what is left out is
named beneath, never shown empty.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone

from branches.models import Organization, OrgType, UnitCategory
from members.dictionaries import Education, LeaguePost, PoliticalStatus, PostNature
from members.filters import AGE_BANDS
from members.health import FEWEST_MEMBERS
from reports.models import SheetKind
from reports.sheets import in_force
from reports.sheets.in_force import Person, Post, Stood
from reports.sheets.tables import Heading, Sheet, Value
from tuanjian import ages
from tuanjian.idnumbers import Gender

NOTHING: Final = "—"
BY_EFFECT: Final = "按生效日期统计，统计时点以后补登的记录计入；当天系统里已录入的数字见“团内大数据”。"
OF_NOW: Final = "学历、政治面貌没有登记变更日期，按现在的登记。"
OF_RESULTS: Final = "本年活动成果"
CADRE_ONCE: Final = "一人在几个组织任职的，合计中只计一次。"


@dataclass(frozen=True)
class Found:
    """What was in force in the subtree."""

    top: Stood
    on: dt.date

    @cached_property
    def people(self) -> dict[int, list[Person]]:
        """By branch."""
        by_branch: dict[int, list[Person]] = {}
        for person in in_force.people_on(self.top.ids, self.on):
            by_branch.setdefault(person.branch, []).append(person)
        return by_branch

    @cached_property
    def posts(self) -> dict[int, list[Post]]:
        """By organisation."""
        by_organization: dict[int, list[Post]] = {}
        for post in in_force.posts_on(self.top.ids, self.on):
            by_organization.setdefault(post.organization, []).append(post)
        return by_organization

    def members_in(self, ids: Iterable[int]) -> list[Person]:
        """团员 of these organisations."""
        return [person for pk in ids for person in self.people.get(pk, ()) if person.is_member]

    def posts_in(self, ids: Iterable[int]) -> list[Post]:
        """Posts in these organisations."""
        return [post for pk in ids for post in self.posts.get(pk, ())]


def sheet_on(organization: Organization, kind: str, on: dt.date) -> Sheet:
    """The sheet for that day, out of what is known now. Refuses a day in the future, and one before the organisation
    was there.
    """
    if on > timezone.localdate():
        raise ValidationError("统计时点不能晚于今天。")
    top = in_force.tree_on(organization, on)
    if top is None:
        raise ValidationError(f"{on} {organization.short_name}还没有录入系统，请选择更晚的日期。")
    return _MAKERS[SheetKind(kind)](Found(top, on))


def _lower(found: Found) -> Sheet:
    labels = (
        *(
            "已建立组织总数",
            "已建立支部数",
            "空心团委数",
            "空心团支部数",
            "无团干团支部数",
            "在册团员数",
            "已录入团干数",
        ),
    )
    return Sheet(
        title=SheetKind.LOWER.label,
        unit="个、人",
        headings=[Heading("组织名称", False, 30), *(Heading(label, width=12) for label in labels)],
        rows=[
            *([each.placement.short_name, *_counts(found, each.subtree)] for each in found.top.below),
            [_own_name(found), *_counts(found, [found.top])],
        ],
        total=["合计（含本级）", *_counts(found, found.top.subtree)],
        notes=[
            BY_EFFECT,
            f"空心团委：团委、团工委、团总支之下没有下级组织；空心团支部：在册团员不足 {FEWEST_MEMBERS} 人。",
            CADRE_ONCE,
            "转接人数和及时响应的各列，本系统没有这些数据，未列出。",
        ],
    )


def _own_name(found: Found) -> str:
    return f"{found.top.placement.short_name}本级"


def _counts(found: Found, subtree: list[Stood]) -> list[Value]:
    branches = [each for each in subtree if each.is_branch]
    ids = [each.pk for each in subtree]
    return [
        len(subtree),
        len(branches),
        sum(not each.below for each in subtree if not each.is_branch),
        sum(len(found.members_in([each.pk])) < FEWEST_MEMBERS for each in branches),
        sum(not found.posts.get(each.pk) for each in branches),
        len(found.members_in(ids)),
        len({post.person for post in found.posts_in(ids)}),
    ]


def _details(found: Found) -> Sheet:
    facts = {
        each.pk: each
        for each in Organization.objects.filter(pk__in=found.top.ids).select_related("unit_category").order_by()
    }
    names = {each.pk: each.placement.full_name for each in found.top.subtree}
    return Sheet(
        title=SheetKind.DETAILS.label,
        unit="人",
        headings=[
            Heading("团组织全称", False, 44),
            Heading("上级组织全称", False, 40),
            Heading("组织类型", False, 10),
            Heading("行业类别", False, 16),
            Heading("组织建立时间", False, 12),
            Heading("团员人数"),
        ],
        rows=[_detail(found, each, facts.get(each.pk), names) for each in found.top.subtree],
        total=["合计", None, None, None, None, len(found.members_in(found.top.ids))],
        notes=[
            BY_EFFECT,
            "名称、隶属按统计时点，行业类别按现在的登记；团委、团总支的团员人数含全部下级，合计不重复计算。",
        ],
    )


def _detail(found: Found, each: Stood, facts: Organization | None, names: dict[int, str]) -> list[Value]:
    category = facts.unit_category.name if facts and facts.unit_category else NOTHING
    founded = (
        f"{facts.founded_on:{'%Y-%m' if facts.founded_on_is_month else '%Y-%m-%d'}}"
        if (facts and facts.founded_on)
        else NOTHING
    )
    placement = each.placement
    above = names.get(placement.parent_id or 0, NOTHING)
    kind = OrgType(placement.org_type).label
    return [placement.full_name, above, kind, category, founded, len(found.members_in(each.ids))]


def _categories(found: Found) -> Sheet:
    ids = found.top.ids
    category_of = dict(Organization.objects.filter(pk__in=ids).order_by().values_list("pk", "unit_category"))
    known = UnitCategory.objects.order_by("order_number", "pk").values_list("pk", "name")
    there = [
        (name, {each for each, category in category_of.items() if category == pk})
        for pk, name in [*known, (None, "未登记")]
    ]
    stood = {each.placement.org_type for each in found.top.subtree}
    types = [kind for kind in OrgType if kind != OrgType.LEADING_BODY or kind.value in stood]
    natures = [f"{label}团干部数" for label in PostNature.labels]
    labels = [*(f"{kind.label}数" for kind in types), "团员数", "上年新发展团员数", *natures, "未登记性质团干部数"]
    return Sheet(
        title=SheetKind.CATEGORIES.label,
        unit="个、人",
        headings=[Heading("行业类别", False, 22), *(Heading(label, width=11) for label in labels)],
        rows=[[name, *_of_category(found, of_it, types)] for name, of_it in there if of_it],
        total=["合计", *_of_category(found, ids, types)],
        notes=[
            BY_EFFECT,
            f"行业类别按现在的登记；上年新发展团员为统计时点在册、入团时间在 {found.on.year - 1} 年的团员。",
            "一人有几种性质的，按专职、兼职、挂职的顺序计一种；在几个行业任职的，各行业都计，合计只计一次。",
        ],
    )


def _of_category(found: Found, ids: Collection[int], types: Iterable[OrgType]) -> list[Value]:
    stood = Counter(each.placement.org_type for each in found.top.subtree if each.pk in ids)
    members = found.members_in(ids)
    joined = sum(each.joined_on is not None and each.joined_on.year == found.on.year - 1 for each in members)
    return [*(stood[kind.value] for kind in types), len(members), joined, *_natures(found.posts_in(ids))]


def _cadre_ages(found: Found) -> Sheet:
    headings = ["团干部数", *(label for _, _, label in AGE_BANDS.values()), "未登记年龄"]
    natures = [*PostNature.labels, "未登记性质"]
    own = [[_own_name(found), *_ages(found, [found.top.pk])]]
    return Sheet(
        title=SheetKind.CADRE_AGES.label,
        unit="人、岁",
        headings=[
            Heading("组织名称", False, 30),
            *(Heading(label, width=11) for label in [*headings, "平均年龄", *natures]),
        ],
        rows=[[each.placement.short_name, *_ages(found, each.ids)] for each in found.top.below] + own,
        total=["合计", *_ages(found, found.top.ids)],
        notes=[BY_EFFECT, f"年龄按统计时点的周岁；一人有几种性质的，按专职、兼职、挂职的顺序计一种。{CADRE_ONCE}"],
    )


def _ages(found: Found, ids: Iterable[int]) -> list[Value]:
    posts = found.posts_in(ids)
    births = {post.person: post.birth_on for post in posts}
    years = [ages.age_on(birth, found.on) for birth in births.values() if birth]
    bands = [sum(low <= age <= high for age in years) for low, high, _ in AGE_BANDS.values()]
    average = round(sum(years) / len(years), 1) if years else NOTHING
    return [len(births), *bands, len(births) - sum(bands), average, *_natures(posts)]


def _natures(posts: Iterable[Post]) -> list[Value]:
    """Cadres by 性质, the unknown last; of several the one that binds most counts."""
    natures: dict[int, set[str]] = {}
    for post in posts:
        natures.setdefault(post.person, set()).add(post.nature)
    one_each = Counter(next((each for each in PostNature.values if each in held), "") for held in natures.values())
    return [one_each[nature] for nature in [*PostNature.values, ""]]


def _year(found: Found) -> Sheet:
    rows: list[list[Value]] = [[*line] for line in _year_lines(found)]
    year = found.on.year
    return Sheet(
        title=f"{year}年度统计表",
        unit="见各行",
        headings=[Heading("类别", False, 16), Heading("项目", False, 26), Heading("单位", False, 8), Heading("数量")],
        rows=rows,
        notes=[
            BY_EFFECT,
            f"本年指 {year} 年 1 月 1 日至统计时点；进入和离开不含本组织内部的调动与合并。{OF_NOW}{CADRE_ONCE}",
            "整建制划入、划出的组织，其人员计入进入、离开；其活动计在本组织期间的。撤销、合并的组织已开展的活动照计。",
            *(["活动成果按各次活动的登记相加，名称和单位都相同的合为一行。"] if rows[-1][0] == OF_RESULTS else []),
            "团费、评议、注册、对标定级、推优等项目不在本表。",
        ],
    )


def _year_lines(found: Found) -> Iterator[tuple[str, str, str, int]]:
    ids = found.top.ids
    types = Counter(each.placement.org_type for each in found.top.subtree)
    yield "组织", "团组织总数", "个", len(ids)
    yield from (("组织", kind.label, "个", types[kind.value]) for kind in OrgType if types[kind.value])
    members = found.members_in(ids)
    yield "团员", "在册团员总数", "人", len(members)
    yield from _by("团员（性别）", (person.sex for person in members), dict(Gender.choices))
    bands = {key: label for key, (_, _, label) in AGE_BANDS.items()}
    yield from _by("团员（年龄）", (_band(person.birth_on, found.on) for person in members), bands)
    yield from _by("团员（学历）", (person.education for person in members), dict(Education.choices))
    yield from _by("团员（政治面貌）", (person.political for person in members), dict(PoliticalStatus.choices))
    belonging = in_force.belonging_in_year(found.top.pk, found.on)
    came, left = in_force.moved_in_year(belonging.at_start, ids, found.on)
    first = found.on.replace(month=1, day=1)
    joined = sum(person.joined_on is not None and first <= person.joined_on <= found.on for person in members)
    yield "本年变化", "本年入团", "人", joined
    yield "本年变化", "本年进入名册", "人", came
    yield "本年变化", "本年离开名册", "人", left
    posts = found.posts_in(ids)
    yield "团干部", "团干部总数", "人", len({post.person for post in posts})
    yield "团干部", "在任书记", "人", len({post.person for post in posts if post.post == LeaguePost.SECRETARY})
    for held in in_force.activities_of_year(belonging, found.on):
        yield "本年活动", held.kind, "次", held.number
        yield "本年活动", f"{held.kind}参加", "人次", held.times
    if guests := in_force.guests_of_year(belonging, found.on):
        yield "本年活动", "外部人员参加", "人次", guests
    for label, unit, total in in_force.results_of_year(belonging, found.on):
        yield OF_RESULTS, label, unit, total


def _by(group: str, values: Iterable[str], labels: dict[str, str]) -> Iterator[tuple[str, str, str, int]]:
    counted = Counter(values)
    for key, label in labels.items():
        if counted[key]:
            yield group, label, "人", counted[key]
    unknown = sum(number for key, number in counted.items() if key not in labels)
    if unknown:
        yield group, "未登记", "人", unknown


def _band(birth: dt.date | None, on: dt.date) -> str:
    if birth is None:
        return ""
    age = ages.age_on(birth, on)
    return next((key for key, (low, high, _) in AGE_BANDS.items() if low <= age <= high), "")


_MAKERS: Final[dict[SheetKind, Callable[[Found], Sheet]]] = {
    SheetKind.LOWER: _lower,
    SheetKind.DETAILS: _details,
    SheetKind.CATEGORIES: _categories,
    SheetKind.CADRE_AGES: _cadre_ages,
    SheetKind.YEAR: _year,
}
