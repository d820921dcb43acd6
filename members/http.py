"""Which organisation's people a page is about."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from branches.http import AuthenticatedHttpRequest, current_organization
from branches.models import Organization, User
from branches.scoping import Sight, sees_somewhere


def get_roster(user: User, pk: int) -> Organization:
    """The organisation, if the user may look at its people; 404 like for one that does not exist."""
    found = Organization.objects.visible_to(user, sight=Sight.ROSTER).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_roster_organization(request: AuthenticatedHttpRequest) -> Organization:
    """The organisation of ``?organization=``, else the current one, whose people the user may look at.

    403 for people who may look at no roster at all, 404 for an organisation whose roster is out of sight.
    """
    if not sees_somewhere(request.user, Sight.ROSTER):
        raise PermissionDenied
    in_sight = Organization.objects.visible_to(request.user, sight=Sight.ROSTER)
    asked = request.GET.get("organization", "")
    if not asked:
        current = current_organization(request)
        found = in_sight.filter(pk=current.pk).first() if current else None
        return found or in_sight.in_screen_order()[0]
    if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
        raise Http404
    return get_roster(request.user, int(asked))
