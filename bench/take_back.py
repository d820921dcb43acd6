"""How long taking an import back takes: 10,000 people created and 2,000 updated, all as they were before.

A roster brings 2,000 people in; a second one brings 10,000 more and changes the work unit of the first. The second is
taken back: log, history, before-images and figures of the branches as always.

Runs on SQLite, and on PostgreSQL when TEST_DATABASE_URL or DATABASE_URL names a server on which databases may be made.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from typing import Any, Final

from measuring import databases, lists, sites, verdicts
from measuring.verdicts import at_most

# A wrong import is taken back before anybody has gone for a coffee.
GOALS: Final = {
    "take_back_seconds": at_most(20),
    "kept": at_most(0, counted=True),
    "left_over": at_most(0, counted=True),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    parser.add_argument("--measure", choices=["sqlite", "postgresql"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(1 if options.quick else 10)))
        return 0
    arguments = ["--quick"] if options.quick else []
    figures = {
        name: databases.in_process_of_its_own(__file__, name, server, arguments)
        for name, server in databases.databases()
    }
    return verdicts.tell("take_back", figures, GOALS)


def measure(times: int) -> dict[str, float]:
    import django
    from django.utils import timezone

    django.setup()
    from members.models import Member
    from members.roster.outcome.undoing import take_back

    copies = databases.copies()
    with contextlib.closing(copies):
        sites.found_site(lists.branch_names())
        today = timezone.localdate()
        listed = lists.people(1_200 * times, today)
        known = listed[: 200 * times]
        bring_in(lists.workbook_of(known, today))
        before = people()
        changed = [person._replace(work_unit=f"{person.work_unit}新") for person in known]
        roster = bring_in(lists.workbook_of([*changed, *listed[200 * times :]], today))
        written = roster.counts["written"]
        assert (written["people_created"], written["people_updated"]) == (1_000 * times, 200 * times), written
        started = time.perf_counter()
        result = take_back(roster, by=sites.administrator())
        seconds = time.perf_counter() - started
        return {
            "created": written["people_created"],
            "updated": written["people_updated"],
            "take_back_seconds": round(seconds, 3),
            "kept": len(result.kept),
            "left_over": Member.objects.count() - len(before) + (people() != before),
        }


def bring_in(content: bytes) -> Any:
    from django.core.files.base import ContentFile

    from members.roster.running.applying import apply_plan
    from members.roster.running.checking import check
    from members.roster.running.starting import start

    user = sites.administrator()
    file = ContentFile(content, name="名册.xlsx")
    roster = start(file, organization=sites.root(), note="", update_existing=True, by=user)
    check(roster.pk)
    roster.refresh_from_db()
    apply_plan(roster, by=user)
    return roster


def people() -> list[Any]:
    """Everybody as they are, without what a change leaves raised."""
    from members.models import Member

    columns = ("pk", "name", "id_number_index", "phone_index", "work_unit", "branch", "league_status", "education")
    return list(Member.objects.order_by("pk").values_list(*columns))


if __name__ == "__main__":
    sys.exit(main())
