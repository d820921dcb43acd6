"""Rules of recording: what is kept, what is logged, what is refused with nothing written."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from activities import recording
from activities.models import Activity, ActivityResult, Attendance, ExternalParticipants
from activities.tests.builders import a_kind, an_activity
from activities.wording import Details, details_of
from branches.models import AuditEntry, Organization, Touched
from branches.tests.builders import an_organization
from members.tests.builders import a_member, a_young_person

DAY = dt.date(2026, 11, 10)


def typed(organization, **facts):
    values = {"kind": a_kind(), "topic": "学习团章", "held_on": DAY} | facts
    return Activity(organization=organization, **values)


def whole(*people, state="present", reason=""):
    return Details(
        attendances=[Attendance(person=person, state=state, reason=reason) for person in people],
        externals=[ExternalParticipants(description="社区居民", count=30)],
        results=[ActivityResult(label="消杀", count=30, unit="次")],
    )


def entries():
    return list(
        AuditEntry.objects.filter(object_type="activities.activity").order_by("id").values_list("kind", "changes")
    )


def test_recording_keeps_everything_and_logs_it_in_words(world):
    activity = typed(world.branch, place="会议室", starts_at=dt.time(14, 30), resolution="无")

    recording.record(activity, details=whole(world.member), by=world.secretary)

    saved = Activity.objects.with_numbers().get()
    assert (saved.present_count, saved.expected_count, saved.guest_count) == (1, 1, 30)
    assert (saved.recorded_by, saved.version, saved.resolution) == (world.secretary, 1, "")
    assert [str(row) for row in details_of(saved).results] == ["消杀 30 次"]
    assert entries() == [
        (
            "created",
            {
                "活动类型": [None, "团课"],
                "日期": [None, "2026-11-10"],
                "主题": [None, "学习团章"],
                "开始时间": [None, "14:30"],
                "方式": [None, "现场"],
                "地点": [None, "会议室"],
                "出席": [None, "白雨桐"],
                "外部参加人员": [None, "社区居民 30 人"],
                "活动成果": [None, "消杀 30 次"],
            },
        )
    ]
    assert Touched.objects.filter(organization=world.branch).exists()


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"held_on": dt.date(2026, 11, 22)}, {"held_on": ["日期在今天之后，请在活动举行以后再登记。"]}),
        ({"topic": "待补"}, {"topic": ["请写明活动主题。"]}),
        (
            {"starts_at": dt.time(15, 0), "ends_at": dt.time(14, 0)},
            {"ends_at": ["结束时间早于开始时间，请核对。"]},
        ),
    ],
)
def test_what_cannot_have_happened_is_refused(world, facts, refusal):
    with pytest.raises(ValidationError) as refused:
        recording.record(typed(world.branch, **facts), details=Details(), by=world.secretary)

    assert refused.value.message_dict == refusal
    assert (Activity.objects.count(), entries()) == (0, [])


@pytest.mark.parametrize(
    ("site", "sentence"),
    [
        ("branch", "何静姝 2026-11-10 不在航测一室团支部名册上，不能登记到会，请核对日期和人员。"),
        ("general", "何静姝 2026-11-10 不在测绘院团总支在任团干部之列，不能登记到会，请核对日期和人员。"),
    ],
)
def test_people_from_elsewhere_are_refused(world, site, sentence):
    with pytest.raises(ValidationError) as refused:
        recording.record(typed(getattr(world, site)), details=whole(world.sister_member), by=world.general_admin)

    assert refused.value.messages == [sentence]
    assert (Activity.objects.count(), Attendance.objects.count(), entries()) == (0, 0, [])


def test_a_closed_organisation_records_nothing(world):
    closed = an_organization("老团支部", under=world.general)
    closed.status, closed.closed_on = "closed", dt.date(2026, 1, 1)
    closed.save()

    with pytest.raises(ValidationError) as refused:
        recording.record(typed(closed), details=Details(), by=world.general_admin)

    assert refused.value.messages == ["老团支部已撤销，不能再登记活动，请登记到现在的组织。"]
    assert Activity.objects.count() == 0


def test_correcting_changes_what_was_typed_and_logs_the_difference(world):
    sister = a_member("安若溪", branch=world.branch)
    activity = an_activity(world.branch, present=[world.member])
    activity.place = "报告厅"
    details = Details(
        attendances=[
            Attendance(person=world.member, state="leave", reason="出差"),
            Attendance(person=sister, state="present"),
        ]
    )

    saved = recording.correct(activity, details=details, version=1, by=world.general_admin)

    assert (saved.place, saved.version) == ("报告厅", 2)
    assert entries() == [
        (
            "changed",
            {"地点": [None, "报告厅"], "出席": ["白雨桐", "安若溪"], "请假": [None, "白雨桐（出差）"]},
        )
    ]


def test_correcting_nothing_writes_nothing(world):
    activity = an_activity(world.branch, present=[world.member])

    recording.correct(activity, details=details_of(activity), version=1, by=world.secretary)

    activity.refresh_from_db()
    assert (activity.version, entries()) == (1, [])


def test_correcting_a_record_changed_meanwhile_is_refused(world):
    activity = an_activity(world.branch, version=2)
    activity.place = "报告厅"

    with pytest.raises(ValidationError) as refused:
        recording.correct(activity, details=Details(), version=1, by=world.secretary)

    assert (refused.value.code, refused.value.messages) == (
        recording.STALE,
        ["他人刚刚修改了这条活动记录，请比对后再保存。"],
    )
    assert recording.differences(activity, Details()) == [("地点", "报告厅", "—")]
    assert Activity.objects.get().place == ""


def test_who_was_noted_stays_unless_the_day_changes(world):
    activity = an_activity(world.branch, present=[world.sister_member])
    activity.place = "报告厅"
    recording.correct(activity, details=details_of(activity), version=1, by=world.secretary)

    activity.held_on = dt.date(2026, 11, 9)
    with pytest.raises(ValidationError) as refused:
        recording.correct(activity, details=details_of(activity), version=2, by=world.secretary)

    assert refused.value.messages == ["何静姝 2026-11-09 不在航测一室团支部名册上，不能登记到会，请核对日期和人员。"]
    assert Activity.objects.get().held_on == DAY


def test_a_void_record_counts_nowhere_and_comes_back(world):
    activity = an_activity(world.branch, present=[world.member])

    recording.void(activity, reason="重复登记", by=world.secretary)
    standing_without = Activity.objects.standing().count()
    recording.restore(activity, reason="不是重复", by=world.general_admin)

    assert (standing_without, Activity.objects.standing().count()) == (0, 1)
    assert entries() == [
        ("voided", {"状态": ["正常", "误录作废"]}),
        ("restored", {"状态": ["误录作废", "正常"]}),
    ]
    assert Activity.objects.get().version == 3


def test_void_records_are_not_corrected_nor_voided_again(world):
    activity = an_activity(world.branch, is_void=True)
    deeds = {
        "作废的记录不能修改，请先由上级恢复。": lambda: recording.correct(
            activity, details=Details(), version=1, by=world.secretary
        ),
        "这条活动记录已经作废。": lambda: recording.void(activity, reason="重复登记", by=world.secretary),
        "作废的记录由上级恢复，请联系上级管理员。": lambda: recording.restore(
            activity, reason="不是重复", by=world.secretary
        ),
    }

    for sentence, deed in deeds.items():
        with pytest.raises(ValidationError) as refused:
            deed()
        assert refused.value.messages == [sentence]
    assert (Activity.objects.get().version, entries()) == (1, [])


def test_voiding_needs_a_reason_and_restoring_a_void_record(world):
    activity = an_activity(world.branch)

    with pytest.raises(ValidationError) as no_reason:
        recording.void(activity, reason=" ", by=world.secretary)
    with pytest.raises(ValidationError) as not_void:
        recording.restore(activity, reason="不是重复", by=world.general_admin)

    assert no_reason.value.message_dict == {"reason": ["请选择作废原因。"]}
    assert not_void.value.messages == ["这条活动记录没有作废，不需要恢复。"]


def test_doubles_are_the_same_organisation_kind_day_and_topic(world):
    twin = an_activity(world.branch)
    an_activity(world.branch, is_void=True)
    an_activity(world.sister_branch)
    an_activity(world.branch, kind="theme_day")
    an_activity(world.branch, held_on=dt.date(2026, 11, 9))
    an_activity(world.branch, "学习团史")

    assert list(recording.doubles_of(typed(world.branch))) == [twin]


@pytest.mark.parametrize(("held_on", "late"), [(dt.date(2026, 10, 22), 0), (dt.date(2026, 10, 21), 31)])
def test_late_is_more_than_thirty_days(world, held_on, late):
    assert an_activity(world.branch, held_on=held_on).days_late == late


def test_warnings_tell_of_lateness_and_of_people_nobody_spoke_of(world):
    a_member(branch=world.branch)
    a_young_person(branch=world.branch)
    late = an_activity(world.branch, held_on=dt.date(2026, 9, 1), present=[world.member])
    few = an_activity(world.branch, kind="committee_meeting", present=[world.member])

    assert recording.warnings_about(late, user=world.secretary) == [
        "这次活动过去 81 天才登记，页面上注明为补录。",
        "有 2 人没有勾选出席，也没有注明请假或缺席，未计入应到。",
    ]
    assert recording.warnings_about(few, user=world.secretary) == []


def test_people_who_were_only_counted_are_kept_as_a_number(world):
    activity = typed(world.branch, attended=15)

    recording.record(activity, details=Details(), by=world.secretary)

    assert Activity.objects.get().attended == 15
    assert entries()[0][1]["参加人数"] == [None, "15"]


def test_a_number_beside_names_is_refused(world):
    with pytest.raises(ValidationError) as refused:
        recording.record(typed(world.branch, attended=15), details=whole(world.member), by=world.secretary)

    assert refused.value.message_dict == {"attended": ["已经逐人登记到会情况，参加人数按名单计算，这里请留空。"]}
    assert not Activity.objects.exists()


def test_many_are_recorded_as_one_is_or_none_at_all(world):
    right, wrong = typed(world.branch), typed(world.branch, topic="学习团史")
    strange = whole(world.sister_member)

    with pytest.raises(ValidationError) as refused:
        recording.record_many([(right, Details()), (wrong, strange)], by=world.secretary)

    assert refused.value.messages == ["何静姝 2026-11-10 不在航测一室团支部名册上，不能登记到会，请核对日期和人员。"]
    assert not Activity.objects.exists()

    recording.record_many([(right, Details()), (wrong, whole(world.member))], by=world.secretary, job="试")

    saved = Activity.objects.with_numbers().order_by("id")
    assert [(row.topic, row.present_count, row.guest_count) for row in saved] == [
        ("学习团章", 0, 0),
        ("学习团史", 1, 30),
    ]
    assert [str(row) for row in details_of(saved[1]).results] == ["消杀 30 次"]
    assert [len(changes) for _, changes in entries()] == [4, 7]


def test_many_are_not_recorded_in_a_closed_organisation(world):
    activity = typed(world.branch)
    Organization.objects.filter(pk=world.branch.pk).update(status="closed", closed_on=DAY)

    with pytest.raises(ValidationError, match="已撤销"):
        recording.record_many([(activity, Details())], by=world.secretary)
