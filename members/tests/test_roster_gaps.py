import datetime as dt
import io

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.models import AuditEntry, Organization
from members.completeness import gaps_of
from members.models import ImportState, LeagueStatus, Member, MemberStatus
from members.roster.gap_sheets.gap_columns import key_of
from members.roster.gap_sheets.gap_sheet import shortage_in
from members.roster.outcome.reporting import write_refused
from members.roster.outcome.undoing import take_back
from members.roster.running.applying import MOVED, apply_plan
from members.tests.builders import a_member, a_phone, a_young_person, an_id_number
from members.tests.gap_sheets import GIVEN, NOTHING, a_sheet, facts, fill, lines, returned
from members.tests.rosters import codes, states, warned
from tuanjian.idnumbers import Gender

BORN = dt.date(2001, 6, 18)


@pytest.fixture
def admin(world):
    return world.bureau_admin


@pytest.fixture
def incomplete(world):
    """Somebody who lacks six facts."""
    return a_member("钱子昂", branch=world.branch, **NOTHING)


def test_filled_in_and_taken_back(world, admin, incomplete):
    before = facts(incomplete.pk)
    book = fill(a_sheet(world.bureau, admin), "钱子昂", GIVEN)

    roster = returned(book, world.bureau, admin)
    assert (states(roster), codes(roster)) == ([(5, "update")], [])
    counts = apply_plan(roster, by=admin)

    person = Member.objects.get(pk=incomplete.pk)
    assert counts == {"people_updated": 1, "facts_filled": 6}
    assert (person.ethnicity, person.education, person.political_status) == ("03", "31", "03")
    assert (person.joined_on, person.joined_on_is_month) == (dt.date(2016, 5, 1), True)
    assert (person.phone, person.work_unit, person.version) == ("14000999001", "航测一室", 2)
    assert (gaps_of(person), shortage_in(world.bureau).total) == ([], 0)

    roster.refresh_from_db()
    result = take_back(roster, by=admin)
    after = facts(incomplete.pk)
    moved = {name for name in before if before[name] != after[name]}
    assert (result.returned, result.kept) == (1, [])
    assert moved == {"version", "updated_at", "updated_by_id"}


def test_a_number_brings_birth_date_and_sex_with_it(world, admin):
    person = a_young_person("赵远", branch=world.branch, id_number="", birth_on=BORN, gender=Gender.FEMALE)
    Member.objects.filter(pk=person.pk).update(birth_on=None, gender=Gender.UNKNOWN)
    number = an_id_number(dt.date(2000, 2, 3), Gender.MALE)
    before = facts(person.pk)
    roster = returned(fill(a_sheet(world.branch, admin), "赵远", {"身份证号": number}), world.branch, admin)

    counts = apply_plan(roster, by=admin)

    person = Member.objects.get(pk=person.pk)
    assert (person.id_number, person.birth_on, person.gender) == (number, dt.date(2000, 2, 3), Gender.MALE)
    assert counts == {"people_updated": 1, "facts_filled": 3}
    entry = AuditEntry.objects.get(object_type="members.member", job=roster.job)
    assert entry.changes["证件号码"] == [None, "37****************"]
    roster.refresh_from_db()
    take_back(roster, by=admin)
    after = facts(person.pk)
    assert {name for name in before if before[name] != after[name]} == {"version", "updated_at", "updated_by_id"}


def test_the_same_sheet_once_more_changes_nothing(world, admin, incomplete):
    book = fill(a_sheet(world.bureau, admin), "钱子昂", GIVEN)
    apply_plan(returned(book, world.bureau, admin), by=admin)

    again = returned(book, world.bureau, admin)

    assert (states(again), warned(again)) == ([(5, "same")], [(5, ["W_PRECISION"])])


def test_what_somebody_else_has_filled_in_stays(world, admin, incomplete):
    book = fill(a_sheet(world.bureau, admin), "钱子昂", {"民族": "回族"})
    Member.objects.filter(pk=incomplete.pk).update(ethnicity="11")

    roster = returned(book, world.bureau, admin)

    row = roster.rows.get()
    assert (row.state, [warning[1] for warning in row.warnings]) == ("same", ["民族已由他人填写，没有改动。"])


