"""Every kind of tampering is found and named; the anchor finds what the chain alone cannot."""

import datetime as dt

import pytest
import time_machine
from django.core.management import CommandError, call_command

from branches import audit, log_proof
from branches.models import AuditEntry, AuditMention, AuditPending, AuditSeal, Placement
from branches.tests.test_audit import an_entry


@pytest.fixture
def log(world):
    """Three links and one entry that waits; two entries in the last link."""
    audit.seal_pending()
    an_entry(world, label="一", about=[world.member, world.sister_member])
    audit.seal_pending()
    entries = [an_entry(world, label="二", reason="核对", job="任务 1"), an_entry(world, label="三")]
    audit.seal_pending()
    entries.append(an_entry(world, label="四"))
    return entries


def problem():
    return log_proof.prove().problem


def test_a_whole_log_verifies(log):
    proof = log_proof.prove()

    assert (proof.problem, proof.links, proof.waiting, proof.removed) == ("", 3, 1, 0)
    assert proof.entries == AuditEntry.objects.count() - 1


OTHER = {
    "at": dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC),
    "actor_name": "别人",
    "kind": "created",
    "object_type": "members.cadreterm",
    "object_id": "7",
    "object_label": "别人",
    "changes": {"姓名": ["甲", "丙"]},
    "reason": "后来加的",
    "job": "任务 2",
    "request_number": "AAAA-BBBB",
    "mentions_digest": "0" * 64,
    "mac": "0" * 64,
}


@pytest.mark.parametrize("field", [*OTHER, "actor", "placement"])
@pytest.mark.parametrize("which", [0, 2], ids=["sealed", "waiting"])
def test_a_changed_field_is_found(world, log, field, which):
    other = {**OTHER, "actor": world.clerk.pk, "placement": Placement.objects.first().pk}

    AuditEntry.objects.filter(pk=log[which].pk).update(**{field: other[field]})

    assert problem() == f"日志第 {log[which].pk} 条被改动。"


def test_every_field_of_an_entry_is_covered():
    fields = {field.name for field in AuditEntry._meta.local_fields}

    assert fields == {"id", "actor", "placement", *OTHER}


def test_a_deleted_entry_is_named(log):
    AuditEntry.objects.filter(pk=log[1].pk).delete()

    assert problem() == f"日志第 {log[1].pk} 条缺失。"


def test_entries_that_change_places_are_named(log):
    first, second = log[0].pk, log[1].pk
    AuditEntry.objects.filter(pk=first).update(id=10**9)
    AuditEntry.objects.filter(pk=second).update(id=first)

    AuditEntry.objects.filter(pk=10**9).update(id=second)

    assert problem() == f"日志第 {first} 条与第 {second} 条被调换。"


def test_a_smuggled_entry_is_named(log):
    log[0].pk = None
    log[0].save(force_insert=True)

    assert problem() == f"日志第 {log[0].pk} 条不在封存记录之内，可能是后来插入的。"


def test_an_entry_smuggled_in_place_of_one_that_waits_is_named(log):
    AuditPending.objects.filter(pk=log[2].pk).delete()

    assert problem() == f"日志第 {log[2].pk} 条不在封存记录之内，可能是后来插入的。"


def test_a_sealed_entry_put_back_into_the_queue_is_named(log):
    AuditPending.objects.create(entry=log[0])

    assert problem() == f"日志第 {log[0].pk} 条已经封存，又被放回待封存队列。"


@pytest.mark.parametrize("number", [1, 2])
def test_a_deleted_seal_is_named(log, number):
    AuditSeal.objects.filter(number=number).delete()

    assert problem() == f"第 {number} 个封存记录缺失。"


def test_seals_that_change_places_are_named(log):
    AuditSeal.objects.filter(number=2).update(number=10**9)
    AuditSeal.objects.filter(number=3).update(number=2)

    AuditSeal.objects.filter(number=10**9).update(number=3)

    assert problem() == "第 2 个封存记录被改动。"


SEAL = {
    "sealed_at": dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC),
    "entries": [[1, "0" * 64]],
    "size": 9,
    "previous_digest": "0" * 64,
    "digest": "0" * 64,
}


