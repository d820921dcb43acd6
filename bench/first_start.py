"""From an empty directory to a usable demo: migrate, collect static files, load the demo.

Packages are taken as installed (a warm cache); the goal of two minutes is for the whole first `make run`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import verdicts
from measuring.verdicts import at_most

ROOT = Path(__file__).resolve().parents[1]
GOALS = {"total_seconds": at_most(120)}
STEPS = {
    "migrate": ["migrate", "-v", "0"],
    "collectstatic": ["collectstatic", "--noinput", "-v", "0"],
    "load_demo": ["load_demo", "--json"],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="once instead of three times")
    parser.add_argument("--json", action="store_true", help="print one JSON object only")
    options = parser.parse_args()
    runs = [measure() for _ in range(1 if options.quick else 3)]
    figures = {name: sorted(run[name] for run in runs)[len(runs) // 2] for name in runs[0]}
    told = {"sqlite": {name: round(value, 2) for name, value in figures.items()}}
    return verdicts.tell("first_start", told, GOALS, quick=options.quick)


def measure() -> dict[str, float]:
    figures = {}
    with tempfile.TemporaryDirectory() as var:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environment |= {"TUANJIAN_VAR": var, "DJANGO_SETTINGS_MODULE": "tuanjian.settings"}
        for name, arguments in STEPS.items():
            start = time.perf_counter()
            command = [sys.executable, "manage.py", *arguments]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
            figures[f"{name}_seconds"] = time.perf_counter() - start
    figures["total_seconds"] = sum(figures.values())
    return figures


if __name__ == "__main__":
    sys.exit(main())
