"""What a record of an invented person says: name, numbers, education, joining, work; and what it leaves out."""

# ruff: noqa: SIM905 – lists of words read better as text

from __future__ import annotations

import datetime as dt
from random import Random

from members.dictionaries import (
    PARTY,
    Education,
    FileState,
    IncomeBand,
    Occupation,
    PoliticalStatus,
)
from members.models import LeagueStatus, Member
from reports.demo.blueprint import ENTERPRISE, SCHOOL, Blueprint
from reports.demo.days import a_day, days_after, days_before, month_before
from reports.demo.names import Names
from reports.demo.numbers import Numbers
from reports.demo.organizations import Node
from tuanjian import ages, pinyin
from tuanjian.idnumbers import Gender

# Degree, usual age at the start of work, weight.
DEGREES = (
    (Education.BACHELOR, 22, 50),
    (Education.JUNIOR_COLLEGE, 21, 24),
    (Education.MASTER, 25, 16),
    (Education.VOCATIONAL, 19, 7),
    (Education.SENIOR, 19, 2),
    (Education.DOCTOR, 28, 1),
)
PLACES = (
    "山东济南 山东临沂 山东烟台 山东泰安 河北邯郸 河北保定 河南安阳 河南南阳 山西大同 陕西渭南 湖北宜昌 "
    "湖南衡阳 安徽六安 江苏徐州 四川绵阳 甘肃天水 辽宁本溪 吉林延吉 江西赣州 广西河池 贵州遵义 云南曲靖 "
    "新疆喀什 青海西宁 内蒙古包头"
).split()
# The year from which the number of the developing plan is asked for (发展团员编号).
NUMBERED_FROM = 2017
FILES_FROM = dt.date(2020, 1, 1)
PLACEHOLDERS = ("待补", "待补", "待补", "无", "1", "/")


