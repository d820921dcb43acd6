"""Whether program and database are of one version: after an upgrade, and after going back to an old program."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

_NEWER = (
    "数据库已由较新版本的程序升级过（{first} 等 {count} 步，本程序不认识），数据没有改动。"
    "请换回较新版本的程序；要退回旧版本，请先恢复升级之前的备份。"
)
_OLDER = "数据库还没有升级到这个版本（还差 {first} 等 {count} 步），请先备份，再运行 manage.py migrate。"


def problem() -> str:
    """What stands against working with this database, in a sentence; "" if nothing does. One query."""
    applied = _applied()
    return _newer(applied) or _older(applied)


def require_present_schema() -> None:
    """Refuse to start on a database of a newer or an older version: half of what is written would be wrong or lost.

    Raises ImproperlyConfigured with a sentence for the person at the console.
    """
    if said := problem():
        raise ImproperlyConfigured(said)


def refuse_newer(**kwargs: Any) -> None:
    """pre_migrate: an old program has nothing to bring up to date in a newer database.

    Raises ImproperlyConfigured.
    """
    if said := _newer(_applied()):
        raise ImproperlyConfigured(said)


def _newer(applied: set[tuple[str, str]]) -> str:
    known, replaced = _on_disk()
    return _said(_NEWER, applied - known - replaced)


def _older(applied: set[tuple[str, str]]) -> str:
    known, _ = _on_disk()
    return _said(_OLDER, known - applied)


def _said(sentence: str, steps: AbstractSet[tuple[str, str]]) -> str:
    if not steps:
        return ""
    first = min(f"{app}.{name}" for app, name in steps)
    return sentence.format(first=first, count=len(steps))


def _applied() -> set[tuple[str, str]]:
    rows = MigrationRecorder(connection).migration_qs.filter(app__in=_own())
    try:
        return set(rows.values_list("app", "name"))
    except DatabaseError:
        return set()  # not migrated yet


@cache
def _on_disk() -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """The steps of the program, and those they stand for since they were put together."""
    own = _own()
    steps = {key: step for key, step in MigrationLoader(None).disk_migrations.items() if key[0] in own}
    return frozenset(steps), frozenset(key for step in steps.values() for key in step.replaces)


@cache
def _own() -> frozenset[str]:
    """Labels of the project's own apps: a library may drop old steps of its own, which says nothing about ours."""
    return frozenset(app.label for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR)
