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
