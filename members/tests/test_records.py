"""Entering, correcting, voiding and restoring people."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from branches.models import AuditEntry, Touched
from branches.tests.builders import an_organization
from members import records
from members.dictionaries import Ethnicity, PoliticalStatus
from members.models import BranchMembership, LeagueStatus, Member, MemberStatus, StatusChange
from members.tests.builders import a_cadre_term, a_member, a_phone, a_young_person, an_id_number
from tuanjian.idnumbers import Gender, IdType
from tuanjian.officedates import OfficeDate

BORN = dt.date(2001, 6, 18)


def a_draft(own_branch, **values):
    draft = {
        "name": "乔以安",
        "id_number": an_id_number(BORN, Gender.FEMALE),
        "league_status": LeagueStatus.MEMBER,
        "political_status": PoliticalStatus.LEAGUE_MEMBER,
        "ethnicity": Ethnicity.HAN,
        "joined_on": OfficeDate(dt.date(2016, 5, 1), is_month=True),
        "phone": a_phone(),
        "branch": own_branch,
    } | values
    return records.fill(Member(), draft)


def refused(deed, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        deed(*args, **kwargs)
    return refusal.value.messages


def test_entering_keeps_history_log_and_touch(world):
    draft = a_draft(world.branch)

    entered = records.enter(draft, by=world.secretary)

    entered.refresh_from_db()
    assert (entered.birth_on, entered.gender, entered.initials) == (BORN, Gender.FEMALE, "qya")
    assert (entered.created_by, entered.updated_by, entered.version) == (world.secretary, world.secretary, 1)
    [membership] = BranchMembership.objects.filter(person=entered)
    assert (membership.branch, membership.effective_from, membership.effective_to) == (
        world.branch, dt.date(2016, 5, 1), None,
    )  # fmt: skip
    [change] = StatusChange.objects.filter(person=entered)
    assert (change.league_status, change.status, change.effective_on) == ("member", "normal", dt.date(2016, 5, 1))
    entry = AuditEntry.objects.get(kind="created", object_type="members.member", object_id=str(entered.pk))
    assert entry.changes["证件号码"] == [None, "37****************"]
    assert entry.changes["手机号"] == [None, entered.phone_masked]
    assert entered.id_number not in str(entry.changes)
    assert Touched.objects.filter(organization=world.branch).exists()


def test_birth_date_and_sex_follow_from_the_number_whatever_was_typed(world):
    draft = a_draft(world.branch, birth_on=OfficeDate(dt.date(1999, 1, 1)), gender=Gender.MALE)

    entered = records.enter(draft, by=world.secretary)

    assert (entered.birth_on, entered.gender) == (BORN, Gender.FEMALE)


def test_placeholders_in_optional_texts_are_taken_as_empty(world):
    draft = a_draft(world.branch, work_unit="待补", remark="无", native_place="山东")

    entered = records.enter(draft, by=world.secretary)

    assert (entered.work_unit, entered.remark, entered.native_place) == ("", "", "山东")


@pytest.mark.parametrize(
    ("values", "sentences"),
    [
        ({"id_number": ""}, ["登记团员要填写证件号码。"]),
        ({"id_number": "37999820010618004"}, ["身份证号应为 18 位，现为 17 位。"]),
        ({"branch": None}, ["请选择所在团支部。"]),
        (
            {"id_number": an_id_number(dt.date(2012, 11, 22))},
            ["未满 14 周岁，不能登记为团员。"],
        ),
        ({"joined_on": OfficeDate(dt.date(2026, 12, 1), is_month=True)}, ["入团年月在今天之后，请核对。"]),
        (
            {"joined_on": OfficeDate(dt.date(2013, 5, 1), is_month=True)},
            ["按当时规定入团须年满 12 周岁，此人入团时 11 周岁，请核对入团年月。"],
        ),
        (
            {"id_number": an_id_number(dt.date(2006, 6, 18)), "joined_on": OfficeDate(dt.date(2020, 5, 31))},
            ["按当时规定入团须年满 14 周岁，此人入团时 13 周岁，请核对入团年月。"],
        ),
        (
            {"league_status": LeagueStatus.RETAINED},
            ["保留团籍的是中共党员或预备党员，请核对政治面貌或团籍。"],
        ),
        (
            {"league_status": LeagueStatus.NONE},
            ["政治面貌是共青团员的，团籍应为“团员”，请核对。"],
        ),
        (
            {"id_type": IdType.PASSPORT, "id_number": "E12345678", "birth_on": None},
            ["请填写出生日期。"],
        ),
    ],
)
def test_entering_is_refused(world, values, sentences):
    before = Member.objects.count()
    draft = a_draft(world.branch, **values)

    assert refused(records.enter, draft, by=world.secretary) == sentences
    assert Member.objects.count() == before
    assert not AuditEntry.objects.filter(kind="created", object_type="members.member").exists()


def test_fourteen_today_may_be_entered(world):
    number = an_id_number(dt.date(2012, 11, 21))
    draft = a_draft(world.branch, id_number=number, joined_on=OfficeDate(dt.date(2026, 11, 21)))

    assert records.enter(draft, by=world.secretary).pk


def test_a_month_of_joining_gives_the_benefit_of_its_last_day(world):
    draft = a_draft(
        world.branch,
        id_number=an_id_number(dt.date(2006, 6, 18)),
        joined_on=OfficeDate(dt.date(2020, 6, 1), is_month=True),
    )

    assert records.enter(draft, by=world.secretary).pk


def test_people_belong_to_working_branches(world):
    world.branch.status = "closed"
    world.branch.closed_on = dt.date(2026, 1, 1)
    world.branch.save()

    assert refused(records.enter, a_draft(world.branch), by=world.bureau_admin) == [
        "航测一室团支部已撤销，请改选正常的团支部。"
    ]
    assert refused(records.enter, a_draft(world.general), by=world.bureau_admin) == [
        "测绘院团总支不是团支部，人员只能登记在团支部。"
    ]


def test_a_number_in_scope_is_answered_with_the_name(world):
    draft = a_draft(world.branch, id_number=world.member.id_number)

    assert refused(records.enter, draft, by=world.secretary) == [
        "航测一室团支部已有此人：白雨桐。不需再新增，可打开原记录补填缺项。"
    ]


def test_a_number_out_of_scope_is_answered_alike_whoever_holds_it(world):
    answers = [
        refused(records.enter, a_draft(world.branch, id_number=held.id_number), by=world.secretary)
        for held in (world.sister_member, world.foreign_member)
    ]

    sentence = (
        "该证件号码已登记，不能重复新增。如此人从其他团组织转来，请联系上级办理组织关系转接；"
        "如号码录错，请对照证件原件修改。"
    )
    assert answers == [[sentence], [sentence]]


def test_a_race_ends_in_the_same_sentence(world):
    draft = a_draft(world.branch)
    number = draft.id_number
    savepoints = []

    def somebody_is_faster(execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT"):
            savepoints.append(sql)
            # The second one stands right before the row is written, when the number has been found free.
            if len(savepoints) == 2:
                a_member("郭子昂", branch=world.foreign_branch, birth_on=BORN, id_number=number)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(somebody_is_faster):
        sentences = refused(records.enter, draft, by=world.secretary)

    assert sentences[0].startswith("该证件号码已登记，不能重复新增。")
    assert len(savepoints) == 2


def test_a_void_record_does_not_hold_its_number(world):
    records.void([world.sister_member], reason="重复录入", by=world.general_admin)

    entered = records.enter(a_draft(world.branch, id_number=world.sister_member.id_number), by=world.secretary)

    assert entered.pk


def test_youth_need_no_number_and_cadres_no_branch(world):
    youth = a_draft(
        world.branch, id_number="", league_status="none", political_status="13", joined_on=None,
        birth_on=OfficeDate(dt.date(2003, 4, 1), is_month=True), gender=Gender.MALE,
    )  # fmt: skip
    cadre = a_draft(None, league_status="none", political_status="01", joined_on=None)

    records.enter(youth, by=world.secretary)
    records.enter(cadre, by=world.secretary, at=world.branch)

    assert (youth.birth_on_is_month, youth.id_number_index) == (True, None)
    assert not BranchMembership.objects.filter(person=cadre).exists()
    entry = AuditEntry.objects.get(object_type="members.member", object_id=str(cadre.pk))
    assert entry.placement.organization_id == world.branch.pk


def test_warnings_do_not_refuse(world):
    early = a_member(
        branch=world.branch, birth_on=dt.date(2004, 6, 18), joined_on=dt.date(2017, 9, 1), joined_on_is_month=False
    )
    old = a_member(branch=world.branch, birth_on=dt.date(1998, 11, 21), joined_on=dt.date(2013, 5, 1))

    assert records.warnings_about(early, on=dt.date(2026, 11, 21)) == [
        "入团时未满 14 周岁，请核对档案。",
        "发展团员编号缺失或与入团年份不符，请补正。",
    ]
    assert records.warnings_about(old, on=dt.date(2026, 11, 21)) == ["已满 28 周岁，请确认是否保留团籍。"]
    assert records.warnings_about(a_young_person(branch=world.branch), on=dt.date(2026, 11, 21)) == []


def test_correcting_writes_what_changed_and_nothing_else(world):
    phone = a_phone()

    saved = records.correct(
        world.member, values={"phone": phone, "work_unit": "测绘院"}, version=1, by=world.general_admin
    )

    assert (saved.phone, saved.work_unit, saved.version, saved.updated_by) == (phone, "测绘院", 2, world.general_admin)
    entry = AuditEntry.objects.get(kind="changed")
    assert entry.changes == {
        "工作单位": [None, "测绘院"],
        "手机号": [world.member.phone_masked, saved.phone_masked],
    }


def test_correcting_nothing_writes_nothing(world):
    records.correct(world.member, values={"name": world.member.name}, version=1, by=world.general_admin)

    assert Member.objects.get(pk=world.member.pk).version == 1
    assert not AuditEntry.objects.filter(kind="changed").exists()


def test_a_month_does_not_overwrite_the_day(world):
    Member.objects.filter(pk=world.member.pk).update(joined_on=dt.date(2016, 5, 4), joined_on_is_month=False)

    saved = records.correct(
        world.member,
        values={"joined_on": OfficeDate(dt.date(2016, 5, 1), is_month=True), "remark": "核对过"},
        version=1,
        by=world.secretary,
    )

    assert (saved.joined_on, saved.joined_on_is_month) == (dt.date(2016, 5, 4), False)


def test_a_stale_version_is_refused(world):
    Member.objects.filter(pk=world.member.pk).update(version=5)

    assert refused(records.correct, world.member, values={"remark": "x"}, version=4, by=world.secretary) == [
        "他人刚刚修改了这条记录，请再保存一次进行比对。"
    ]


def test_a_new_number_moves_birth_date_and_sex_and_is_logged_masked(world):
    number = an_id_number(dt.date(2002, 2, 3), Gender.MALE)

    saved = records.correct(world.member, values={"id_number": number}, version=1, by=world.secretary)

    assert (saved.birth_on, saved.gender) == (dt.date(2002, 2, 3), Gender.MALE)
    entry = AuditEntry.objects.get(kind="changed")
    assert entry.changes["证件号码"] == ["37****************", "37****************"]


def test_a_verified_record_keeps_name_and_number(world):
    Member.objects.filter(pk=world.member.pk).update(verified_on=dt.date(2026, 1, 1))

    assert refused(records.correct, world.member, values={"name": "白雨童"}, version=1, by=world.secretary) == [
        "已核实的记录不能直接改姓名和证件号码，请向上级申请更正。"
    ]
    assert records.correct(world.member, values={"remark": "好"}, version=1, by=world.secretary).remark == "好"


def test_leaving_the_league_is_not_a_correction(world):
    values = {"league_status": LeagueStatus.NONE, "political_status": PoliticalStatus.MASSES}

    assert refused(records.correct, world.member, values=values, version=1, by=world.secretary) == [
        "团籍不能在这里改成离团或恢复，请按离团、恢复的规定办理。"
    ]


def test_a_young_person_who_joined_becomes_a_member_with_its_day(world):
    youth = a_young_person(branch=world.branch, birth_on=dt.date(2008, 1, 1))
    values = {
        "league_status": LeagueStatus.MEMBER,
        "political_status": PoliticalStatus.LEAGUE_MEMBER,
        "joined_on": OfficeDate(dt.date(2026, 5, 4)),
    }

    records.correct(youth, values=values, version=1, by=world.secretary)

    [change] = StatusChange.objects.filter(person=youth)
    assert (change.league_status, change.effective_on) == ("member", dt.date(2026, 5, 4))


def test_an_old_record_against_todays_rules_can_still_be_mended(world):
    odd = a_member(branch=world.branch, birth_on=dt.date(2010, 1, 1), joined_on=dt.date(2020, 5, 1))

    saved = records.correct(odd, values={"email": "a@example.com"}, version=1, by=world.secretary)

    assert saved.email == "a@example.com"


def test_voiding_takes_people_off_the_roster(world):
    person = a_member("沈牧之", branch=world.branch)

    records.void([person], reason="录错了人：同名", by=world.secretary)

    person.refresh_from_db()
    assert (person.status, person.version) == (MemberStatus.VOID, 2)
    assert not BranchMembership.objects.filter(person=person, effective_to=None).exists()
    [change] = StatusChange.objects.filter(person=person)
    assert (change.status, change.reason) == ("void", "录错了人：同名")
    entry = AuditEntry.objects.get(kind="voided")
    assert (entry.changes, entry.reason) == ({"状态": ["正常", "误录作废"]}, "录错了人：同名")


def test_voiding_is_refused_for_who_holds_a_post_all_or_none(world):
    person = a_member("沈牧之", branch=world.branch)
    a_cadre_term(person=world.member, organization=world.bureau, post="committee_member")

    assert refused(records.void, [person, world.member], reason="测试数据", by=world.secretary) == [
        "白雨桐现任华岳局团委委员、航测一室团支部书记，请先办理免职再作废。"
    ]
    assert not Member.objects.filter(status="void").exists()


def test_voiding_twice_or_without_reason_is_refused(world):
    person = a_member("沈牧之", branch=world.branch)

    assert refused(records.void, [person], reason=" ", by=world.secretary) == ["请选择作废原因。"]
    records.void([person], reason="重复录入", by=world.secretary)
    assert refused(records.void, [person], reason="重复录入", by=world.secretary) == ["沈牧之的记录已经作废。"]


def test_restoring_is_for_the_level_above(world):
    person = a_member("沈牧之", branch=world.branch, status=MemberStatus.FLOATING)
    StatusChange.objects.create(
        person=person, league_status="member", status="floating", effective_on=dt.date(2026, 1, 1)
    )
    records.void([person], reason="重复录入", by=world.secretary)

    assert refused(records.restore, person, by=world.secretary) == ["作废的记录由上级恢复，请联系上级管理员。"]
    restored = records.restore(person, by=world.general_admin, reason="核对无误")

    assert (restored.status, restored.version) == (MemberStatus.FLOATING, 3)
    open_row = BranchMembership.objects.get(person=person, effective_to=None)
    assert (open_row.branch, open_row.effective_from) == (world.branch, dt.date(2026, 11, 21))
    assert AuditEntry.objects.get(kind="restored").changes == {"状态": ["误录作废", "流动"]}


def test_restoring_waits_while_the_number_is_taken_anew(world):
    person = a_member("沈牧之", branch=world.branch)
    records.void([person], reason="重复录入", by=world.secretary)
    records.enter(a_draft(world.branch, id_number=person.id_number), by=world.secretary)

    assert refused(records.restore, person, by=world.general_admin) == [
        "航测一室团支部已有此人：乔以安。不需再新增，可打开原记录补填缺项。"
    ]
    assert refused(records.restore, world.member, by=world.general_admin) == ["这条记录没有作废，不需要恢复。"]


def test_a_void_record_is_not_corrected(world):
    person = a_member(branch=world.branch)
    records.void([person], reason="重复录入", by=world.secretary)

    assert refused(records.correct, person, values={"remark": "x"}, version=2, by=world.secretary) == [
        "作废的记录不能修改，请先由上级恢复。"
    ]


def test_a_closed_branch_takes_nobody_back(world):
    person = a_member(branch=world.sister_branch)
    records.void([person], reason="重复录入", by=world.general_admin)
    other = an_organization("新团支部", under=world.general)
    Member.objects.filter(pk=person.pk).update(branch=other)
    other.status, other.closed_on = "closed", dt.date(2026, 1, 1)
    other.save()

    assert refused(records.restore, person, by=world.general_admin) == ["新团支部已撤销，请改选正常的团支部。"]
