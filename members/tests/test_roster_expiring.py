import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from branches import housekeeping
from branches.models import AuditEntry
from members.models import ImportState, Member, RosterFile, RosterImport, RosterRow
from members.roster.outcome.expiring import delete_expired
from members.roster.outcome.reporting import write_refused
from members.roster.outcome.undoing import take_back
from members.roster.plans.absent import missing_from_file
from members.roster.running.applying import apply_plan
from members.roster.running.starting import check_again
from members.tests.rosters import a_row, checked, imported, members


def aged(roster, days):
    """The import as if it had been uploaded so many days ago."""
    RosterImport.objects.filter(pk=roster.pk).update(created_at=timezone.now() - dt.timedelta(days=days))
    roster.refresh_from_db()
    return roster


def rows_for(world):
    return members(a_row("赵启明", "航测一室团支部"), a_row("", "航测一室团支部"))


def test_files_and_rows_go_after_the_set_time_and_the_import_stays(world, settings):
    settings.TUANJIAN_IMPORT_FILE_DAYS = 30
    old = aged(imported(rows_for(world), organization=world.bureau, by=world.bureau_admin), 31)
    young = aged(checked(rows_for(world), organization=world.bureau, by=world.bureau_admin), 29)
    counts = old.counts

    deleted = delete_expired()

    old.refresh_from_db()
    assert deleted == 1
    assert list(RosterFile.objects.values_list("roster", flat=True)) == [young.pk]
    assert set(RosterRow.objects.values_list("roster", flat=True)) == {young.pk}
    assert (old.state, old.counts, old.changes.count()) == (ImportState.DONE, counts, 1)


def test_what_needs_the_file_says_that_it_is_gone(world):
    old = aged(imported(rows_for(world), organization=world.bureau, by=world.bureau_admin), 91)

    delete_expired()

    with pytest.raises(ValidationError, match="没有退回的行"):
        write_refused(old, io.BytesIO(), by=world.bureau_admin)
    with pytest.raises(ValidationError, match="原文件已按期删除"):
        check_again(old, by=world.bureau_admin)
    assert list(missing_from_file(old, user=world.bureau_admin)) == []


def test_an_old_import_can_still_be_taken_back(world):
    old = aged(imported(rows_for(world), organization=world.bureau, by=world.bureau_admin), 91)
    delete_expired()

    result = take_back(old, by=world.bureau_admin)

    assert (result.returned, Member.objects.filter(name="赵启明").exists()) == (1, False)


def test_an_import_nobody_confirmed_is_discarded_and_the_log_says_so(world):
    old = aged(checked(rows_for(world), organization=world.bureau, by=world.bureau_admin), 91)

    delete_expired()
    delete_expired()

    old.refresh_from_db()
    entry = AuditEntry.objects.get(object_type="members.rosterimport", reason="超过保存期限")
    assert (old.state, old.fingerprint) == (ImportState.DISCARDED, "")
    assert (entry.changes, entry.actor) == ({"状态": ["待确认", "已放弃"]}, None)
    with pytest.raises(ValidationError, match="不能写入"):
        apply_plan(old, by=world.bureau_admin)


def test_an_import_at_work_is_left_alone(world):
    old = aged(checked(rows_for(world), organization=world.bureau, by=world.bureau_admin), 91)
    RosterImport.objects.filter(pk=old.pk).update(state=ImportState.WRITING, lease_until=timezone.now())

    assert delete_expired() == 0

    assert RosterRow.objects.filter(roster=old).count() == 2


def test_the_worker_does_it_every_minute(world):
    aged(imported(rows_for(world), organization=world.bureau, by=world.bureau_admin), 91)

    housekeeping.every_minute()

    assert not RosterFile.objects.exists()
