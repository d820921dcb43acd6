"""Reading the log (操作日志): whose entries, how much of an entry somebody may read, and in which words.

Which entries somebody sees follows from where they were filed, as it was then (``AuditEntry.objects.visible_to``).
Who may read the log but no roster – 审计员 – learns that something was done, by whom, when and why, but neither names
nor facts of people: such an entry reads “人员（编号 15）”.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.db.models import Q
from django.http import Http404

from branches.models import AuditEntry, Placement, User
from branches.models.audit import placements_seen_by
from branches.scoping import SIGHTS, Sight, held_by

NOTHING: Final = "—"
CONCEALED: Final = "（不显示）"
# Objects of the other apps are people, and what they did.
_WITHOUT_PEOPLE: Final = "branches."
Objects = tuple[str, Collection[str]]
_kin: dict[str, list[Callable[[str], Objects]]] = {}


class Change(NamedTuple):
    """A fact of an entry, before and after, in words."""

    fact: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """An entry as somebody may read it."""

    entry: AuditEntry
    label: str
    type_word: str
    place: str
    changes: list[Change]
    whole: bool

    @property
    def summary(self) -> str:
        """The changes on one line."""
        return "；".join(_on_one_line(change) for change in self.changes)


class Reader:
    """Tells entries to a user; asks the database nothing more than what the entries bring along."""

    def __init__(self, user: User) -> None:
        held = held_by(user)
        rosters = [grant for grant in held if Sight.ROSTER in SIGHTS[grant.role]]
        self._rosters = [f"/{grant.organization_id}/" for grant in rosters]
        self._reads_all = all(Sight.ROSTER in SIGHTS[grant.role] for grant in held if Sight.LOG in SIGHTS[grant.role])
        self._user = user

    def tell(self, entry: AuditEntry) -> Told:
        """The entry in words; ``entry.placement`` should have been fetched with it."""
        whole = self._reads_all or not _is_about_people(entry) or self._sees_roster_of(entry)
        word = type_word(entry.object_type)
        return Told(
            entry=entry,
            label=entry.object_label if whole else f"{word}（编号 {entry.object_id}）",
            type_word=word,
            place=entry.placement.short_name if entry.placement else NOTHING,
            changes=[_change(fact, values, whole) for fact, values in entry.changes.items()],
            whole=whole,
        )

    def named(self, text: str) -> Q:
        """Condition on entries whose object bears the text – where this user may read whom it is."""
        bears = Q(object_label__icontains=text)
        if self._reads_all:
            return bears
        legible = Q(placement__in=placements_seen_by(self._user, Sight.ROSTER))
        return bears & (Q(object_type__startswith=_WITHOUT_PEOPLE) | legible)

    def _sees_roster_of(self, entry: AuditEntry) -> bool:
        return entry.placement is not None and any(mark in entry.placement.lineage for mark in self._rosters)


def add_kin(object_type: str, find: Callable[[str], Objects]) -> None:
    """Let the log of an object also tell of others that belong to it, found by its id: a person's posts.

    For the apps above, when they start. Adding it twice changes nothing.
    """
    known = _kin.setdefault(object_type, [])
    if find not in known:
        known.append(find)


def objects_of(text: str) -> list[Objects]:
    """“members.member:15” of an address as the object and its kin; 404 for anything else."""
    object_type, _, object_id = text.partition(":")
    if not (0 < len(object_id) <= 40 and object_id.isascii() and object_id.isalnum() and _model(object_type)):
        raise Http404
    return [(object_type, [object_id]), *(find(object_id) for find in _kin.get(object_type, ()))]


def title_of(text: str, entries: Iterable[AuditEntry], reader: Reader) -> str:
    """What the newest of these entries calls the object of an address; its kind and number if none is about it."""
    object_type, _, object_id = text.partition(":")
    own = (entry for entry in entries if entry.object_type == object_type and entry.object_id == object_id)
    newest = next(own, None)
    return reader.tell(newest).label if newest else f"{type_word(object_type)}（编号 {object_id}）"


def address_of(object_type: str, object_id: object) -> str:
    """How an address of the log names an object."""
    return f"{object_type}:{object_id}"


def place_of(text: str, user: User) -> Placement | None:
    """Where the organisation of an address stood last, as far as the user's log reaches; None where none is asked for.

    404 for an organisation that was never in the user's scope, as for one that does not exist.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        raise Http404
    seen = placements_seen_by(user, Sight.LOG).filter(organization=int(text)).order_by("-from_at", "-pk").first()
    if seen is None:
        raise Http404
    return seen


def page_of(entry: AuditEntry, user: User) -> str:
    """The address of the object's own page as far as the user may look at the object today, else ""."""
    model = _model(entry.object_type)
    rows: Any = model._default_manager.all() if hasattr(model, "get_absolute_url") else None
    if not hasattr(rows, "visible_to") or not entry.object_id.isdecimal():
        return ""
    found = rows.visible_to(user).filter(pk=int(entry.object_id)).first()
    return str(found.get_absolute_url()) if found else ""


def type_word(object_type: str) -> str:
    """The Chinese name of a kind of object; the bare type where no such kind exists any more."""
    model = _model(object_type)
    return str(model._meta.verbose_name) if model else object_type


def _model(object_type: str) -> Any:
    try:
        return apps.get_model(object_type)
    except (LookupError, ValueError):
        return None


def _is_about_people(entry: AuditEntry) -> bool:
    return not entry.object_type.startswith(_WITHOUT_PEOPLE)


def _change(fact: str, values: Any, whole: bool) -> Change:
    if not whole:
        return Change(fact, CONCEALED, CONCEALED)
    before, after = values if isinstance(values, Sequence) and len(values) == 2 else (None, values)
    return Change(fact, _said(before), _said(after))


def _said(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _on_one_line(change: Change) -> str:
    if change.after == CONCEALED:
        return change.fact
    return (
        f"{change.fact}：{change.after}"
        if change.before == NOTHING
        else f"{change.fact}：{change.before} → {change.after}"
    )
