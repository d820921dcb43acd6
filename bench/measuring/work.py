"""How much work something was: processor seconds of this process, its children and its database server process.

On a machine that others use, the clock tells how busy they are. The clock is told beside it.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Work(NamedTuple):
    """Seconds by the clock, and of processors."""

    seconds: float
    processor_seconds: float


def work_of(run: Callable[[], object]) -> Work:
    """Run it and tell; the connection in use must not change on the way."""
    clock, worked = time.perf_counter(), _worked()
    run()
    return Work(time.perf_counter() - clock, _worked() - worked)


def _worked() -> float:
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in own) + _worked_by_server()


def _worked_by_server() -> float:
    """Of the process that serves our connection, where there is one and it runs on this machine."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = cursor.fetchone()[0]
    try:
        said = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return 0.0
    # After the name of the program, which may hold anything, come 11 fields and then the times.
    user, system = said.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
