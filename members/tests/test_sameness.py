"""Two records of one person: which pairs are named, what merging takes along, what is refused."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import Activity, ActivityKind, Attendance
from branches.models import AuditEntry
from branches.tests.builders import a_grant, a_user
from members import records, sameness
from members.dictionaries import LeaguePost
from members.models import (
    BranchMembership,
    CadreTerm,
    DifferentPeople,
    Member,
    MemberStatus,
    MemberYear,
    NationalMark,
)
from members.national import NationalState, standing_of
from members.tests.builders import a_cadre_term, a_member, an_id_number

TODAY = dt.date(2026, 11, 21)


@pytest.fixture
def other(world):
    """The record a later roster made, with the corrected number."""
    return a_member("白雨桐", branch=world.sister_branch, email="yutong@example.com", joined_on=dt.date(2026, 1, 1))


def merge(kept, other, take=(), *, by, **versions):
    versions = {"kept_version": kept.version, "other_version": other.version} | versions
    return sameness.merge(kept, other=other, take=take, by=by, **versions)


def refusal_of(kept, other, take=(), *, by, **versions):
    entries = AuditEntry.objects.count()
    with pytest.raises(ValidationError) as refusal:
        merge(kept, other, take, by=by, **versions)
    assert AuditEntry.objects.count() == entries
    assert not Member.objects.filter(merged_into__isnull=False).exists()
    return refusal.value.messages


def pairs(people):
    return [(pair.first.pk, pair.second.pk, pair.why) for pair in sameness.suspected(people)]


def test_pairs_by_name_and_birth_date_branch_or_phone(world, other):
    beside = a_member("白雨桐", branch=world.branch, birth_on=dt.date(1999, 1, 1))
    phone = a_member("宋启明", branch=world.branch, birth_on=dt.date(2000, 2, 2), phone=world.sister_member.phone)

    assert pairs(Member.objects.under(world.general)) == [
        (world.member.pk, other.pk, "姓名、出生日期相同"),
        (world.member.pk, beside.pk, "同一团支部姓名相同"),
        (world.sister_member.pk, phone.pk, "手机号相同"),
    ]


def test_only_people_on_the_roster_and_in_scope_are_compared(world, other):
    a_member("曹景行", branch=world.branch)
    a_member("何静姝", branch=world.branch, status=MemberStatus.TRANSFERRED_OUT)

    assert pairs(Member.objects.under(world.branch)) == []
    assert pairs(Member.objects.under(world.general)) == [(world.member.pk, other.pk, "姓名、出生日期相同")]


def test_the_list_costs_the_same_whatever_the_number_of_pairs(world, other):
    with CaptureQueriesContext(connection) as few:
        pairs(Member.objects.under(world.bureau))
    for name in ("宋启明", "沈牧之"):
        a_member(name, branch=world.branch)
        a_member(name, branch=world.sister_branch)
    with CaptureQueriesContext(connection) as many:
        assert len(pairs(Member.objects.under(world.bureau))) == 3

    assert len(many) == len(few)


def test_different_people_are_remembered_once(world, other):
    sameness.call_different(other, world.member, by=world.general_admin)
    entries = AuditEntry.objects.count()
    sameness.call_different(world.member, other, by=world.general_admin)

    assert list(DifferentPeople.objects.values_list("first", "second")) == [(world.member.pk, other.pk)]
    assert pairs(Member.objects.under(world.general)) == []
    assert AuditEntry.objects.count() == entries


def test_every_relation_to_people_is_spoken_for():
    assert sameness.unknown_relations() == []


def test_a_relation_nobody_has_spoken_for_stops_the_merge(world, other, monkeypatch):
    monkeypatch.delitem(sameness._movers, "activities.Attendance.person")

    with pytest.raises(LookupError, match=r"activities\.Attendance\.person"):
        merge(world.member, other, by=world.general_admin)

    assert Member.objects.get(pk=other.pk).status == MemberStatus.NORMAL


def test_the_corrected_number_passes_over(world, other):
    number = other.id_number

    merged = merge(world.member, other, ["identity", "email"], by=world.general_admin)

    assert (merged.id_number, merged.email, merged.branch_id) == (number, "yutong@example.com", world.branch.pk)
    void = Member.objects.get(pk=other.pk)
    assert (void.status, void.merged_into_id) == (MemberStatus.VOID, world.member.pk)
    assert merged.version > world.member.version + other.version


def test_what_hangs_on_the_other_record_passes_over(world, other):
    kept, kind = world.member, ActivityKind.objects.get(code="league_lesson")
    both, only = (
        Activity.objects.create(organization=world.general, kind=kind, topic=topic, held_on=TODAY) for topic in "甲乙"
    )
    Attendance.objects.create(activity=both, person=kept, state="absent", reason="不详")
    Attendance.objects.create(activity=both, person=other, state="present")
    Attendance.objects.create(activity=only, person=other, state="leave")
    a_cadre_term(person=other, organization=world.branch, post=LeaguePost.SECRETARY)
    moved = a_cadre_term(person=other, organization=world.sister_branch, post=LeaguePost.PUBLICITY_OFFICER)
    MemberYear.objects.create(person=kept, year=2024, evaluation="excellent")
    MemberYear.objects.create(person=other, year=2024, evaluation="qualified")
    MemberYear.objects.create(person=other, year=2025, evaluation="qualified")
    NationalMark.objects.create(person=other, version=other.version, done_on=TODAY)

    merged = merge(kept, other, by=world.general_admin)

    assert list(
        Attendance.objects.filter(person=merged).order_by("activity__topic").values_list("state", "reason")
    ) == [("leave", ""), ("present", "")]
    assert not Attendance.objects.filter(person=other).exists()
    current = CadreTerm.objects.filter(person=merged, ended_on=None).order_by("pk")
    assert list(current) == [world.secretary_term, moved]
    twice = CadreTerm.objects.get(person=other)
    assert (twice.ended_on, twice.end_reason) == (TODAY, "重复记录，已合并")
    assert list(merged.years.values_list("year", "evaluation")) == [(2025, "qualified"), (2024, "excellent")]
    assert standing_of(merged).state == NationalState.CHANGED
    assert BranchMembership.objects.filter(person=merged, effective_to=None).get().branch_id == world.branch.pk
    entry = AuditEntry.objects.filter(object_id=str(merged.pk), changes__has_key="合并记录").get()
    said = "任职 1 项、所在团支部沿革 1 项、年度评议与注册 1 项、国家系统标记 1 项、到会记录 1 项"
    assert entry.changes == {"合并记录": [None, "白雨桐的另一条记录"], "移入": [None, said]}


def test_the_branch_of_the_other_record_can_be_the_right_one(world, other):
    merged = merge(world.member, other, ["branch"], by=world.general_admin)

    assert merged.branch_id == world.sister_branch.pk
    open_row = BranchMembership.objects.filter(person=merged, effective_to=None).get()
    assert (open_row.branch_id, open_row.effective_from) == (world.sister_branch.pk, dt.date(2026, 1, 1))


def test_the_comparison_proposes_what_is_there(world, other):
    world.member.native_place, other.work_unit = "山东济南", "测绘院"

    lines = {line.field: line for line in sameness.compare(world.member, other) if line.field}
    number = {line.field: line for line in sameness.compare(world.member, other, number_only=True) if line.field}

    assert {key: line.proposed for key, line in lines.items()} == {
        "identity": "kept",
        "native_place": "kept",
        "joined_on": "kept",
        "work_unit": "other",
        "email": "other",
        "phone": "kept",
        "branch": "kept",
    }
    assert number["identity"].proposed == "other"
    assert other.id_number not in lines["identity"].other


def test_verified_records_keep_name_and_number(world, other):
    Member.objects.filter(pk=world.member.pk).update(verified_on=TODAY)
    kept = Member.objects.get(pk=world.member.pk)

    assert refusal_of(kept, other, ["identity"], by=world.general_admin) == [records.LOCKED_SENTENCE]
    assert refusal_of(other, kept, by=world.general_admin) == ["另一条是已核实的记录，请改为保留已核实的一条。"]
    assert [line.field for line in sameness.compare(kept, other) if line.locked] == ["identity"]
    assert merge(kept, other, ["email"], by=world.general_admin).id_number == kept.id_number


def test_records_out_of_reach_changed_or_gone_are_refused(world, other):
    said = "两条记录须都在您的管理范围内。如另一条属于其他团组织，请联系上级办理。"

    assert refusal_of(world.member, world.other_member, by=world.general_admin) == [said]
    assert refusal_of(world.member, world.foreign_member, by=world.general_admin) == [said]
    assert refusal_of(world.member, other, by=world.observer) == [said]
    assert refusal_of(world.member, world.member, by=world.general_admin) == ["这是同一条记录，请另选一条。"]
    assert refusal_of(world.member, other, by=world.general_admin, other_version=7) == [
        "其中一条记录刚被他人修改，请重新比对后再合并。"
    ]
    Member.objects.filter(pk=other.pk).update(status=MemberStatus.TRANSFERRED_OUT)
    assert refusal_of(world.member, other, by=world.general_admin) == [
        "白雨桐的一条记录是“已转出”，只有在册的记录可以合并。"
    ]


def test_a_refusal_of_the_rules_undoes_everything(world, other):
    Member.objects.filter(pk=other.pk).update(joined_party_on=dt.date(2030, 1, 1))
    other.refresh_from_db()

    said = refusal_of(world.member, other, ["joined_party_on"], by=world.general_admin)

    assert said == ["入党时间在今天之后，请核对。"]
    assert Member.objects.get(pk=other.pk).status == MemberStatus.NORMAL


def test_a_merged_record_is_not_restored(world, other):
    merge(world.member, other, by=world.general_admin)
    void = Member.objects.get(pk=other.pk)

    with pytest.raises(ValidationError) as refusal:
        records.restore(void, by=world.bureau_admin)

    assert refusal.value.messages == ["这条记录已与另一条合并，不能恢复。如确是两人，请重新登记。"]
    assert not records.may_restore(world.bureau_admin, void)


def test_the_account_and_earlier_decisions_follow(world, other):
    third = a_member("白雨桐", branch=world.branch)
    sameness.call_different(other, third, by=world.general_admin)
    account = a_user()
    a_grant(account, world.branch)
    Member.objects.filter(pk=other.pk).update(user=account)
    other.refresh_from_db()

    merged = merge(world.member, other, by=world.general_admin)

    assert merged.user_id == account.pk
    assert pairs(Member.objects.under(world.general)) == []


def test_the_freed_number_is_taken_by_the_kept_record_alone(world, other):
    number = an_id_number()
    other.id_number = number
    other.save()

    merged = merge(world.member, other, ["identity"], by=world.general_admin)

    assert [each.pk for each in Member.objects.filter(id_number_index=merged.id_number_index)] == [
        world.member.pk,
        other.pk,
    ]
