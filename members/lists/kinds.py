"""Which lists there are: how each is queried, which columns it has, how a row is written.

The layers above know the query forms; they offer their lists here when the app starts. Columns bear the headings the
reader of imports knows, and phones and numbers are masked as on the screen, so that a list can be handed in again and
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Model, QuerySet
from django.http import QueryDict

from branches.models import Organization, User
from members.models.outgoing import ListKey
from tuanjian.spreadsheets.writing import Column, Value


@dataclass(frozen=True)
class Queried:
    """What a query finds: ``rows`` in the order of the list, the conditions in words, and whether all were understood.

    A condition that is not understood would be left out, and more than was asked for would leave.
    """

    rows: QuerySet[Any]
    asked: str
    is_understood: bool


@dataclass(frozen=True)
class ListKind:
    """A list. ``write`` makes the lines of the rows, ``people_of`` says whom a row tells of, for the log of each."""

    key: ListKey
    unit: str
    sheet: str
    columns: Sequence[Column]
    query: Callable[[QueryDict, Organization, User], Queried]
    write: Callable[[Iterable[Any], User], Iterator[Sequence[Value]]]
    people_of: Callable[[Any], Iterable[int]]
    shown_at: str
    """The view that shows the list, for the way back."""

    @property
    def title(self) -> str:
        return str(self.key.label)


_kinds: dict[str, ListKind] = {}


def offer(kind: ListKind) -> None:
    """Let this list be taken out; offering a key again replaces it."""
    _kinds[kind.key] = kind


def find(key: str) -> ListKind | None:
    """The list of this key."""
    return _kinds.get(key)


def of(key: str) -> ListKind:
    """The list of this key, which is known to be offered."""
    return _kinds[key]


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody on a list, as much as the log needs to know: whole records take longer to make than the list."""

    pk: int
    _meta: Any


def stand_ins(keys: Iterable[int], model: type[Model]) -> Iterator[Model]:
    """The people of a list for the log."""
    return (cast(Model, StandIn(key, model._meta)) for key in keys)
