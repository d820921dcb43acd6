"""Imports side by side: clicked twice, confirmed by two people, crashed and tried again – everybody once."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from branches.models import AuditEntry, Role
from branches.tests.builders import a_grant, a_user
from branches.tests.threads import at_once, overlapping
from members.models import ImportState, Member, RosterImport
from members.roster.outcome.undoing import take_back
from members.roster.preview.deciding import decide
from members.roster.running.applying import LEASE, apply_plan, confirm, write
from members.roster.running.checking import return_lost
from members.roster.running.starting import check_again
from members.tests.builders import an_id_number
from members.tests.rosters import a_row, checked, members

NAMES = ("赵启明", "钱子昂", "孙知远")
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def admin(world):
    return world.bureau_admin


def a_list(numbers):
    rows = [a_row(name, "航测一室团支部", number=number) for name, number in zip(NAMES, numbers, strict=False)]
    return members(*rows)


def entered():
    """Who of the lists is there, each as often as entered."""
    return sorted(Member.objects.filter(name__in=NAMES).values_list("name", flat=True))


def imported_entries(roster):
    return AuditEntry.objects.filter(kind="imported", object_id=str(roster.pk)).count()


def test_a_double_click_writes_once(world, admin):
    roster = checked(a_list([an_id_number() for _ in NAMES]), organization=world.bureau, by=admin)

    answers = at_once(*[lambda: confirm(RosterImport.objects.get(pk=roster.pk), by=admin)] * 2)

    assert (entered(), imported_entries(roster)) == (sorted(NAMES), 1)
    assert sum(answer is None for answer in answers) == 1


def test_of_two_people_who_confirm_one_writes(world, admin):
    other = a_user()
    a_grant(other, world.bureau, Role.ADMINISTRATOR)
    roster = checked(a_list([an_id_number() for _ in NAMES]), organization=world.bureau, by=admin)

    answers = at_once(lambda: apply_plan(roster, by=admin), lambda: apply_plan(roster, by=other))

    assert (entered(), imported_entries(roster)) == (sorted(NAMES), 1)
    assert sum(answer is None for answer in answers) == 1


@pytest.mark.parametrize("together", [at_once, overlapping])
def test_overlapping_files_of_two_administrators_enter_each_person_once(world, admin, together):
    numbers = [an_id_number() for _ in NAMES]
    first = checked(a_list(numbers[:2]), organization=world.bureau, by=admin)
    second = checked(a_list(numbers), organization=world.general, by=world.general_admin)

    together(lambda: apply_plan(first, by=admin), lambda: apply_plan(second, by=world.general_admin))

    # Whoever came second is told, checks again and brings the rest.
    for roster, by in ((first, admin), (second, world.general_admin)):
        roster.refresh_from_db()
        if roster.state == ImportState.TO_CONFIRM:
            assert roster.error_code == "moved"
            check_again(roster, by=by)
            apply_plan(roster, by=by)
    assert entered() == sorted(NAMES)


def test_a_worker_that_comes_late_finds_it_written(world, admin):
    roster = checked(a_list([an_id_number()]), organization=world.bureau, by=admin)
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.WRITING, lease_until=timezone.now())
    return_lost(now=timezone.now() + LEASE)

    confirm(RosterImport.objects.get(pk=roster.pk), by=admin)
    write(roster.pk, admin.pk)

    assert (entered(), imported_entries(roster)) == ([NAMES[0]], 1)


def test_a_write_that_breaks_off_leaves_nothing_and_is_tried_again(world, admin):
    roster = checked(a_list([an_id_number() for _ in NAMES]), organization=world.bureau, by=admin)

    def breaks(execute, sql, *args):
        if sql.startswith("UPDATE") and "written_at" in sql:
            raise ConnectionError("the disk is gone")
        return execute(sql, *args)

    with connection.execute_wrapper(breaks), pytest.raises(ConnectionError):
        apply_plan(roster, by=admin)
    after_the_crash = entered()
    roster.refresh_from_db()
    error = roster.error
    apply_plan(roster, by=admin)

    assert (after_the_crash, error[:6], entered()) == ([], "写入没有完成", sorted(NAMES))


def test_rights_that_end_before_the_write_are_missed_for_each_row(world, admin):
    user = a_user()
    grant = a_grant(user, world.bureau, Role.ADMINISTRATOR)
    a_grant(user, world.branch, Role.ADMINISTRATOR)
    row = ("何静姝", world.sister_member.id_number, None, None, None, world.branch.short_name, None, None)
    roster = checked(members(row), organization=world.branch, by=user)
    decide(roster.rows.get(), "move", by=user)
    grant.delete()

    (answer,) = at_once(lambda: apply_plan(roster, by=user))

    # The right to import there is still held; the right to take somebody out of the other branch is not.
    assert answer == ["检查之后数据有变动，没有写入任何内容，请重新检查后再确认。"]
    assert Member.objects.get(pk=world.sister_member.pk).branch == world.sister_branch


def test_of_two_who_take_back_at_once_one_does(world, admin):
    roster = checked(a_list([an_id_number() for _ in NAMES]), organization=world.bureau, by=admin)
    apply_plan(roster, by=admin)

    at_once(lambda: take_back(roster, by=admin), lambda: take_back(roster, by=admin))

    assert entered() == []
    undone = AuditEntry.objects.filter(kind="undone", object_type="members.rosterimport")
    assert undone.filter(object_id=str(roster.pk)).count() == 1


def test_a_worker_killed_at_any_moment_leaves_no_half_import(tmp_path):
    script = Path(settings.BASE_DIR) / "bench" / "kill_points.py"
    command = [sys.executable, str(script), "--quick", "--only", connection.vendor]

    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)  # noqa: S603 – our own script

    assert done.returncode == 0, done.stdout + done.stderr
