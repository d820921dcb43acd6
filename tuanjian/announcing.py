"""How far a long transaction has come, told to others before it ends.

Nothing it writes can be seen until then. On PostgreSQL its session goes by a name others can read meanwhile; SQLite has
no such thing, and there everybody else waits anyway.
"""

from __future__ import annotations

from django.db import connection


def announce(subject: str, percent: int) -> None:
    """Tell how far the work on ``subject`` (a few ASCII characters) has come; forgotten when the transaction ends.

    Raises RuntimeError outside a transaction, where it would be forgotten at once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("announcing needs a transaction around it")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, true)", [f"{_name(subject)}{percent}"])


def announced(subject: str) -> int | None:
    """How far somebody has come with ``subject``, in percent; None if nobody says so. One query on PostgreSQL."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_stat_activity"
            " WHERE datname = current_database() AND starts_with(application_name, %s)",
            [_name(subject)],
        )
        told = [name.removeprefix(_name(subject)) for (name,) in cursor.fetchall()]
    return max((int(percent) for percent in told if percent.isdigit()), default=None)


def _name(subject: str) -> str:
    return f"tuanjian {subject} "
