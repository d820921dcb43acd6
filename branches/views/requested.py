"""What a request asks for besides its address: an organisation, a page to go back to."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from branches.http import AuthenticatedHttpRequest, current_organization, get_visible
from branches.models import Organization


def requested_organization(request: AuthenticatedHttpRequest) -> Organization | None:
    """The organisation of ``?organization=``, else the one worked in; 404 for one out of sight or no number."""
    asked = request.GET.get("organization", "")
    if not asked:
        return current_organization(request)
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 18):
        raise Http404
    return get_visible(Organization, request.user, pk=int(asked))


def local_next(request: HttpRequest, default: str = "reports:workbench") -> str:
    """The address in ``next`` if it lies on this site, else the default."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    secure = request.is_secure()
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=secure):
        return wanted
    return resolve_url(default)
