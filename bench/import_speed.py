"""How fast a roster of members of twenty columns comes in: check and commit, with everything an import keeps.

Measured is what the office waits for: upload, check and commit with rights, log, sealing, preview rows and
before-images. Beside it, on copies of the same database and in turns: django-import-export's default resource on the
same people (preview and import, each reading the file, as its admin does; up to 10,000 rows, beyond that nobody would
wait for it), and the least an import could be (``measuring/plainly.py``). They are compared by the work they are, which
``measuring/work.py`` explains. Statements, the memory of the worker and of
the reading child, the longest time SQLite is kept from other writers, and the reader beside openpyxl's read-only mode
are taken in further runs, so that counting does not slow down what is timed.

Runs on SQLite, and on PostgreSQL when TEST_DATABASE_URL or DATABASE_URL names a server on which databases may be made.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from measuring import databases, lists, plainly, resources, sites, verdicts
from measuring.verdicts import Goal, at_least, at_most
from measuring.work import Work, work_of

MOST_FOR_DEFAULT: Final = 10_000
# A lock of two seconds is promised for this many rows.
LOCK_ROWS: Final = 5_000
# Below that a file is one piece, and tells nothing of memory and statements.
LONG_ROWS: Final = 10_000
PARTS: Final = ("memory", "statements", "lock", "times")
# docs/decisions/0015-import-speed.md says how far off they are and why.
KNOWN_MISSED: Final = frozenset({"times_as_fast_as_default"})


def goals(rows: int) -> dict[str, Goal]:
    """What has to hold for a roster of that many rows."""
    tens_of_thousands = max(1, -(-rows // 10_000))
    every = {
        "times_as_fast_as_default": at_least(40),
        "statements": at_most(60 + 10 * (tens_of_thousands - 1), counted=True),
        # Of that the worker takes 160 to 170 before it begins.
        "worker_mb": at_most(400 if rows > LONG_ROWS else 300, counted=True),
        "reader_mb": at_most(512, counted=True),
        "times_as_fast_as_openpyxl": at_least(5),
    }
    if rows >= 100_000:
        every["times_of_plain"] = at_most(4)
    if rows <= LOCK_ROWS:
        every["longest_lock_seconds"] = at_most(2)
    return every


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="1,000 rows, once; memory and statements at 10,000")
    parser.add_argument("--rows", type=int, default=10_000, help="members in the workbook")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each kind; figures are their medians")
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    parser.add_argument("--measure", choices=["sqlite", "postgresql"], help=argparse.SUPPRESS)
    parser.add_argument("--parts", nargs="+", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--workbooks", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    rows, repeats = (1_000, 1) if options.quick else (options.rows, options.repeats)
    if options.measure:
        print(json.dumps(measured(options.parts, rows, repeats, options.workbooks)))
        return 0
    # Memory is told first, by a process that has done nothing else.
    processes = [PARTS] if options.quick else [[part] for part in PARTS]
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        # In this process, so that making them does not count as memory of the worker.
        for number in {rows, max(rows, LONG_ROWS)}:
            workbook_in(Path(folder), number).write_bytes(lists.workbook_of(lists.people(number, today()), today()))
        arguments = ["--rows", str(rows), "--repeats", str(repeats), "--workbooks", folder]
        arguments += ["--quick"] if options.quick else []
        for name, server in databases.databases():
            figures[name] = {}
            for parts in processes:
                told = databases.in_process_of_its_own(__file__, name, server, [*arguments, "--parts", *parts])
                figures[name] |= told
    return verdicts.tell("import_speed", figures, goals(rows), known_missed=KNOWN_MISSED, quick=options.quick)


def measured(parts: Sequence[str], rows: int, repeats: int, workbooks: Path) -> dict[str, float]:
    """The figures of these parts. What says nothing about a short list is taken of a long one."""
    content, long = workbook_in(workbooks, rows).read_bytes(), max(rows, LONG_ROWS)
    figures: dict[str, float] = {}
    with prepared() as copies:
        for part in parts:
            match part:
                case "memory":
                    figures |= memory(copies, long, workbook_in(workbooks, long).read_bytes())
                case "statements":
                    figures |= statements(copies, long, workbook_in(workbooks, long).read_bytes())
                case "lock":
                    figures |= locked(copies, rows, content)
                case "times":
                    figures |= timed(copies, rows, repeats, content)
    return {name: round(figure, 3) for name, figure in figures.items()}


def workbook_in(folder: Path, rows: int) -> Path:
    """Where the workbook of that many rows stands."""
    return folder / f"{rows}.xlsx"


def today() -> dt.date:
    """The day in China, by which ages are judged, as the site would have it."""
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()


def timed(copies: databases.Copies, rows: int, repeats: int, content: bytes) -> dict[str, float]:
    """Medians of the times, every kind of run in each turn."""
    runs: list[dict[str, float]] = []
    copies.give("site")
    warm_up()
    theirs = resources.people_of_list(lists.people(rows, today())) if rows <= MOST_FOR_DEFAULT else b""
    for _ in range(repeats):
        copies.give("site")
        run: dict[str, float] = {}
        ours = work_of(lambda: run.update(import_ours(content, rows)))  # noqa: B023 – done with at once
        copies.give("site")
        plain = work_of(lambda: plainly.import_list(content))
        run |= told("check_and_commit", ours) | told("plain", plain)
        run["times_of_plain"] = ours.processor_seconds / plain.processor_seconds
        if theirs:
            copies.give("site")
            default = work_of(lambda: resources.import_people(theirs, expected=rows))
            run |= told("default", default)
            run["times_as_fast_as_default"] = default.processor_seconds / ours.processor_seconds
            run["plain_times_as_fast_as_default"] = default.processor_seconds / plain.processor_seconds
        runs.append(run | reading(content))
    return {figure: statistics.median(run[figure] for run in runs) for figure in runs[0]}


def told(name: str, work: Work) -> dict[str, float]:
    return {f"{name}_seconds": work.seconds, f"{name}_processor_seconds": work.processor_seconds}


def memory(copies: databases.Copies, rows: int, content: bytes) -> dict[str, float]:
    """The most memory worker and reading child ever held, in a process that has done nothing else."""
    copies.give("site")
    before = memory_mb("self")
    with watching_children() as child:
        import_ours(content, rows)
    return {"worker_before_mb": before, "worker_mb": memory_mb("self"), "reader_mb": child()}


def statements(copies: databases.Copies, rows: int, content: bytes) -> dict[str, float]:
    """How many statements check and commit take."""
    copies.give("site")
    return {"statements": statements_of(lambda: import_ours(content, rows))}


def locked(copies: databases.Copies, rows: int, content: bytes) -> dict[str, float]:
    """How long SQLite is kept from other writers; elsewhere nothing."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return {}
    copies.give("site")
    return told("longest_lock", longest_transaction(lambda: import_ours(content, rows)))


