"""谁看过这条记录: who looked at a person's numbers, changed the record, took it out of the system."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest, get_visible
from branches.log import Reader
from branches.scoping import NotAllowed
from branches.tables import LogTable
from members import privacy
from members import traces as rules
from members.models import Member
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, paged, size_of


@access(Access.SEE_TRACES)
@require_safe
def traces(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    person = get_visible(Member, request.user, pk=pk)
    if not privacy.may_read_traces(request.user, person):
        raise NotAllowed(person)
    entries, asked = rules.entries_about(person, user=request.user), request.GET.get("what", "")
    table = paged(request, LogTable(rules.only(entries, asked), reader=Reader(request.user)))
    tabs = [
        {"label": label, "url": f"{request.path}?what={value}" if value else request.path, "active": value == asked}
        for value, label in [("", "全部"), *rules.Trace.choices]
    ]
    context = {"member": person, "tallies": rules.tallies(entries), "table": table, "log_tabs": tabs}
    return render(request, "members/traces.html", context | {"size": size_of(request), "sizes": SIZES})
