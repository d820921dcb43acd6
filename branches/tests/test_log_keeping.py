"""The log is kept as long as set, never under six months; what is removed by age leaves its links behind."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.utils import timezone

from branches import audit, log_keeping, log_proof
from branches.models import AuditEntry, AuditMention, AuditSeal
from branches.tests.test_audit import an_entry
from tuanjian.startup import audit_months


@pytest.fixture
def aged(world):
    """One link of today, whose entries are looked at three years and a day later, and one of then."""
    an_entry(world, about=[world.member])
    audit.seal_pending()
    with time_machine.travel(dt.datetime(2029, 11, 22, 4, 0, tzinfo=dt.UTC)):
        an_entry(world, label="新")
        audit.seal_pending()
        yield world


def test_entries_past_their_time_go_and_the_chain_still_verifies(aged, capsys):
    old = AuditSeal.objects.get(number=1)

    removed = log_keeping.remove_aged()

    assert removed == old.size
    assert not AuditEntry.objects.filter(pk__in=dict(old.entries)).exists()
    assert not AuditMention.objects.exists()
    call_command("verify_audit")
    assert capsys.readouterr().out.splitlines() == [
        "日志完整，没有缺失或改动：共 2 条，封存记录 3 个。",
        f"另有 {removed} 条已按保存期限清理，封存记录仍在。",
    ]


def test_the_removal_is_in_the_log(aged):
    log_keeping.remove_aged()

    entry = AuditEntry.objects.first()
    size = AuditSeal.objects.get(number=1).size
    assert (entry.kind, entry.actor_name, entry.changes, entry.reason) == (
        "job", "系统", {"到期清理": [f"{size} 条", None]}, "保存满 36 个月",
    )  # fmt: skip


def test_removing_again_removes_nothing(aged):
    log_keeping.remove_aged()

    assert log_keeping.remove_aged() == 0


def test_a_removed_link_stays_an_anchor(aged):
    digest = AuditSeal.objects.get(number=1).digest

    log_keeping.remove_aged()

    assert log_proof.prove(anchor=digest).problem == ""


def test_younger_entries_stay(world):
    audit.seal_pending()

    with time_machine.travel(dt.datetime(2029, 11, 21, 3, 0, tzinfo=dt.UTC)):
        removed = log_keeping.remove_aged()

    assert removed == 0
    assert log_proof.prove().problem == ""


def test_a_removal_before_six_months_is_no_removal_by_age(world, settings):
    settings.TUANJIAN_AUDIT_MONTHS = 0
    audit.seal_pending()

    log_keeping.remove_aged(now=timezone.now() + dt.timedelta(days=30))

    assert log_proof.prove().problem == "第 1 个封存记录标为已到期清理，但不是本系统清理的。"


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [
        ((2026, 11, 21), 36, (2023, 11, 21)),
        ((2026, 8, 31), 6, (2026, 2, 28)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
    ],
)
def test_months_are_those_of_the_calendar(moment, months, before):
    found = log_keeping.months_before(dt.datetime(*moment, tzinfo=dt.UTC), months)

    assert found == dt.datetime(*before, tzinfo=dt.UTC)


def test_a_start_with_less_than_six_months_is_refused():
    assert audit_months(6) == 6
    with pytest.raises(ImproperlyConfigured, match="至少要保存 6 个月"):
        audit_months(5)