@pytest.mark.parametrize("field", SEAL)
def test_a_changed_seal_is_named(log, field):
    AuditSeal.objects.filter(number=2).update(**{field: SEAL[field]})

    assert problem() == "第 2 个封存记录被改动。"


def test_entries_declared_aged_by_somebody_else_are_named(log):
    seal = AuditSeal.objects.get(number=2)
    AuditMention.objects.all().delete()
    AuditEntry.objects.filter(pk__in=dict(seal.entries)).delete()

    AuditSeal.objects.filter(number=2).update(removed_at=seal.sealed_at, removal_mac="0" * 64)

    assert problem() == "第 2 个封存记录标为已到期清理，但不是本系统清理的。"


@pytest.mark.parametrize("number", [2, 3])
def test_a_seal_whose_mentions_changed_names_the_entry(world, log, number):
    listed = AuditEntry.objects.get(pk=log[0].pk - 1) if number == 2 else log[0]
    if number == 2:
        AuditMention.objects.filter(object_id=str(world.sister_member.pk)).delete()
    else:
        AuditMention.objects.create(entry=listed, object_type="members.member", object_id="1")

    assert problem() == f"日志第 {listed.pk} 条被改动。"


def test_a_chain_cut_off_at_its_end_needs_the_anchor(log):
    anchor = AuditSeal.objects.get(number=3).digest
    AuditPending.objects.all().delete()
    gone = AuditSeal.objects.get(number=3)
    AuditEntry.objects.filter(pk__in=[log[2].pk, *dict(gone.entries)]).delete()
    gone.delete()

    assert log_proof.prove().problem == ""
    assert log_proof.prove(anchor=anchor).problem == (
        "日志中没有这个校验值：抄录有误，或者这个校验值之后的日志已被截去、整个日志已被替换。"
    )


def test_the_last_seal_alone_cut_off_leaves_its_entries_behind(log):
    AuditSeal.objects.filter(number=3).delete()

    assert problem() == f"日志第 {log[0].pk} 条不在封存记录之内，可能是后来插入的。"


def test_the_anchor_may_be_typed_from_paper(log):
    digest = AuditSeal.objects.get(number=2).digest
    typed = f"{digest[:8]} {digest[8:16]} ".upper()

    assert log_proof.prove(anchor=typed).problem == ""
    assert log_proof.prove(anchor=digest[:8]).problem == "校验值至少要输入前 16 位。"


def test_stragglers_far_apart_are_found_all_the_same(world, log):
    AuditEntry.objects.filter(pk=log[2].pk).update(id=10**9)
    AuditPending.objects.all().delete()
    AuditPending.objects.create(entry_id=10**9)

    audit.seal_pending()

    assert log_proof.prove().problem == ""


def test_each_day_has_its_anchor(world, today):
    audit.seal_pending()
    first = AuditSeal.objects.last()
    with time_machine.travel(dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)):
        an_entry(world)
        an_entry(world)
        audit.seal_pending()
    last = AuditSeal.objects.last()
    day = dt.date(2026, 11, 22)

    both = log_proof.anchors(today, day)

    assert [(each.day, each.number, each.entries, each.total, each.digest) for each in both] == [
        (day, 2, 2, first.size + 2, last.digest),
        (today, 1, first.size, first.size, first.digest),
    ]
    assert log_proof.anchors(day, day) == both[:1]


def test_the_commands_say_it_in_words(world, capsys, today):
    call_command("audit_anchor")
    anchor = capsys.readouterr().out
    digest = AuditSeal.objects.last().digest

    call_command("verify_audit", anchor=digest)

    assert f"日期：{today}" in anchor
    assert f"校验值：{digest}" in anchor
    count = AuditEntry.objects.count()
    assert capsys.readouterr().out.splitlines() == [
        f"日志完整，没有缺失或改动：共 {count} 条，封存记录 1 个。",
        "日志中仍有这个校验值，它之前的日志没有被截去或替换。",
    ]
    with pytest.raises(CommandError, match="没有这个校验值"):
        call_command("verify_audit", anchor="0" * 64)
    with pytest.raises(CommandError, match="2020-01-01 没有封存过日志"):
        call_command("audit_anchor", on=dt.date(2020, 1, 1))
