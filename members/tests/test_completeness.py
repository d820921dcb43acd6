"""Missing facts, and that lists, filter and page say the same."""

import datetime as dt
from itertools import product

import pytest

from members import completeness, records
from members.models import LeagueStatus, Member, MemberStatus
from members.tests.builders import a_member, a_phone, a_young_person
from tuanjian.placeholders import is_placeholder


def missing(member):
    return [fact.field for fact in completeness.gaps_of(member)]


def test_a_whole_record_lacks_nothing(world):
    assert missing(world.member) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"phone": ""}, ["phone"]),
        ({"phone": "13000000000"}, ["phone"]),
        ({"ethnicity": ""}, ["ethnicity"]),
        ({"education": "", "political_status": ""}, ["political_status", "education"]),
        ({"joined_on": None}, ["joined_on"]),
        ({"joined_on": dt.date(2017, 5, 1)}, ["member_no"]),
        ({"joined_on": dt.date(2019, 5, 1), "member_no": "201800000001"}, ["member_no"]),
        ({"work_unit": "待补"}, ["work_unit"]),
        ({"work_unit": "N/A"}, ["work_unit"]),
        ({"gender": "9"}, ["gender"]),
    ],
)
def test_each_fact_is_missed(world, fields, expected):
    assert missing(a_member(branch=world.branch, **fields)) == expected


def test_a_phone_of_three_people_is_nobodys(world):
    phone = a_phone()
    sharing = [a_member(branch=branch, phone=phone) for branch in (world.branch, world.branch, world.sister_branch)]

    assert [missing(person) for person in sharing] == [["phone"]] * 3
    records.void([sharing[2]], reason="重复录入", by=world.general_admin)
    assert missing(sharing[0]) == []


def test_others_are_asked_less(world):
    youth = a_young_person(branch=world.branch)
    gone = a_member(branch=world.branch, phone="", league_status=LeagueStatus.LEFT, status=MemberStatus.OVERAGE)

    assert missing(youth) == []
    assert missing(gone) == []


NUMBERS = [
    "", "2016", "20161", "201600000001", "2017", "201700000001", "201800000001", "201900000001", "20190000000X",
    "2015160000000001", "2016170000000001", "202600000001", "２０１９００００００01",
]  # fmt: skip
DAYS = [dt.date(year, 5, 1) for year in (2014, 2015, 2016, 2017, 2018, 2019, 2026)]


def test_number_rule_says_the_same_in_python_and_in_sql(world):
    people = {
        (number, day): a_member(branch=world.branch, joined_on=day, member_no=number)
        for number, day in product(NUMBERS, DAYS)
    }

    in_sql = {key: "member_no" not in missing(person) for key, person in people.items()}

    assert in_sql == {(number, day): completeness.member_no_fits(number, day) for number, day in people}


@pytest.mark.parametrize(
    ("number", "year", "fits"),
    [
        ("", 2016, True),
        ("", 2017, False),
        ("201800000001", 2017, True),
        ("201800000001", 2019, False),
        ("2016", 2016, False),
        ("20161", 2016, True),
        ("2015160000000001", 2016, True),
        ("2016170000000001", 2018, False),
    ],
)
def test_number_rule_by_year_of_joining(number, year, fits):
    assert completeness.member_no_fits(number, dt.date(year, 5, 4)) is fits


def test_filter_count_and_lines_agree(world):
    a_member("甲一", branch=world.branch, phone="", ethnicity="")
    a_member("乙二", branch=world.branch, joined_on=None)

    rows = completeness.with_gaps(Member.objects.filter(branch=world.branch)).order_by("pinyin")

    assert {row.name: row.gap_count for row in rows} == {"白雨桐": 0, "甲一": 2, "乙二": 1}
    assert [len(completeness.gaps_of(row)) for row in rows] == [row.gap_count for row in rows]
    assert {row.name for row in rows.filter(completeness.incomplete())} == {"甲一", "乙二"}
    assert {row.name for row in rows.filter(completeness.lacking(["phone"]))} == {"甲一"}


def test_a_gap_links_to_its_field(world):
    [fact] = completeness.gaps_of(a_member(branch=world.branch, phone=""))

    assert fact.url(world.member) == f"/members/{world.member.pk}/edit/?field=phone#id_phone"


def test_filling_texts_and_phones_are_placeholders():
    filling = (*completeness.FILLING_TEXTS, *completeness.FILLING_PHONES)

    assert [text for text in filling if not is_placeholder(text)] == []


def test_gaps_of_a_listed_row_ask_nothing(world, django_assert_num_queries):
    row = completeness.with_gaps(Member.objects.filter(pk=world.member.pk)).get()

    with django_assert_num_queries(0):
        completeness.gaps_of(row)