def test_only_open_cells_count_whatever_else_is_written(world, admin, incomplete):
    book = fill(a_sheet(world.bureau, admin), "钱子昂", {"民族": "回族", "姓名": "钱大同", "所在团支部": "水文队"})
    sheet = book["缺项补录表"]
    sheet.cell(4, sheet.max_column + 1).value = "团内职务"

    roster = returned(book, world.bureau, admin)
    apply_plan(roster, by=admin)

    person = Member.objects.get(pk=incomplete.pk)
    assert (person.name, person.branch, person.ethnicity) == ("钱子昂", world.branch, "03")
    row = roster.rows.get()
    assert (row.label, [warning[0] for warning in row.warnings]) == ("钱子昂", ["W_NAME_DIFFERS"])


def test_somebody_unprotects_the_sheet_and_overwrites_a_fact(world, admin):
    a_member("赵远", branch=world.branch, education="")
    book = a_sheet(world.branch, admin)
    sheet = book["缺项补录表"]
    sheet["E4"] = "民族"
    sheet["E5"] = "回族"

    roster = returned(book, world.branch, admin)

    assert (states(roster), warned(roster)) == ([(5, "same")], [(5, ["W_FILLED_MEANWHILE"])])


WRONG = [
    ({"民族": "火星族"}, "民族“火星族”不在字典中，请核对后填写。"),
    ({"民族": "待补"}, "“待补”不是实际情况，请填写实际情况，暂时不清楚的请留空。"),
    ({"工作单位": "无"}, "“无”不是实际情况，请填写实际情况，暂时不清楚的请留空。"),
    ({"手机号": "13000000000"}, "填写的内容不是实际情况，请填写实际情况，暂时不清楚的请留空。"),
    ({"手机号": "140****3456"}, "手机号被遮盖（含 *），请核对后填写。"),
    ({"入团年月": "2016"}, "入团年月只写到年，请至少补到月。"),
    ({"入团年月": "2099-05"}, "入团年月 2099-05 在今天之后，请核对。"),
    ({"入团年月": "2012-05"}, "按当时规定入团须年满 12 周岁，此人入团时 10 周岁，请核对入团年月。"),
    ({"发展团员编号": "201612345678"}, "填写发展团员编号要同时填写入团年月。"),
    (
        {"发展团员编号": "201912345678", "入团年月": "2018-05"},
        "发展团员编号与入团年份（2018）不符，应为 12 位、前四位是入团年份，请核对。",
    ),
]


@pytest.mark.parametrize(("values", "sentence"), WRONG)
def test_what_cannot_be_used_is_a_problem_and_writes_nothing(world, admin, incomplete, values, sentence):
    book = fill(a_sheet(world.bureau, admin), "钱子昂", {"学历": "大专"} | values)

    roster = returned(book, world.bureau, admin)
    counts = apply_plan(roster, by=admin)

    row = roster.rows.get()
    assert (row.state, [problem[1] for problem in row.problems]) == ("invalid", [sentence])
    assert (counts["people_updated"], Member.objects.get(pk=incomplete.pk).education) == (0, "")


def test_a_phone_several_people_share_is_no_phone(world, admin, incomplete):
    for _ in range(2):
        a_member(branch=world.other_branch, phone="14000777777")

    roster = returned(fill(a_sheet(world.branch, admin), "钱子昂", {"手机号": "14000777777"}), world.branch, admin)

    sentence = "这个手机号有多人共用，不算已填，请填写本人的手机号。"
    assert [problem[1] for problem in roster.rows.get().problems] == [sentence]


def test_one_phone_for_three_people_of_the_file(world, admin):
    for name in ("赵一", "赵二", "赵三"):
        a_member(name, branch=world.branch, phone="")
    book = a_sheet(world.branch, admin)
    for name in ("赵一", "赵二", "赵三"):
        fill(book, name, {"手机号": "14000777777"})

    roster = returned(book, world.branch, admin)

    assert {state for _, state in states(roster)} == {"invalid"}


NUMBERS = [
    (an_id_number(dt.date(1999, 1, 2)), "身份证号与记录中的出生日期 2001-06-18 不符，请核对原件。"),
    (an_id_number(BORN, Gender.MALE), "身份证号与记录中的性别不符，请核对原件。"),
]


@pytest.mark.parametrize(("number", "sentence"), NUMBERS)
def test_a_number_has_to_fit_the_record(world, admin, number, sentence):
    a_young_person("赵远", branch=world.branch, id_number="")

    roster = returned(fill(a_sheet(world.branch, admin), "赵远", {"身份证号": number}), world.branch, admin)

    assert [problem[1] for problem in roster.rows.get().problems] == [sentence]


