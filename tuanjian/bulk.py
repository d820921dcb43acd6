"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite.

The only place with raw SQL inside a transaction that must be all or nothing. No error is caught: after the first one
the transaction is over, on SQLite even behind Django's back, and going on would leave half of the rows.

What ``save()`` and ``bulk_create()`` would add is the caller's: defaults, ``auto_now`` and every NOT NULL column have
to be among the columns. Database constraints and triggers hold as always.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, islice
from types import NoneType
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Field, Model

# So many rows go to the database with one statement; of rows of a few columns more.
_CHUNK, _CHUNK_OF_NARROW, _NARROW = 30_000, 100_000, 8
# So many rows of them stand in memory as text at a time.
_TOGETHER: Final = 500
# What these fields hand to the database as it is. Subclasses of either, and anything else, go through the field.
_AS_IT_IS: Final[dict[type[Any], frozenset[type]]] = {
    models.CharField: frozenset({str}),
    models.TextField: frozenset({str}),
    models.EmailField: frozenset({str}),
    models.BooleanField: frozenset({bool}),
    models.IntegerField: frozenset({int}),
    models.PositiveIntegerField: frozenset({int}),
    models.BigIntegerField: frozenset({int}),
    models.BigAutoField: frozenset({int}),
    models.ForeignKey: frozenset({int}),
    models.OneToOneField: frozenset({int}),
}
# What the same few values of a column are made ready for once.
_REPEATED: Final = (date, datetime, bool)
# Of these the empty ones; as JSON.
_EMPTY: Final[dict[type, str]] = {list: "[]", dict: "{}"}
_CONTAINERS: Final = frozenset(_EMPTY)
# The backslash first: the others bring new ones.
_ESCAPES: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_NOTHING: Final = "\\N"
# Half as long as with everything but ASCII escaped.
_as_json: Final = json.JSONEncoder(ensure_ascii=False).encode
# Values are worked on column by column: what a column holds is looked at once and not for each value.
_Columns = list[Sequence[Any]]


