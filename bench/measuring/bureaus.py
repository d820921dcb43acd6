"""The workbook of a bureau, made up: organisations, members and cadres, with as many wrong rows as a real one had."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

MEMBERS, CADRES, OLDER, BRANCHES, WRONG = 1_016, 243, 34, 79, 30
UNIT: Final = "云杉铁路局"
AREA: Final = "379998"
SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN: Final = "雨桐景行梓萱启明若溪子昂知远静姝文博令仪思佳禾繁星书瑶牧之怀瑾宁长风"
Row = list[Any]


class Bureau(NamedTuple):
    """The rows of the workbook: right ones first, wrong ones after them."""

    organizations: list[Row]
    members: list[Row]
    cadres: list[Row]


def a_bureau(today: dt.date) -> Bureau:
    root = f"{UNIT}团委"
    committees = [f"{UNIT}{name}公司团委" for name in ("第一工程", "第二工程", "物资")]
    above = [root, root, *(committees[at % 3] for at in range(5))]
    generals = [
        (f"{top.removesuffix('团委')}{place}团总支", top) for top, place in zip(above, "东南西北中内外", strict=True)
    ]
    places = [root, *committees, *(name for name, _ in generals)]
    branches = [(f"{_stem(places[at % 11])}第{at // 11 + 1}车间团支部", places[at % 11]) for at in range(BRANCHES)]
    organizations = [[None, root, "局团委", "团委", "国有企业", "1990-05-04", "0590-99910000"]]
    for at, (name, top) in enumerate([*((name, root) for name in committees), *generals, *branches], start=1):
        kind = next(kind for kind in ("团委", "团总支", "团支部") if name.endswith(kind))
        founded = dt.date(1990 + at % 30, at % 12 + 1, at % 28 + 1)
        short = name.removeprefix(UNIT)
        organizations.append([top, name, short, kind, "国有企业", str(founded), f"0590-{99910000 + at}"])
    members = [_member(at, branches[at % BRANCHES][0], today) for at in range(MEMBERS)]
    cadres = [_cadre(row, row[11], today) for row in members if row[11]]
    for at in range(OLDER):
        person = _member(MEMBERS + at, places[at % 11], today, older=True)
        cadres.append(_cadre(person, ("书记", "副书记", "委员", "干事")[at // 11], today))
    assert len(cadres) == CADRES
    bureau = Bureau(organizations, members, cadres)
    _add_wrong_rows(bureau, today)
    return bureau


def _stem(name: str) -> str:
    return re.sub("(团委|团总支)$", "", name)


def _member(at: int, place: str, today: dt.date, *, older: bool = False) -> Row:
    from tuanjian.idnumbers import make_resident_number

    years = 30 + at % 8 if older else 15 + at % 13
    birth = dt.date(today.year - years, at % 12 + 1, at % 28 + 1)
    number = make_resident_number(AREA, birth, at % 1000)
    joined = birth.year + 14
    given = GIVEN[at % len(GIVEN)] + GIVEN[at * 7 // 3 % len(GIVEN)]
    post = None
    if at < CADRES - OLDER:
        post = ("书记", "组织委员", "宣传委员")[at // BRANCHES]
    return [
        *(at + 1, SURNAMES[at % len(SURNAMES)] + given, "男" if at % 2 else "女", ("汉族", "回族", "彝族")[at % 3]),
        *(f"{birth:%Y-%m}", number, ("大专", "本科", "高中")[at % 3]),
        "中共党员" if older or (at % 9 == 0 and years > 20) else "共青团员",
        *(f"{joined}-12", f"{joined}37{at:06d}" if joined >= 2017 else None, place, post, f"14000{at:06d}"),
        f"{_stem(place)}综合部",
    ]


def _cadre(person: Row, post: str, today: dt.date) -> Row:
    at, name, gender, ethnicity, _, number, education, political, _, _, place, _, phone, _ = person
    started = f"{today.year - 1 - at % 3}-{at % 12 + 1:02d}"
    nature = "专职" if at > MEMBERS else "兼职"
    return [at, name, number, place, post, started, nature, gender, ethnicity, political, education, phone, None]


def _add_wrong_rows(bureau: Bureau, today: dt.date) -> None:
    """As many and of such kinds as a real one had."""
    tomorrow = str(today + dt.timedelta(days=1))
    spare = iter(range(2_000, 3_000))

    def changed(make: Callable[[], Row], *changes: tuple[int, Any]) -> Row:
        row = make()
        for column, value in changes:
            row[column] = value
        return row

    def member() -> Row:
        return _member(next(spare), bureau.organizations[20][1], today)

    def cadre() -> Row:
        return _cadre(member(), "委员", today)

    def organization() -> Row:
        at = next(spare)
        return [
            bureau.organizations[0][1],
            f"{UNIT}第{at}团支部",
            f"第{at}支部",
            "团支部",
            "国有企业",
            "2001-02-03",
            None,
        ]

    def with_wrong_check(number: str) -> str:
        return number[:17] + ("0" if number[17] != "0" else "1")

    def a_child() -> str:
        from tuanjian.idnumbers import make_resident_number

        return make_resident_number(AREA, dt.date(today.year - 9, 3, 4), 2)

    bureau.organizations.extend(
        [
            changed(organization, (0, f"{UNIT}没有的团委")),
            changed(organization, (1, None)),
            changed(organization, (5, "2001-13-40")),
            changed(organization, (5, tomorrow)),
        ]
    )
    bureau.members.extend(changed(member, (5, with_wrong_check(member()[5]))) for _ in range(4))
    bureau.members.extend(changed(member, (5, bureau.members[at][5]), (2, None), (4, None)) for at in (1, 2))
    bureau.members.extend(_with_other_sex(member()) for _ in range(2))
    bureau.members.extend(changed(member, (4, "1999-01")) for _ in range(2))
    bureau.members.extend(_joined_as_a_child(member()) for _ in range(2))
    bureau.members.extend(changed(member, (10, f"{UNIT}没有的团支部")) for _ in range(2))
    bureau.members.extend(
        [
            changed(member, (2, "女"), (4, None), (5, a_child()), (8, None), (9, None)),
            changed(member, (12, "1400012")),
            changed(member, (1, None)),
            changed(member, (5, None)),
            changed(member, (5, 3.79998200106188e17)),
            changed(member, (8, "2019-02-30")),
        ]
    )
    bureau.cadres.extend(changed(cadre, (2, with_wrong_check(cadre()[2]))) for _ in range(2))
    bureau.cadres.extend(
        [
            changed(cadre, (2, bureau.cadres[0][2]), (7, None)),
            changed(cadre, (3, f"{UNIT}没有的团支部")),
            changed(cadre, (1, None)),
            changed(cadre, (5, tomorrow)),
        ]
    )


def _with_other_sex(row: Row) -> Row:
    row[2] = "女" if row[2] == "男" else "男"
    return row


def _joined_as_a_child(row: Row) -> Row:
    row[8], row[9] = f"{int(row[4][:4]) + 9}-05", None
    return row


def workbook_of(bureau: Bureau) -> bytes:
    about = [(f"{UNIT}团组织、团员、团干部信息",), ("填报单位：局团委办公室",)]
    organizations = ("上级组织", "组织全称", "组织简称", "组织类别", "行业类别", "成立时间", "联系电话")
    members = (
        *("序列", "姓名", "性别", "民族", "出生年月", "居民身份证号", "文化程度", "政治面貌", "入团年月"),
        *("发展团员编号", "所属团组织", "团内职务", "手机号码", "学习工作单位"),
    )
    cadres = (
        *("序列", "姓名", "居民身份证号", "任职组织", "现任团内职务", "任现职年月", "团干部性质", "性别", "民族"),
        *("政治面貌", "文化程度", "手机号码", "邮箱"),
    )
    sheets: dict[str, Sequence[Sequence[Any]]] = {"一、团组织": [*about, organizations, *bureau.organizations]}
    if bureau.members:
        sheets |= {"二、团员": [*about, members, *bureau.members], "三、团干部": [*about, cadres, *bureau.cadres]}
    return in_one_file(sheets)


def in_one_file(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
