"""Which organisation's people, and which people, a page is about."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404

from branches.http import AuthenticatedHttpRequest, current_organization
from branches.models import Organization, User
from branches.scoping import NotAllowed, Right, Sight, has_right_somewhere, sees_somewhere
from members.models import Member


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


def get_entry_organization(request: AuthenticatedHttpRequest) -> Organization:
    """The organisation of ``?organization=``, else the current one, where the user keeps the records of people.

    403 for people who keep none anywhere and for an organisation they may only look at, 404 for one out of sight.
    """
    if not has_right_somewhere(request.user, Right.PEOPLE):
        raise PermissionDenied
    managed = Organization.objects.active().manageable_by(request.user, right=Right.PEOPLE)
    if request.GET.get("organization", ""):
        found = managed.filter(pk=get_roster_organization(request).pk).first()
    else:
        current = current_organization(request)
        own = managed.filter(pk=current.pk).first() if current else None
        found = own or managed.in_screen_order().first()
    if found is None:
        raise PermissionDenied
    return found


def ticked(request: AuthenticatedHttpRequest) -> list[int]:
    """The people ticked in a list; 403 for somebody who keeps nobody's record."""
    if not has_right_somewhere(request.user, Right.PEOPLE):
        raise PermissionDenied
    asked = request.GET.getlist("pk")
    return sorted({int(pk) for pk in asked if pk.isascii() and pk.isdigit() and len(pk) < 18})


def get_all_manageable(user: User, pks: list[int]) -> list[Member]:
    """The people, if the user keeps all of their records: 404 if one is out of sight, 403 if one may only be seen.

    In the order of the list; two queries, however many they are.
    """
    seen = Member.objects.visible_to(user).filter(pk__in=pks).select_related("branch")
    people = list(seen.order_by("branch__screen_order", "pinyin", "id"))
    if len(people) < len(pks):
        raise Http404
    kept = set(Member.objects.manageable_by(user, right=Right.PEOPLE).filter(pk__in=pks).values_list("pk", flat=True))
    for person in people:
        if person.pk not in kept:
            raise NotAllowed(person)
    return people
