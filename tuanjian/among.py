"""Rows with one of many keys: all keys in one parameter.

``field__in`` makes a parameter of each. With a thousand keys in each of fifty queries, writing and reading those lists
cost as much as finding the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, Q
from django.db.models.sql.compiler import SQLCompiler


def among(name: str, keys: Iterable[int]) -> Q:
    """Condition that the field ``name`` holds one of these whole numbers: ``Q(name__in=keys)``, for many of them."""
    return Q(_Among(F(name), ",".join(map(str, keys))))


class _Among(Lookup[Any]):
    """The field at the left, the numbers at the right, with commas between them."""

    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        if not self.rhs:
            # Nothing is asked then, as with an empty list.
            raise EmptyResultSet
        sql, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{sql} = ANY(%s::bigint[])", (*params, f"{{{self.rhs}}}")
        return f"{sql} IN (SELECT value FROM json_each(%s))", (*params, f"[{self.rhs}]")  # noqa: S608
