"""Whether the time of a refused log-in tells who has an account: known, unknown, disabled and sleeping ones, in turns.

A fresh SQLite database with the site's own hasher; every try comes from another address, so that nothing is locked.
Passed when the medians differ less than the times of one and the same account do (its middle half).
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from measuring import verdicts
from measuring.verdicts import at_most

ROOT = Path(__file__).resolve().parents[1]
NAMES: Final = {"known": "known", "unknown": "nobody-here", "disabled": "disabled", "sleeping": "sleeping"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="50 tries each instead of 200")
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times = measure(Path(folder), tries=50 if options.quick else 200)
    medians = {kind: round(statistics.median(each) * 1000, 1) for kind, each in times.items()}
    lower, _, upper = statistics.quantiles(times["known"])
    noise = round((upper - lower) * 1000, 1)
    difference = round(max(medians.values()) - min(medians.values()), 1)
    told = {f"{kind}_ms": median for kind, median in medians.items()}
    told |= {"difference_ms": difference, "noise_ms": noise}
    return verdicts.tell("sign_in_timing", {"all": told}, {"difference_ms": at_most(noise)})


def measure(folder: Path, *, tries: int) -> dict[str, list[float]]:
    """Seconds of each try, by kind of account."""
    os.environ |= {"TUANJIAN_VAR": str(folder), "TUANJIAN_HTTPS": "0", "DJANGO_SETTINGS_MODULE": "tuanjian.settings"}
    os.environ.pop("DATABASE_URL", None)
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    _open_accounts()
    settings.MOST_FAILURES_OF_AN_ADDRESS = 10**9
    times: dict[str, list[float]] = {kind: [] for kind in NAMES}
    for number in range(tries + 3):
        for kind in random.sample(list(NAMES), len(NAMES)):
            took = _one_try(NAMES[kind], f"10.{list(NAMES).index(kind)}.{number // 250}.{number % 250 + 1}")
            if number >= 3:  # what is loaded at the first request is nobody's secret
                times[kind].append(took)
    return times


def _open_accounts() -> None:
    from django.utils import timezone

    from branches import grants, tree
    from branches.models import Organization, OrgType, Role, User

    names = {"full_name": "中国共产主义青年团云杉铁路局委员会", "short_name": "云杉铁路局团委"}
    root = tree.add(Organization(org_type=OrgType.BASE_COMMITTEE, **names), under=None, by=None)
    for name in ("known", "disabled", "sleeping"):
        user = User(username=name, display_name=name)
        user.set_password("lantian-baiyun-2026")
        user.save()
        if name != "sleeping":
            today = timezone.localdate()
            grants.begin(user, organization=root, role=Role.OBSERVER, starts_on=today, ends_on=None)
    User.objects.filter(username="disabled").update(is_active=False)


def _one_try(name: str, address: str) -> float:
    from django.test import Client

    client = Client(REMOTE_ADDR=address, HTTP_HOST="127.0.0.1")
    start = time.perf_counter()
    answer = client.post("/login/", {"username": name, "password": "not-the-password"})
    took = time.perf_counter() - start
    if answer.status_code != 200:
        raise SystemExit(f"{name} was answered {answer.status_code}")
    return took


if __name__ == "__main__":
    sys.exit(main())
