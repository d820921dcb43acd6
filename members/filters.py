"""Query forms over people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.db.models import Prefetch, Q
from django.utils import timezone

from members import completeness, national, search
from members.dictionaries import Education, PoliticalStatus
from members.leaving import Leaving, leaving
from members.models import AgeRule, CadreTerm, LeagueStatus, Member, MemberStatus
from members.models.people import IN_LEAGUE, MemberQuerySet
from members.models.rules import age_rules
from members.national import NationalState
from tuanjian import asking
from tuanjian.asking import ANY, FactFilter
from tuanjian.carrying import CarriedFilter
from tuanjian.idnumbers import Gender

# 近七日, today included.
LATELY = dt.timedelta(days=6)
# Nobody knows whether they are young.
UNDATED = "undated"
# How 性别 says that it is not filled in.
NO_SEX = (Gender.UNKNOWN.value, Gender.NOT_STATED.value, "")
# Everybody, with the column.
SHOWN = "shown"
AGE_BANDS = {
    "14-17": (14, 17, "14–17 周岁"),
    "18-22": (18, 22, "18–22 周岁"),
    "23-27": (23, 27, "23–27 周岁"),
    "28-35": (28, 35, "28–35 周岁"),
    "36-": (36, 150, "36 周岁以上"),
}
AGES = [*((key, label) for key, (_, _, label) in AGE_BANDS.items()), (UNDATED, "出生日期未填")]
GENDERS = [(Gender.MALE.value, "男"), (Gender.FEMALE.value, "女")]


def _list(label: str, choices: Any, **kwargs: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, choices=choices, empty_label=ANY, **kwargs)


class PeopleFilter(django_filters.FilterSet):
    """What members and youth are asked for alike. The organisation of the page stays while querying."""

    organization = CarriedFilter()
    size = CarriedFilter()
    name = django_filters.CharFilter(
        label="姓名",
        method="by_name",
        max_length=50,
        widget=forms.TextInput(attrs={"placeholder": "姓名或拼音首字母", "autocomplete": "off"}),
    )
    political_status = FactFilter("政治面貌", PoliticalStatus.choices)
    completeness = _list("资料状态", [("complete", "完整"), ("incomplete", "缺项")], method="by_completeness")
    gender = FactFilter("性别", GENDERS, blank=NO_SEX)
    education = FactFilter("学历", Education.choices)
    age = _list("年龄段", AGES, method="by_age")
    among = _list("专项", [("party_under_28", "28 岁以下党员"), ("entered_lately", "近七日录入")], method="by_group")

    class Meta:
        model = Member
        fields: list[str] = []

    @property
    def today(self) -> dt.date:
        return timezone.localdate()

    @property
    def is_unfolded(self) -> bool:
        """Whether one of the further fields was used, so that the form shows them."""
        return any(
            (self.data or {}).get(name)
            for name in ("gender", "education", "league_status", "age", "status", "leaving", "national", "among")
        )

    @property
    def shows_national(self) -> bool:
        """Whether the list has the column 国家系统."""
        return False

    @property
    def in_words(self) -> str:
        """The conditions used, for the line that says why nothing was found."""
        return asking.in_words(self.form, unsaid=(SHOWN,))

    def by_name(self, people: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        """Name or initials from the beginning; a part of the name where that finds nobody is the search's business."""
        text = search.tidy(value)
        if text.isascii():
            return people.filter(search.starts_with("initials", text.lower()) | search.starts_with("name", text))
        return people.filter(search.starts_with("name", text) | Q(name__contains=text))

    def by_completeness(self, people: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        wanted = completeness.incomplete()
        return people.filter(wanted if value == "incomplete" else ~wanted)

    def by_group(self, people: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        return people.party_under_28(self.today) if value == "party_under_28" else entered_lately(people, self.today)

    def by_age(self, people: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        return of_age(people, value, self.today)


class MemberFilter(PeopleFilter):
    """团员: those on the roster, unless a status or 已离团 is asked for."""

    league_status = _list(
        "团籍", [(value, label) for value, label in LeagueStatus.choices if value != LeagueStatus.NONE]
    )
    status = _list("状态", MemberStatus.choices)
    leaving = _list("超龄离团", Leaving.choices, method="by_leaving")
    national = _list("国家系统", [*NationalState.choices, (SHOWN, "列出办理情况")], method="by_national")

    @property
    def shows_national(self) -> bool:
        """Whether the list has the column 国家系统; room is scarce, so only for those who ask about it."""
        return self.form.is_valid() and bool(self.form.cleaned_data.get("national"))

    def by_national(self, people: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        return people if value == SHOWN else people.filter(national.in_state(NationalState(value)))

    def by_leaving(self, people: MemberQuerySet, name: str, value: str) -> MemberQuerySet:
        return leaving(people, Leaving(value), self.today)

    def filter_queryset(self, queryset: Any) -> Any:
        people: Any = super().filter_queryset(queryset.exclude(league_status=LeagueStatus.NONE))
        asked = self.form.cleaned_data
        if asked.get("status"):
            return people
        if asked.get("league_status") == LeagueStatus.LEFT:
            return people.exclude(status=MemberStatus.VOID)
        return people.on_roster().filter(league_status__in=IN_LEAGUE)


class YouthFilter(PeopleFilter):
    """青年 by the age bounds of today, members included; asked for, those instead whose birth date is missing."""

    league_status = _list("团籍", LeagueStatus.choices)

    @property
    def bounds(self) -> str:
        """Whom the list is about, in words: the age bounds of today, unless it is about those of unknown age."""
        if self._is_about_undated:
            return "出生日期未填、不能认定是否青年"
        rules = age_rules(self.today)
        return f"{rules[AgeRule.Kind.YOUTH_FROM]}–{rules[AgeRule.Kind.YOUTH_TO]} 周岁"

    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(undated(queryset) if self._is_about_undated else queryset.youth(self.today))

    @property
    def _is_about_undated(self) -> bool:
        return self.form.is_valid() and self.form.cleaned_data.get("age") == UNDATED


def of_age(people: MemberQuerySet, value: str, on: dt.date) -> MemberQuerySet:
    """Of these people those who are in one of ``AGES`` on that day."""
    if value == UNDATED:
        return people.filter(birth_on=None)
    from_age, to_age, _ = AGE_BANDS[value]
    return people.aged(from_age, to_age, on)


def undated(people: MemberQuerySet) -> MemberQuerySet:
    """Of these people those on the roster whose birth date is missing: no age says whether they are 青年."""
    return people.on_roster().filter(birth_on=None)


def entered_lately(people: MemberQuerySet, on: dt.date) -> MemberQuerySet:
    """Of these people those whose record was begun in the seven days that end with this one."""
    began = timezone.make_aware(dt.datetime.combine(on - LATELY, dt.time.min))
    return people.filter(created_at__gte=began)


def as_listed(people: Any) -> MemberQuerySet:
    """People with all a line of the list says, in the order of branches on the screen, then by pinyin."""
    posts = CadreTerm.objects.current().select_related("organization").order_by("rank", "id")
    listed: MemberQuerySet = (
        completeness.with_gaps(people)
        .select_related("branch")
        .prefetch_related(Prefetch("terms", queryset=posts, to_attr="current_terms"))
        .order_by("branch__screen_order", "pinyin", "id")
    )
    return listed
