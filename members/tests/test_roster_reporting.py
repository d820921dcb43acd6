"""Numbers that lost digits do not come back as numbers with the refused rows."""

import datetime as dt
import io

import pytest
from django.core.files import File
from openpyxl import load_workbook

from members.models import Member
from members.roster.outcome.reporting import write_refused
from members.roster.running.applying import apply_plan
from members.tests.rosters import MEMBER_HEADINGS, a_row, checked, codes, members, states
from tuanjian.idnumbers import check_character


@pytest.fixture
def admin(world):
    return world.bureau_admin


def numbers_that_pass_when_eaten(count):
    """Numbers of which a number cell leaves something that ends in 000 with a fitting check character."""
    days = (dt.date(1996, 1, 1) + dt.timedelta(days) for days in range(3000))
    starts = (f"379998{day:%Y%m%d}{digit}00" for day in days for digit in range(10))
    return [f"{start}0" for start in starts if check_character(start) == "0"][:count]


def refused_again(roster, by):
    """The refused rows as a workbook, and that workbook uploaded as it is."""
    target = io.BytesIO()
    write_refused(roster, target, by=by)
    file = File(io.BytesIO(target.getvalue()), name="退回.xlsx")
    return load_workbook(target), checked(file, organization=roster.organization, by=by)


def test_numbers_that_lost_digits_stay_refused_until_they_are_filled_in(world, admin):
    eaten = numbers_that_pass_when_eaten(12)
    names = [f"赵启{character}" for character in "明亮光辉东升华强国民安康"]
    rows = [(name, int(number), *a_row(name, "航测一室")[2:]) for name, number in zip(names, eaten, strict=True)]
    roster = checked(members(*rows), organization=world.bureau, by=admin)

    book, again = refused_again(roster, admin)
    apply_plan(again, by=admin)

    assert codes(roster) == [(line, ["R_ID_PRECISION"]) for line in range(2, 14)]
    assert [row[1] for row in book["团员"].iter_rows(min_row=2, values_only=True)] == [None] * 12
    assert all("后几位已丢失" in row[-1] for row in book["团员"].iter_rows(min_row=2, values_only=True))
    assert "丢失后几位的身份证号没有写出" in book["填写说明"]["A3"].value
    assert codes(again) == [(line, ["R_ID_EMPTY"]) for line in range(2, 14)]
    assert not Member.objects.filter(name__in=names).exists()


def test_lists_in_which_a_number_may_be_missing_stay_refused_too(world, admin):
    headings = ("姓名", "身份证号", "出生日期", "所在团支部")
    row = ("赵启明", int(numbers_that_pass_when_eaten(1)[0]), "1996-01", "航测一室")
    roster = checked({"青年": [headings, row]}, organization=world.bureau, by=admin)

    book, again = refused_again(roster, admin)
    _, third = refused_again(again, admin)

    assert codes(roster) == [(2, ["R_ID_PRECISION"])]
    assert book["青年"]["B2"].value == "请重新填写"
    assert (states(again), states(third)) == ([(2, "invalid")], [(2, "invalid")])


def test_a_list_of_names_and_numbers_alone_stays_refused(world):
    row = ("赵启明", int(numbers_that_pass_when_eaten(1)[0]))
    roster = checked(members(row, headings=MEMBER_HEADINGS[:2]), organization=world.branch, by=world.bureau_admin)

    _, again = refused_again(roster, world.bureau_admin)

    assert (codes(roster), codes(again)) == ([(2, ["R_ID_PRECISION"])], [(2, ["R_ID_EMPTY"])])
