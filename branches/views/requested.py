"""What a request asks for besides its address: an organisation, a page to go back to."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
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


def way_back(request: HttpRequest, default: str | Model) -> dict[str, Any]:
    """Where 取消 of a form leads, and – in a row of forms, one after the other – where 跳过 does, and the word of 保存.

    ``next`` is the page after saving. A row of forms gives ``back`` too: the page on which the row began.
    """
    after = local_next(request, default)
    if "back" not in request.GET:
        return {"cancel_url": after}
    back = local_next(request, default, name="back")
    return {"cancel_url": back, "skip_url": after, "save_word": "保存，补下一项"}


def local_next(request: HttpRequest, default: str | Model = "reports:workbench", *, name: str = "next") -> str:
    """The address in ``next`` if it lies on this site, else the default: an address, a view, an object's page."""
    wanted = request.POST.get(name) or request.GET.get(name) or ""
    secure = request.is_secure()
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=secure):
        return wanted
    return resolve_url(default)
