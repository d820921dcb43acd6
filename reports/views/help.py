"""帮助: how the office's everyday things are done here."""

from django.http import HttpResponse
from django.shortcuts import render

from branches.http import AuthenticatedHttpRequest
from tuanjian.access import Access, access


@access(Access.SIGNED_IN)
def help_page(request: AuthenticatedHttpRequest) -> HttpResponse:
    return render(request, "reports/help.html")
