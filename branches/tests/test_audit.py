"""The log: written with the deed, closed link by link, tampering found, read in scope as of the entry."""

from django.db import transaction

from branches import audit, tree
from branches.models import AuditEntry, AuditPending, AuditSeal


def an_entry(world, *, at=None, label="甲"):
    return audit.record(
        audit.Kind.CHANGED, world.member, by=world.secretary, at=at or world.branch, changes={"姓名": [label, "乙"]}
    )


def test_an_entry_says_who_what_where_and_what_changed(world):
    entry = an_entry(world)

    assert (entry.actor, entry.actor_name, entry.object_type, entry.object_label, entry.changes) == (
        world.secretary, "支书", "members.member", "白雨桐", {"姓名": ["甲", "乙"]},
    )  # fmt: skip
    assert entry.placement.organization_id == world.branch.pk


def test_an_entry_goes_with_its_transaction(world):
    before = AuditEntry.objects.count()

    with transaction.atomic():
        an_entry(world)
        transaction.set_rollback(True)

    assert AuditEntry.objects.count() == before


def test_a_whole_log_verifies(world):
    audit.seal_pending()
    an_entry(world)
    audit.seal_pending()
    an_entry(world)

    assert AuditPending.objects.count() == 1
    assert AuditSeal.objects.count() == 2
    assert audit.find_tampering() == []


def test_an_edited_entry_is_named(world):
    entry = an_entry(world)
    audit.seal_pending()

    AuditEntry.objects.filter(pk=entry.pk).update(reason="后来加的")

    assert audit.find_tampering() == [f"日志第 {entry.pk} 条被改动。"]


def test_an_edited_entry_is_named_before_it_is_sealed_too(world):
    audit.seal_pending()
    entry = an_entry(world)

    AuditEntry.objects.filter(pk=entry.pk).update(actor_name="别人")

    assert audit.find_tampering() == [f"日志第 {entry.pk} 条被改动。"]


def test_a_missing_entry_is_named(world):
    entry = an_entry(world)
    audit.seal_pending()

    AuditEntry.objects.filter(pk=entry.pk).delete()

    assert audit.find_tampering() == [f"日志第 {entry.pk} 条缺失。"]


def test_two_entries_that_change_places_are_found(world):
    first, second = an_entry(world, label="甲"), an_entry(world, label="丙")
    audit.seal_pending()

    AuditEntry.objects.filter(pk=first.pk).update(mac=second.mac, changes=second.changes)

    assert audit.find_tampering() == [f"日志第 {first.pk} 条被改动。"]


def test_a_missing_link_is_named(world):
    audit.seal_pending()
    an_entry(world)
    audit.seal_pending()

    AuditSeal.objects.get(number=1).delete()

    assert audit.find_tampering() == ["第 1 个封存记录缺失或被改动。"]


def test_a_smuggled_entry_is_found(world):
    entry = an_entry(world)
    audit.seal_pending()

    entry.pk = None
    entry.save(force_insert=True)

    assert audit.find_tampering() == ["有日志不在封存记录之内，可能是后来插入的。"]


def test_reading_obeys_the_scope_of_the_time(world):
    entry = an_entry(world)
    tree.move(world.branch, under=world.other_general, by=world.bureau_admin)

    assert entry in AuditEntry.objects.visible_to(world.general_admin)
    assert entry in AuditEntry.objects.visible_to(world.auditor)
    assert entry not in AuditEntry.objects.visible_to(world.observer)
    assert entry not in AuditEntry.objects.visible_to(world.foreign_admin)