class Particulars:
    """Fills records, each with the random numbers of one unit."""

    def __init__(self, blueprint: Blueprint, as_of: dt.date) -> None:
        self.as_of, self._setting, code = as_of, blueprint.setting, blueprint.code
        self.lot = Random(f"{code} people")
        self.numbers = Numbers(Random(f"{code} numbers"))
        self.names = Names(Random(f"{code} names"))

    def person(self, birth_on: dt.date, node: Node, *, league_status: LeagueStatus) -> Member:
        """A complete record of somebody working or studying there; not yet in a branch."""
        men = self._setting.men if node.plan.unit != SCHOOL else 0.5
        gender = Gender.MALE if self.lot.random() < men else Gender.FEMALE
        member = Member(birth_on=birth_on, gender=gender, league_status=league_status)
        member.name, member.ethnicity = self.names.draw(gender)
        member.spell_name()
        member.id_number = self.numbers.resident(birth_on, gender)
        member.phone = self.numbers.phone()
        member.native_place = self.lot.choice(PLACES)
        member.household_region = member.native_place if self.lot.random() < 0.5 else self._setting.city
        if self.lot.random() < 0.55:
            member.email = f"{pinyin.sort_key(member.name)}{self.lot.randint(10, 99)}@{self._setting.domain}"
        self._work(member, node)
        self._volunteering(member)
        return member

    def _work(self, member: Member, node: Node) -> None:
        member.work_unit = node.plan.work_unit
        if node.plan.student:
            member.occupation, member.income_band = Occupation.STUDENT, IncomeBand.STUDENT
            member.education = Education.VOCATIONAL_STUDYING
            return
        age = ages.age_on(_known(member.birth_on), self.as_of)
        possible = [row for row in DEGREES if row[1] <= age] or [DEGREES[3]]
        member.education = self.lot.choices([row[0] for row in possible], [row[2] for row in possible])[0]
        occupations = {ENTERPRISE: Occupation.STATE_ENTERPRISE, SCHOOL: Occupation.PUBLIC_TEACHER}
        member.occupation = occupations.get(node.plan.unit, Occupation.PUBLIC_BODY)
        bands = [IncomeBand.UP_TO_5000, IncomeBand.UP_TO_8000, IncomeBand.UP_TO_10000, IncomeBand.ABOVE_10000]
        member.income_band = self.lot.choices(bands, [30, 45, 18, 7])[0]
        if self.lot.random() < 0.12:
            member.remark = self.lot.choice(self._setting.remarks)

    def _volunteering(self, member: Member) -> None:
        chance = self.lot.random()
        member.is_volunteer = True if chance < 0.62 else False if chance < 0.88 else None
        if member.is_volunteer:
            member.volunteer_since_on = a_day(
                self.lot, ages.birthday(_known(member.birth_on), 15), days_before(self.as_of, 30)
            )

    def started_work_on(self, member: Member) -> dt.date:
        """A summer at the usual age for the degree, not after the day of the demo."""
        age = next((row[1] for row in DEGREES if row[0] == member.education), 19)
        summer = dt.date(_known(member.birth_on).year + age, 7, self.lot.randint(1, 28))
        return min(summer, days_before(self.as_of, self.lot.randint(20, 90)))

    def join(self, member: Member) -> None:
        """Make the person a League member since some May or December of the school years."""
        fourteen = ages.birthday(_known(member.birth_on), 14)
        year = fourteen.year + self.lot.choices([0, 1, 2, 3, 4], [25, 40, 20, 10, 5])[0]
        day = dt.date(year, self.lot.choice([5, 5, 5, 12]), 1)
        if day < fourteen:
            day = day.replace(year=day.year + 1)
        if day > days_before(self.as_of, 60):
            day = min(month_before(fourteen, -1), days_before(self.as_of, 1))
        member.joined_on_is_month = self.lot.random() < 0.75
        member.joined_on = day if member.joined_on_is_month else day.replace(day=self.lot.choice([4, 4, 9, 15, 20]))
        member.political_status = PoliticalStatus.LEAGUE_MEMBER
        if member.joined_on.year >= NUMBERED_FROM:
            member.member_no = self.numbers.member_no(member.joined_on.year)
        states = [FileState.CONFIRMED, FileState.IN_REVIEW, FileState.NOT_UPLOADED, FileState.REJECTED]
        recent = member.joined_on >= FILES_FROM
        member.file_state = self.lot.choices(states, [82, 6, 10, 2])[0] if recent else FileState.NOT_NEEDED
        member.applied_to_party = self.lot.random() < 0.3
        behind = self.lot.choices([0, 1, 2, 4, 9], [45, 35, 10, 7, 3])[0]
        member.dues_paid_until = month_before(self.as_of, behind)

    def join_too_young(self, member: Member) -> bool:
        """Let the record say that somebody joined at 12 or 13, as old rosters do. False where that was refused."""
        day = month_before(ages.birthday(_known(member.birth_on), 13), -self.lot.randint(0, 6))
        if day.year >= NUMBERED_FROM:
            return False
        member.joined_on, member.joined_on_is_month, member.member_no = day, True, ""
        return True

    def enter_party(self, member: Member) -> None:
        """Make the person a Party member, on probation in the first year."""
        earliest = max(ages.birthday(_known(member.birth_on), 18), dt.date(2010, 1, 1))
        member.joined_party_on = a_day(self.lot, min(days_after(earliest, 500), self.as_of), self.as_of)
        on_probation = member.joined_party_on > days_before(self.as_of, 365)
        member.political_status = PARTY[1] if on_probation else PARTY[0]
        member.applied_to_party = True
        member.dues_paid_until = None

    def forget(self, member: Member, carelessness: float) -> None:
        """Leave out what a careless branch leaves out; a placeholder stands where somebody had to write something."""

        def missing(weight: float) -> bool:
            return self.lot.random() < carelessness * weight

        if missing(1):
            member.phone = ""
        if missing(0.6):
            member.ethnicity = ""
        if missing(0.8):
            member.education = ""
        if missing(0.5) and not member.joined_party_on:
            member.political_status = ""
        if missing(0.7) and not member.joined_party_on:
            member.joined_on, member.joined_on_is_month = None, False
        if missing(0.9):
            member.member_no = "" if self.lot.random() < 0.8 else member.member_no[:-2]
        if missing(1):
            member.work_unit = self.lot.choice(PLACEHOLDERS)


def _known(day: dt.date | None) -> dt.date:
    """Every person of the demo has a day of birth while the record is made."""
    if day is None:
        raise ValueError("The day of birth has to be set first.")
    return day
