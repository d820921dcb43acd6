"""Who may see what, who may change what: the only place that says so.

A grant gives a role on an organisation and everything below it, from one day to another. The paths of the grants in
force today become path ranges; every list, choice, count and yes/no question of every app is built from them.
System administrators have no rights on rosters by being one (docs/decisions/0003-scope.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.db.models.enums import TextChoices
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

if TYPE_CHECKING:
    from branches.models.accounts import User

# Longest possible path; nothing sorts behind a run of the alphabet's last character.
PATH_LENGTH = 255
LAST_CHARACTER = "Z"

M = TypeVar("M", bound=models.Model)


class Role(TextChoices):
    """角色: what a grant lets a person do on an organisation and below."""

    ADMINISTRATOR = "administrator", "管理员"
    OFFICER = "officer", "干事"
    ENTRY_CLERK = "entry_clerk", "录入员"
    OBSERVER = "observer", "观察员"
    AUDITOR = "auditor", "审计员"


class Right(TextChoices):
    """What may be changed. Roles bundle rights; nothing else gives any."""

    STRUCTURE = "structure", "组织管理"
    PEOPLE = "people", "人员录入"
    ACTIVITIES = "activities", "活动录入"
    REPORTS = "reports", "统计与通报"
    GRANTS = "grants", "授权管理"
    CLEAR_EXPORT = "clear_export", "明文导出"
    UPLOADED_FILE = "uploaded_file", "下载上传的原文件"


class Sight(TextChoices):
    """What may be looked at."""

    ORGANIZATIONS = "organizations", "组织"
    ROSTER = "roster", "人员与活动"
    # Roles that have a reason to call or check somebody. Observers look at work, not at numbers.
    CLEAR = "clear", "号码明文（写明用途）"
    LOG = "log", "日志"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.OFFICER: frozenset({Right.REPORTS}),
    Role.ENTRY_CLERK: frozenset({Right.PEOPLE, Right.ACTIVITIES}),
    Role.OBSERVER: frozenset(),
    Role.AUDITOR: frozenset(),
}
SIGHTS: dict[Role, frozenset[Sight]] = {
    Role.ADMINISTRATOR: frozenset(Sight),
    Role.OFFICER: frozenset({Sight.ORGANIZATIONS, Sight.ROSTER, Sight.CLEAR}),
    Role.ENTRY_CLERK: frozenset({Sight.ORGANIZATIONS, Sight.ROSTER, Sight.CLEAR}),
    Role.OBSERVER: frozenset({Sight.ORGANIZATIONS, Sight.ROSTER}),
    Role.AUDITOR: frozenset({Sight.ORGANIZATIONS, Sight.LOG}),
}


class NotAllowed(PermissionDenied):
    """Refuses a deed on ``subject``, which the user may look at: 403, and the log names it."""

    def __init__(self, subject: models.Model) -> None:
        super().__init__()
        self.subject = subject


class Held(NamedTuple):
    """A grant in force, as far as scope needs it."""

    organization_id: int
    path: str
    role: Role


def in_force(on: dt.date) -> Q:
    """Condition on grants: begun, not past their last day, not taken back."""
    return Q(starts_on__lte=on, ended_at=None) & (Q(ends_on=None) | Q(ends_on__gte=on))


def held_by(user: User | AnonymousUser) -> list[Held]:
    """Grants of the user in force today, highest organisation first. Within a web request they are read once."""
    if not user.is_authenticated or not user.is_active:
        return []
    if (known := user.__dict__.get("_held")) is not None:
        return list(known)
    rows = (
        user.grants.filter(in_force(timezone.localdate()))
        .order_by("organization__depth", "organization__screen_order", "id")
        .values_list("organization_id", "organization__path", "role")
    )
    held = [Held(organization_id, path, Role(role)) for organization_id, path, role in rows]
    if user.__dict__.get("_remembers_scope"):
        user.__dict__["_held"] = held
    return held


@contextmanager
def remembering(user: User) -> Iterator[None]:
    """Read the user's grants once for everything inside the block, as a web request does. Nothing outlives it."""
    if user.__dict__.get("_remembers_scope"):
        yield
        return
    user.__dict__["_remembers_scope"] = True
    try:
        yield
    finally:
        for name in ("_remembers_scope", "_held"):
            user.__dict__.pop(name, None)


def remember_scope(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: let this request's user keep the grants once read. Nothing outlives the request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.__dict__["_remembers_scope"] = True
        return get_response(request)

    return middleware


def topmost(paths: Iterable[str]) -> list[str]:
    """The paths without those that lie below another of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def seen_paths(user: User | AnonymousUser, sight: Sight) -> list[str]:
    """Tops of the subtrees in which the user may look at this."""
    return topmost(held.path for held in held_by(user) if sight in SIGHTS[held.role])


def managed_paths(user: User | AnonymousUser, right: Right) -> list[str]:
    """Tops of the subtrees in which the user holds this right."""
    return topmost(held.path for held in held_by(user) if right in RIGHTS[held.role])


def within(paths: Iterable[str], lookup: str = "path", *, below: bool = False) -> Q:
    """Condition that the path at ``lookup`` lies in one of the subtrees; with ``below`` their tops are left out.

    A range, not a prefix match: both databases answer it from the plain index, whatever their collation.
    """
    condition = Q(pk__in=())
    for path in paths:
        last = path + LAST_CHARACTER * (PATH_LENGTH - len(path))
        inside = Q(**{f"{lookup}__gt" if below else f"{lookup}__gte": path, f"{lookup}__lte": last})
        condition = inside if condition == Q(pk__in=()) else condition | inside
    return condition


class ScopedQuerySet(models.QuerySet[M]):
    """Gives a model of any app ``visible_to`` and ``manageable_by`` over the path of its organisation."""

    path_lookup = "organization__path"
    sight = Sight.ROSTER

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Rows the user may look at; empty for anybody without a grant."""
        return self.filter(self.inside(seen_paths(user, self.sight)))

    def manageable_by(self, user: User | AnonymousUser, *, right: Right) -> Self:
        """Rows the user may change with this right."""
        return self.filter(self.inside(managed_paths(user, right)))

    def inside(self, paths: list[str]) -> Q:
        """Condition that a row belongs to one of the subtrees. Models with several ways to belong override this."""
        return within(paths, self.path_lookup)


def has_right_somewhere(user: User | AnonymousUser, right: Right) -> bool:
    """Whether the user holds the right on any organisation: decides about menu entries, never about data."""
    return any(right in RIGHTS[held.role] for held in held_by(user))


def sees_somewhere(user: User | AnonymousUser, sight: Sight) -> bool:
    """Whether the user may look at this anywhere: decides about menu entries, never about data."""
    return any(sight in SIGHTS[held.role] for held in held_by(user))


def roles_at(user: User | AnonymousUser, path: str) -> list[Role]:
    """Roles the user holds on the organisation at ``path``, given there or above."""
    return [held.role for held in held_by(user) if path.startswith(held.path)]


def rights_at(user: User | AnonymousUser, path: str) -> frozenset[Right]:
    """What the user may change in the organisation at ``path``. A web request reads no grant for it twice."""
    return frozenset(right for role in roles_at(user, path) for right in RIGHTS[role])


def holds_from_above(user: User | AnonymousUser, path: str, *, right: Right, is_root: bool) -> bool:
    """Whether the user holds the right above the organisation at ``path``, for a root on itself: nobody is above it.

    The answer of ``Organization.objects.manageable_by(…, below=True)`` about one that is at hand.
    """
    return any(path.startswith(top) and (path != top or is_root) for top in managed_paths(user, right))