def insert_rows(target: type[Model] | str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows and return how many.

    ``target`` is a model, and ``columns`` its field names (``branch`` takes the key as ``branch_id`` does); the fields
    prepare the values. Or it is a table with its columns, and values go in as they are. Rows are taken as they come, a
    few thousand at a time. Raises RuntimeError outside a transaction.
    """
    _need_transaction()
    table, names, prepare = _described(target, columns)
    return sum(_insert(table, names, prepare(chunk)) for chunk in _chunks(rows, len(names)))


def update_rows(target: type[Model] | str, key: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set ``columns`` of the rows with the given keys and return how many rows there were to set.

    Each row is the key and then the values. A key that is given twice is a ValueError: neither of the two may win by
    chance. Raises RuntimeError outside a transaction.
    """
    _need_transaction()
    table, names, prepare = _described(target, [key, *columns])
    chunks = [prepare(chunk) for chunk in _chunks(rows, len(names))]
    if len(set(chain.from_iterable(chunk[0] for chunk in chunks))) < sum(len(chunk[0]) for chunk in chunks):
        raise ValueError("a key is given twice")
    if connection.vendor == "postgresql":
        if _are_numbers(target, [key, *columns]):
            return sum(_update_from_numbers(table, names, chunk) for chunk in chunks)
        return _update_from(table, names, chunks) if chunks else 0
    return sum(_update_each(table, names, chunk) for chunk in chunks)


def take_stock(*written: type[Model]) -> None:
    """Let PostgreSQL see what these tables hold by now, in the middle of the transaction that filled them.

    It plans by figures gathered now and then by another process, which sees nothing of a transaction before its end:
    tables believed to be empty were joined row by row, for minutes. SQLite needs none of it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in written:
                cursor.execute(f"ANALYZE {_quoted(model._meta.db_table)}")


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Take ids for rows that will be inserted, so that rows referring to them can be written in bulk too.

    Nobody else gets them, whether they are used or not. They ascend, but may leave gaps where others insert at the same
    time. Raises RuntimeError outside a transaction.
    """
    return reserve_ids_of({model: count})[model]


def reserve_ids_of(counts: Mapping[type[Model], int]) -> dict[type[Model], list[int]]:
    """Take ids for rows of several models with one statement, as ``reserve_ids`` does for one."""
    _need_transaction()
    wanted = {model: count for model, count in counts.items() if count > 0}
    if not wanted:
        taken = {}
    elif connection.vendor == "postgresql":
        taken = _drawn_from_sequences(wanted)
    else:
        taken = _added_to_sequences(wanted)
    return {model: taken.get(model, []) for model in counts}


def _drawn_from_sequences(wanted: Mapping[type[Model], int]) -> dict[type[Model], list[int]]:
    # With OFFSET the name of a sequence is looked up once and not for each number.
    one = (
        "SELECT %s::int, ARRAY(SELECT nextval(sequence) FROM generate_series(1, %s)) "
        "FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence OFFSET 0) AS named"
    )
    parameters = [
        (place, count, _quoted(model._meta.db_table), _column(model._meta.pk))
        for place, (model, count) in enumerate(wanted.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([one] * len(wanted)), list(chain.from_iterable(parameters)))
        drawn = dict(cursor.fetchall())
    return {model: sorted(drawn[place]) for place, model in enumerate(wanted)}


def _added_to_sequences(wanted: Mapping[type[Model], int]) -> dict[type[Model], list[int]]:
    # SQLite raises the number itself at every row, whatever its id; before the first one there is none.
    counts = {model._meta.db_table: count for model, count in wanted.items()}
    cases, marks = " ".join(["WHEN %s THEN %s"] * len(counts)), ", ".join(["%s"] * len(counts))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE sqlite_sequence SET seq = seq + CASE name {cases} END "  # noqa: S608 – marks only
            f"WHERE name IN ({marks}) RETURNING name, seq",
            [each for count in counts.items() for each in count] + list(counts),
        )
        last: dict[str, int] = dict(cursor.fetchall())
        first_rows = [(table, count) for table, count in counts.items() if table not in last]
        if first_rows:
            cursor.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", first_rows)
    last |= dict(first_rows)
    return {
        model: list(range(last[model._meta.db_table] - count + 1, last[model._meta.db_table] + 1))
        for model, count in wanted.items()
    }


def _need_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("writing in bulk needs a transaction around it")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _column(field: Field[Any, Any]) -> str:
    assert field.column is not None  # only concrete fields come here
    return field.column


def _fields(target: type[Model], columns: Sequence[str]) -> list[Field[Any, Any]]:
    known: dict[str, Field[Any, Any]] = {}
    for field in target._meta.concrete_fields:
        known[field.name] = known[field.attname] = field
    return [known[name] for name in columns]


def _are_numbers(target: type[Model] | str, columns: Sequence[str]) -> bool:
    return not isinstance(target, str) and all(
        field.db_type(connection) in ("integer", "bigint") for field in _fields(target, columns)
    )


def _described(
    target: type[Model] | str, columns: Sequence[str]
) -> tuple[str, list[str], Callable[[Sequence[Sequence[Any]]], _Columns]]:
    """Return the table, its columns and what makes columns out of rows, ready for them."""
    if isinstance(target, str):
        return target, list(columns), lambda rows: list(zip(*rows, strict=True))
    fields = _fields(target, columns)
    ready = [(_as_it_is(field), field.get_db_prep_save) for field in fields]
    # Behind ``connection`` stands a look-up for every attribute asked of it.
    database = connections[DEFAULT_DB_ALIAS]

    def prepare(rows: Sequence[Sequence[Any]]) -> _Columns:
        return [
            _made_ready(column, plain, lambda value, make=make: make(value, database))  # type: ignore[misc]
            for (plain, make), column in zip(ready, zip(*rows, strict=True), strict=True)
        ]

    return target._meta.db_table, [_column(field) for field in fields], prepare


def _as_it_is(field: Field[Any, Any]) -> frozenset[type]:
    """Types of values that need nothing done for this field."""
    if type(field) is models.JSONField and field.encoder is None and connection.vendor == "postgresql":
        # Written out as COPY is fed, so that the texts do not all stand in memory.
        return _CONTAINERS
    return _AS_IT_IS.get(type(field), frozenset())


def _made_ready(column: Sequence[Any], plain: frozenset[type], make: Callable[[Any], Any]) -> Sequence[Any]:
    """The values as the database takes them; ``make`` is asked for those that are neither plain nor nothing."""
    if set(map(type, column)) <= plain | {NoneType}:
        return column
    known: dict[Any, Any] = {}
    empty: dict[type, Any] = {}
    made = []
    for value in column:
        if value is None or type(value) in plain:
            made.append(value)
        elif not value and type(value) in _CONTAINERS:
            if type(value) not in empty:
                empty[type(value)] = make(value)
            made.append(empty[type(value)])
        elif type(value) in _REPEATED or isinstance(value, models.Choices):
            if value not in known:
                known[value] = make(value.value if isinstance(value, models.Choices) else value)
            made.append(known[value])
        else:
            made.append(make(value))
    return made


def _chunks(rows: Iterable[Sequence[Any]], width: int) -> Iterator[list[Sequence[Any]]]:
    waiting, size = iter(rows), _CHUNK_OF_NARROW if width <= _NARROW else _CHUNK
    while chunk := list(islice(waiting, size)):
        yield chunk


def _insert(table: str, names: list[str], columns: _Columns) -> int:
    quoted = ", ".join(map(_quoted, names))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The rows are all there before COPY begins: a query of theirs inside it would wait for ever.
            # Django wraps only its own calls; callers expect its exceptions, not the driver's.
            with connection.wrap_database_errors:
                cursor.copy_expert(f"COPY {_quoted(table)} ({quoted}) FROM STDIN", _Lines(columns))
        else:
            marks = ", ".join(["%s"] * len(names))
            rows = list(zip(*columns, strict=True))
            cursor.executemany(f"INSERT INTO {_quoted(table)} ({quoted}) VALUES ({marks})", rows)  # noqa: S608 – names of a model
    return len(columns[0])


def _update_each(table: str, names: list[str], columns: _Columns) -> int:
    key, *others = map(_quoted, names)
    sets = ", ".join(f"{name} = %s" for name in others)
    with connection.cursor() as cursor:
        statement = f"UPDATE {_quoted(table)} SET {sets} WHERE {key} = %s"  # noqa: S608 – names of a model
        keys, *values = columns
        cursor.executemany(statement, list(zip(*values, keys, strict=True)))
        return int(cursor.rowcount)


def _update_from_numbers(table: str, names: list[str], columns: _Columns) -> int:
    """Set numbers in one statement, the rows being parameters of it."""
    key, *others = map(_quoted, names)
    sets = ", ".join(f"{name} = aside.{name}" for name in others)
    # As one literal each: as many parameters, every number would be parsed and planned by itself.
    arrays = ", ".join(["%s::bigint[]"] * len(names))
    literals = ["{" + ",".join("NULL" if value is None else str(value) for value in column) + "}" for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_quoted(table)} AS kept SET {sets} "  # noqa: S608 – names of a model
            f"FROM unnest({arrays}) AS aside ({', '.join([key, *others])}) WHERE kept.{key} = aside.{key}",
            literals,
        )
        return int(cursor.rowcount)