def test_a_number_somebody_holds_does_not_tell_who(world, admin):
    a_young_person("赵远", branch=world.branch, id_number="")
    number = world.foreign_member.id_number

    roster = returned(fill(a_sheet(world.branch, admin), "赵远", {"身份证号": number}), world.branch, admin)

    message = roster.rows.get().problems[0][1]
    assert message.startswith("该证件号码已登记，不能重复登记。")
    assert world.foreign_member.name not in message


def test_one_number_for_two_people_of_the_file(world, admin):
    for name in ("赵一", "赵二"):
        a_young_person(name, branch=world.branch, id_number="")
    number = an_id_number(BORN)
    book = a_sheet(world.branch, admin)
    fill(fill(book, "赵一", {"身份证号": number}), "赵二", {"身份证号": number})

    roster = returned(book, world.branch, admin)

    # 赵二 stands before 赵一: er before yi.
    assert (states(roster), codes(roster)) == ([(5, "update"), (6, "invalid")], [(6, ["R_ID_DUP"])])


def test_a_verified_record_keeps_what_is_locked(world, admin):
    person = a_young_person("赵远", branch=world.branch, id_number="", ethnicity="")
    Member.objects.filter(pk=person.pk).update(verified_on=timezone.localdate())
    book = fill(a_sheet(world.branch, admin), "赵远", {"身份证号": an_id_number(BORN), "民族": "回族"})

    roster = returned(book, world.branch, admin)
    apply_plan(roster, by=admin)

    person = Member.objects.get(pk=person.pk)
    assert (person.id_number_index, person.ethnicity) == (None, "03")
    assert warned(roster) == [(5, ["W_LOCKED"])]


def test_league_status_and_political_status_must_agree(world, admin):
    a_young_person("赵远", branch=world.branch, political_status="")

    roster = returned(fill(a_sheet(world.branch, admin), "赵远", {"政治面貌": "共青团员"}), world.branch, admin)

    assert [problem[1] for problem in roster.rows.get().problems] == ["政治面貌是共青团员的，团籍应为“团员”，请核对。"]


@pytest.mark.parametrize("change", ["letter", "empty", "copied", "foreign", "void"])
def test_a_row_must_mean_somebody(world, admin, incomplete, change):
    book = fill(a_sheet(world.bureau, admin), "钱子昂", {"民族": "回族"})
    key = lines(book)["钱子昂"]["补录编号"]
    sentence = "补录编号不对或被改动过，请重新下载缺项补录表填写。"
    if change == "letter":
        key.value = key.value[:-8] + ("A" if key.value[-8] != "A" else "B") + key.value[-7:]
    elif change == "empty":
        key.value, sentence = None, "这一行没有补录编号，请重新下载缺项补录表填写。"
    elif change == "copied":
        key.value = str(incomplete.pk)
    elif change == "foreign":
        key.value = key_of(world.foreign_member, world.foreign_branch)
        sentence = "这一行来自另一个单位的补录表，请用本单位下载的缺项补录表。"
    else:
        Member.objects.filter(pk=incomplete.pk).update(status=MemberStatus.VOID)
        sentence = "系统中已没有此人的记录，请删去这一行。"

    roster = returned(book, world.bureau, admin)

    row = roster.rows.get()
    assert (row.state, [problem[1] for problem in row.problems]) == ("invalid", [sentence])


def test_one_person_twice_is_a_problem(world, admin, incomplete):
    book = fill(a_sheet(world.bureau, admin), "钱子昂", {"民族": "回族"})
    sheet = book["缺项补录表"]
    sheet.append([cell.value for cell in sheet[5]])

    roster = returned(book, world.bureau, admin)

    assert (states(roster), codes(roster)) == ([(5, "update"), (6, "invalid")], [(6, ["R_ID_DUP"])])


def test_who_has_moved_away_is_left_alone(world, admin, incomplete):
    book = fill(a_sheet(world.general, admin), "钱子昂", {"民族": "回族"})
    Member.objects.filter(pk=incomplete.pk).update(branch=world.other_branch)

    roster = returned(book, world.general, world.general_admin)
    counts = apply_plan(roster, by=world.general_admin)

    assert (states(roster), counts["people_updated"]) == ([(5, "elsewhere")], 0)
    assert world.other_branch.short_name not in str(roster.rows.get().warnings)


def test_who_has_left_is_left_alone(world, admin, incomplete):
    book = fill(a_sheet(world.branch, admin), "钱子昂", {"民族": "回族"})
    Member.objects.filter(pk=incomplete.pk).update(status=MemberStatus.OVERAGE, league_status=LeagueStatus.LEFT)

    roster = returned(book, world.branch, admin)

    assert (states(roster), warned(roster)) == ([(5, "same")], [(5, ["W_GONE"])])


