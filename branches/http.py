"""One object for a page: not visible → 404, visible but not manageable → 403."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.http import Http404, HttpRequest

from branches.models import Organization, User
from branches.scoping import NotAllowed, Right, held_by

M = TypeVar("M", bound=models.Model)
SESSION_KEY = "organization"


class AuthenticatedHttpRequest(HttpRequest):
    """A request behind the login middleware."""

    user: User


def get_visible(model: type[M], user: User, **lookup: Any) -> M:
    """The row, if the user may look at it; otherwise the same 404 as for a row that does not exist."""
    manager: Any = model._default_manager
    found: M | None = manager.all().visible_to(user).filter(**lookup).first()
    if found is None:
        raise Http404
    return found


class Closed(NotAllowed):
    """Refuses a deed on an organisation that is closed: whatever happened there is history."""


def get_manageable(
    model: type[M], user: User, *, right: Right, below: bool = False, also_closed: bool = False, **lookup: Any
) -> M:
    """The row, if the user may change it; 404 if it is out of sight, 403 if it may only be looked at.

    ``below`` (organisations only) asks for the right from above: for what a level may not do to itself. A closed
    organisation is 403 for everybody, except on the few pages that say ``also_closed``.
    """
    found = get_visible(model, user, **lookup)
    manager: Any = model._default_manager
    more = {"below": True} if below else {}
    if not manager.all().manageable_by(user, right=right, **more).filter(pk=found.pk).exists():
        raise NotAllowed(found)
    if isinstance(found, Organization) and found.is_closed and not also_closed:
        raise Closed(found)
    return found


def current_organization(request: AuthenticatedHttpRequest) -> Organization | None:
    """The organisation the person works in now: chosen in the top bar, else the highest of the own grants.

    Page and frame both ask, and it is read once for them.
    """
    held = held_by(request.user)
    if not held:
        return None
    chosen = request.session.get(SESSION_KEY)
    wanted = next((grant for grant in held if grant.organization_id == chosen), held[0]).organization_id
    known: dict[int, Organization | None] = request.__dict__.setdefault("_current_organization", {})
    if wanted not in known:
        known[wanted] = Organization.objects.visible_to(request.user).filter(pk=wanted).first()
    return known[wanted]
