"""Particulars and declared numbers of an organisation."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from branches import particulars, tree
from branches.models import AuditEntry, Headcount, Organization, Touched, UnitNature
from branches.particulars import Difference, Stale
from tuanjian.officedates import OfficeDate

Kind = Headcount.Kind


def correct(organization, *, by, version=None, **values):
    version = organization.version if version is None else version
    particulars.correct(organization, values=values, version=version, by=by)
    organization.refresh_from_db()


def refusal_of(deed):
    entries = AuditEntry.objects.count()
    with pytest.raises(ValidationError) as refusal:
        deed()
    assert AuditEntry.objects.count() == entries
    return refusal.value


def test_correcting_writes_the_change_and_its_log(world):
    nature = UnitNature.objects.get(name="事业单位")
    version = world.branch.version
    touched = Touched.objects.count()

    correct(world.branch, by=world.secretary, unit_nature=nature, student=True, address="", remark="")

    entry = AuditEntry.objects.first()
    assert (world.branch.unit_nature, world.branch.student, world.branch.version) == (nature, True, version + 1)
    assert (entry.kind, entry.actor) == ("changed", world.secretary)
    assert entry.changes == {"单位性质": ["", "事业单位"], "学生团组织": ["否", "是"]}
    assert Touched.objects.count() == touched + 1


def test_nothing_changed_writes_nothing(world):
    entries, version = AuditEntry.objects.count(), world.branch.version

    correct(world.branch, by=world.secretary, address="", version=version)

    assert (AuditEntry.objects.count(), world.branch.version) == (entries, version)


def test_a_month_is_kept_as_a_month_and_does_not_overwrite_a_day_within_it(world):
    correct(world.branch, by=world.secretary, last_election_on=OfficeDate(dt.date(2024, 5, 1), is_month=True))
    assert (world.branch.last_election_on, world.branch.last_election_on_is_month) == (dt.date(2024, 5, 1), True)

    correct(world.branch, by=world.secretary, last_election_on=OfficeDate(dt.date(2024, 5, 18)))
    correct(world.branch, by=world.secretary, last_election_on=OfficeDate(dt.date(2024, 5, 1), is_month=True))

    assert (world.branch.last_election_on, world.branch.last_election_on_is_month) == (dt.date(2024, 5, 18), False)


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"founded_on": dt.date(2026, 11, 22)}, "founded_on", "成立时间不能晚于今天。"),
        ({"last_election_on": dt.date(2026, 11, 22)}, "last_election_on", "最近一次换届时间不能晚于今天。"),
        (
            {"founded_on": dt.date(2020, 5, 4), "last_election_on": dt.date(2020, 4, 30)},
            "last_election_on",
            "最近一次换届时间不能早于成立时间，请核对。",
        ),
    ],
)
def test_dates_that_cannot_be(world, values, field, sentence):
    dates = {name: OfficeDate(day) for name, day in values.items()}

    refusal = refusal_of(lambda: correct(world.branch, by=world.secretary, **dates))

    assert refusal.message_dict == {field: [sentence]}
    assert Organization.objects.get(pk=world.branch.pk).founded_on is None


def test_a_closed_organisation_is_not_corrected(world):
    tree.close(world.branch, on=dt.date(2026, 11, 20), by=world.general_admin, reason="合并")

    refusal = refusal_of(lambda: correct(world.branch, by=world.secretary, address="别处"))

    assert refusal.messages == ["航测一室团支部已撤销，不能再修改。"]


def test_somebody_elses_change_is_shown_and_not_overwritten(world):
    old = world.branch.version
    correct(world.branch, by=world.general_admin, address="测绘街 1 号")

    with pytest.raises(Stale) as stale:
        correct(world.branch, by=world.secretary, version=old, address="测绘街 2 号", remark="新楼")

    world.branch.refresh_from_db()
    assert world.branch.address == "测绘街 1 号"
    assert stale.value.differences == [
        Difference("地址", "测绘街 2 号", "测绘街 1 号"),
        Difference("备注", "新楼", "未填"),
    ]
    assert stale.value.last.actor == world.general_admin


def test_the_same_change_made_twice_is_no_conflict(world):
    old = world.branch.version
    correct(world.branch, by=world.general_admin, address="测绘街 1 号")

    correct(world.branch, by=world.secretary, version=old, address="测绘街 1 号")

    assert world.branch.version == old + 1


def test_declaring_a_number_keeps_the_earlier_ones(world):
    for value, day in ((14, dt.date(2026, 9, 1)), (15, dt.date(2026, 11, 1))):
        particulars.declare(
            world.branch,
            kind=Kind.EXPECTED_MEMBERS,
            value=value,
            as_of_on=day,
            source=" 上级核定 ",
            by=world.general_admin,
        )

    rows = particulars.declarations(world.branch).values_list("value", "source", "set_by")
    assert list(rows) == [(15, "上级核定", world.general_admin.pk), (14, "上级核定", world.general_admin.pk)]
    assert AuditEntry.objects.first().changes == {
        "应有团员数": [None, 15],
        "截至日期": [None, "2026-11-01"],
        "依据": [None, "上级核定"],
    }


def test_the_own_level_declares_its_staff_only(world):
    assert particulars.kinds_to_declare(world.branch, world.secretary) == [Kind.STAFF]
    assert particulars.kinds_to_declare(world.branch, world.general_admin) == list(Kind)
    assert particulars.kinds_to_declare(world.bureau, world.bureau_admin) == list(Kind)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"kind": Kind.EXPECTED_MEMBERS}, {"kind": ["应有团员数由上级团组织核定，请联系上级管理员。"]}),
        ({"as_of_on": dt.date(2026, 11, 22)}, {"as_of_on": ["截至日期不能晚于今天。"]}),
        ({"source": "  "}, {"source": ["请写明依据，例如：局人事处名册。"]}),
    ],
)
def test_declarations_that_are_refused(world, changed, expected):
    declared = {"kind": Kind.STAFF, "value": 40, "as_of_on": dt.date(2026, 11, 1), "source": "名册"} | changed

    refusal = refusal_of(lambda: particulars.declare(world.branch, **declared, by=world.secretary))

    assert refusal.message_dict == expected
    assert not Headcount.objects.exists()


def test_nothing_is_declared_for_a_closed_organisation(world):
    tree.close(world.branch, on=dt.date(2026, 11, 20), by=world.general_admin, reason="合并")
    declared = {"kind": Kind.STAFF, "value": 40, "as_of_on": dt.date(2026, 11, 1), "source": "名册"}

    refusal = refusal_of(lambda: particulars.declare(world.branch, **declared, by=world.general_admin))

    assert refusal.messages == ["航测一室团支部已撤销，不能再核定人数。"]
