"""With the triggers up the database itself refuses to change the log, and the application goes on as before."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from branches import audit, log_guard, log_keeping, log_proof
from branches.models import AuditEntry, AuditSeal
from branches.tests.test_audit import an_entry


@pytest.fixture
def guarded(world):
    audit.seal_pending()
    log_guard.install()
    log_guard.install()
    return world


def refused(deed):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        deed()


def test_entries_are_never_updated(guarded):
    refused(lambda: AuditEntry.objects.update(reason="后来加的"))


def test_young_entries_are_never_deleted(guarded):
    entry = an_entry(guarded, about=[guarded.member])

    refused(lambda: AuditEntry.objects.filter(pk=entry.pk)._raw_delete("default"))


def test_seals_are_neither_deleted_nor_changed(guarded):
    refused(lambda: AuditSeal.objects.all()._raw_delete("default"))
    for field, value in {"digest": "0" * 64, "entries": [], "number": 9, "size": 0}.items():
        refused(lambda field=field, value=value: AuditSeal.objects.update(**{field: value}))


def test_the_note_of_a_removal_is_made_once(guarded):
    AuditSeal.objects.update(removed_at=timezone.now(), removal_mac="0" * 64)

    refused(lambda: AuditSeal.objects.update(removed_at=None))


def test_the_table_is_not_emptied_at_once(guarded):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        refused(lambda: cursor.execute("TRUNCATE branches_auditentry CASCADE"))


def test_writing_sealing_and_verifying_go_on(guarded):
    an_entry(guarded, about=[guarded.member])

    audit.seal_pending()

    assert log_proof.prove().problem == ""


def test_entries_past_their_time_may_go(world, settings):
    # The database looks at its own clock, so these entries have to be old, not only look old.
    long_ago = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
    AuditEntry.objects.update(at=long_ago)
    audit.seal_pending()
    AuditSeal.objects.update(sealed_at=long_ago)
    log_guard.install()

    removed = log_keeping.remove_aged()

    assert removed == AuditSeal.objects.get(number=1).size
    assert AuditEntry.objects.count() == 1


def test_a_migrate_puts_the_triggers_up(world, settings):
    settings.AUDIT_GUARD = True

    log_guard.install_after_migrate(using="default")

    refused(lambda: AuditEntry.objects.update(reason="后来加的"))
