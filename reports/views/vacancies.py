"""书记空缺: organisations in which nobody holds the post of secretary."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest
from branches.models import Organization
from branches.scoping import Sight
from members.health import without_secretary
from members.http import get_roster_organization
from tuanjian.access import Access, access


@access(Access.SEE_ROSTER)
@require_safe
def vacancies(request: AuthenticatedHttpRequest) -> HttpResponse:
    organization = get_roster_organization(request)
    below = Organization.objects.visible_to(request.user, sight=Sight.ROSTER).under(organization).active()
    vacant = below.filter(without_secretary()).in_screen_order()
    return render(request, "reports/vacancies.html", {"organization": organization, "vacant": vacant})
