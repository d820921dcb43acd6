"""A worker killed with -9 while it writes an import, at many points: nothing of it stays, and one click resumes.

A roster of members is checked once; a process of its own writes it, as the worker does, and is killed at a moment of
the write, another one each time, spread evenly over the time an undisturbed write takes. Then nothing or everything
has to be there. The import is given back as housekeeping does it once the lease is over, confirmed once more, and has
to be there whole: every person, membership, status, before-image and log entry once. The import is one of several
pieces, as one of many more rows would be.

Runs on SQLite, and on PostgreSQL when TEST_DATABASE_URL or DATABASE_URL names a server on which databases may be made.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import signal
import subprocess
import sys
import time
from typing import Any, Final

from measuring import databases, lists, sites, verdicts
from measuring.verdicts import at_most

GOALS: Final = {"half_imports": at_most(0, counted=True), "not_resumed": at_most(0, counted=True)}
BEGUN, WRITTEN = "begun", "written"
PIECES: Final = 3
# The server may need a moment to notice that a client is gone.
_TRIES: Final = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="300 rows, 5 points")
    parser.add_argument("--rows", type=int, default=5_000, help="members in the workbook")
    parser.add_argument("--points", type=int, default=50, help="moments at which the worker is killed")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one database only")
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    parser.add_argument("--measure", choices=["sqlite", "postgresql"], help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    rows, points = (300, 5) if options.quick else (options.rows, options.points)
    if options.write:
        write(rows)
        return 0
    if options.measure:
        print(json.dumps(killed(rows, points)))
        return 0
    arguments = ["--rows", str(rows), "--points", str(points)]
    figures = {
        name: databases.in_process_of_its_own(__file__, name, server, arguments)
        for name, server in databases.databases()
        if options.only in (None, name)
    }
    return verdicts.tell("kill_points", figures, GOALS)


def set_up(rows: int) -> None:
    """Get Django ready, and let so many rows be several pieces."""
    import django

    django.setup()
    from members.roster.preview import pieces

    pieces.PIECE = -(-rows // PIECES)  # type: ignore[misc]  # final for everybody else


def write(rows: int) -> None:
    """What the worker does with a confirmed import; says when it begins."""
    set_up(rows)
    from members.models import RosterImport
    from members.roster.running.applying import apply_plan

    roster, user = RosterImport.objects.get(), sites.administrator()
    print(BEGUN, flush=True)
    apply_plan(roster, by=user)
    print(WRITTEN, flush=True)


def killed(rows: int, points: int) -> dict[str, float]:
    """Kill the writing at every point and look at what is there."""
    set_up(rows)
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from members.roster.running.checking import check
    from members.roster.running.starting import start

    copies = databases.copies()
    with contextlib.closing(copies):
        sites.found_site(lists.branch_names())
        today = timezone.localdate()
        content = lists.workbook_of(lists.people(rows, today), today)
        roster = start(
            ContentFile(content, name="名册.xlsx"),
            organization=sites.root(),
            note="",
            update_existing=True,
            by=sites.administrator(),
        )
        check(roster.pk)
        copies.keep("checked")
        before = there()
        seconds = write_elsewhere(rows, kill_after=None)
        after = there()
        if after["people"] != rows:
            raise AssertionError(f"the undisturbed write left {after}")
        figures: dict[str, float] = {"points": points, "undisturbed_seconds": round(seconds, 3)}
        figures |= dict.fromkeys(("half_imports", "not_resumed", "killed_before_commit", "survived"), 0)
        for point in range(points):
            give(copies, "checked")
            write_elsewhere(rows, kill_after=seconds * (point + 0.5) / points)
            found = there()
            figures["half_imports"] += found not in (before, after)
            figures["killed_before_commit"] += found == before
            figures["survived"] += found == after
            figures["not_resumed"] += not resumes(after)
    return figures


def write_elsewhere(rows: int, *, kill_after: float | None) -> float:
    """Write the import in a process of its own, killed so long after it began; returns how long it took otherwise."""
    command = [sys.executable, __file__, "--write", "--rows", str(rows)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == BEGUN
        began = time.perf_counter()
        if kill_after is not None:
            time.sleep(kill_after)
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
            return kill_after
        written = writer.stdout.readline().strip()
        took = time.perf_counter() - began
        _, said = writer.communicate()
        assert (written, writer.returncode) == (WRITTEN, 0), said
        return took


def there() -> dict[str, int]:
    """How much of the import is in the database, all of it at one moment: the server may be committing meanwhile."""
    from django.db import connection, transaction

    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return counted()


def counted() -> dict[str, int]:
    from branches.models import AuditEntry
    from members.models import BranchMembership, CadreTerm, Member, RosterChange, StatusChange

    created = AuditEntry.objects.filter(kind="created").exclude(object_type="members.rosterimport")
    return {
        "people": Member.objects.exclude(id_number_index=None).values("id_number_index").distinct().count(),
        "rows": Member.objects.count(),
        "memberships": BranchMembership.objects.count(),
        "statuses": StatusChange.objects.count(),
        "posts": CadreTerm.objects.count(),
        "before_images": RosterChange.objects.count(),
        "entries": created.count(),
    }


def resumes(after: dict[str, int]) -> bool:
    """Whether one click brings the import in, once housekeeping has noticed that its worker is gone."""
    from django.utils import timezone

    from members.models import ImportState, RosterImport
    from members.roster.running.applying import apply_plan
    from members.roster.running.checking import return_lost

    return_lost(now=timezone.now() + dt.timedelta(hours=1))
    roster = RosterImport.objects.get()
    if roster.state == ImportState.TO_CONFIRM:
        apply_plan(roster, by=sites.administrator())
        roster.refresh_from_db()
    return roster.state == ImportState.DONE and there() == after


def give(copies: Any, name: str) -> None:
    """The kept state again, as soon as the killed writer's connection is gone."""
    from django.db import OperationalError

    for _ in range(_TRIES):
        try:
            copies.give(name)
        except OperationalError:
            time.sleep(0.5)
        else:
            return
    copies.give(name)


if __name__ == "__main__":
    sys.exit(main())
