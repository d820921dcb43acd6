"""统计项: every figure that can be a column or a card, once: its words, its unit, and how it comes out of the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from members import health
from members.dictionaries import Education, PostNature
from members.filters import AGE_BANDS
from reports.completion.schemes import Scheme, State
from reports.completion.sums import in_tenths, sums_in
from reports.completion_items import COMMITTEES
from reports.facts.keys import Figures, added
from tuanjian.idnumbers import Gender

Number = int | float | None
NOTHING: Final = "—"
WHOLE: Final = 100
# Days that were kept while those who took part and left were still counted among those who took part.
ABOVE_WHOLE: Final = (
    "覆盖率为本年至少参加一次活动的人数除以统计时点的在册人员；"
    "当天的统计把参加后已离开名册的人也计入参加人数，所以有的超过 100%。"
)
# What 学历 comes to on a page; the codes are those of the dictionary.
EDUCATION_GROUPS: Final = {
    "硕士及以上": (Education.DOCTOR, Education.DOCTOR_STUDYING, Education.MASTER, Education.MASTER_STUDYING),
    "本科": (Education.BACHELOR, Education.BACHELOR_STUDYING),
    "大专": (Education.JUNIOR_COLLEGE, Education.JUNIOR_COLLEGE_STUDYING),
    "中专及以下": (
        *(Education.VOCATIONAL, Education.VOCATIONAL_STUDYING, Education.SENIOR, Education.SENIOR_STUDYING),
        *(Education.JUNIOR, Education.JUNIOR_STUDYING, Education.PRIMARY, Education.PRIMARY_STUDYING),
    ),
}


@dataclass(frozen=True)
class Counted:
    """Figures of an organisation with everything below it on a day, measured by one scheme.

    ``staff`` is 职工总数 as declared for the organisation itself, None where nobody has declared it: what only some
    of the organisations below have declared is no total.
    """

    figures: Figures
    on: dt.date
    scheme: Scheme
    staff: int | None = None

    def number(self, *keys: str) -> int:
        """The sum of these figures."""
        return sum(self.figures.get(key, 0) for key in keys)

    def number_of(self, family: str, period: str) -> int:
        """The sum of a family of figures in one period: "activities", "2026" adds up every "activities:…@2026"."""
        return self._families.get((family, period), 0)

    @cached_property
    def _families(self) -> dict[tuple[str, str], int]:
        sums: dict[tuple[str, str], int] = {}
        for key, value in self.figures.items():
            if (family := _family_of(key)) is not None:
                sums[family] = sums.get(family, 0) + value
        return sums

    @property
    def year(self) -> str:
        return str(self.on.year)

    @property
    def month(self) -> str:
        return f"{self.on:%Y-%m}"

    @cached_property
    def entered(self) -> dict[str, list[int]]:
        """Expected, actual and late by group of items."""
        return sums_in(self.figures)

    @cached_property
    def rate(self) -> float | None:
        return self.scheme.rate(self.entered)

    @property
    def state(self) -> State:
        return self.scheme.state_of(self.rate, self.missing)

    @property
    def missing(self) -> int:
        return self.entered_in_all(0) - self.entered_in_all(1)

    def entered_in_all(self, place: int) -> int:
        """0 expected, 1 actual, 2 late, over all groups of items."""
        return sum(numbers[place] for numbers in self.entered.values())

    def together_with(self, others: Iterable[Counted]) -> Counted:
        """The sum with others of the same day."""
        several = [self, *others]
        staff = None if any(each.staff is None for each in several) else sum(each.staff or 0 for each in several)
        return Counted(added(*(each.figures for each in several)), self.on, self.scheme, staff)


@lru_cache(maxsize=4096)
def _family_of(key: str) -> tuple[str, str] | None:
    """Family and period of a figure, None where it has none; a table asks the same few hundred keys for every line."""
    family, colon, rest = key.partition(":")
    period = rest.partition("@")[2]
    return (family, period) if colon and period else None


@dataclass(frozen=True)
class Column:
    """One figure. ``value`` is None where it is not recorded or would divide by nothing; a rate is in per cent."""

    key: str
    label: str
    unit: str
    group: str
    value: Callable[[Counted], Number]
    is_rate: bool = False
    # What stands there in words although it sorts as a number.
    words: Callable[[Counted], str] | None = None

    @property
    def heading(self) -> str:
        """With the unit, as it heads a column."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label

    def text(self, counted: Counted, value: Number) -> str:
        """As its value there is read: 1,016; 56.5; “—” for what is not known."""
        return self.words(counted) if self.words else in_words(value, is_rate=self.is_rate)


def in_words(value: Number, *, is_rate: bool = False) -> str:
    """1,016; 56.5; “—” for nothing."""
    if value is None:
        return NOTHING
    return f"{in_tenths(value):.1f}" if is_rate else f"{value:,}"


def share(part: int, whole: int | None) -> float | None:
    """Per cent; None of nothing."""
    return 100 * part / whole if whole else None


def _plain(group: str, key: str, label: str, unit: str, *figures: str) -> Column:
    names = figures or (key,)
    return Column(key, label, unit, group, lambda counted: counted.number(*names))


