"""整改 and 复核: what was changed is told, also when it is nothing; nobody confirms what the same person reported."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from branches.models import AccessGrant, AuditEntry
from branches.tests.builders import a_grant, a_user
from members.models import Member
from reports.models import SpotRecord
from reports.spot_checks import following
from reports.tests.spot_checking import GONE, WRONG, a_draw, checked, mended, record_of


@pytest.fixture
def record(world):
    """Of a draw of the general branch, on which nobody but its administrator and an observer has a grant."""
    check = a_draw(world, top=world.general, by=world.general_admin)
    found = record_of(check, world.member)
    checked(found, WRONG, by=world.general_admin)
    return mended(found, by=world.general_admin)


def confirm(record, by):
    following.confirm(record, version=record.version, by=by)
    record.refresh_from_db()
    return record.word


def test_the_only_one_there_confirms_and_the_log_says_so(world, record):
    assert not following.is_for_others(record, user=world.general_admin)

    assert confirm(record, world.general_admin) == "已整改"

    assert AuditEntry.objects.latest("pk").changes == {
        "整改": ["待复核", "已整改"],
        "复核人": [None, "与登记整改的是同一人，抽查组织没有其他管理人员"],
    }


@pytest.mark.parametrize(("role", "others"), [("officer", True), ("administrator", True), ("entry_clerk", False)])
def test_whoever_else_may_confirm_there_has_to(world, record, role, others):
    a_grant(a_user(), world.general, role)

    assert following.is_for_others(record, user=world.general_admin) is others
    assert not following.is_for_others(record, user=world.bureau_admin)


def test_it_is_refused_and_nothing_written_but_may_be_sent_back(world, record):
    a_grant(a_user(), world.general, "officer")
    before = AuditEntry.objects.count()

    with pytest.raises(ValidationError, match="整改是您登记的，请由抽查组织的其他管理人员复核"):
        confirm(record, world.general_admin)
    record.refresh_from_db()
    assert (record.word, AuditEntry.objects.count()) == ("待复核", before)

    following.send_back(record, answer="还没有改到位", version=record.version, by=world.general_admin)
    record.refresh_from_db()
    assert record.word == "退回重改"


@pytest.mark.parametrize(
    "number",
    [
        "14000123456",
        "电话１４０００１２３４５６",
        "110101200001011232。",
        "11010120000101123x",
        "140 0012 3456",
        "110101-20000101-1123",
    ],
)
def test_no_number_of_a_person_stands_in_what_others_read(world, record, number):
    def refused(deed):
        with pytest.raises(ValidationError, match="请不要写证件号码、手机号，改写后再提交。"):
            deed()

    following.send_back(
        record, answer="编号改为 201937990318，2026-11-21", version=record.version, by=world.general_admin
    )
    record.refresh_from_db()
    refused(lambda: checked(record, replace(WRONG, note=number), by=world.general_admin))
    refused(lambda: mended(record, note=f"已改为{number}", by=world.general_admin))
    mended(record, by=world.general_admin)
    refused(lambda: following.send_back(record, answer=number, version=record.version, by=world.bureau_admin))


def test_a_grant_that_is_over_or_an_account_that_is_closed_is_nobody(world, today, record):
    ended, closed = a_user(), a_user()
    a_grant(ended, world.general, "officer")
    AccessGrant.objects.filter(user=ended).update(ends_on=today - dt.timedelta(days=1))
    a_grant(closed, world.general, "officer")
    closed.is_active = False
    closed.save()

    assert confirm(record, world.general_admin) == "已整改"


def test_what_another_person_reported_is_confirmed_as_ever(world):
    found = record_of(a_draw(world, number=9), world.member)
    checked(found, WRONG, by=world.officer)
    mended(found, by=world.secretary)

    assert confirm(found, world.officer) == "已整改"

    assert "复核人" not in AuditEntry.objects.latest("pk").changes


@pytest.fixture
def found(world):
    """Something wrong, to be mended by the branch."""
    return checked(record_of(a_draw(world, number=9), world.member), WRONG, by=world.officer)


def changed(person):
    Member.objects.filter(pk=person.pk).update(ethnicity="03")


def test_an_unchanged_record_is_handed_in_only_by_whoever_says_so(world, found):
    with pytest.raises(ValidationError) as refused:
        mended(found, by=world.secretary, unchanged=False)

    assert refused.value.message_dict == {"unchanged": [following.UNCHANGED.format("民族")]}
    found.refresh_from_db()
    assert (found.word, found.mended_by) == ("待整改", None)


def test_that_nothing_was_changed_is_logged_with_the_reason(world, found):
    mended(found, by=world.secretary, note="户口本上也是汉族，请再看档案")

    entry = AuditEntry.objects.latest("pk")
    assert entry.changes == {"整改": ["待整改", "待复核"], "没有改动": [None, "民族"]}
    assert entry.reason == "户口本上也是汉族，请再看档案"


def test_a_changed_record_is_handed_in_without_more_ado(world, found):
    changed(world.member)

    mended(found, by=world.secretary, unchanged=False)

    assert AuditEntry.objects.latest("pk").changes == {"整改": ["待整改", "待复核"]}


def test_an_unreal_record_still_on_the_roster_is_unchanged_and_one_that_is_gone_is_not(world):
    check = a_draw(world, number=9)
    stays, leaves = (record_of(check, person) for person in (world.member, world.sister_member))
    for record in (stays, leaves):
        checked(record, GONE, by=world.officer)
    Member.objects.filter(pk=world.sister_member.pk).update(status="void")

    with pytest.raises(ValidationError, match="记录在检查以后没有改动"):
        mended(stays, by=world.general_admin, unchanged=False)

    assert mended(leaves, by=world.general_admin, unchanged=False).word == "待复核"


def test_the_branch_is_asked_for_a_reason_on_the_page_only_where_nothing_was_changed(world, found, signed_in):
    client, url = signed_in(world.secretary), f"/spot-records/{found.pk}/mend/"
    asked = client.get(url).content.decode()
    refused = client.post(url, {"note": "已改", "version": found.version}).content.decode()
    changed(world.member)

    page = client.get(url).content.decode()
    client.post(url, {"note": "已改", "version": found.version})

    assert all(word in asked for word in ("记录没有改动。", "没有改动的写明原因", "民族没有改动也提交复核"))
    assert following.UNCHANGED.format("民族") in refused
    assert ("没有改动" in page, "检查后已改动" in page) == (False, True)
    assert SpotRecord.objects.get(pk=found.pk).word == "待复核"


def test_the_second_look_shows_what_was_changed_or_that_nothing_was(world, found, signed_in):
    mended(found, by=world.secretary)
    client, url = signed_in(world.officer), f"/spot-records/{found.pk}/settle/"

    unchanged = client.get(url).content.decode()
    changed(world.member)
    mended_since = client.get(url).content.decode()

    assert ("记录没有改动。" in unchanged, "检查后已改动" in unchanged) == (True, False)
    assert ("没有改动" in mended_since, "检查后已改动" in mended_since) == (False, True)
    for words in ('<td data-label="当时填写">汉族</td>', '<td data-label="按档案应为">回族</td>'):
        assert words in mended_since
    assert '<td data-label="现在">回族</td>' in mended_since
