"""The whole database as a file and back: SQLite's online backup, PostgreSQL's pg_dump and pg_restore.

Both ways are all or nothing: a dump is one moment of the database, whatever is written meanwhile; a database is
replaced in one transaction, so that a restore that fails or is killed leaves it as it was.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction

_WAIT_SECONDS: Final = 20.0
_CHUNK: Final = 2**20
_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# As initdb leaves it.
_EMPTIED: Final = b"""DROP SCHEMA IF EXISTS public CASCADE;
CREATE SCHEMA public;
ALTER SCHEMA public OWNER TO pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


class DumpFailed(ValidationError):
    """The database's own tool did not do it; the message holds what it said."""


def file_name() -> str:
    """What the dump of this kind of database is called."""
    return "database.dump" if connection.vendor == "postgresql" else "database.sqlite3"


def server() -> str:
    """Kind and version of the database, for the record."""
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        return f"PostgreSQL {connection.pg_version // 10000}.{connection.pg_version % 10000}"  # type: ignore[attr-defined]
    return f"SQLite {sqlite3.sqlite_version}"


def dump(path: Path) -> dict[str, int]:
    """Write the database to ``path`` and return how many rows each table has in it; raises DumpFailed.

    Readers and writers go on as ever.
    """
    return _dump_postgresql(path) if connection.vendor == "postgresql" else _dump_sqlite(path)


def probe(path: Path) -> dict[str, int] | None:
    """Read a dump through without a database; raises DumpFailed. Returns the rows of its tables where it can tell."""
    if path.suffix == ".dump":
        _run(["pg_restore", "--file", os.devnull, str(path)])
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            said = copy.execute("PRAGMA integrity_check").fetchone()[0]
            orphans = copy.execute("PRAGMA foreign_key_check").fetchone()
            if said != "ok" or orphans:
                raise DumpFailed(f"备份中的数据库已损坏：{said if said != 'ok' else orphans}")
            return _counts_of(copy)
    except sqlite3.Error as error:
        raise DumpFailed(f"备份中的数据库读不出来：{error}") from error


def load(path: Path) -> None:
    """Put the dump in the place of everything in the database, in one transaction; raises DumpFailed.

    Nobody else may work with the database meanwhile; if somebody does, it gives up after some seconds.
    """
    connection.close()
    if connection.vendor == "postgresql":
        _load_postgresql(path)
    else:
        _load_sqlite(path)


def counts() -> dict[str, int]:
    """How many rows each table of the database has now."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 – our own tables
            found[table] = int(cursor.fetchone()[0])
    return found


def others_connected() -> int:
    """How many other sessions use the database; 0 where that cannot be told."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def _dump_sqlite(path: Path) -> dict[str, int]:
    try:
        with closing(_open(_database_file())) as source, closing(_open(path)) as copy:
            source.backup(copy, progress=_give_up_in_time())
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            return _counts_of(copy)
    except sqlite3.Error as error:
        raise DumpFailed(f"数据库没有备份成功：{error}") from error


def _load_sqlite(path: Path) -> None:
    try:
        with closing(_open(path)) as copy, closing(_open(_database_file())) as target:
            copy.backup(target, progress=_give_up_in_time())
    except sqlite3.Error as error:
        raise DumpFailed(f"数据库没有恢复，仍是原来的内容：{error}") from error


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_WAIT_SECONDS)


def _database_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _give_up_in_time() -> Any:
    """Python's backup tries for ever while somebody holds the database."""
    until = time.monotonic() + _WAIT_SECONDS

    def progress(status: int, remaining: int, total: int) -> None:
        if status in _BUSY and time.monotonic() > until:
            raise sqlite3.OperationalError("有别的程序正在使用数据库，请停止网站和后台进程后再试。")

    return progress


def _counts_of(database: sqlite3.Connection) -> dict[str, int]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
    tables = [name for (name,) in database.execute(query)]
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


@transaction.atomic(durable=True)
def _dump_postgresql(path: Path) -> dict[str, int]:
    """The rows are counted in the very snapshot that pg_dump reads."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    found = counts()
    _run(["pg_dump", "--format=custom", f"--snapshot={snapshot}", "--file", str(path)])
    return found


def _load_postgresql(path: Path) -> None:
    """pg_restore writes SQL, psql carries it out. COMMIT is said only when pg_restore has come to its end."""
    reading = ["pg_restore", "--no-owner", "--no-privileges", "-f", "-", str(path)]
    writing = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with tempfile.TemporaryFile() as said:
        with (
            _start(reading, stdout=pipe, stderr=said) as script,
            _start(writing, stdin=pipe, stdout=nowhere, stderr=said) as psql,
        ):
            _pass_on(script, psql)
        if script.returncode or psql.returncode:
            said.seek(0)
            raise DumpFailed(f"数据库没有恢复，仍是原来的内容：{said.read().decode(errors='replace').strip()[:500]}")


def _pass_on(script: subprocess.Popen[bytes], psql: subprocess.Popen[bytes]) -> None:
    source, target = script.stdout, psql.stdin
    if source is None or target is None:
        raise ValueError("both need a pipe")
    try:
        with target:
            target.write(b"BEGIN;\n" + _EMPTIED)
            while part := source.read(_CHUNK):
                target.write(part)
            if script.wait() == 0:
                target.write(b"COMMIT;\n")
    except BrokenPipeError:
        # psql has said why.
        script.kill()


def _start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=_environment(), **options)  # noqa: S603 – our own arguments
    except FileNotFoundError:
        raise DumpFailed(_missing(command[0])) from None


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, env=_environment(), capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise DumpFailed(_missing(command[0])) from None
    if done.returncode:
        raise DumpFailed(f"{command[0]} 没有成功：{done.stderr.decode(errors='replace').strip()[:500]}")


def _missing(tool: str) -> str:
    return f"这台机器上没有 {tool}，请安装 PostgreSQL 客户端（postgresql-client）后再试。"


def _environment() -> dict[str, str]:
    """Where the database is, as libpq reads it: a password among the arguments would be seen by everybody here."""
    environment = dict(os.environ)
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    for variable, name in names.items():
        if value := str(connection.settings_dict.get(name) or ""):
            environment[variable] = value
    environment["PGOPTIONS"] = "-c lock_timeout=10s"
    return environment