def _share(group: str, key: str, label: str, value: Callable[[Counted], Number]) -> Column:
    return Column(key, label, "%", group, value, is_rate=True)


def _moved(key: str, label: str, name: str, *, whole_year: bool) -> Column:
    def value(counted: Counted) -> int:
        months = range(1, 13) if whole_year else (counted.on.month,)
        return counted.number(*(f"{name}@{counted.year}-{month:02}" for month in months))

    return Column(key, label, "人", MOVES, value)


ORGANIZATIONS, PEOPLE, CADRES, STAFF = "组织", "团员青年", "团干部", "职工"
ENTERED, ACTIVITIES, MOVES, AGES, EDUCATIONS = "应录尽录", "活动", "人员进出", "团员年龄", "团员学历"

COLUMNS: Final[tuple[Column, ...]] = (
    _plain(ORGANIZATIONS, "organizations", "组织", "个"),
    _plain(ORGANIZATIONS, "committees", "团委", "个", *(f"type:{kind.value}" for kind in COMMITTEES)),
    _plain(ORGANIZATIONS, "general_branches", "团总支", "个", "type:general_branch"),
    _plain(ORGANIZATIONS, "branches", "团支部", "个", "type:branch"),
    *(_plain(ORGANIZATIONS, f"flag_{flag.key}", flag.word, "个", f"flag:{flag.key}") for flag in health.FLAGS),
    _plain(PEOPLE, "people", "在册人员", "人"),
    _plain(PEOPLE, "members", "团员", "人"),
    _plain(PEOPLE, "retained", "保留团籍", "人", "league:retained"),
    _plain(PEOPLE, "men", "男团员", "人", f"sex:{Gender.MALE.value}"),
    _plain(PEOPLE, "women", "女团员", "人", f"sex:{Gender.FEMALE.value}"),
    _plain(PEOPLE, "youth", "青年", "人"),
    _share(
        PEOPLE,
        "share_of_youth",
        "团青比",
        lambda counted: share(counted.number("young_members"), counted.number("youth")),
    ),
    _plain(PEOPLE, "party_under_28", "28 岁以下党员", "人"),
    _plain(PEOPLE, "turning_28_without_post", "本月满 28 周岁", "人"),
    *(
        _plain(
            AGES,
            f"age_{band}",
            label,
            "人",
            *(f"age:{band}:{sex}" for sex in (*(each.value for each in Gender), "none")),
        )
        for band, (_, _, label) in AGE_BANDS.items()
    ),
    *(
        _plain(EDUCATIONS, f"education_{number}", label, "人", *(f"education:{code.value}" for code in codes))
        for number, (label, codes) in enumerate(EDUCATION_GROUPS.items(), 1)
    ),
    _plain(CADRES, "cadres", "团干部", "人"),
    *(
        _plain(CADRES, f"cadres_{each.value}", f"{each.label}团干部", "人", f"nature:{each.value}")
        for each in PostNature
    ),
    _plain(CADRES, "women_cadres", "女团干部", "人", f"cadre_sex:{Gender.FEMALE.value}"),
    _plain(CADRES, "posts", "任职", "个"),
    _plain(CADRES, "secretaries", "在任书记", "个"),
    Column("staff", "职工总数", "人", STAFF, lambda counted: counted.staff),
    _share(STAFF, "youth_of_staff", "青年占职工", lambda counted: share(counted.number("youth"), counted.staff)),
    _share(STAFF, "members_of_staff", "团员占职工", lambda counted: share(counted.number("members"), counted.staff)),
    Column("state", "状态", "", ENTERED, lambda counted: counted.rate, words=lambda counted: counted.state.word),
    Column("expected", "应录", "项", ENTERED, lambda counted: counted.entered_in_all(0)),
    Column("actual", "已录", "项", ENTERED, lambda counted: counted.entered_in_all(1)),
    Column("missing", "缺项", "项", ENTERED, lambda counted: counted.missing),
    _share(ENTERED, "rate", "完成率", lambda counted: counted.rate),
    Column(
        "activities_month", "本月活动", "次", ACTIVITIES, lambda counted: counted.number(f"activities@{counted.month}")
    ),
    Column("activities", "本年活动", "次", ACTIVITIES, lambda counted: counted.number_of("activities", counted.year)),
    Column("times", "本年参加", "人次", ACTIVITIES, lambda counted: counted.number_of("times", counted.year)),
    Column("persons", "本年参加", "人", ACTIVITIES, lambda counted: counted.number(f"persons@{counted.year}")),
    _share(
        ACTIVITIES,
        "coverage",
        "本年覆盖率",
        lambda counted: share(counted.number(f"persons@{counted.year}"), counted.number("people")),
    ),
    _moved("joined_month", "本月增加", "joined", whole_year=False),
    _moved("left_month", "本月减少", "left", whole_year=False),
    _moved("joined_year", "本年增加", "joined", whole_year=True),
    _moved("left_year", "本年减少", "left", whole_year=True),
)
BY_KEY: Final = {column.key: column for column in COLUMNS}
GROUPS: Final = tuple(dict.fromkeys(column.group for column in COLUMNS))
# What a table shows until somebody chooses.
USUAL: Final = ("members", "youth", "share_of_youth", "cadres", "state", "rate", "activities", "coverage")
