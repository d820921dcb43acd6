"""帮助: how the office's everyday things are done here."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest, current_organization
from branches.permissions import permissions_on
from branches.scoping import Right
from tuanjian.access import Access, access


@access(Access.SIGNED_IN)
@require_safe
def help_page(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What to do when; links only to what the person may open in the organisation chosen."""
    organization = current_organization(request)
    may = permissions_on(organization, request.user) if organization else None
    above = organization is not None and may is not None and not organization.is_branch
    context = {
        "organization": organization,
        "may": may,
        "may_report": above and may is not None and Right.REPORTS in may.rights,
        "may_weigh": above and may is not None and may.structure,
    }
    return render(request, "reports/help.html", context)
