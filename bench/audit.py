"""The log at a million entries: proving that it is whole, appending to it, searching it.

The entries are made here with true MACs and seals, most of them written in bulk; those whose appending is timed are
written by ``audit.record``, each in a transaction of its own, once when the log is short and once when it is long.

Runs on SQLite, and on PostgreSQL when TEST_DATABASE_URL or DATABASE_URL names a server on which databases may be made.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

from measuring import databases, verdicts
from measuring.verdicts import at_most

GOALS: Final = {"verify_seconds_per_million": at_most(60), "append_long_to_short": at_most(1.5)}
ENTRIES, QUICK_ENTRIES, SHORT, APPENDED, ROUNDS = 1_000_000, 50_000, 10_000, 1_000, 5
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "雨桐景行梓萱启明若溪子昂知远静姝"
CHUNK: Final = 10_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ENTRIES:,} entries instead of {ENTRIES:,}")
    parser.add_argument("--entries", type=int, default=0, help="another number of entries, at least 20,000")
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    parser.add_argument("--measure", choices=["sqlite", "postgresql"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    entries = options.entries or (QUICK_ENTRIES if options.quick else ENTRIES)
    if options.measure:
        import django

        django.setup()
        with own_database():
            print(json.dumps(measure(entries)))
        return 0
    arguments = ["--entries", str(entries)]
    figures = {
        name: databases.in_process_of_its_own(__file__, name, server, arguments)
        for name, server in databases.databases()
    }
    return verdicts.tell("audit", figures, GOALS, quick=options.quick)


@contextlib.contextmanager
def own_database() -> Iterator[None]:
    """On a server a database made for this run and dropped after it; SQLite makes its file by itself."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    if connection.vendor != "postgresql":
        yield
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield
    finally:
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def measure(entries: int) -> dict[str, float]:
    from django.core.management import call_command
    from django.db import connection

    from branches import audit, log_proof

    call_command("migrate", verbosity=0)
    root, user = found_unit()
    writing = Writing(root, user)
    writing.fill(SHORT)
    short = append(root, user)
    writing.fill(entries - SHORT - 2 * APPENDED)
    long = append(root, user)
    audit.seal_pending()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    start, worked = time.perf_counter(), time.process_time()
    proof = log_proof.prove()
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    if proof.problem:
        raise SystemExit(proof.problem)
    return {
        "verified_entries": proof.entries,
        "verify_seconds": round(seconds, 2),
        "verify_processor_seconds": round(worked, 2),
        "verify_seconds_per_million": round(seconds * 1_000_000 / proof.entries, 2),
        "append_short_ms": round(short, 3),
        "append_long_ms": round(long, 3),
        "append_long_to_short": round(long / short, 2),
        **searching(user, root),
    }


def found_unit() -> tuple[Any, Any]:
    """A root, and its administrator, who reads everything."""
    from branches import tree
    from branches.models import AccessGrant, Organization, OrgType, Role, User

    root = Organization(full_name="云杉铁路局委员会", short_name="云杉局团委", org_type=OrgType.BASE_COMMITTEE)
    tree.add(root, under=None, by=None)
    user = User.objects.create(username="keeper", display_name="管理员")
    AccessGrant.objects.create(
        user=user, organization=root, role=Role.ADMINISTRATOR, starts_on=dt.date(2020, 1, 1), granted_by=None
    )
    return root, user


class Writing:
    """Writes sealed entries in bulk, exactly as ``audit`` would have written them one by one."""

    def __init__(self, root: Any, user: Any) -> None:
        self.placement = root.placements.get().pk
        self.user = user

    def fill(self, count: int) -> None:
        from django.db import transaction

        from branches import audit

        audit.seal_pending()
        while count > 0:
            with transaction.atomic():
                self._write(min(count, CHUNK))
            count -= CHUNK

    def _write(self, count: int) -> None:
        from django.utils import timezone

        from branches import audit
        from branches.models import AuditEntry, AuditSeal
        from tuanjian import bulk

        moment = timezone.now()
        keys = bulk.reserve_ids(AuditEntry, count)
        said = [self._said(key, moment) for key in keys]
        macs = [audit.mac_over([each[0].isoformat(), *each[1:]], "") for each in said]
        columns = ("id", *audit.SAID, "mentions_digest", "mac")
        bulk.insert_rows(
            AuditEntry, columns, ((key, *each, "", mac) for key, each, mac in zip(keys, said, macs, strict=True))
        )
        last = AuditSeal.objects.order_by("-number").values_list("number", "digest").first()
        number, previous = last or (0, "")
        seals = []
        for batch in batches(keys, macs):
            number += 1
            listed = [list(pair) for pair in batch]
            digest = audit.digest_over(number, moment, listed, previous)
            seals.append((number, moment, listed, len(listed), previous, digest, None, ""))
            previous = digest
        names = ("number", "sealed_at", "entries", "size", "previous_digest", "digest", "removed_at", "removal_mac")
        bulk.insert_rows(AuditSeal, names, seals)

    def _said(self, key: int, moment: dt.datetime) -> tuple[Any, ...]:
        name = SURNAMES[key % 16] + GIVEN[key // 16 % 16] + GIVEN[key // 256 % 16]
        changes = {"民族": ["汉族", "回族"], "手机号": [None, "140****3456"]}
        about = ("members.member", str(key % 100_000), name)
        return (
            moment,
            self.user.pk,
            "管理员",
            "changed",
            *about,
            self.placement,
            changes,
            "",
            "名册导入 1",
            "7K2M-0419",
        )


def batches(keys: list[int], macs: list[str]) -> Iterator[list[tuple[int, str]]]:
    from branches import audit

    pairs = list(zip(keys, macs, strict=True))
    for start in range(0, len(pairs), audit.SEAL_SIZE):
        yield pairs[start : start + audit.SEAL_SIZE]


def append(root: Any, user: Any) -> float:
    """Milliseconds of one entry, written and committed: the median of the round least disturbed."""
    from django.db import transaction

    from branches import audit

    medians = []
    for _ in range(ROUNDS):
        times = []
        for _ in range(APPENDED // ROUNDS):
            start = time.perf_counter()
            with transaction.atomic():
                audit.record(audit.Kind.CHANGED, root, by=user, at=root, changes={"备注": [None, "改动"]})
            times.append(time.perf_counter() - start)
        medians.append(statistics.median(times))
    return min(medians) * 1_000


def searching(user: Any, root: Any) -> dict[str, float]:
    """Seconds for the first page of the log: everything, one person, a name that is nowhere, an organisation."""
    from django.http import QueryDict

    from branches.filters import LogFilter
    from branches.log import Reader
    from branches.models import AuditEntry
    from tuanjian.paging import CappedPaginator

    asked = {
        "all": "",
        "person": "object=members.member:77",
        "nowhere": "label=查无此人",
        "organization": f"organization={root.pk}&kind=changed",
    }
    figures = {}
    for name, query in asked.items():
        start = time.perf_counter()
        visible = AuditEntry.objects.visible_to(user)
        found = LogFilter(QueryDict(query), visible, reader=Reader(user), at=None).qs.select_related("placement")
        list(CappedPaginator(found, 20).get_page(1))
        figures[f"page_{name}_seconds"] = round(time.perf_counter() - start, 3)
    return figures


if __name__ == "__main__":
    sys.exit(main())
