"""A cell written anew in the preview: what comes of it at once, at writing, at checking again, in the refused rows."""

import datetime as dt
import io

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from openpyxl import load_workbook

from branches.models import AuditEntry, Role
from branches.tests.builders import a_grant
from members.models import Member
from members.models.mends import RosterMend
from members.models.roster import ImportState, RosterImport, RowState
from members.roster.outcome.expiring import delete_expired
from members.roster.outcome.handouts import refused_rows
from members.roster.preview.mending import mend
from members.roster.preview.suggesting import suggest
from members.roster.running.applying import apply_plan
from members.roster.running.starting import check_again, discard
from members.tests.builders import a_member, an_id_number
from members.tests.rosters import CADRE_HEADINGS, a_row, checked, members

BRANCH = "航测一室团支部"
WRONG = "379998200106180013"


def checked_here(world, *rows, **options):
    return checked(members(*rows), organization=world.general, by=world.general_admin, **options)


def states(roster):
    return list(roster.rows.order_by("number").values_list("state", flat=True))


def row_of(roster, number=1):
    return roster.rows.get(number=number)


def test_a_mended_cell_is_what_is_checked_and_written(world):
    number = an_id_number()
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG), a_row("葛云帆", BRANCH))
    before = row_of(roster, 2).sealed

    row = mend(row_of(roster), "id_number", number, by=world.general_admin)

    roster = RosterImport.objects.get(pk=roster.pk)
    assert (row.state, row.problems, states(roster)) == (RowState.NEW, [], [RowState.NEW, RowState.NEW])
    assert roster.counts["rows"]["members"]["new"] == 2
    assert row_of(roster, 2).sealed == before
    apply_plan(roster, by=world.general_admin)
    assert Member.objects.get(name="费思源").id_number == number


def test_a_mended_cell_that_is_wrong_again_says_so(world):
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG))

    row = mend(row_of(roster), "id_number", "37999820010618", by=world.general_admin)

    assert (row.state, [problem[0] for problem in row.problems]) == (RowState.INVALID, ["R_ID_FORMAT"])
    assert RosterImport.objects.get(pk=roster.pk).counts["findings"][0][0].startswith("R_ID_FORMAT.id_number")


def test_rows_that_mean_the_same_person_are_planned_anew_too(world):
    number = an_id_number()
    roster = checked_here(world, a_row("费思源", BRANCH, number=number), a_row("葛云帆", BRANCH, number=number))
    assert states(roster) == [RowState.NEW, RowState.INVALID]

    mend(row_of(roster, 1), "id_number", an_id_number(), by=world.general_admin)

    assert states(roster) == [RowState.NEW, RowState.NEW]


def test_what_cells_say_together_is_held_against_each_other_again(world):
    roster = checked_here(world, a_row("费思源", BRANCH, joined="2003-05"))
    assert [problem[0] for problem in row_of(roster).problems] == ["R_JOIN_EARLY"]

    row = mend(row_of(roster), "joined_on", "2016.5", by=world.general_admin)

    assert (row.state, row.shown["joined_on"]) == (RowState.NEW, "2016-05")


def test_a_column_the_sheet_has_not_can_be_filled_in(world):
    headings = ("姓名", "身份证号", "政治面貌", "入团年月")
    sheet = {"团员": [headings, ("费思源", an_id_number(), "共青团员", "2016-05")]}
    roster = checked(sheet, organization=world.general, by=world.general_admin)
    assert states(roster) == [RowState.INVALID]

    row = mend(row_of(roster), "branch", BRANCH, by=world.general_admin)

    assert (row.state, row.shown["branch"]) == (RowState.NEW, world.branch.full_name)


def test_checking_again_keeps_what_was_mended(world):
    number = an_id_number()
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG))
    mend(row_of(roster), "id_number", number, by=world.general_admin)
    fingerprint = RosterImport.objects.get(pk=roster.pk).fingerprint

    check_again(roster, by=world.general_admin)

    roster.refresh_from_db()
    assert (states(roster), roster.fingerprint) == ([RowState.NEW], fingerprint)


def test_the_workbook_of_refused_rows_has_what_was_mended(world):
    headings = ("姓名", "身份证号", "政治面貌", "入团年月", "所在团支部")
    sheet = {"团员": [headings, ("费思源", WRONG, "共青团员", "2016-05", "一室")]}
    roster = checked(sheet, organization=world.general, by=world.general_admin)
    mend(row_of(roster), "branch", BRANCH, by=world.general_admin)
    mend(row_of(roster), "education", "本科", by=world.general_admin)

    book = load_workbook(io.BytesIO(refused_rows(roster, by=world.general_admin)))

    lines = [[cell.value for cell in line] for line in book["团员"].iter_rows()]
    assert lines[-1][:6] == ["费思源", WRONG, "共青团员", "2016-05", BRANCH, "本科"]