@contextlib.contextmanager
def prepared() -> Iterator[databases.Copies]:
    """A site with its branches, kept as ``site``. Files of any length are let in."""
    import django
    from django.conf import settings

    django.setup()
    settings.TUANJIAN_IMPORT_LIMITS = wide()
    copies = databases.copies()
    with contextlib.closing(copies):
        sites.found_site(lists.branch_names())
        copies.keep("site")
        yield copies


def wide() -> Any:
    """Limits no workbook of ours reaches, but that of the memory of the reading child."""
    from tuanjian.spreadsheets import Limits

    return Limits(rows=200_000, seconds=180, upload_bytes=100 << 20, part_bytes=400 << 20, all_bytes=800 << 20)


def warm_up() -> None:
    """Load what is loaded once in the life of a worker."""
    import_ours(lists.workbook_of(lists.people(50, today()), today()), 50)


def import_ours(content: bytes, rows: int) -> dict[str, float]:
    """Upload, check, commit; a result that is not the expected one is no figure but an error."""
    from django.core.files.base import ContentFile

    from branches.models import AuditEntry
    from members.models import Member
    from members.models.roster import RosterRow
    from members.roster.running import applying, checking, starting

    user, root = sites.administrator(), sites.root()
    start = time.perf_counter()
    roster = starting.start(
        ContentFile(content, name="团员.xlsx"), organization=root, note="", update_existing=True, by=user
    )
    checking.check(roster.pk)
    checked = time.perf_counter()
    roster.refresh_from_db()
    assert not roster.error, roster.error
    applying.apply_plan(roster, by=user)
    done = time.perf_counter()
    assert Member.objects.count() == rows, roster.counts
    assert RosterRow.objects.filter(state="new").count() == rows
    assert AuditEntry.objects.filter(object_type="members.member").count() == rows
    return {
        "check_seconds": checked - start,
        "commit_seconds": done - checked,
        "check_and_commit_seconds": done - start,
    }


