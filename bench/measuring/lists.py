"""A long list of members, made up: one sheet, twenty columns, a hundred branches, as an office would send it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NamedTuple

from measuring.bureaus import AREA, GIVEN, SURNAMES, UNIT, in_one_file

BRANCHES: Final = 100
COLUMNS: Final = (
    *("序号", "姓名", "性别", "身份证号", "出生日期", "民族", "学历", "政治面貌", "入团年月", "发展团员编号"),
    *("所在团支部", "团内职务", "任现职年月", "团干部性质", "手机号", "电子邮箱", "工作单位", "收入档次", "备注"),
    # One nobody knows: rosters never have exactly the columns of a template.
    "工号",
)
ETHNICITIES, EDUCATIONS = ("汉族", "回族", "彝族", "满族"), ("大专", "本科", "高中", "硕士研究生")
INCOMES: Final = ("2000元以下", "2000-5000元", "5000-8000元")
NATURES: Final = ("专职", "兼职", "挂职")
POSTS: Final = ("书记", "组织委员", "宣传委员")


class Person(NamedTuple):
    """What one line says, as it will stand in the database."""

    name: str
    number: str
    birth: dt.date
    ethnicity: str
    education: str
    joined: str
    member_no: str
    branch: str
    phone: str
    email: str
    work_unit: str
    income: str
    remark: str
    post: str


def branch_names() -> list[str]:
    return [f"{UNIT}第{at // 10 + 1}工区第{at % 10 + 1}车间团支部" for at in range(BRANCHES)]


def people(count: int, today: dt.date) -> list[Person]:
    """That many people of full years between 15 and 27, no two alike; the first three of each branch hold a post."""
    from tuanjian.idnumbers import make_resident_number

    names = branch_names()
    listed = []
    for at in range(count):
        # Days and serials run through one after the other, so no number comes twice.
        birth = dt.date(today.year - 27, 1, 1) + dt.timedelta(days=at // 1_000 % 4_300)
        number = make_resident_number(AREA, birth, at % 1_000)
        joined, branch = birth.year + 14, names[at * 7 % BRANCHES]
        given = GIVEN[at // 17 % len(GIVEN)] + GIVEN[at // 613 % len(GIVEN)]
        listed.append(
            Person(
                name=SURNAMES[at % len(SURNAMES)] + given,
                number=number,
                birth=birth,
                ethnicity=ETHNICITIES[at % 97 % 4],
                education=EDUCATIONS[at % 89 % 4],
                joined=f"{joined}-{at % 12 + 1:02d}",
                member_no=f"{joined}37{at % 1_000_000:06d}" if joined >= 2017 else "",
                branch=branch,
                phone=f"14000{at:06d}",
                email=f"person{at}@example.org" if at % 4 == 0 else "",
                work_unit=f"{branch.removesuffix('团支部')}{'一二三四五'[at % 5]}班",
                income=INCOMES[at % 83 % 3],
                remark="外出培训" if at % 20 == 0 else "",
                post=POSTS[at // BRANCHES] if at < 3 * BRANCHES else "",
            )
        )
    return listed


def workbook_of(listed: list[Person], today: dt.date) -> bytes:
    rows: list[list[Any]] = [["云杉铁路局团员花名册"], list(COLUMNS)]
    for at, person in enumerate(listed):
        rows.append(
            [
                *(at + 1, person.name, "男" if int(person.number[16]) % 2 else "女", person.number),
                *(f"{person.birth:%Y-%m-%d}", person.ethnicity, person.education, "共青团员", person.joined),
                *(person.member_no or None, person.branch, person.post or None),
                *((f"{today.year - 1}-09", NATURES[at % 3]) if person.post else (None, None)),
                *(person.phone, person.email or None, person.work_unit, person.income, person.remark or None),
                f"G{at:06d}",
            ]
        )
    return in_one_file({"团员": rows})