def test_a_record_changed_after_the_check_is_not_written(world, admin, incomplete):
    roster = returned(fill(a_sheet(world.branch, admin), "钱子昂", {"民族": "回族"}), world.branch, admin)
    Member.objects.filter(pk=incomplete.pk).update(education="31", version=9)

    with pytest.raises(ValidationError) as refusal:
        apply_plan(roster, by=admin)

    assert (refusal.value.code, Member.objects.get(pk=incomplete.pk).ethnicity) == (MOVED, "")


def test_refused_rows_come_back_and_go_in_once_mended(world, admin, incomplete):
    roster = returned(fill(a_sheet(world.branch, admin), "钱子昂", {"民族": "火星族"}), world.branch, admin)
    content = io.BytesIO()
    write_refused(roster, content, by=admin)
    content.seek(0)
    book = openpyxl.load_workbook(content)

    mended = returned(fill(book, "钱子昂", {"民族": "回族"}), world.branch, admin)

    assert (lines(book)["钱子昂"]["失败原因"].value[:4], [state for _, state in states(mended)]) == (
        "民族“火",
        ["update"],
    )


def test_an_ordinary_roster_is_not_taken_for_a_sheet_of_gaps(world, admin):
    book = openpyxl.Workbook()
    book.active.append(["姓名", "身份证号"])
    book.active.append(["赵远", an_id_number()])

    roster = returned(book, world.branch, admin)

    assert (roster.state, roster.error_code) == (ImportState.FAILED, "F_NO_HEADER")
    assert "补录编号" in roster.error


def test_an_empty_sheet_changes_nothing(world, admin, incomplete):
    roster = returned(a_sheet(world.branch, admin), world.branch, admin)

    assert states(roster) == [(5, "same")]


def test_checking_and_writing_ask_as_much_for_three_people_as_for_one(world, admin):
    asked = []
    for names in (["赵一"], ["钱一", "钱二", "钱三"]):
        for name in names:
            a_member(name, branch=world.branch, **NOTHING)
        book = a_sheet(world.branch, admin)
        for name in names:
            fill(book, name, GIVEN | {"手机号": a_phone()})
        with CaptureQueriesContext(connection) as checking:
            roster = returned(book, world.branch, admin)
        with CaptureQueriesContext(connection) as writing:
            apply_plan(roster, by=admin)
        asked.append((len(checking), len(writing)))

    assert asked[0] == asked[1]


EMPTY = {
    "ethnicity": ("民族", "", "回族"),
    "education": ("学历", "", "本科"),
    "political_status": ("政治面貌", "", "共青团员"),
    "joined_on": ("入团年月", None, "2016-05"),
    "phone": ("手机号", "", None),
    "work_unit": ("工作单位", "待补", "航测一室"),
}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(
        st.tuples(st.sets(st.sampled_from(sorted(EMPTY))), st.sets(st.sampled_from(sorted(EMPTY)))),
        min_size=1,
        max_size=4,
    )
)
def test_filled_is_what_was_missing_and_given_and_goes_back(world, admin, people):
    """Missing facts − filled facts = missing facts afterwards; take back → as before."""
    Member.objects.filter(name__startswith="赵测").update(status=MemberStatus.VOID)
    members = [
        a_member(f"赵测{'甲乙丙丁'[number]}", branch=world.branch, **{name: EMPTY[name][1] for name in missing})
        for number, (missing, _) in enumerate(people)
    ]
    before = [facts(member.pk) for member in members]
    missing_before = shortage_in(world.bureau).total
    if not missing_before:
        return
    book = a_sheet(world.bureau, admin)
    filled = 0
    for member, (missing, given_too) in zip(members, people, strict=True):
        for name in missing & given_too:
            fill(book, member.name, {EMPTY[name][0]: EMPTY[name][2] or a_phone()})
            filled += 1
    roster = returned(book, world.bureau, admin)

    counts = apply_plan(roster, by=admin)

    assert counts["facts_filled"] == filled
    assert shortage_in(world.bureau).total == missing_before - filled
    roster.refresh_from_db()
    take_back(roster, by=admin)
    ours = {"version", "updated_at", "updated_by_id"}
    assert [{k: v for k, v in facts(m.pk).items() if k not in ours} for m in members] == [
        {k: v for k, v in row.items() if k not in ours} for row in before
    ]
    assert Organization.objects.filter(pk=world.branch.pk).exists()
