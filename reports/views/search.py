"""The search of the top bar: asked by POST, kept sealed in the session; no personal data stand in an address."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from branches.http import AuthenticatedHttpRequest
from members import search as searching
from tuanjian import sealing
from tuanjian.access import Access, access

SESSION_KEY = "search"


@access(Access.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def search(request: AuthenticatedHttpRequest) -> HttpResponse:
    """POST remembers what is searched for, GET shows what it finds now."""
    if request.method == "POST":
        request.session[SESSION_KEY] = sealing.seal("search", searching.tidy(request.POST.get("q", "")))
        return redirect("reports:search")
    text = _remembered(request)
    found = searching.find(text, user=request.user)
    return render(request, "reports/search.html", {"text": text, "found": found, "longest": searching.LONGEST_TEXT})


def _remembered(request: AuthenticatedHttpRequest) -> str:
    try:
        return sealing.unseal("search", request.session.get(SESSION_KEY, ""))
    except sealing.SealBroken:
        return ""  # sealed with a key that is gone; nothing of value is lost
