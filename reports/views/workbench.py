"""The first page, and the list of everything that waits."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest, current_organization
from reports.todos import todos_for
from reports.workbench import workbench_of
from tuanjian.access import Access, access


@access(Access.SIGNED_IN)
@require_safe
def workbench(request: AuthenticatedHttpRequest) -> HttpResponse:
    organization = current_organization(request)
    if organization is None:
        return render(request, "reports/no_grant.html")
    shown = workbench_of(request.user, organization, timezone.localdate())
    template = "reports/workbench_branch.html" if organization.is_branch else "reports/workbench.html"
    # The number beside 待办 is that of the list on this very page: asked once.
    context = {"shown": shown, "counted_at": timezone.now(), "todo_count": len(shown.todos)}
    return render(request, template, context)


@access(Access.SIGNED_IN)
@require_safe
def todos(request: AuthenticatedHttpRequest) -> HttpResponse:
    organization = current_organization(request)
    lines = todos_for(request.user, organization, timezone.localdate()) if organization else []
    context = {"organization": organization, "todos": lines, "todo_count": len(lines)}
    return render(request, "reports/todos.html", context)
