"""表格识别: a file without a heading asks, what is said is kept for this file and remembered for the next."""

import pytest
from django.core.exceptions import ValidationError

from branches.models import AuditEntry
from members.models import Member
from members.models.mends import RosterShape
from members.models.roster import ImportState, RosterFile, RosterImport, RowKind
from members.roster.preview.mending import mend
from members.roster.reading.arranging import Arranged
from members.roster.running.applying import apply_plan
from members.roster.running.choosing import arrange
from members.roster.running.rereading import read_sheets
from members.tests.builders import an_id_number
from members.tests.rosters import a_file, a_row, checked, members

BRANCH = "航测一室团支部"
# Nobody can know which of these is the name.
ODD = ("甲栏", "乙栏", "丙栏", "丁栏")
FIELDS = {1: "name", 2: "id_number", 3: "branch", 4: "joined_on"}


def odd_file(*names, title="花名册"):
    rows = [(name, an_id_number(), BRANCH, "2016-05") for name in names]
    return {title: [("测绘院团员情况",), ODD, *rows]}


def odd_import(world, *names):
    return checked(odd_file(*(names or ("费思源", "葛云帆"))), organization=world.general, by=world.general_admin)


def said(kind=RowKind.MEMBERS, line=2, fields=FIELDS, title="花名册"):
    return {title: Arranged(kind, line, line, fields)}


def test_a_file_without_a_known_heading_waits_for_somebody_to_say_how_it_is_read(world):
    roster = odd_import(world)

    assert (roster.state, roster.rows.count(), roster.error_code) == (ImportState.TO_ARRANGE, 0, "F_NO_HEADER")
    (sheet,) = read_sheets(roster)
    assert (sheet.name, sheet.kind, sheet.width) == ("花名册", RowKind.IGNORED, 4)
    assert "费思源" not in str(roster.sheets)


def test_what_was_said_is_how_the_file_is_read(world, django_capture_on_commit_callbacks):
    roster = odd_import(world)

    with django_capture_on_commit_callbacks(execute=True):
        arrange(roster, said(), by=world.general_admin)

    roster.refresh_from_db()
    assert (roster.state, roster.counts["rows"]["members"]["new"]) == (ImportState.TO_CONFIRM, 2)
    apply_plan(roster, by=world.general_admin)
    assert Member.objects.filter(name__in=["费思源", "葛云帆"], branch=world.branch).count() == 2
    assert AuditEntry.objects.filter(changes={"表格识别": [None, "花名册"]}, actor=world.general_admin).count() == 1


def test_the_next_file_of_the_same_headings_is_read_the_same_way(world, django_capture_on_commit_callbacks):
    known = {
        "团员": [
            ("姓名", "身份证号", "所在团支部", "入团年月", "曾用名"),
            ("费思源", an_id_number(), BRANCH, "2016-05", "费源"),
        ]
    }
    first = checked(known, organization=world.general, by=world.general_admin)
    with django_capture_on_commit_callbacks(execute=True):
        arrange(first, said(line=1, fields=FIELDS | {5: "remark"}, title="团员"), by=world.general_admin)

    second = checked(known, organization=world.general, by=world.general_admin)
    others = checked(known, organization=world.general, by=world.bureau_admin)

    assert second.rows.get().shown["remark"] == "费源"
    assert [sheet.remembered for sheet in read_sheets(second)] == [True]
    assert others.arranged == {}
    assert "remark" not in others.rows.get().shown


def test_other_headings_are_not_what_was_remembered(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        arrange(odd_import(world), said(), by=world.general_admin)

    other = checked(members(a_row("贺知微", BRANCH)), organization=world.general, by=world.general_admin)

    assert (other.state, other.arranged) == (ImportState.TO_CONFIRM, {})


def test_a_sheet_can_be_left_out(world, django_capture_on_commit_callbacks):
    both = members(a_row("贺知微", BRANCH)) | members(a_row("费思源", BRANCH), title="旧表")
    roster = checked(both, organization=world.general, by=world.general_admin)

    with django_capture_on_commit_callbacks(execute=True):
        arrange(roster, {"旧表": Arranged(RowKind.IGNORED)}, by=world.general_admin)

    assert [row.label for row in roster.rows.all()] == ["贺知微"]


def test_mended_cells_go_where_the_sheet_is_read_otherwise(world, django_capture_on_commit_callbacks):
    roster = checked(
        members(a_row("费思源", BRANCH, number="379998200106180013")),
        organization=world.general,
        by=world.general_admin,
    )
    mend(roster.rows.get(), "id_number", an_id_number(), by=world.general_admin)
    fields = {1: "name", 2: "id_number", 5: "joined_on", 6: "branch"}

    with django_capture_on_commit_callbacks(execute=True):
        arrange(roster, said(line=1, fields=fields, title="团员"), by=world.general_admin)

    assert roster.mends.count() == 0
    assert roster.rows.get().state == "invalid"


@pytest.mark.parametrize(
    ("arranged", "sentence"),
    [
        (said(fields={1: "name", 2: "name"}), "工作表“花名册”第 1 列和第 2 列都选了“姓名”，请只选一列。"),
        (said(fields={1: "full_name"}), "工作表“花名册”第 1 列选的内容不属于“团员”，请重新选择。"),
        (said(kind=RowKind.ACTIVITIES), "工作表“花名册”第 1 列选的内容不属于“活动”，请重新选择。"),
    ],
)
def test_what_makes_no_sense_is_refused(world, arranged, sentence):
    roster = odd_import(world)

    with pytest.raises(ValidationError) as refused:
        arrange(roster, arranged, by=world.general_admin)

    assert refused.value.messages == [sentence]
    assert RosterImport.objects.get(pk=roster.pk).state == ImportState.TO_ARRANGE
    assert not RosterShape.objects.exists()


def test_what_only_the_file_shows_to_be_missing_asks_again(world, django_capture_on_commit_callbacks):
    roster = odd_import(world)

    with django_capture_on_commit_callbacks(execute=True):
        arrange(roster, said(fields={1: "name", 2: "", 3: "branch"}), by=world.general_admin)

    roster.refresh_from_db()
    assert (roster.state, roster.error_code) == (ImportState.TO_ARRANGE, "F_MISSING_COLUMN")


def test_only_who_may_import_there_says_so_and_only_before_it_is_written(world):
    roster = odd_import(world)

    with pytest.raises(ValidationError, match="没有在这里导入的权限"):
        arrange(roster, said(), by=world.observer)
    RosterFile.objects.filter(roster=roster).delete()
    with pytest.raises(ValidationError, match="原文件已按期删除"):
        arrange(roster, said(), by=world.general_admin)
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.WRITING)
    with pytest.raises(ValidationError, match="写入中"):
        arrange(roster, said(), by=world.general_admin)


def test_what_is_no_table_is_refused_as_before(world):
    roster = checked(a_file({"说明": [["请填写"]]}), organization=world.general, by=world.general_admin)

    assert roster.state == ImportState.FAILED
