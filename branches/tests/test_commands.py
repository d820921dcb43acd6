"""Commands at the console: the worker's housekeeping and the proof of the log."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from branches import audit, resets
from branches.models import AuditEntry, AuditPending
from branches.tests.builders import an_organization


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_worker_closes_waiting_entries_into_the_chain():
    an_organization("总团委")
    assert AuditPending.objects.exists()

    call_command("worker", once=True)

    assert not AuditPending.objects.exists()


def test_a_whole_log_is_confirmed(world):
    answer = io.StringIO()

    call_command("verify_audit", stdout=answer)

    assert answer.getvalue().startswith("日志完整，没有缺失或改动：共 ")


def test_a_changed_entry_is_named(world):
    audit.seal_pending()
    entry = AuditEntry.objects.order_by("pk").first()
    AuditEntry.objects.filter(pk=entry.pk).update(object_label="别的组织")

    with pytest.raises(CommandError, match=f"日志第 {entry.pk} 条被改动。"):
        call_command("verify_audit")


def test_a_reset_code_for_the_topmost_administrator(world, capsys):
    call_command("reset_code", "bureau_admin")

    shown = re.search(r"重置码：(\w{4}-\w{4})", capsys.readouterr().out)[1]
    assert resets.find(shown).user == world.bureau_admin


def test_a_reset_code_for_nobody(world):
    with pytest.raises(CommandError, match="没有这个账号"):
        call_command("reset_code", "nobody")
