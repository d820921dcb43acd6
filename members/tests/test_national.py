"""国家系统已办: marking, what makes a mark stale, taking it back."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from branches.models import AuditEntry
from members import national, records
from members.models import Member, NationalMark
from members.national import NationalState
from members.tests.builders import a_cadre_term, a_member

DAY = dt.date(2026, 11, 19)


def mark(*people, done_on=DAY, by, **more):
    return national.mark(list(people), done_on=done_on, by=by, **more)


def state_of(member):
    return national.standing_of(Member.objects.get(pk=member.pk)).state


def changed(member, by):
    stored = Member.objects.get(pk=member.pk)
    return records.correct(stored, values={"work_unit": f"单位{stored.version}"}, version=stored.version, by=by)


def entries_of(member):
    entries = AuditEntry.objects.filter(object_type="members.member", object_id=str(member.pk)).order_by("id")
    return [(entry.kind, entry.changes.get("国家系统"), entry.reason) for entry in entries]


def test_a_mark_stands_until_the_record_changes(world):
    before = state_of(world.member)
    marked = mark(world.member, by=world.secretary)
    done = national.standing_of(world.member)
    changed(world.member, world.secretary)

    assert (before, marked, done.state, done.word, done.short) == (
        NationalState.NOT_DONE, 1, NationalState.DONE, "已办 2026-11-19", "已办 11-19",
    )  # fmt: skip
    assert state_of(world.member) == NationalState.CHANGED


def test_last_year_is_told_by_the_list_too(world):
    mark(world.member, done_on=dt.date(2025, 12, 31), by=world.secretary)

    assert national.standing_of(world.member).short == "已办 2025-12-31"


def test_marking_leaves_the_record_as_it_is_and_is_logged(world):
    updated_at = world.member.updated_at

    mark(world.member, note=" 新增 ", by=world.secretary)

    world.member.refresh_from_db()
    assert (world.member.version, world.member.updated_at) == (1, updated_at)
    assert entries_of(world.member) == [("changed", ["未办", "已办 2026-11-19"], "新增")]
    entry = AuditEntry.objects.get(object_type="members.member")
    assert (entry.actor, entry.placement.organization) == (world.secretary, world.branch)
    [kept] = NationalMark.objects.all()
    assert (kept.person, kept.version, kept.done_on, kept.note, kept.recorded_by) == (
        world.member, 1, DAY, "新增", world.secretary,
    )  # fmt: skip


def test_a_changed_record_is_marked_again(world):
    mark(world.member, by=world.secretary)
    changed(world.member, world.secretary)

    mark(world.member, done_on=dt.date(2026, 11, 21), by=world.secretary)

    standing = national.standing_of(Member.objects.get(pk=world.member.pk))
    assert (standing.state, standing.word) == (NationalState.DONE, "已办 2026-11-21")
    assert entries_of(world.member)[-1] == ("changed", ["办后有改动", "已办 2026-11-21"], "")


def test_people_already_marked_keep_their_mark(world):
    mark(world.member, by=world.general_admin)

    count = mark(world.member, world.sister_member, done_on=dt.date(2026, 11, 20), by=world.general_admin)

    assert count == 1
    assert national.standing_of(world.member).mark.done_on == DAY
    assert national.standing_of(world.sister_member).mark.done_on == dt.date(2026, 11, 20)


def test_refusals_write_nothing(world):
    void = a_member("林佳禾", branch=world.branch)
    records.void([void], reason="重复录入", by=world.secretary)
    mark(world.sister_member, by=world.general_admin)
    before = (NationalMark.objects.count(), AuditEntry.objects.count())

    sentences = []
    for people, day in [
        ([], DAY),
        ([world.member], dt.date(2026, 11, 22)),
        ([world.member, void], DAY),
        ([world.sister_member], DAY),
    ]:
        with pytest.raises(ValidationError) as refused:
            mark(*people, done_on=day, by=world.general_admin)
        sentences += refused.value.messages

    assert sentences == [
        "请先勾选要标记的人员。",
        "办理日期不能晚于今天。",
        "林佳禾的记录已作废，不能标记，请去掉后再办理。",
        "所选人员都已标记，之后没有改动。要改办理日期，请先在本人页面撤回标记。",
    ]
    assert (NationalMark.objects.count(), AuditEntry.objects.count()) == before


def test_a_mark_is_withdrawn_and_the_earlier_one_stands_again(world):
    mark(world.member, by=world.secretary)
    changed(world.member, world.secretary)
    mark(world.member, done_on=dt.date(2026, 11, 21), by=world.secretary)

    national.withdraw(world.member, by=world.general_admin, reason="勾选有误")
    once = state_of(world.member)
    national.withdraw(world.member, by=world.general_admin)
    twice = state_of(world.member)

    assert (once, twice) == (NationalState.CHANGED, NationalState.NOT_DONE)
    assert entries_of(world.member)[-2:] == [
        ("changed", ["已办 2026-11-21", "撤回标记，办后有改动"], "勾选有误"),
        ("changed", ["已办 2026-11-19", "撤回标记，未办"], ""),
    ]
    assert set(NationalMark.objects.values_list("withdrawn_by", flat=True)) == {world.general_admin.pk}
    with pytest.raises(ValidationError, match="白雨桐没有国家系统已办的标记，不需要撤回。"):
        national.withdraw(world.member, by=world.general_admin)


def test_after_withdrawing_the_same_record_is_marked_again(world):
    mark(world.member, by=world.secretary)
    national.withdraw(world.member, by=world.secretary)

    mark(world.member, done_on=dt.date(2026, 11, 1), by=world.secretary)

    assert national.standing_of(world.member).word == "已办 2026-11-01"


def test_one_version_is_not_marked_twice_even_behind_the_rule(world):
    mark(world.member, by=world.secretary)

    with pytest.raises(IntegrityError), transaction.atomic():
        NationalMark.objects.create(person=world.member, version=1, done_on=DAY)


def test_a_cadre_without_branch_is_logged_where_the_post_is(world):
    cadre = a_member("孔令仪", branch=None, league_status="none")
    a_cadre_term(person=cadre, organization=world.general, post="staff")

    mark(cadre, by=world.general_admin)

    entry = AuditEntry.objects.get(object_type="members.member", object_id=str(cadre.pk))
    assert entry.placement.organization == world.general


def test_the_condition_and_the_word_agree(world):
    people = [world.member, world.sister_member, world.other_member, a_member(branch=world.branch)]
    mark(*people[:3], by=world.bureau_admin)
    changed(people[1], world.bureau_admin)
    changed(people[2], world.bureau_admin)
    mark(people[2], by=world.bureau_admin)
    national.withdraw(people[0], by=world.bureau_admin)

    ours = Member.objects.filter(pk__in=[person.pk for person in people])
    by_condition = {state: set(ours.filter(national.in_state(state))) for state in NationalState}
    by_word = {
        state: {person for person in national.with_marks(ours) if national.standing_of(person).state == state}
        for state in NationalState
    }

    assert by_condition == by_word
    assert by_condition == {
        NationalState.NOT_DONE: {people[0], people[3]},
        NationalState.DONE: {people[2]},
        NationalState.CHANGED: {people[1]},
    }


def test_queries_do_not_grow_with_the_people(world):
    many = [a_member(branch=world.branch) for _ in range(40)]

    def queries(people):
        with CaptureQueriesContext(connection) as captured:
            mark(*people, by=world.secretary)
        return len(captured)

    assert queries(many[:1]) == queries(many[1:])
