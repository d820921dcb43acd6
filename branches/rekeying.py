"""更换密钥: sealing everything again with a new key while the site runs, and indexing it again while it does not.

Apps above name their sealed columns when they start; a test finds columns that nobody named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models, transaction

from branches.models import KeyFingerprint
from tuanjian import bulk, keyring, sealing
from tuanjian.locks import Lock, hold

_BATCH: Final = 500


@dataclass(frozen=True)
class Sealed:
    """A sealed column. ``field`` is what its values are sealed as.

    ``attribute`` is the property that seals and indexes anew when it is set, ``indexes`` are the columns it indexes in.
    """

    model: type[models.Model]
    column: str
    field: str
    attribute: str = ""
    indexes: tuple[str, ...] = ()

    @property
    def rows(self) -> models.QuerySet[Any]:
        return self.model._default_manager.order_by("pk")

    @property
    def is_bytes(self) -> bool:
        return isinstance(self.model._meta.get_field(self.column), models.BinaryField)


_columns: list[Sealed] = []


def register(*columns: Sealed) -> None:
    """Have these columns sealed and indexed anew with the others; naming one twice changes nothing."""
    _columns.extend(column for column in columns if column not in _columns)


def registered() -> tuple[Sealed, ...]:
    """All sealed columns."""
    return tuple(_columns)


def keys_in_use() -> Counter[str]:
    """How many values each sealing key holds."""
    return Counter(key_id for column in _columns for _, key_id in _tokens(column))


def seal_anew(*, progress: Callable[[int], None]) -> int:
    """Seal what other keys hold with the key in use, some hundred rows a transaction, and return how many there were.

    May be stopped at any time and run again; meanwhile the site reads and writes as ever. ``progress`` hears how many
    are done. Raises ``sealing.SealBroken`` naming the row that does not open; everything before it is kept.
    """
    current, done = sealing.current_key_id(), 0
    for column in _columns:
        waiting = [key for key, key_id in _tokens(column) if key_id != current]
        for start in range(0, len(waiting), _BATCH):
            done += _seal_some(column, waiting[start : start + _BATCH])
            progress(done)
    return done


@transaction.atomic
def index_anew(index: bytes) -> int:
    """Index every value with another index key and remember that key's fingerprint; returns how many rows there were.

    One transaction under the tree lock: either everything is indexed with the new key or nothing. The caller sees to it
    that nobody works meanwhile, and that the next start has the new key. Refuses nothing but a broken value.
    """
    hold(Lock.TREE)
    ring = keyring.current()
    done = 0
    with keyring.replaced(keyring.Keyring(ring.sealing, index, ring.audit)):
        for column in _columns:
            if column.attribute:
                done += _index_some(column)
    KeyFingerprint.objects.filter(name="index").update(fingerprint=keyring.fingerprint_of(index))
    return done


def forget_keys(ids: set[str]) -> None:
    """The database no longer asks for these sealing keys. Refuses while one of them holds a value."""
    needed = sorted(ids & keys_in_use().keys())
    if needed:
        raise ValidationError(f"密钥 {'、'.join(needed)} 还有数据在用，请先运行 rotate_sealing_key 完成更换。")
    KeyFingerprint.objects.filter(name__in=[f"sealing.{key_id}" for key_id in ids]).delete()


def _tokens(column: Sealed) -> Iterator[tuple[Any, str]]:
    """Key of each row that holds a value, with the id of the key that sealed it."""
    rows = column.rows.values_list("pk", column.column).iterator(chunk_size=_BATCH)
    for key, token in rows:
        if token:
            yield key, _key_id_of(bytes(token) if column.is_bytes else token)


def _key_id_of(token: str | bytes) -> str:
    if isinstance(token, bytes):
        algorithm, key_id, _ = token.split(b".", 2)
        token = f"{algorithm.decode()}.{key_id.decode()}."
    return sealing.key_id_of(token)


@transaction.atomic
def _seal_some(column: Sealed, keys: list[Any]) -> int:
    """Seal the values of these rows anew. The rows are locked: what somebody writes meanwhile is never undone."""
    rows = column.rows.select_for_update(no_key=True).filter(pk__in=keys).values_list("pk", column.column)
    anew = [(key, _sealed_anew(column, key, token)) for key, token in rows if token]
    return bulk.update_rows(column.model, _primary_key(column), [column.column], anew)


def _sealed_anew(column: Sealed, key: Any, token: Any) -> str | bytes:
    try:
        if column.is_bytes:
            return sealing.seal_bytes(column.field, sealing.unseal_bytes(column.field, bytes(token)))
        return sealing.seal(column.field, sealing.unseal(column.field, token))
    except sealing.SealBroken as broken:
        raise sealing.SealBroken(f"{column.model._meta.verbose_name} {key}：{broken}") from broken


def _index_some(column: Sealed) -> int:
    rows = column.rows.exclude(**{column.column: ""})
    done = 0
    for batch in _batches(rows):
        values = []
        for row in batch:
            setattr(row, column.attribute, getattr(row, column.attribute))
            values.append((row.pk, *(getattr(row, name) for name in column.indexes)))
        done += bulk.update_rows(column.model, _primary_key(column), column.indexes, values)
    return done


def _batches(rows: models.QuerySet[Any]) -> Iterator[list[Any]]:
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), _BATCH):
        yield list(rows.filter(pk__in=keys[start : start + _BATCH]))


def _primary_key(column: Sealed) -> str:
    return column.model._meta.pk.name
