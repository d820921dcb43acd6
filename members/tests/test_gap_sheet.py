import datetime as dt
import hashlib
import io

import pytest
from django.core.exceptions import ValidationError

from branches.models import AuditEntry
from members.completeness import FACTS
from members.dictionaries import LeaguePost
from members.models import LeagueStatus
from members.roster.gap_sheets.gap_columns import GAPS, key_of, read_key
from members.roster.gap_sheets.gap_sheet import Shortage, shortage_in, write_gap_sheet
from members.roster.handed_out.guidance import SHEET
from members.tests.builders import a_cadre_term, a_member, a_young_person
from members.tests.gap_sheets import NOTHING, a_sheet, lines
from tuanjian.idnumbers import Gender


@pytest.fixture
def admin(world):
    return world.bureau_admin


@pytest.fixture
def incomplete(world):
    """Somebody who lacks six facts."""
    return a_member("钱子昂", branch=world.branch, **NOTHING)


def test_the_sheet_opens_what_is_missing_and_nothing_else(world, admin, incomplete):
    a_young_person("赵远", branch=world.other_branch, id_number="")
    book = a_sheet(world.bureau, admin)

    cells = lines(book)

    assert list(cells) == ["钱子昂", "赵远"]
    open_cells = {
        name: [heading for heading, cell in row.items() if not cell.protection.locked] for name, row in cells.items()
    }
    assert open_cells == {
        "钱子昂": ["民族", "政治面貌", "学历", "手机号", "入团年月", "发展团员编号", "工作单位"],
        "赵远": ["身份证号"],
    }
    assert [cells["赵远"][heading].value for heading in ("民族", "发展团员编号", "工作单位")] == [
        "已填",
        "不要求",
        "不要求",
    ]
    assert book["缺项补录表"].protection.sheet
    assert book["缺项补录表"]["A1"].value == "华岳局团委缺项补录表"
    assert SHEET in book.sheetnames


def test_nothing_of_a_record_stands_in_the_sheet_but_the_name(world, admin, incomplete):
    cells = lines(a_sheet(world.branch, world.secretary))["钱子昂"]

    said = " ".join(str(cell.value) for cell in cells.values())
    assert str(incomplete.pk) not in [str(cell.value) for cell in cells.values()]
    assert incomplete.id_number not in said
    assert {cell.value for cell in list(cells.values())[3:]} == {None}


def test_namesakes_are_told_apart(world, admin):
    a_member("钱子昂", branch=world.branch, work_unit="待补")
    a_member("钱子昂", branch=world.branch, birth_on=dt.date(1999, 1, 2), gender=Gender.MALE, phone="14000123456")

    cells = lines(a_sheet(world.branch, admin))["钱子昂"]

    assert cells["同名区分"].value.startswith("2001-06 出生，女，手机 140****")


def test_the_sheet_is_for_whoever_keeps_the_people_there(world, incomplete):
    for user in (world.observer, world.officer, world.foreign_admin):
        with pytest.raises(ValidationError, match="没有在这里录入人员的权限"):
            write_gap_sheet(world.branch, io.BytesIO(), by=user)


def test_taking_the_sheet_is_logged(world, admin, incomplete):
    file = io.BytesIO()
    write_gap_sheet(world.bureau, file, by=admin)

    entry = AuditEntry.objects.filter(kind="exported").latest("id")
    assert (entry.actor, entry.changes) == (
        admin,
        {
            "内容": [None, "缺项补录表"],
            "人数": [None, 1],
            "文件 SHA-256": [None, hashlib.sha256(file.getvalue()).hexdigest()],
        },
    )


def test_where_nothing_is_missing_there_is_no_sheet(world, admin):
    with pytest.raises(ValidationError, match="没有缺项"):
        write_gap_sheet(world.other_branch, io.BytesIO(), by=admin)

    assert shortage_in(world.other_branch) == Shortage(0, ())


def test_the_shortage_counts_people_and_facts(world, incomplete):
    a_young_person("赵远", branch=world.other_branch, id_number="", ethnicity="")

    found = shortage_in(world.bureau)

    assert (found.people, found.total) == (2, 8)
    assert dict(found.facts) == {
        "证件号码": 1,
        "民族": 2,
        "政治面貌": 1,
        "学历": 1,
        "手机号": 1,
        "入团年月": 1,
        "工作单位": 1,
    }


def test_cadres_without_a_branch_are_no_business_of_the_sheet(world, admin):
    person = a_member("李文博", branch=None, league_status=LeagueStatus.NONE, ethnicity="", political_status="13")
    a_cadre_term(person=person, organization=world.bureau, post=LeaguePost.STAFF)

    assert shortage_in(world.bureau).total == 0


def test_a_key_is_sealed_and_read_again(world):
    key = key_of(world.member, world.branch)

    assert read_key(key) == (world.bureau.pk, world.member.pk)
    assert (read_key("1 2"), read_key(""), key == key_of(world.member, world.branch)) == (None, None, False)


def test_every_fact_of_completeness_has_its_column():
    assert [gap.attribute for gap in GAPS] == ["id_number", *(fact.field for fact in FACTS)]