def test_the_log_names_the_cell_and_not_what_is_in_it(world):
    number = an_id_number()
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG))

    mend(row_of(roster), "id_number", number, by=world.general_admin)

    entry = AuditEntry.objects.order_by("-id").first()
    assert (entry.actor, entry.changes) == (
        world.general_admin,
        {"单元格": [None, "工作表“团员”第 2 行“身份证号”"]},
    )
    assert number not in RosterMend.objects.get().sealed


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("nonsense", "x", "这一列不能在这里改，请改好文件后重新上传。"),
        ("remark", "长" * 1_001, "内容过长（最多 1000 个字），请缩短。"),
    ],
)
def test_what_cannot_be_mended_is_refused(world, field, text, sentence):
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG))

    with pytest.raises(ValidationError) as refused:
        mend(row_of(roster), field, text, by=world.general_admin)

    assert refused.value.messages == [sentence]
    assert not RosterMend.objects.exists()


def test_only_who_may_import_there_mends_and_only_before_it_is_written(world):
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG), a_row("葛云帆", BRANCH))

    with pytest.raises(ValidationError, match="没有在这里导入的权限"):
        mend(row_of(roster), "name", "费思远", by=world.observer)

    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.DONE, written_at=timezone.now())
    with pytest.raises(ValidationError, match="已完成”，不能再改"):
        mend(row_of(roster), "name", "费思远", by=world.general_admin)
    assert not RosterMend.objects.exists()


def test_statements_of_a_mend_do_not_grow_with_the_rows(world, django_assert_max_num_queries):
    one = checked_here(world, a_row("费思源", BRANCH, number=WRONG))
    many = checked_here(world, *(a_row(f"葛云{name}", BRANCH, number=WRONG) for name in "一二三四五"))

    for roster in (one, many):
        with django_assert_max_num_queries(60):
            mend(row_of(roster), "id_number", an_id_number(), by=world.general_admin)

    assert states(many)[0] == RowState.NEW


def test_a_number_is_not_shown_to_be_mended_and_other_cells_are(world):
    roster = checked_here(world, a_row("费思源", "航测九室", number=WRONG))

    number = suggest(row_of(roster), "id_number", by=world.general_admin)
    branch = suggest(row_of(roster), "branch", by=world.general_admin)
    political = suggest(row_of(roster), "political_status", by=world.general_admin)

    assert (number.heading, number.text, number.entries) == ("身份证号", "", [])
    assert (branch.text, branch.only) == ("航测九室", False)
    assert world.branch.full_name in branch.entries
    assert (political.text, political.only, "共青团员" in political.entries) == ("共青团员", True, True)


def test_suggested_are_only_organisations_of_whoever_mends(world):
    clerk = world.outsider
    a_grant(clerk, world.branch, Role.ENTRY_CLERK)
    roster = checked_here(world, a_row("费思源", "航测九室"))

    suggested = suggest(row_of(roster), "branch", by=clerk)

    assert suggested.entries == [world.branch.full_name]


def test_a_cadre_of_another_sheet_follows_the_mended_member(world):
    number = an_id_number()
    sheets = members(a_row("费思源", BRANCH, number=WRONG)) | {
        "团干部": [CADRE_HEADINGS, ("费思源", number, BRANCH, "书记", "2024-05", "兼职", "共青团员")]
    }
    roster = checked(sheets, organization=world.general, by=world.general_admin)

    mend(row_of(roster), "id_number", number, by=world.general_admin)
    apply_plan(RosterImport.objects.get(pk=roster.pk), by=world.general_admin)

    assert Member.objects.get(name="费思源").branch == world.branch


def test_data_that_changed_meanwhile_about_other_rows_has_it_checked_again(world):
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG), a_row("葛云帆", BRANCH))
    other = row_of(roster, 2).content["read"]["facts"]["id_number"]["number"]
    a_member("葛云帆", branch=world.branch, id_number=other)

    mend(row_of(roster), "id_number", an_id_number(), by=world.general_admin)

    with pytest.raises(ValidationError, match="请重新检查后再确认"):
        apply_plan(RosterImport.objects.get(pk=roster.pk), by=world.general_admin)
    check_again(roster, by=world.general_admin)
    assert states(roster)[1] != RowState.NEW
    apply_plan(RosterImport.objects.get(pk=roster.pk), by=world.general_admin)


@pytest.mark.parametrize("end", ["discarded", "expired"])
def test_what_was_typed_goes_with_the_rows(world, end):
    roster = checked_here(world, a_row("费思源", BRANCH, number=WRONG))
    mend(row_of(roster), "id_number", an_id_number(), by=world.general_admin)

    if end == "discarded":
        discard(roster, by=world.general_admin)
    else:
        delete_expired(now=timezone.now() + dt.timedelta(days=settings.TUANJIAN_IMPORT_FILE_DAYS + 1))

    assert (RosterMend.objects.count(), roster.rows.count()) == (0, 0)
