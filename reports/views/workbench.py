"""The first page, and the list of everything that waits."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from branches.http import AuthenticatedHttpRequest, current_organization
from reports.todos import todos_for
from reports.workbench import workbench_of
from tuanjian.access import Access, access


@access(Access.SIGNED_IN)
def workbench(request: AuthenticatedHttpRequest) -> HttpResponse:
    organization = current_organization(request)
    if organization is None:
        return render(request, "reports/no_grant.html")
    shown = workbench_of(request.user, organization, timezone.localdate())
    template = "reports/workbench_branch.html" if organization.is_branch else "reports/workbench.html"
    return render(request, template, {"shown": shown, "counted_at": timezone.now()})


@access(Access.SIGNED_IN)
def todos(request: AuthenticatedHttpRequest) -> HttpResponse:
    organization = current_organization(request)
    lines = todos_for(request.user, organization, timezone.localdate()) if organization else []
    return render(request, "reports/todos.html", {"organization": organization, "todos": lines})
