import datetime as dt
import re

import pytest
from django.db import connection
from django.utils import timezone

from members.models.roster import ImportState, RosterImport
from members.roster.running import checking
from members.roster.running.pace import pace_of
from members.tests.rosters import a_row, checked, members

NOW = dt.datetime(2026, 11, 22, 4, 0, 0, tzinfo=dt.UTC)


def pace(state, *, done, total, seconds):
    roster = RosterImport(state=state, done=done, total=total)
    return pace_of(roster, now=NOW, since=str(int(NOW.timestamp()) - seconds))


def told(seen):
    return (seen.is_reading, seen.percent, seen.rows, seen.rows_done, seen.rate, seen.seconds_left)


@pytest.mark.parametrize(
    ("done", "total", "expected"),
    [
        (0, 0, (True, None, 0, 0, 0, 0)),
        (20_000, 0, (True, None, 0, 20_000, 2_000, 0)),
        (20_000, 4 * 80_000, (True, 6, 80_000, 20_000, 2_000, 157)),
        (80_000, 4 * 80_000, (False, 25, 80_000, 0, 0, 30)),
        (80_000 + 3 * 40_000, 4 * 80_000, (False, 62, 80_000, 40_000, 4_000, 7)),
    ],
)
def test_reading_and_checking_tell_rows_rate_and_rest(done, total, expected):
    seen = pace(ImportState.CHECKING, done=done, total=total, seconds=10)

    assert told(seen) == expected


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (20_000, 4 * 80_000, "正在读取文件，已读 20,000 行，共约 80,000 行，每秒约"),
        (20_000, 0, "正在读取文件，已读 20,000 行，每秒约"),
        (0, 0, "正在读取文件。"),
        (80_000 + 3 * 10_000, 4 * 80_000, "第 10,000 行，共 80,000 行"),
    ],
)
def test_the_page_tells_what_is_being_done(world, signed_in, done, total, words):
    roster = checked(
        members(a_row("费思源", world.branch.short_name)), organization=world.bureau, by=world.bureau_admin
    )
    RosterImport.objects.filter(pk=roster.pk).update(state=ImportState.CHECKING, done=done, total=total)
    since = int(timezone.now().timestamp()) - 4

    page = signed_in(world.bureau_admin).get(f"/imports/{roster.pk}/progress/", {"since": since}).content.decode()

    assert words in re.sub(r"\s+", " ", page)


def test_the_reading_tells_how_far_it_is(world, monkeypatch):
    monkeypatch.setattr(checking, "LONGEST_SILENCE", 0)
    steps = []

    def note(execute, sql, params, many, context):
        if sql.startswith('UPDATE "members_rosterimport" SET "done"'):
            steps.append((params[0], params[2]))
        return execute(sql, params, many, context)

    rows = [a_row("费思源", world.branch.short_name) for _ in range(2_500)]
    with connection.execute_wrapper(note):
        checked(members(*rows), organization=world.bureau, by=world.bureau_admin)

    reading = steps[: steps.index((2_500, 4 * 2_500))]
    assert [done for done, _ in reading] == [1_000, 2_000, 2_501]
    assert all(total == 0 or total >= 4 * done for done, total in reading)
    assert reading[-1][1] <= 4 * 3_500


def test_a_short_reading_is_not_worth_a_statement(world):
    progress = []

    def note(execute, sql, params, many, context):
        if sql.startswith('UPDATE "members_rosterimport" SET "done"'):
            progress.append(params[0])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        checked(members(a_row("费思源", world.branch.short_name)), organization=world.bureau, by=world.bureau_admin)

    assert progress == [1, 3]
