"""Locks that hold until the end of the transaction, on both databases."""

from enum import IntEnum

from django.db import connection


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
