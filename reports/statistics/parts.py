"""The tables of 团内大数据, each out of the figures of one organisation with everything below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from activities.models import ActivityKind
from branches.models import OrgType, UnitCategory
from members import health
from members.dictionaries import Education, PoliticalStatus, PostNature
from members.filters import AGE_BANDS, NO_SEX, UNDATED
from members.models import LeagueStatus
from members.models.people import IN_LEAGUE
from reports.columns import ABOVE_WHOLE, WHOLE, in_words, share
from reports.facts.composition import MONTHS, UNKNOWN
from reports.statistics.leads import Leads
from reports.statistics.tables import TOTAL, Category, Cell, Chart, Days, Line, Table, counted_table
from tuanjian.asking import BLANK
from tuanjian.idnumbers import Gender

UNFILLED: Final = "未填"
_YOUNGEST: Final = min(low for low, _, _ in AGE_BANDS.values())
_BANDS: Final = {
    "0-": f"不满 {_YOUNGEST} 周岁",
    **{key: label for key, (_, _, label) in AGE_BANDS.items()},
    UNKNOWN: "出生日期未填",
}
# Sexes that are neither 男 nor 女 in what is entered.
_OTHER_SEX: Final = tuple(sex or UNKNOWN for sex in NO_SEX)
# What a list is asked for to hold just those counted.
_ASKED_AGE: Final = {band: band for band in AGE_BANDS} | {UNKNOWN: UNDATED}
_WITH_MOVES: Final = "含本组织范围内的调动：从一个团支部到另一个，两边各计一次。只计人次，没有逐人的名单。"


def by_age(days: Days, leads: Leads) -> Table:
    """团员 by age and sex."""
    sexes: list[tuple[str, tuple[str, ...]]] = [("男", (Gender.MALE.value,)), ("女", (Gender.FEMALE.value,))]
    bands = [(band, f"age:{band}") for band in _BANDS]
    if any(days.now.get(f"{name}:{sex}") for _, name in bands for sex in _OTHER_SEX):
        sexes.append(("性别未填", _OTHER_SEX))
    categories = [
        Category(
            _BANDS[band],
            tuple(tuple(f"{name}:{sex}" for sex in values) for _, values in sexes),
            tuple(
                leads.members(age=_ASKED_AGE[band], gender=_asked_sex(values)) if band in _ASKED_AGE else ""
                for _, values in sexes
            ),
            only_if_any=band not in AGE_BANDS,
        )
        for band, name in bands
    ]
    columns = [label for label, _ in sexes]
    return counted_table(
        days, categories, columns, with_shares=True,
        total_urls={TOTAL: leads.members()} | {name: leads.members(gender=_asked_sex(sex)) for name, sex in sexes},
        key="age", title="团员年龄与性别", note="单位：人", name="年龄", chart=Chart("columns", tuple(columns)),
    )  # fmt: skip


def _asked_sex(values: tuple[str, ...]) -> str:
    return BLANK if values == _OTHER_SEX else values[0]


def by_education(days: Days, leads: Leads) -> Table:
    """团员 by 学历, only what occurs."""
    categories = [
        Category(each.label, ((f"education:{each.value}",),), (leads.members(education=each.value),), only_if_any=True)
        for each in Education
    ]
    categories.append(_unfilled(f"education:{UNKNOWN}", leads.members(education=BLANK)))
    return _people(days, leads, categories, key="education", title="团员学历", name="学历")


def by_political_status(days: Days, leads: Leads) -> Table:
    """团员 by 政治面貌, only what occurs."""
    categories = [
        Category(
            each.label, ((f"political:{each.value}",),), (leads.members(political_status=each.value),), only_if_any=True
        )
        for each in PoliticalStatus
    ]
    categories.append(_unfilled(f"political:{UNKNOWN}", leads.members(political_status=BLANK)))
    return _people(days, leads, categories, key="political", title="团员政治面貌", name="政治面貌")


def _unfilled(key: str, url: str) -> Category:
    """Those of whom it is not known."""
    return Category(UNFILLED, ((key,),), (url,), only_if_any=True)


def by_league_status(days: Days, leads: Leads) -> Table:
    """Everybody on the rosters by 团籍."""
    categories = [
        Category(
            each.label,
            ((f"league:{each.value}",),),
            (leads.members(league_status=each.value) if each in IN_LEAGUE else "",),
            only_if_any=True,
        )
        for each in LeagueStatus
    ]
    return counted_table(
        days, categories, ["人数"], with_shares=True, key="league", title="在册人员团籍",
        note="单位：人，含团员以外的青年", name="团籍", chart=Chart("bars", ("人数",)),
    )  # fmt: skip


def _people(days: Days, leads: Leads, categories: Iterable[Category], *, key: str, title: str, name: str) -> Table:
    return counted_table(
        days, categories, ["人数"], with_shares=True, total_urls={"人数": leads.members()},
        key=key, title=title, note="单位：人", name=name, chart=Chart("bars", ("人数",)),
    )  # fmt: skip


def by_type(days: Days, leads: Leads) -> Table:
    """Organisations by 组织类别."""
    categories = [
        Category(each.label, ((f"type:{each.value}",),), (leads.organizations(org_type=each.value),), only_if_any=True)
        for each in OrgType
    ]
    return _organizations(days, leads, categories, key="types", title="组织类别", name="类别")


def by_category(days: Days, leads: Leads) -> Table:
    """Organisations by 行业类别, only what occurs; one query."""
    categories = [
        Category(label, ((f"category:{code}",),), (leads.organizations(unit_category=code),), only_if_any=True)
        for code, label in UnitCategory.objects.order_by("order_number", "pk").values_list("code", "name")
    ]
    # They open where each is filled in, if the list of missing facts holds nobody else.
    missing = leads.missing("unit_category_id", days.now, just=days.now.get(f"category:{UNKNOWN}", 0))
    categories.append(_unfilled(f"category:{UNKNOWN}", missing or leads.organizations(unit_category=BLANK)))
    return _organizations(days, leads, categories, key="categories", title="组织行业类别", name="行业类别")


def _organizations(
    days: Days, leads: Leads, categories: Iterable[Category], *, key: str, title: str, name: str
) -> Table:
    return counted_table(
        days, categories, ["组织数"], with_shares=True, total_urls={"组织数": leads.organizations()},
        key=key, title=title, note="单位：个", name=name, chart=Chart("bars", ("组织数",)),
    )  # fmt: skip


def vacancies(days: Days, leads: Leads) -> Table:
    """Organisations with something to be attended to: 书记空缺, 换届已超期 and the other flags of 组织健康."""
    categories = [
        Category(flag.word, ((f"flag:{flag.key}",),), (leads.to("members:health", flag=flag.key),))
        for flag in health.FLAGS
    ]
    return counted_table(
        days, categories, ["组织数"], with_total=False, key="vacancies", title="书记空缺、换届超期等",
        note="单位：个组织", name="问题", chart=Chart("bars", ("组织数",)),
        notes=("一个组织可以同时有几项，不作合计。",),
    )  # fmt: skip


def cadres_by_age(days: Days, leads: Leads) -> Table:
    """团干部 by age."""
    categories = [
        Category(
            label,
            ((f"cadre_age:{band}",),),
            (leads.cadres(age=_ASKED_AGE[band]) if band in _ASKED_AGE else "",),
            only_if_any=band not in AGE_BANDS,
        )
        for band, label in _BANDS.items()
    ]
    return _cadres(days, leads, categories, key="cadre_age", title="团干部年龄", name="年龄", kind="columns")


def cadres_by_nature(days: Days, leads: Leads) -> Table:
    """团干部 by 性质; of several posts the one that binds most counts."""
    categories = [Category(each.label, ((f"nature:{each.value}",),)) for each in PostNature]
    categories.append(Category(UNFILLED, ((f"nature:{UNKNOWN}",),), only_if_any=True))
    return _cadres(days, leads, categories, key="cadre_nature", title="团干部性质", name="性质", kind="bars")


def cadres_by_sex(days: Days, leads: Leads) -> Table:
    """团干部 by sex."""
    sexes = (("男", (Gender.MALE.value,)), ("女", (Gender.FEMALE.value,)), ("性别未填", _OTHER_SEX))
    categories = [
        Category(
            label,
            (tuple(f"cadre_sex:{sex}" for sex in values),),
            (leads.cadres(gender=_asked_sex(values)),),
            only_if_any=values == _OTHER_SEX,
        )
        for label, values in sexes
    ]
    return _cadres(days, leads, categories, key="cadre_sex", title="团干部性别", name="性别", kind="pie")


def _cadres(
    days: Days, leads: Leads, categories: Iterable[Category], *, key: str, title: str, name: str, kind: str
) -> Table:
    return counted_table(
        days, categories, ["人数"], with_shares=True, total_urls={"人数": leads.cadres()},
        key=key, title=title, note="单位：人，一人多职只计一次", name=name, chart=Chart(kind, ("人数",)),
    )  # fmt: skip


def moves(days: Days, leads: Leads) -> Table:
    """People who came to and left the rosters, by month of 生效日期."""
    categories = [
        Category(_month(month), ((f"joined@{month:%Y-%m}",), (f"left@{month:%Y-%m}",))) for month in months(leads.on)
    ]
    return counted_table(
        days, categories, ["增加", "减少"], key="moves", title=f"近 {MONTHS} 个月人员进出",
        note="单位：人次，按生效日期", name="月份", chart=Chart("lines", ("增加", "减少")), notes=(_WITH_MOVES,),
    )  # fmt: skip


def activities_by_month(days: Days, leads: Leads) -> Table:
    """Activities held, by month."""
    categories = [
        Category(_month(month), ((f"activities@{month:%Y-%m}",),), (leads.activities_in_month(month),))
        for month in months(leads.on)
    ]
    return counted_table(
        days, categories, ["次数"], key="activity_months", title=f"近 {MONTHS} 个月活动", note="单位：次", name="月份",
        chart=Chart("columns", ("次数",)),
    )  # fmt: skip


def activities_by_kind(days: Days, leads: Leads) -> Table:
    """次数, 人次, 人数 and 覆盖率 of each kind of activity this year; one query. A person counts once in the sum."""
    year, first = leads.on.year, leads.on.replace(month=1, day=1)
    kinds = ActivityKind.objects.order_by("order_number", "pk").values_list("pk", "code", "name")
    lines, held, times = [], [], []
    for pk, code, name in kinds:
        keys = [f"{family}:{code}@{year}" for family in ("activities", "times", "persons")]
        if any(figures.get(key) for figures in (days.now, days.then or {}) for key in keys):
            held.append(keys[0])
            times.append(keys[1])
            url = leads.activities(first, leads.on, kind=str(pk))
            lines.append(_kind(days, name, keys[:1], keys[1:2], keys[2:], url))
    total = _kind(days, TOTAL, held, times, [f"persons@{year}"], leads.activities(first, leads.on))
    is_above = any((line.cells[-1].value or 0) > WHOLE for line in (*lines, total))
    return Table(
        key="activity_kinds",
        title=f"{year} 年各类活动",
        note=f"{first} 至 {leads.on}",
        name="类型",
        headings=tuple(cell.heading for cell in total.cells),
        lines=tuple(lines),
        total=total,
        chart=Chart("bars", ("次数", "人次")),
        notes=(
            "人数为至少参加一次的人，一人只计一次；覆盖率为人数占在册人员的比例。只登记了到会人数、没有名单的，只计人次。",
            *((ABOVE_WHOLE,) if is_above else ()),
        ),
    )


def _kind(days: Days, label: str, held: list[str], times: list[str], persons: list[str], url: str) -> Line:
    covered = days.cell("人数", persons)
    rate = share(int(covered.value or 0), days.now.get("people", 0))
    cells = (days.cell("次数", held, url), days.cell("人次", times), covered)
    return Line(label, (*cells, Cell("覆盖率（%）", rate, in_words(rate, is_rate=True), is_rate=True)))


def months(on: dt.date) -> list[dt.date]:
    """The first days of the months that are kept one by one, the running one last."""
    last = on.year * 12 + on.month - 1
    return [dt.date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1)]


def _month(first: dt.date) -> str:
    return f"{first:%Y-%m}"
