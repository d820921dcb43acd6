"""The log: written with the deed, closed link by link, read in scope as of the entry."""

from django.db import transaction

from branches import audit, tree
from branches.models import AuditEntry, AuditMention, AuditPending, AuditSeal


def an_entry(world, *, at=None, label="甲", **more):
    return audit.record(
        audit.Kind.CHANGED,
        world.member,
        by=world.secretary,
        at=at or world.branch,
        changes={"姓名": [label, "乙"]},
        **more,
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


def test_a_list_names_everybody_on_it(world):
    people = [world.member, world.sister_member, world.member]

    entry = an_entry(world, about=people)

    mentioned = [("members.member", str(world.member.pk)), ("members.member", str(world.sister_member.pk))]
    assert list(AuditMention.objects.order_by("id").values_list("entry", "object_type", "object_id")) == [
        (entry.pk, *each) for each in sorted(mentioned)
    ]
    assert set(AuditEntry.objects.about(("members.member", [str(world.sister_member.pk)]))) == {entry}


def test_a_recording_is_written_in_goes_and_sealed_as_a_whole(world, monkeypatch):
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    audit.seal_pending()
    first = AuditEntry.objects.latest("id").pk

    with transaction.atomic():
        log = audit.Recording(by=world.secretary, reason="春季", job="名册导入 1")
        log.add([(audit.Kind.CREATED, world.member, world.branch, {"姓名": [None, "甲"]})])
        waiting = AuditEntry.objects.filter(pk__gt=first).count()
        log.add([(audit.Kind.CHANGED, world.sister_member, world.sister_branch, {})])
        written = AuditEntry.objects.filter(pk__gt=first).count()
        log.add([(audit.Kind.IMPORTED, world.bureau, None, {})])
        log.close()

    entries = AuditEntry.objects.filter(pk__gt=first).order_by("pk")
    assert (waiting, written) == (0, 2)
    assert [(e.kind, e.object_label, e.placement and e.placement.organization, e.reason, e.job) for e in entries] == [
        ("created", "白雨桐", world.branch, "春季", "名册导入 1"),
        ("changed", "何静姝", world.sister_branch, "春季", "名册导入 1"),
        ("imported", str(world.bureau), None, "春季", "名册导入 1"),
    ]
    assert [entry.mac for entry in entries] == [audit.mac_of(entry) for entry in entries]
    assert audit.seal_pending() == 3


def test_seals_list_what_waits_and_empty_the_queue(world):
    audit.seal_pending()
    entry = an_entry(world)

    closed = audit.seal_pending()

    seal = AuditSeal.objects.last()
    assert (closed, AuditPending.objects.count()) == (1, 0)
    assert (seal.number, seal.size, seal.entries) == (2, 1, [[entry.pk, entry.mac]])


def test_reading_obeys_the_scope_of_the_time(world):
    entry = an_entry(world)
    tree.move(world.branch, under=world.other_general, by=world.bureau_admin)

    assert entry in AuditEntry.objects.visible_to(world.general_admin)
    assert entry in AuditEntry.objects.visible_to(world.auditor)
    assert entry not in AuditEntry.objects.visible_to(world.observer)
    assert entry not in AuditEntry.objects.visible_to(world.foreign_admin)
