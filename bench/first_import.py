"""From one workbook to a whole bureau in the database: the time of check and commit, beside django-import-export.

The workbook is made here (``measuring/bureaus.py``): 90 organisations (4 committees, 7 general branches, 79 branches),
1,016 members, 243 cadres (34 of them no members) and 30 wrong rows. Measured is what the office waits for: taking the
file in, the check and the commit, with rights, log, sealing and before-images as always. Then django-import-export
imports the same 1,016 people into the same model below the same organisations: once with its default resource (no log,
no history, no posts, no before-images), once saving each person by the rule for entering one (log and history, as an
import leaves them). Its two steps, preview (dry run) and import, stand against check and commit. All take turns on
fresh copies of one database.

Runs on SQLite, and on PostgreSQL when TEST_DATABASE_URL or DATABASE_URL names a server on which databases may be made.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import time
from typing import Final

from measuring import bureaus, databases, resources, sites, verdicts
from measuring.bureaus import BRANCHES, CADRES, MEMBERS, OLDER, WRONG
from measuring.verdicts import at_least, at_most

GOALS: Final = {
    "check_and_commit_seconds": at_most(5),
    "times_as_fast_as_with_log_and_history": at_least(4),
    "times_as_fast_as_default": at_least(20),
    "completion_queries": at_most(12, counted=True),
}
# docs/decisions/0008-import.md says why.
KNOWN_MISSED: Final = frozenset({"times_as_fast_as_default"})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="once instead of five times")
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    parser.add_argument("--measure", choices=["sqlite", "postgresql"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(1 if options.quick else 5)))
        return 0
    arguments = ["--quick"] if options.quick else []
    figures = {
        name: databases.in_process_of_its_own(__file__, name, server, arguments)
        for name, server in databases.databases()
    }
    return verdicts.tell("first_import", figures, GOALS, known_missed=KNOWN_MISSED, quick=options.quick)


def measure(repeats: int) -> dict[str, float]:
    import django
    from django.utils import timezone

    django.setup()
    copies = databases.copies()
    runs: list[dict[str, float]] = []
    with contextlib.closing(copies):
        sites.found_site()
        copies.keep("empty")
        bureau = bureaus.a_bureau(timezone.localdate())
        organizations_only = bureaus.workbook_of(bureau._replace(members=[], cadres=[]))
        import_ours(organizations_only)
        copies.keep("organizations")
        whole, people = bureaus.workbook_of(bureau), resources.people_of_bureau(bureau)
        for _ in range(repeats):
            copies.give("empty")
            run = import_ours(whole)
            run["completion_queries"] = completion_queries()
            for name, through_the_rule in (("default", False), ("with_log_and_history", True)):
                copies.give("organizations")
                preview, written = resources.import_people(people, expected=MEMBERS, through_the_rule=through_the_rule)
                run[f"{name}_preview_seconds"], run[f"{name}_import_seconds"] = preview, written
                run[f"times_as_fast_as_{name}"] = (preview + written) / run["check_and_commit_seconds"]
            runs.append(run)
    return {figure: round(statistics.median(run[figure] for run in runs), 3) for figure in runs[0]}


def import_ours(content: bytes) -> dict[str, float]:
    """Upload, check, commit; a result that is not the expected one is no figure but an error."""
    from django.core.files.base import ContentFile

    from branches.models import Organization
    from members.models import CadreTerm, Member, RosterImport
    from members.roster.running import applying, checking, starting

    user, root = sites.administrator(), sites.root()
    start = time.perf_counter()
    roster = starting.start(
        ContentFile(content, name="全局.xlsx"), organization=root, note="", update_existing=True, by=user
    )
    checking.check(roster.pk)
    checked = time.perf_counter()
    roster.refresh_from_db()
    applying.apply_plan(roster, by=user)
    done = time.perf_counter()
    states = [row.state for row in RosterImport.objects.get(pk=roster.pk).rows.all()]
    if len(states) > BRANCHES + MEMBERS:
        assert states.count("invalid") == WRONG, roster.counts
        assert Organization.objects.count() == 90
        assert Member.objects.count() == MEMBERS + OLDER
        assert CadreTerm.objects.count() == CADRES
    return {
        "check_seconds": checked - start,
        "commit_seconds": done - checked,
        "check_and_commit_seconds": done - start,
    }


def completion_queries() -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from branches.models import Organization
    from reports.completion.sums import completion_of

    with CaptureQueriesContext(connection) as captured:
        completion_of(list(Organization.objects.under(sites.root()).filter(depth=2)), timezone.localdate())
    return len(captured)


if __name__ == "__main__":
    sys.exit(main())
