"""A database of its own for each measurement, and copies of it, so that runs can take turns on the same state."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

ROOT: Final = Path(__file__).resolve().parents[2]


def databases() -> Iterator[tuple[str, str]]:
    """SQLite always, PostgreSQL where a server is named on which databases may be made."""
    yield "sqlite", ""
    server = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    if server.startswith("postgres"):
        yield "postgresql", server


def in_process_of_its_own(script: str, name: str, server: str, arguments: Sequence[str] = ()) -> dict[str, Any]:
    """What ``script --measure name`` prints: one process for each database, because settings are read once."""
    with tempfile.TemporaryDirectory() as var:
        own = f"{Path(script).stem}_{os.getpid()}"
        url = re.sub(r"/[^/?]*($|\?)", rf"/{own}\1", server) if server else f"sqlite:///{var}/db"
        environment = {
            **os.environ,
            "TUANJIAN_VAR": var,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tuanjian.settings",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, script, "--measure", name, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        figures: dict[str, Any] = json.loads(done.stdout)
        return figures


class Copies(Protocol):
    """States of the database in use, kept and given back by name; all gone after ``close``."""

    def keep(self, name: str) -> None: ...

    def give(self, name: str) -> None: ...

    def close(self) -> None: ...


def copies() -> Copies:
    """Copies of the database Django is set up with; on a server the database is made by this."""
    from django.db import connection

    return SQLiteCopies() if connection.vendor == "sqlite" else PostgreSQLCopies()


class SQLiteCopies:
    """Copies of the database file."""

    def __init__(self) -> None:
        from django.db import connection

        self._path = Path(str(connection.settings_dict["NAME"]))

    def keep(self, name: str) -> None:
        self._disconnect()
        shutil.copyfile(self._path, self._path.with_suffix(f".{name}"))

    def give(self, name: str) -> None:
        self._disconnect()
        shutil.copyfile(self._path.with_suffix(f".{name}"), self._path)

    def close(self) -> None:
        self._disconnect()

    def _disconnect(self) -> None:
        from django.db import connection

        # The last connection writes the log of SQLite back and removes it.
        connection.close()


class PostgreSQLCopies:
    """Databases made from one another, all dropped at the end."""

    def __init__(self) -> None:
        from django.db import connection

        self._name = str(connection.settings_dict["NAME"])
        self._kept: list[str] = []
        self._do(f'CREATE DATABASE "{self._name}"')

    def keep(self, name: str) -> None:
        self._kept.append(f"{self._name}_{name}")
        self._do(f'CREATE DATABASE "{self._kept[-1]}" TEMPLATE "{self._name}"')

    def give(self, name: str) -> None:
        self._do(f'DROP DATABASE "{self._name}"', f'CREATE DATABASE "{self._name}" TEMPLATE "{self._name}_{name}"')

    def close(self) -> None:
        self._do(*(f'DROP DATABASE "{name}"' for name in (self._name, *self._kept)))

    def _do(self, *statements: str) -> None:
        from django.db import connection

        # Nobody may be connected to a database that is copied or dropped.
        connection.close()
        with connection._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
