"""Figures of a subtree at a county and at a province: reading, settling, counting anew, and what touching costs.

On PostgreSQL the gate is a county of 1,500 branches and 26,500 people; ``--size province`` makes 151,000 organisations
and three million people. Reads at that size are held against the same reads at 10,000 people, and against a count by a
recursive query over the records. On SQLite 100,000 people are held against 1,000.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from audit import own_database
from measuring import databases, provinces, verdicts
from measuring.verdicts import at_least, at_most

GOALS: Final = {
    "page_p95_ms": at_most(150),
    "whole_tree_table_p95_ms": at_most(500),
    "settle_1000_seconds": at_most(1.5),
    "touching_throughput": at_least(0.6),
    "recount_over_allowed": at_most(1),
    "root_p95_growth": at_most(3),
    "live_to_kept": at_least(500),
}
# docs/decisions/0016: every figure of every organisation is added up again, however fast tables are scanned.
KNOWN_MISSED_AT_A_PROVINCE: Final = frozenset({"recount_over_allowed"})
READS, PAGES, WRITERS, SECONDS = 200, 20, 8, 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", choices=provinces.SIZES, help="another size than the gate's")
    parser.add_argument("--quick", action="store_true", help="the gate alone, PostgreSQL if there is one")
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    parser.add_argument("--measure", choices=["sqlite", "postgresql"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        import django

        django.setup()
        with own_database():
            print(json.dumps(measure(provinces.SIZES[options.size])))
        return 0
    figures = {}
    for name, server in databases.databases():
        small, large = ("tiny", "hundred") if name == "sqlite" else ("ten", options.size or "county")
        if options.quick and name == "sqlite" and len(list(databases.databases())) > 1:
            continue
        small_figures = databases.in_process_of_its_own(__file__, name, server, ["--size", small])
        found = databases.in_process_of_its_own(__file__, name, server, ["--size", large])
        if large != "province":
            # The goal speaks of three million people; what little there is to count at a county is counted quickly.
            found["live_to_kept_at_a_county"] = found.pop("live_to_kept")
        found["root_p95_growth"] = round(found["read_root_p95_ms"] / small_figures["read_root_p95_ms"], 2)
        figures[name] = found
    known = KNOWN_MISSED_AT_A_PROVINCE if options.size == "province" else ()
    return verdicts.tell("dashboard_scale", figures, GOALS, known_missed=known, quick=options.quick)


def measure(size: provinces.Size) -> dict[str, float]:
    from django.core.management import call_command
    from django.db import connection

    from reports.facts import settling
    from tuanjian import collecting

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    built = _seconds(lambda: provinces.build(size))
    first = _seconds(settling.settle)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    # As web server and worker do when they begin.
    collecting.set_apart_what_stays()
    figures: dict[str, float] = {"organizations": size.organizations, "people": size.people}
    figures |= {"build_seconds": built, "first_settlement_seconds": first}
    figures |= reading() | pages() | settling_many() | recounting()
    if connection.vendor == "postgresql":
        figures |= touching()
    return figures


def reading() -> dict[str, float]:
    """The direct lower organisations of a root, a city and a county, and the same by a recursive count."""
    from branches.models import Organization
    from reports.facts import reading as facts

    figures: dict[str, float] = {}
    for depth, word in enumerate(("root", "city", "county"), 1):
        top = Organization.objects.filter(depth=depth, numchild__gt=0).order_by("-numchild").first()
        if top is None:
            continue
        places = [top, *Organization.objects.children_of(top)]
        read = partial(facts.figures_of, places, _today())
        times = [_milliseconds(read) for _ in range(READS)]
        figures |= {f"read_{word}_p50_ms": _median(times), f"read_{word}_p95_ms": _p95(times)}
        if depth == 1:
            live = statistics.median(_milliseconds(partial(counted_live, top)) for _ in range(3))
            kept = facts.figures_of(places, _today()).of
            wanted = {pk: (kept[pk].total["organizations"], kept[pk].total.get("people", 0)) for pk in kept}
            if counted_live(top) != {pk: wanted[pk] for pk in wanted if pk != top.pk}:
                raise SystemExit("the kept figures are not those of the records")
            figures |= {"live_root_ms": round(live, 1), "live_to_kept": round(live / _median(times), 1)}
    return figures


def counted_live(top: Any) -> dict[int, tuple[int, int]]:
    """Organisations and people below each direct lower organisation, by a recursive query over the records."""
    from django.db import connection

    query = """
        WITH RECURSIVE below(top, id) AS (
            SELECT p.organization_id, p.organization_id FROM branches_placement p
            WHERE p.parent_id = %s AND p.to_at IS NULL
            UNION ALL
            SELECT b.top, p.organization_id FROM branches_placement p JOIN below b ON p.parent_id = b.id
            WHERE p.to_at IS NULL
        )
        SELECT b.top, count(DISTINCT b.id), count(m.id) FROM below b
        LEFT JOIN members_member m ON m.branch_id = b.id AND m.status NOT IN ('void', 'transferred_out', 'overage',
            'voluntary_exit', 'self_lapsed', 'expelled', 'deceased')
        GROUP BY b.top
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0")
        cursor.execute(query, [top.pk])
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def pages() -> dict[str, float]:
    """The pages of the root, its largest lower organisation and a branch, as its administrator gets them."""
    from django.test import Client
    from django.utils import timezone

    from branches.models import AccessGrant, Organization, PledgeText, Role, User
    from reports.facts import settling

    figures, slowest = {}, 0.0
    largest = Organization.objects.filter(depth=2).order_by("-numchild")[0]
    branch = Organization.objects.filter(org_type="branch").order_by("pk")[0]
    for word, place in (("root", Organization.objects.get(depth=1)), ("lower", largest), ("branch", branch)):
        user = User.objects.create(
            username=word, display_name=word, pledge=PledgeText.objects.first(), pledged_at=timezone.now()
        )
        AccessGrant.objects.create(
            user=user, organization=place, role=Role.ADMINISTRATOR, starts_on=dt.date(2020, 1, 1)
        )
        client = Client(headers={"host": "localhost"})
        client.force_login(user, backend="branches.authentication.NameOrPhoneBackend")
        # The first log-in of an administrator is a figure; the worker settles it within a second.
        settling.settle()
        for name, path in (("workbench", "/"), ("completion", "/completion/"), ("statistics", "/statistics/")):
            get = partial(client.get, path, secure=True)
            if (status := get().status_code) != 200:
                raise SystemExit(f"{path} answered {status} to the administrator of {place}")
            times = [_milliseconds(get) for _ in range(PAGES)]
            figures[f"page_{name}_{word}_p95_ms"] = _p95(times)
            slowest = max(slowest, figures[f"page_{name}_{word}_p95_ms"])
        if word == "root":
            get = partial(client.get, "/statistics/table/?rows=branches", secure=True)
            figures["whole_tree_table_p95_ms"] = _p95([_milliseconds(get) for _ in range(PAGES)])
    return figures | {"page_p95_ms": slowest}


