"""``python -m sabotage``: take away each guard in turn; the tests that pass it have to fail.

First the suite runs once and notes which test passes which guard (kept in var/sabotage while the source stays as
it is). Then each guard is removed in a process of its own that runs the tests passing it, the test that failed last
time first, until one fails. Declarations of access need no database: one process takes them all away in turn.
``caught.json`` keeps which test it was. Guards nobody can miss stand in ``equivalents.toml`` with the reason.

Exit 0: every guard but the equivalent ones is missed by a test, and no equivalent one is. Exit 1: not so.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from sabotage.declarations import DECLARED
from sabotage.guards import APPS, ROOT, Guard, all_guards
from sabotage.plugin import ASKED, RECORD, REMOVE

HERE: Final = Path(__file__).resolve().parent
CAUGHT, EQUIVALENTS = HERE / "caught.json", HERE / "equivalents.toml"
NOTES: Final = ROOT / "var" / "sabotage"
# The same guards each time as long as the list of guards is the same.
SEED: Final = 20_261_121
# Thousands of tests pass the guards every page has; the telling ones are those that pass few others.
MOST: Final = 150
# A test that hangs without the guard has noticed, too.
PATIENCE_SECONDS: Final = 1_200
PYTEST: Final = (sys.executable, "-m", "pytest", "-p", "sabotage.plugin", "-q")


@dataclass(frozen=True)
class Outcome:
    """What became of the suite without the guard: the test that failed, or "" if none of ``asked`` did."""

    guard: Guard
    test: str
    asked: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sabotage", description="Take away each guard in turn.")
    parser.add_argument("--only", default="", help="guards whose name holds this text")
    parser.add_argument("--new", action="store_true", help="guards that are in neither list")
    parser.add_argument(
        "--sample", type=int, default=0, help="the tests of last time for every declaration and so many other guards"
    )
    parser.add_argument("--tests", nargs="+", default=[], help="look among these tests only, as pytest names them")
    parser.add_argument("--most", type=int, default=MOST, help="run at most so many tests a guard; 0: all that pass it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    caught, equivalents = caught_before(), equivalent()
    chosen = [guard for guard in all_guards() if options.only in str(guard)]
    if options.new:
        chosen = [guard for guard in chosen if str(guard) not in caught and str(guard) not in equivalents]
    declarations = [guard for guard in chosen if guard.is_declaration]
    passed = [guard for guard in chosen if not guard.is_declaration]
    if options.sample:
        known = [guard for guard in passed if str(guard) in caught]
        passed = random.Random(SEED).sample(known, min(options.sample, len(known)))
    outcomes = take_away_declarations(declarations)
    if passed:
        passing: dict[str, list[str]] = {} if options.sample else tests_passing(options.tests, options.jobs)
        with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
            template = database(Path(folder))
            remove = partial(take_away, caught=caught, passing=passing, template=template, most=options.most or None)
            with ThreadPoolExecutor(options.jobs) as pool:
                outcomes += pool.map(remove, passed)
    if not options.sample:
        keep(caught, outcomes)
    return judge(outcomes, equivalents)


def caught_before() -> dict[str, str]:
    """Guard → the test that missed it last time."""
    kept: dict[str, str] = json.loads(CAUGHT.read_text(encoding="utf-8")) if CAUGHT.exists() else {}
    return kept


def equivalent() -> dict[str, str]:
    """Guard → why nothing changes without it."""
    return dict(tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))) if EQUIVALENTS.exists() else {}


def tests_passing(among: Sequence[str], jobs: int) -> dict[str, list[str]]:
    """Guard → tests that pass it, those first that pass few others, then the quick ones."""
    folder = NOTES / _fingerprint(among)
    if not (folder / "complete").exists():
        shutil.rmtree(NOTES, ignore_errors=True)
        folder.mkdir(parents=True)
        print("Noting which test passes which guard.", flush=True)
        command = [*PYTEST, "-n", str(jobs), "--dist", "loadgroup", "-m", "not browser", *among]
        subprocess.run(command, cwd=ROOT, env=_environment() | {RECORD: str(folder)}, check=True)
        (folder / "complete").touch()
    found: dict[str, list[tuple[int, float, str]]] = {}
    for path in folder.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            noted = json.loads(line)
            for name in noted["guards"]:
                entry = (len(noted["guards"]), noted["seconds"], noted["test"])
                found.setdefault(name, []).append(entry)
    return {name: [test for _, _, test in sorted(entries)] for name, entries in found.items()}


def _fingerprint(among: Sequence[str]) -> str:
    """Changes with the source, with the tests, and with which of them are looked at."""
    files = [path for app in (*APPS, "tuanjian") for path in sorted((ROOT / app).rglob("*.py"))]
    read = [*(path.read_bytes() for path in files), *(name.encode() for name in among)]
    return hashlib.sha256(b"\0".join(read)).hexdigest()[:16]


def _environment() -> dict[str, str]:
    """SQLite, whatever else is set."""
    return {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}


def database(folder: Path) -> Path:
    """A test database with all migrations, to be copied for each guard."""
    environment = _environment() | {"TUANJIAN_VAR": str(folder)}
    command = [sys.executable, "manage.py", "migrate", "--settings=tuanjian.settings_test", "-v", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return (folder / "test.sqlite3").rename(folder / "test_db.sqlite3")


def take_away_declarations(declarations: Sequence[Guard]) -> list[Outcome]:
    """All of them one after the other in one process, held against the one test that asks for them."""
    if not declarations:
        return []
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        asked = "\n".join(map(str, declarations))
        environment = _environment() | {"TUANJIAN_VAR": folder}
        done = subprocess.run(
            [sys.executable, "-m", "sabotage.declarations"],
            cwd=ROOT, env=environment, input=asked, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"The declarations could not be taken away.\n{done.stdout[-3_000:]}{done.stderr[-3_000:]}")
    missed = set(done.stdout.splitlines())
    return [_told(Outcome(guard, DECLARED if str(guard) in missed else "", 1)) for guard in declarations]


def take_away(
    guard: Guard, *, caught: dict[str, str], passing: dict[str, list[str]], template: Path, most: int | None
) -> Outcome:
    """Run what passes the guard without it, up to the first failure. A test unknown so far has to fail twice."""
    known = caught.get(str(guard))
    tests = list(dict.fromkeys([*([known] if known else []), *passing.get(str(guard), [])]))[:most]
    left = tests
    while left and (failed := _first_failure(guard, left, template)):
        if failed == known or failed not in left or _first_failure(guard, [failed], template):
            return _told(Outcome(guard, failed, len(tests)))
        # By accident: a busy machine, and a test that looks at the clock.
        left = left[left.index(failed) + 1 :]
    return _told(Outcome(guard, "", len(tests)))


def _first_failure(guard: Guard, tests: Sequence[str], template: Path) -> str:
    """The first of the tests that fails without the guard, "" if none does."""
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        shutil.copy(template, folder)
        asked = Path(folder) / "tests.txt"
        asked.write_text("\n".join(tests), encoding="utf-8")
        environment = _environment() | {"TUANJIAN_VAR": folder, REMOVE: str(guard), ASKED: str(asked)}
        files = {name: None for test in tests if (ROOT / (name := test.partition("::")[0])).exists()}
        command = [*PYTEST, "-x", "-p", "no:xdist", "--reuse-db", "--tb=no", *files]
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS
            )
        except subprocess.TimeoutExpired:
            return tests[0]
    if done.returncode not in (0, 1, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(f"{guard}: pytest gave up.\n{done.stdout[-3_000:]}{done.stderr[-3_000:]}")
    return _failed(done.stdout.splitlines()) if done.returncode == 1 else ""


def _failed(lines: Sequence[str]) -> str:
    """The test that pytest's closing summary names."""
    named = next(line for line in lines if line.startswith(("FAILED ", "ERROR ")))
    return named.partition(" ")[2].partition(" - ")[0]


