"""The small standard world, built by the rules once a process and put back row by row after that.

Building it takes longer than most tests do. What is put back is what the rules wrote, byte for byte: same numbers, same
seals, same log.
"""

import copy
import datetime as dt
import io

import time_machine
from django.apps import apps
from django.conf import settings
from django.db import connection

from branches.models import AuditEntry, Organization, User
from members.tests.builders import next_number, number_from
from reports.tests.world import a_world

_built = {}


def the_world(day):
    """The world as ``a_world`` builds it at noon of that day in Shanghai, with objects nobody else holds."""
    if not connection.in_atomic_block or _is_begun() or not settings.TUANJIAN_SEALING_KEYS:
        # Where others see what is written, where something is there already, where keys are read from a file of the
        # test's own: the rules write it themselves.
        return a_world()
    kept = (day, settings.TUANJIAN_SEALING_KEYS, settings.TUANJIAN_INDEX_KEY, settings.TUANJIAN_AUDIT_KEY)
    if kept not in _built:
        before = _rows()
        with time_machine.travel(dt.datetime(day.year, day.month, day.day, 4, 0, tzinfo=dt.UTC), tick=False):
            world = a_world()
        rows = {table: [row for row in rows if row not in before[table]] for table, rows in _rows().items()}
        _built[kept] = world, {table: added for table, added in rows.items() if added}, next_number()
    else:
        for table, rows in _built[kept][1].items():
            _put(table, rows)
        number_from(_built[kept][2])
    return copy.deepcopy(_built[kept][0])


def _is_begun():
    return any(model.objects.exists() for model in (Organization, User, AuditEntry))


def _columns():
    models = (model._meta for model in apps.get_models(include_auto_created=True) if not model._meta.proxy)
    return {each.db_table: ", ".join(f'"{field.column}"' for field in _key_first(each)) for each in models}


def _key_first(described):
    return [described.pk, *(field for field in described.local_concrete_fields if field is not described.pk)]


def _rows():
    """Every row of every table by its key, as text (PostgreSQL) or as it is kept (SQLite).

    Unsorted, PostgreSQL gives them as they lie: where a vacuum has made room, new rows lie before older ones.
    """
    with connection.cursor() as cursor:
        return {table: _rows_of(cursor, table, names) for table, names in _columns().items()}


def _rows_of(cursor, table, names):
    if connection.vendor == "postgresql":
        copied = io.StringIO()
        cursor.copy_expert(f'COPY (SELECT {names} FROM "{table}" ORDER BY 1) TO STDOUT', copied)
        return copied.getvalue().splitlines(keepends=True)
    # An expression has no declared type: no converter makes anything of what is kept.
    kept = ", ".join(f"+{name}" for name in names.split(", "))
    return cursor.execute(f'SELECT {kept} FROM "{table}" ORDER BY 1').fetchall()


def _put(table, rows):
    names = _columns()[table]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO("".join(rows)))
        else:
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(["%s"] * len(rows[0]))})', rows)
