"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite.

The only place with raw SQL inside a transaction that must be all or nothing. No error is caught: after the first one
the transaction is over, on SQLite even behind Django's back, and going on would leave half of the rows.

What ``save()`` and ``bulk_create()`` would add is the caller's: defaults, ``auto_now`` and every NOT NULL column have
to be among the columns. Database constraints and triggers hold as always.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Field, Model

_CHUNK: Final = 5_000
# What these fields hand to the database as it is. Subclasses of either, and anything else, go through the field.
_AS_IT_IS: Final[dict[type[Any], type]] = {
    models.CharField: str,
    models.TextField: str,
    models.EmailField: str,
    models.BooleanField: bool,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.BigIntegerField: int,
    models.BigAutoField: int,
    models.ForeignKey: int,
    models.OneToOneField: int,
}
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def insert_rows(target: type[Model] | str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows and return how many.

    ``target`` is a model, and ``columns`` its field names (``branch`` takes the key as ``branch_id`` does); the fields
    prepare the values. Or it is a table with its columns, and values go in as they are. Rows are taken as they come, a
    few thousand at a time. Raises RuntimeError outside a transaction.
    """
    _need_transaction()
    table, names, prepare = _described(target, columns)
    return sum(_insert(table, names, chunk) for chunk in _chunks(map(prepare, rows)))


def update_rows(target: type[Model] | str, key: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set ``columns`` of the rows with the given keys and return how many rows there were to set.

    Each row is the key and then the values. A key that is given twice is a ValueError: neither of the two may win by
    chance. Raises RuntimeError outside a transaction.
    """
    _need_transaction()
    table, names, prepare = _described(target, [key, *columns])
    prepared = [prepare(row) for row in rows]
    if len({row[0] for row in prepared}) < len(prepared):
        raise ValueError("a key is given twice")
    if connection.vendor == "postgresql":
        return _update_from(table, names, prepared)
    return sum(_update_each(table, names, chunk) for chunk in _chunks(prepared))


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Take ids for rows that will be inserted, so that rows referring to them can be written in bulk too.

    Nobody else gets them, whether they are used or not. They ascend, but may leave gaps where others insert at the same
    time. Raises RuntimeError outside a transaction.
    """
    _need_transaction()
    if count <= 0:
        return []
    table, column = model._meta.db_table, _column(model._meta.pk)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(sequence, [_quoted(table), column, count])
            return sorted(number for (number,) in cursor.fetchall())
        cursor.execute(f"SELECT MAX({_quoted(column)}) FROM {_quoted(table)}")  # noqa: S608 – names of a model
        highest = cursor.fetchone()[0] or 0
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        remembered = cursor.fetchone()
        first = max(highest, remembered[0] if remembered else 0) + 1
        if remembered:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [first + count - 1, table])
        else:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first + count - 1])
        return list(range(first, first + count))


def _need_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("writing in bulk needs a transaction around it")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _column(field: Field[Any, Any]) -> str:
    assert field.column is not None  # only concrete fields come here
    return field.column


def _described(
    target: type[Model] | str, columns: Sequence[str]
) -> tuple[str, list[str], Callable[[Sequence[Any]], Sequence[Any]]]:
    """Return the table, its columns and what makes a row ready for them."""
    if isinstance(target, str):
        return target, list(columns), tuple
    known: dict[str, Field[Any, Any]] = {}
    for field in target._meta.concrete_fields:
        known[field.name] = known[field.attname] = field
    fields = [known[name] for name in columns]
    ready = [(_AS_IT_IS.get(type(field)), field.get_db_prep_save) for field in fields]
    # Behind ``connection`` stands a look-up for every attribute asked of it.
    database = connections[DEFAULT_DB_ALIAS]

    def prepare(row: Sequence[Any]) -> list[Any]:
        return [
            value if type(value) is plain else make(value, database)
            for (plain, make), value in zip(ready, row, strict=True)
        ]

    return target._meta.db_table, [_column(field) for field in fields], prepare


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk


def _insert(table: str, columns: list[str], rows: list[Sequence[Any]]) -> int:
    names = ", ".join(map(_quoted, columns))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The rows are written out before COPY begins: a query of theirs inside it would wait for ever.
            lines = io.StringIO("".join(map(_line, rows)))
            # Django wraps only its own calls; callers expect its exceptions, not the driver's.
            with connection.wrap_database_errors:
                cursor.copy_expert(f"COPY {_quoted(table)} ({names}) FROM STDIN", lines)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {_quoted(table)} ({names}) VALUES ({marks})", rows)  # noqa: S608 – names of a model
    return len(rows)


def _update_each(table: str, columns: list[str], rows: list[Sequence[Any]]) -> int:
    key, *others = map(_quoted, columns)
    sets = ", ".join(f"{name} = %s" for name in others)
    with connection.cursor() as cursor:
        statement = f"UPDATE {_quoted(table)} SET {sets} WHERE {key} = %s"  # noqa: S608 – names of a model
        cursor.executemany(statement, [(*values, identity) for identity, *values in rows])
        return int(cursor.rowcount)


def _update_from(table: str, columns: list[str], rows: list[Sequence[Any]]) -> int:
    """Copy the rows beside the table and set all of them in one statement."""
    aside, (key, *others) = f"bulk_{table}"[:63], list(map(_quoted, columns))
    names, sets = ", ".join([key, *others]), ", ".join(f"{name} = aside.{name}" for name in others)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_quoted(aside)} ON COMMIT DROP AS "  # noqa: S608 – names of a model
            f"SELECT {names} FROM {_quoted(table)} WITH NO DATA"
        )
        for chunk in _chunks(rows):
            _insert(aside, columns, chunk)
        cursor.execute(
            f"UPDATE {_quoted(table)} AS kept SET {sets} FROM {_quoted(aside)} AS aside "  # noqa: S608 – names of a model
            f"WHERE kept.{key} = aside.{key}"
        )
        updated = int(cursor.rowcount)
        cursor.execute(f"DROP TABLE {_quoted(aside)}")
    return updated


def _line(row: Sequence[Any]) -> str:
    return "\t".join(map(_copied, row)) + "\n"


def _copied(value: Any) -> str:
    """Write one value in the text format of COPY.

    Kinds of values nobody thought of are a TypeError: ``str()`` of them would be stored without a word.
    """
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case str():
            return str.__str__(value).translate(_ESCAPES)
        case int() | float() | Decimal() | UUID():
            return str(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"
        case bytes() | bytearray() | memoryview():
            return "\\\\x" + bytes(value).hex()
    adapted = getattr(value, "adapted", None)
    if adapted is None:
        raise TypeError(f"{type(value).__name__} cannot be copied")
    # psycopg2's wrappers: Json brings its own dumps, Binary holds bytes.
    return _copied(value.dumps(adapted) if hasattr(value, "dumps") else adapted)
