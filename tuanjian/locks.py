"""Locks that hold until the end of the transaction, on both databases."""

from enum import IntEnum

from django.db import OperationalError, connection

# lock_not_available, deadlock_detected (PostgreSQL's table of error codes).
_OTHERS_WROTE = ("55P03", "40P01")


class Lock(IntEnum):
    """Numbers of PostgreSQL's advisory locks; any constant will do as long as no two topics share one."""

    TREE = 7_401
    SEALING = 7_402


def hold(lock: Lock) -> None:
    """Wait for the lock and keep it until the transaction ends.

    On SQLite every transaction begins IMMEDIATE (settings), so whoever is inside one is alone already.
    Raises RuntimeError outside a transaction, where the lock would be gone at once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a lock needs a transaction around it")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock.value])


def waited_in_vain(error: BaseException | None) -> bool:
    """Whether this is somebody else's long write, for which the database waited as long as the settings allow."""
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    name = getattr(cause, "sqlite_errorname", None) or ""
    return getattr(cause, "pgcode", None) in _OTHERS_WROTE or name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
