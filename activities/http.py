"""Which organisation an activity is recorded for."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from branches.http import AuthenticatedHttpRequest, current_organization, get_manageable
from branches.models import Organization, User
from branches.scoping import Right
from members.http import get_roster


def get_recording(user: User, pk: int) -> Organization:
    """The organisation, if the user keeps its activities: 404 if its roster is out of sight, else 403."""
    return get_manageable(Organization, user, right=Right.ACTIVITIES, pk=get_roster(user, pk).pk)


def own_recording(request: AuthenticatedHttpRequest) -> Organization:
    """The organisation worked in, else the first whose activities the user keeps; 403 if there is none."""
    kept = Organization.objects.manageable_by(request.user, right=Right.ACTIVITIES).active()
    current = current_organization(request)
    found = kept.filter(pk=current.pk).first() if current else None
    found = found or kept.in_screen_order().first()
    if found is None:
        raise PermissionDenied
    return found