def _told(outcome: Outcome) -> Outcome:
    print(f"{outcome.guard}: {outcome.test or f'nobody missed it, {outcome.asked} tests asked'}", flush=True)
    return outcome


def keep(caught: dict[str, str], outcomes: Iterable[Outcome]) -> None:
    """Write down which test missed which guard; guards that are no more go."""
    there = {str(guard) for guard in all_guards()}
    told = {str(outcome.guard): outcome.test for outcome in outcomes}
    kept = {name: test for name, test in (caught | told).items() if test and name in there}
    CAUGHT.write_text(json.dumps(dict(sorted(kept.items())), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def judge(outcomes: Sequence[Outcome], equivalents: dict[str, str]) -> int:
    """Say who was not missed though he should be, and the other way round; the exit code."""
    unmissed = [str(each.guard) for each in outcomes if not each.test and str(each.guard) not in equivalents]
    missed = [str(each.guard) for each in outcomes if each.test and str(each.guard) in equivalents]
    print(f"{len(outcomes)} guards taken away, {sum(1 for each in outcomes if each.test)} missed by a test.")
    for name in unmissed:
        print(f"NOT MISSED: {name}")
    for name in missed:
        print(f"MISSED THOUGH LISTED AS EQUIVALENT: {name}")
    return 1 if unmissed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
