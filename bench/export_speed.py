"""Taking a long list out: seconds and memory of an export in the background, and of the writer alone.

The export queries, unmasks what its maker may see, writes, seals, logs every person. The writer alone is held against
openpyxl's write-only mode: the same cells, ours with styles and titles, openpyxl's without.

Runs on SQLite, and on PostgreSQL when TEST_DATABASE_URL or DATABASE_URL names a server on which databases may be made.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from measuring import databases, lists, sites, verdicts
from measuring.verdicts import at_least, at_most

GOALS: Final = {
    "worker_mb": at_most(400, counted=True),
    "times_as_fast_as_openpyxl": at_least(5),
    "statements": at_most(150, counted=True),
}
CHUNK: Final = 2_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="3,000 rows, once")
    parser.add_argument("--rows", type=int, default=100_000, help="people on the list")
    parser.add_argument("--repeats", type=int, default=3, help="runs; figures are their medians")
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    parser.add_argument("--measure", choices=["sqlite", "postgresql"], help=argparse.SUPPRESS)
    parser.add_argument("--enter", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.enter:
        enter(options.enter)
        return 0
    rows, repeats = (3_000, 1) if options.quick else (options.rows, options.repeats)
    if options.measure:
        print(json.dumps(measure(rows, repeats)))
        return 0
    arguments = ["--rows", str(rows), "--repeats", str(repeats)]
    figures = {
        name: databases.in_process_of_its_own(__file__, name, server, arguments)
        for name, server in databases.databases()
    }
    return verdicts.tell("export_speed", figures, GOALS)


def measure(rows: int, repeats: int) -> dict[str, float]:
    import django

    django.setup()
    copies = databases.copies()
    with contextlib.closing(copies):
        sites.found_site(lists.branch_names())
        # In a process of its own: what is measured here is the export.
        subprocess.run([sys.executable, __file__, "--enter", str(rows)], check=True)
        before, runs = peak_mb(), [export() for _ in range(repeats)]
        figures = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        figures |= {"before_mb": before, "worker_mb": peak_mb()}
        content = latest()
        cells = cells_of(content)
        turns = [(by_openpyxl(cells), by_ours(cells)) for _ in range(repeats)]
        figures["openpyxl_seconds"], figures["writer_seconds"] = (
            statistics.median(each) for each in zip(*turns, strict=True)
        )
        figures["times_as_fast_as_openpyxl"] = statistics.median(theirs / ours for theirs, ours in turns)
        figures |= {"rows": rows, "file_mb": len(content) / 2**20}
    return {name: round(figure, 3) for name, figure in figures.items()}


def enter(rows: int) -> None:
    """People of that number in the database of the environment."""
    import django
    from django.utils import timezone

    django.setup()

    from branches.models import Organization
    from members.models import Member

    branches = {each.full_name: each for each in Organization.objects.all()}
    for chunk in chunks(lists.people(rows, timezone.localdate())):
        Member.objects.bulk_create([member_of(person, branches[person.branch]) for person in chunk])


def chunks(people: Iterable[lists.Person]) -> Iterator[list[lists.Person]]:
    waiting = iter(people)
    while some := list(islice(waiting, CHUNK)):
        yield some


def member_of(person: lists.Person, branch: Any) -> Any:
    import datetime as dt

    from members.dictionaries import Education, Ethnicity, PoliticalStatus
    from members.models import LeagueStatus, Member

    member = Member(
        name=person.name,
        branch=branch,
        birth_on=person.birth,
        gender="1",
        ethnicity=Ethnicity.HAN,
        education=Education.BACHELOR,
        political_status=PoliticalStatus.LEAGUE_MEMBER,
        league_status=LeagueStatus.MEMBER,
        joined_on=dt.date.fromisoformat(f"{person.joined}-01"),
        joined_on_is_month=True,
        member_no=person.member_no,
        work_unit=person.work_unit,
        remark=person.remark,
    )
    member.spell_name()
    member.id_number, member.phone = person.number, person.phone
    return member


def export() -> dict[str, float]:
    """One export, as the worker makes it, and its statements."""
    from django.db import connection

    from members.lists import making
    from members.models import Export, ExportState

    user, root = sites.administrator(), sites.root()
    made = Export.objects.create(list_key="members", organization=root, made_by=user)
    statements = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal statements
        # Each thousand people more bring a fetch of their posts, and each chunk says how far it is.
        statements += not sql.startswith(("UPDATE", "SAVEPOINT", "RELEASE"))
        return execute(sql, params, many, context)

    began = time.perf_counter()
    with connection.execute_wrapper(count):
        making.make(made.pk)
    seconds = time.perf_counter() - began
    made.refresh_from_db()
    if made.state != ExportState.READY:
        raise RuntimeError(made.error)
    return {"export_seconds": seconds, "rows_per_second": made.rows / seconds, "statements": statements}


def latest() -> bytes:
    from members.models import ExportFile

    return ExportFile.objects.order_by("-export").first().content  # type: ignore[union-attr]  # just made


def cells_of(content: bytes) -> list[list[Any]]:
    """The lines of people in the list, all of one length."""
    from openpyxl import load_workbook

    rows = load_workbook(io.BytesIO(content), read_only=True).active.values  # type: ignore[union-attr]  # one sheet
    return [list(row) for row in rows if isinstance(row[0], int)]


def by_openpyxl(cells: list[list[Any]]) -> float:
    from openpyxl import Workbook

    began = time.perf_counter()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("团员")
    for row in cells:
        sheet.append(row)
    book.save(io.BytesIO())
    return time.perf_counter() - began


def by_ours(cells: list[list[Any]]) -> float:
    from members.lists import kinds
    from tuanjian.spreadsheets.writing import SheetPlan, WorkbookPlan, write_workbook

    began = time.perf_counter()
    plan = SheetPlan(title="团员", columns=kinds.of("members").columns, rows=cells, heading_lines=["团员花名册"])
    write_workbook(WorkbookPlan([plan]), io.BytesIO())
    return time.perf_counter() - began


def peak_mb() -> float:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
