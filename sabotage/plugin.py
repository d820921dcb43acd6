"""pytest's side: loads the source without one guard (REMOVE), or notes which test passes which guard (RECORD).

Modules are changed while they are imported. This one is loaded before any of them: ``pytest -p sabotage.plugin``.
"""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import json
import os
import sys
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import IO, Any

import pytest

from sabotage import guards

REMOVE, RECORD, ASKED = "SABOTAGE_REMOVE", "SABOTAGE_RECORD", "SABOTAGE_ASKED"


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from its changed tree; never from or into a cache."""

    def get_code(self, fullname: str) -> CodeType:
        path = Path(self.path)
        name = os.environ.get(REMOVE)
        tree = guards.without(path, name) if name else guards.recording(path)
        return compile(tree, str(path), "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that hold guards, before anything else does."""

    def __init__(self, paths: set[Path]) -> None:
        self._paths = paths

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in guards.APPS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or Path(spec.origin).resolve() not in self._paths:
            return None
        spec.loader = _Loader(fullname, spec.origin)
        return spec


def _paths() -> set[Path]:
    if name := os.environ.get(REMOVE):
        path = guards.ROOT / name.partition("::")[0]
        if name not in map(str, guards.guards_of(path)):
            raise SystemExit(f"There is no guard {name}.")
        return {path}
    return set(guards.sources()) if os.environ.get(RECORD) else set()


_passed: set[str] = set()
_failed: set[str] = set()
_notes: list[IO[str]] = []
setattr(builtins, guards.RECORDER, _passed.add)
sys.meta_path.insert(0, _Finder(_paths()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of the list that is asked for, in its order; tests that are no more are passed over."""
    if not os.environ.get(ASKED):
        return
    there = {item.nodeid: item for item in items}
    asked = Path(os.environ[ASKED]).read_text(encoding="utf-8").split("\n")
    items[:] = [there[name] for name in asked if name in there]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Note what the test passed, its fixtures included, and how long it took."""
    if not os.environ.get(RECORD):
        return (yield)
    _passed.clear()
    start = time.perf_counter()
    result = yield
    if item.nodeid in _failed:
        # It fails with every guard in place, and would be taken for having missed one.
        return result
    if not _notes:
        _notes.append((Path(os.environ[RECORD]) / f"{os.getpid()}.jsonl").open("a", encoding="utf-8"))
    noted = {"test": item.nodeid, "seconds": round(time.perf_counter() - start, 3), "guards": sorted(_passed)}
    _notes[0].write(json.dumps(noted, ensure_ascii=False) + "\n")
    _notes[0].flush()
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember who failed."""
    if report.failed:
        _failed.add(report.nodeid)