def _update_from(table: str, names: list[str], chunks: list[_Columns]) -> int:
    """Copy the rows beside the table and set all of them in one statement."""
    aside, (key, *others) = f"bulk_{table}"[:63], list(map(_quoted, names))
    quoted, sets = ", ".join([key, *others]), ", ".join(f"{name} = aside.{name}" for name in others)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {_quoted(aside)} ON COMMIT DROP AS "  # noqa: S608 – names of a model
            f"SELECT {quoted} FROM {_quoted(table)} WITH NO DATA"
        )
        for columns in chunks:
            _insert(aside, names, columns)
        cursor.execute(
            f"UPDATE {_quoted(table)} AS kept SET {sets} FROM {_quoted(aside)} AS aside "  # noqa: S608 – names of a model
            f"WHERE kept.{key} = aside.{key}"
        )
        updated = int(cursor.rowcount)
        cursor.execute(f"DROP TABLE {_quoted(aside)}")
    return updated


class _Lines:
    """Rows as a file in the text format of COPY, written out as far as it is read."""

    def __init__(self, columns: _Columns) -> None:
        self._columns, self._at = columns, 0

    def read(self, size: int = -1) -> bytes:
        """Return the next lines, however long; the driver sends on whatever it gets."""
        start, self._at = self._at, self._at + _TOGETHER
        parts = [_texts(column[start : self._at]) for column in self._columns]
        return "".join(f"{line}\n" for line in map("\t".join, zip(*parts, strict=True))).encode()


def _texts(column: Sequence[Any]) -> Sequence[str]:
    """Write the values of a column in the text format of COPY."""
    kinds = set(map(type, column)) - {NoneType}
    if kinds == {str}:
        return _escaped(column)
    if kinds == {int}:
        return [_NOTHING if value is None else str(value) for value in column]
    if kinds <= set(_REPEATED):
        known = {value: _copied(value) for value in set(column)}
        return [known[value] for value in column]
    if kinds <= _CONTAINERS:
        return _escaped(list(map(_written, column)))
    return list(map(_copied, column))


def _written(value: Sequence[Any] | Mapping[str, Any] | None) -> str | None:
    """The value as JSON; nothing stays nothing."""
    if value:
        return _as_json(value)
    return None if value is None else _EMPTY[type(value)]


def _escaped(column: Sequence[str | None]) -> Sequence[str]:
    """Write texts, or nothing, in the text format of COPY. Most columns have nothing to escape."""
    together = "".join(filter(None, column))
    texts = column
    for character, escape in _ESCAPES.items():
        if character in together:
            texts = [text and text.replace(character, escape) for text in texts]
    return [_NOTHING if text is None else text for text in texts]


def _copied(value: Any) -> str:
    """Write one value in the text format of COPY.

    Kinds of values nobody thought of are a TypeError: ``str()`` of them would be stored without a word.
    """
    match value:
        case None:
            return _NOTHING
        case bool():
            return "t" if value else "f"
        case str():
            return _escaped([str.__str__(value)])[0]
        case int() | float() | Decimal() | UUID():
            return str(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"
        case bytes() | bytearray() | memoryview():
            return "\\\\x" + bytes(value).hex()
        case dict() | list():
            return _copied(_as_json(value))
    adapted = getattr(value, "adapted", None)
    if adapted is None:
        raise TypeError(f"{type(value).__name__} cannot be copied")
    # psycopg2's wrappers: Json brings its own dumps, Binary holds bytes.
    return _copied(value.dumps(adapted) if hasattr(value, "dumps") else adapted)
