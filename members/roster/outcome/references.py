"""Which records refer to what an import created, so that it stays when the import is taken back: named, with the way
to them, as far as whoever asks may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.urls import reverse

from branches.models import User
from members.models import CadreTerm
from members.models.roster import RosterChange
from members.roster.outcome.undoing import STILL_NEEDED, links_that_keep

_MOST_NAMED: Final = 3
# Beyond so many of one kind on a page nobody reads on.
_MOST_READ: Final = 200


@dataclass(frozen=True)
class Reference:
    """One record by its name. ``url`` is "" where it has no page."""

    name: str
    url: str


@dataclass
class References:
    """Records of one kind that refer to one thing: the first few by name, and how many may be seen."""

    what: str
    named: list[Reference] = field(default_factory=list)
    seen: int = 0

    @property
    def more(self) -> int:
        """How many are seen and not named."""
        return self.seen - len(self.named)


def references_to(changes: Iterable[RosterChange], *, user: User) -> dict[int, list[References]]:
    """By the key of each change that was kept because it is referred to, what refers to it now in sight of ``user``.

    One query for each kind of link; records out of sight are neither named nor counted.
    """
    kept: dict[str, dict[int, int]] = defaultdict(dict)
    for change in changes:
        if change.kept_because.startswith(STILL_NEEDED):
            kept[change.object_type][change.object_id] = change.pk
    found: dict[int, list[References]] = defaultdict(list)
    for object_type, keys in kept.items():
        for link in links_that_keep(apps.get_model(object_type)):
            for object_id, references in _by_object(link, list(keys), user).items():
                found[keys[object_id]].append(references)
    return found


def _by_object(link: models.ForeignObjectRel, keys: list[int], user: User) -> dict[int, References]:
    name, related = link.field.name, link.related_model
    what = str(related._meta.verbose_name)
    found: dict[int, References] = {}
    for row, shown in _in_sight(related, name, keys, user):
        references = found.setdefault(getattr(row, f"{name}_id"), References(what))
        references.seen += 1
        if len(references.named) < _MOST_NAMED:
            references.named.append(Reference(str(shown), _url(shown)))
    return found


def _in_sight(related: type[models.Model], name: str, keys: list[int], user: User) -> Iterator[tuple[Any, Any]]:
    """The rows with what they are shown as: themselves, or what they are part of, as attendance is of an activity."""
    rows: Any = related._default_manager.filter(**{f"{name}__in": keys}).order_by("pk")
    if hasattr(rows, "visible_to"):
        # With what it belongs to, which is in most names.
        yield from ((row, row) for row in rows.visible_to(user).select_related()[:_MOST_READ])
        return
    for part in related._meta.fields:
        whole: Any = part.related_model
        if part.name == name or not part.is_relation or not hasattr(whole, "get_absolute_url"):
            continue
        if not hasattr(whole._default_manager.all(), "visible_to"):
            continue
        seen = whole._default_manager.all().visible_to(user)
        among = rows.filter(**{f"{part.name}__in": seen.order_by().values("pk")}).select_related(part.name)
        yield from ((row, getattr(row, part.name)) for row in among[:_MOST_READ])
        return


def _url(shown: Any) -> str:
    if isinstance(shown, CadreTerm):
        # A post has no page of its own.
        return reverse("members:organization_cadres", args=[shown.organization_id])
    return str(shown.get_absolute_url()) if hasattr(shown, "get_absolute_url") else ""
