"""Takes every declaration of access away in one process: no database is asked, so none needs a run of its own.

``python -m sabotage.declarations`` reads names of guards, a line each, and prints those that the house test missed.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Final

import django
from django.urls import clear_url_caches

from sabotage import guards

# The test that asks every view for its declaration.
MODULE, TEST = "reports.tests.test_house", "test_every_view_declares_its_access_class"
DECLARED: Final = f"{MODULE.replace('.', '/')}.py::{TEST}"


def main() -> None:
    names = sys.stdin.read().splitlines()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tuanjian.settings_test"
    django.setup()
    if _is_missing_one():
        raise SystemExit(f"{DECLARED} fails before anything is taken away.")
    for name in names:
        with _without(name):
            if _is_missing_one():
                print(name)


def _is_missing_one() -> bool:
    """Whether the test fails, over URLs read anew."""
    _forget_urls()
    try:
        getattr(importlib.import_module(MODULE), TEST)()
    except AssertionError:
        return True
    return False


def _forget_urls() -> None:
    for name in [each for each in sys.modules if each.rpartition(".")[2].endswith("urls") and _is_ours(each)]:
        del sys.modules[name]
    clear_url_caches()


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in (*guards.APPS, "tuanjian")


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Have the module that declares stand there without the declaration, until the block ends."""
    path = guards.ROOT / name.partition("::")[0]
    called = ".".join(path.relative_to(guards.ROOT).with_suffix("").parts)
    whole = importlib.import_module(called)
    changed = ModuleType(called)
    changed.__file__, changed.__package__ = str(path), whole.__package__
    _put(called, changed)
    try:
        exec(compile(guards.without(path, name), str(path), "exec", dont_inherit=True), changed.__dict__)  # noqa: S102
        yield
    finally:
        _put(called, whole)


def _put(called: str, module: ModuleType) -> None:
    package, _, leaf = called.rpartition(".")
    sys.modules[called] = module
    setattr(sys.modules[package], leaf, module)


if __name__ == "__main__":
    main()
