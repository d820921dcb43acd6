"""What an import wrote and what of it was taken back, line by line, with the way to the record if it may be seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse

from branches.models import Organization, User
from members.models import CadreTerm
from members.models.roster import RosterChange, RosterImport
from members.roster.outcome.references import References, references_to


@dataclass(frozen=True)
class Effect:
    """One thing the import wrote. ``url`` is "" where the record is gone or out of sight; ``needed_by`` refer to it."""

    change: RosterChange
    what: str
    url: str = ""
    needed_by: Sequence[References] = ()


@dataclass(frozen=True)
class Written:
    """How many objects of one kind were created and updated, and how many of them are still as the import left them."""

    what: str
    created: int
    updated: int


@dataclass(frozen=True)
class Place:
    """An organisation the import wrote about, and how many things."""

    organization: Organization
    things: int


def effects(changes: Sequence[RosterChange], *, user: User) -> list[Effect]:
    """The changes, with links to what ``user`` may see. One query for each kind of record, and of what refers to it."""
    keys: dict[str, list[int]] = defaultdict(list)
    for change in changes:
        keys[change.object_type].append(change.object_id)
    urls = {kind: _urls(kind, ids, user) for kind, ids in keys.items()}
    needed = references_to(changes, user=user)
    return [
        Effect(
            change,
            _name(change.object_type),
            urls[change.object_type].get(change.object_id, ""),
            needed.get(change.pk, ()),
        )
        for change in changes
    ]


def written_by(roster: RosterImport, *, to_take_back: bool = False) -> list[Written]:
    """What the import wrote, or of that what can still be taken back, by kind of record. One query."""
    changes = roster.changes.filter(returned_at=None) if to_take_back else roster.changes.all()
    rows = changes.order_by("object_type").values("object_type")
    counted = rows.annotate(made=Count("pk", filter=Q(created=True)), changed=Count("pk", filter=Q(created=False)))
    return [Written(_name(row["object_type"]), row["made"], row["changed"]) for row in counted]


def places_written(roster: RosterImport) -> list[Place]:
    """The organisations of what can still be taken back, in screen order. Two queries."""
    rows = roster.changes.filter(returned_at=None, branch__isnull=False).order_by().values("branch")
    counted = {row["branch"]: row["things"] for row in rows.annotate(things=Count("pk"))}
    places = Organization.objects.filter(pk__in=counted).order_by("screen_order")
    return [Place(place, counted[place.pk]) for place in places]


class Deed(models.TextChoices):
    """What an import did about a record."""

    CREATED = "created", "新增"
    UPDATED = "updated", "更新"
    MOVED = "moved", "调入"


def done_by(deed: Deed) -> Q:
    """The changes by which an import did this; every change is one of the three."""
    # Whoever came from another branch has ended the stay there.
    moved = Q(created=False, written__has_key="ended")
    return {Deed.CREATED: Q(created=True), Deed.MOVED: moved, Deed.UPDATED: Q(created=False) & ~moved}[deed]


def deed_of(change: RosterChange) -> Deed:
    """What the import did there, as ``done_by`` has it."""
    if change.created:
        return Deed.CREATED
    return Deed.MOVED if "ended" in change.written else Deed.UPDATED


def kinds_written(roster: RosterImport) -> list[tuple[str, str]]:
    """The kinds of records the import wrote about, with their names. One query."""
    kinds = roster.changes.order_by("object_type").values_list("object_type", flat=True).distinct()
    return [(kind, _name(kind)) for kind in kinds]


def _name(object_type: str) -> str:
    return str(apps.get_model(object_type)._meta.verbose_name)


def _urls(object_type: str, ids: list[int], user: User) -> dict[int, str]:
    model: Any = apps.get_model(object_type)
    visible = model._default_manager.all().visible_to(user).filter(pk__in=ids)
    if model is CadreTerm:
        # A post has no page of its own.
        places = visible.values_list("pk", "organization_id")
        return {pk: reverse("members:organization_cadres", args=[place]) for pk, place in places}
    return {found.pk: found.get_absolute_url() for found in visible}
