"""复核: who reported a mending does not confirm it, as long as somebody else of the committee can."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from branches.models import AccessGrant, AuditEntry
from branches.tests.builders import a_grant, a_user
from reports.spot_checks import following
from reports.tests.spot_checking import WRONG, a_draw, checked, mended, record_of


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
