"""表格识别 says in one sentence what was read of a sheet, what is missing and what can be done about it."""

import pytest

from members.models import Member
from members.models.roster import ImportState, RowState
from members.tests.builders import an_id_number
from members.tests.rosters import checked
from members.tests.test_import_pages import BRANCH, content, visible_text

HEADINGS = ("姓名", "性别", "出生年月", "政治面貌", "支部")
PEOPLE = [("费思源", "男", "2005-03", "群众", BRANCH), ("葛云帆", "女", "2004-11", "群众", BRANCH)]


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.general_admin)


def checked_here(world, rows, title="花名册"):
    return checked({title: rows}, organization=world.general, by=world.general_admin)


def test_a_list_without_a_column_of_numbers_says_what_was_read_and_what_to_do(world, admin):
    roster = checked_here(world, [HEADINGS, *PEOPLE])

    page = content(admin, f"/imports/{roster.pk}/sheets/")

    said = "工作表“花名册”认出了姓名、性别、出生日期、政治面貌、所在团支部，没有身份证号，不能按团员导入。"
    assert said in page
    assert "没有的，请补上后重新上传。列的是青年、没有身份证号的" in page
    assert "不用改文件" not in page
    assert "没有认出" not in page


def test_such_a_list_can_be_imported_as_one_of_young_people(world, admin, django_capture_on_commit_callbacks):
    roster = checked_here(world, [HEADINGS, *PEOPLE])
    fields = ("name", "gender", "birth_date", "political_status", "branch")
    told = {f"s0-column{number}": field for number, field in enumerate(fields, start=1)}

    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"/imports/{roster.pk}/sheets/", {"s0-kind": "youth", "s0-heading": "1-1"} | told)

    roster.refresh_from_db()
    assert roster.state == ImportState.TO_CONFIRM
    assert [row.state for row in roster.rows.all()] == [RowState.NEW, RowState.NEW]
    assert not Member.objects.filter(name="费思源").exists()


def test_other_refusals_stand_alone_too(world, admin):
    roster = checked_here(world, [("姓名", "身份证号", "所在团支部"), ("合计", "0 人", None)])

    page = content(admin, f"/imports/{roster.pk}/sheets/")

    assert (roster.state, roster.error_code) == (ImportState.TO_ARRANGE, "F_NO_ROWS")
    assert roster.error in page
    assert "不用改文件" not in page


def test_the_upload_page_says_what_can_name_the_branch(admin):
    page = visible_text(content(admin, "/imports/new/"))

    assert "没有“所在团支部”一列的，按工作表的名称、表上面的标题或文件的名称认是哪个团支部" in page


def test_what_the_upload_page_says_is_so(world):
    rows = [("姓名", "身份证号", "政治面貌"), ("费思源", an_id_number(), "共青团员")]

    roster = checked_here(world, rows, title=BRANCH)

    assert [row.state for row in roster.rows.all()] == [RowState.NEW]