def reading(content: bytes) -> dict[str, float]:
    """The whole of our reader, child process included, beside openpyxl's read-only mode."""
    from openpyxl import load_workbook

    from tuanjian.spreadsheets.reading import read_workbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        path.write_bytes(content)
        counted: list[int] = []

        def read() -> None:
            counted.append(len(read_workbook(path, name="list.xlsx", limits=wide()).sheets[0].rows))

        def read_by_openpyxl() -> None:
            book = load_workbook(path, read_only=True)
            counted.append(sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)))
            book.close()

        ours, theirs = work_of(read), work_of(read_by_openpyxl)
    assert counted[0] == counted[1]
    both = {"times_as_fast_as_openpyxl": theirs.processor_seconds / ours.processor_seconds}
    return told("reading", ours) | told("openpyxl", theirs) | both


def statements_of(run: Callable[[], Any]) -> int:
    """The statements of a run. One COPY, one executemany is one; BEGIN, COMMIT and savepoints are not counted."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    with CaptureQueriesContext(connection) as captured:
        run()
    told = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(control)]
    # ``import_ours`` itself asks for user, root and import, and three times whether all came out right.
    return len(told) - 6


def longest_transaction(run: Callable[[], Any]) -> Work:
    """The longest transaction: on SQLite every one of them keeps all other writers waiting."""
    from django.db import connection

    times: list[Work] = []
    begun = Work(0.0, 0.0)
    set_autocommit, commit = connection.set_autocommit, connection.commit

    def now() -> Work:
        return Work(time.perf_counter(), time.process_time())

    def note_begin(autocommit: bool, *rest: Any, **options: Any) -> None:
        nonlocal begun
        set_autocommit(autocommit, *rest, **options)
        if not autocommit:
            begun = now()

    def note_commit() -> None:
        commit()
        done = now()
        times.append(Work(done.seconds - begun.seconds, done.processor_seconds - begun.processor_seconds))

    connection.set_autocommit, connection.commit = note_begin, note_commit  # type: ignore[method-assign]
    try:
        run()
    finally:
        del connection.set_autocommit, connection.commit
    return max(times)


def memory_mb(process: int | str) -> float:
    """The most memory a process ever held. Not from ``getrusage``: there a child begins with its parent's."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextlib.contextmanager
def watching_children() -> Iterator[Callable[[], float]]:
    """The most memory any child process is seen to have held inside the block."""
    most, over = 0.0, threading.Event()

    def look() -> None:
        nonlocal most
        while not over.wait(0.005):
            for task in Path("/proc/self/task").iterdir():
                with contextlib.suppress(OSError, ValueError):
                    for child in (task / "children").read_text(encoding="ascii").split():
                        # Until it runs a program of its own, a child shows the memory of its parent.
                        if b"spreadsheets" in Path(f"/proc/{child}/cmdline").read_bytes():
                            most = max(most, memory_mb(child))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield lambda: most
    finally:
        over.set()
        watcher.join()


if __name__ == "__main__":
    sys.exit(main())