def settling_many() -> dict[str, float]:
    from branches import freshness
    from branches.models import Organization
    from reports.facts import settling

    branches = list(Organization.objects.filter(org_type="branch").order_by("?").values_list("pk", flat=True)[:1_000])
    times = []
    for _ in range(3):
        freshness.touch(branches)
        times.append(_seconds(settling.settle))
    return {"settled_organizations": len(branches), "settle_1000_seconds": statistics.median(times)}


def recounting() -> dict[str, float]:
    from django.db import connection, transaction

    from reports.facts import recounting as facts

    scanned = 0.0
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_indexonlyscan = off")
            cursor.execute("SET LOCAL statement_timeout = 0")
        for table in TABLES:
            scanned += _seconds(partial(cursor.execute, f"SELECT count(*) FROM {table}"))  # noqa: S608
    found: list[Any] = []
    counted = _seconds(lambda: found.extend(facts.drifts(_today())))
    if found:
        raise SystemExit(f"{len(found)} organisations differ: {found[0]}")
    allowed = 2 * scanned + 5
    return {"scan_seconds": scanned, "recount_seconds": counted, "recount_over_allowed": round(counted / allowed, 2)}


TABLES: Final = (
    *("branches_organization", "branches_placement", "branches_headcount", "branches_accessgrant", "reports_standing"),
    *("members_member", "members_branchmembership", "members_cadreterm", "activities_activity"),
    "activities_attendance",
)


def touching() -> dict[str, float]:
    """Records corrected by eight writers at once, with touching and without, in turns."""
    from members import counted
    from members.models import Member

    people = list(Member.objects.order_by("?").values_list("pk", flat=True)[: WRITERS * 400])
    with_touch, without = [], []
    touch = counted.touch_people
    for _ in range(3):
        with_touch.append(_corrected(people))
        counted.touch_people = lambda *people, **phones: None
        without.append(_corrected(people))
        counted.touch_people = touch
    on, off = statistics.median(with_touch), statistics.median(without)
    return {"touching_per_second": on, "not_touching_per_second": off, "touching_throughput": round(on / off, 2)}


def _corrected(people: list[int]) -> float:
    from django.db import connection

    from members import records
    from members.models import Member

    until = time.perf_counter() + SECONDS
    done = [0] * WRITERS

    def write(number: int) -> None:
        mine = people[number::WRITERS]
        while time.perf_counter() < until:
            person = Member.objects.get(pk=mine[done[number] % len(mine)])
            values = {"native_place": f"第{done[number]}次"}
            records.correct(person, values=values, version=person.version, by=None)  # type: ignore[arg-type]
            done[number] += 1
        connection.close()

    threads = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return round(sum(done) / SECONDS, 1)


def _today() -> dt.date:
    from django.utils import timezone

    return timezone.localdate()


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 3)


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


def _median(times: list[float]) -> float:
    return round(statistics.median(times), 3)


def _p95(times: list[float]) -> float:
    return round(sorted(times)[int(len(times) * 0.95) - 1], 3)


if __name__ == "__main__":
    sys.exit(main())
