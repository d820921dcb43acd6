"""Making, printing and voiding 注册码, making 重置码. A code is in clear on the one page that answers the click.

That page answers the POST itself: after a redirect the code would have to be kept somewhere in between.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from branches import attempts, outlook, registration, resets
from branches.forms.codes import AskedForm, CodeForm, IssueForm, SheetForm
from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import AccessGrant, Organization, RegistrationCode
from branches.permissions import permissions_on
from branches.scoping import Right
from tuanjian import qr
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


def admits(request: HttpRequest, form: CodeForm[Any]) -> bool:
    """Whether the form holds a code that works. Wrong ones count against the address, until it may not try any more."""
    if not form.is_bound or not attempts.may_try_code(request):
        return False
    valid = form.is_valid()
    if form.has_error("code", "wrong"):
        attempts.count_wrong_code(request)
    return valid


@access(Access.MANAGE_GRANTS)
@never_cache
@require_http_methods(["GET", "POST"])
def code_new(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.GRANTS, pk=pk)
    may = permissions_on(organization, request.user)
    initial = registration.to_make_again(organization, request.GET.get("again", ""))
    asked = {"role": request.GET["role"]} if "role" in request.GET else {}
    form = IssueForm(request.POST or None, administrator=may.grants_from_above, initial=initial | asked)
    issued: list[registration.Issued] = []
    if form.is_valid() and rule_accepts(
        form, lambda: issued.append(registration.issue(organization, **form.terms, by=request.user))
    ):
        return code_page(request, organization, issued[0])
    lines = outlook.of_grant(organization, form.role_shown) if form.role_shown else []
    context = {"organization": organization, "form": form, "outlook": lines}
    return render(request, "branches/code_new.html", context)


def code_page(
    request: HttpRequest, organization: Organization, issued: registration.Issued, **more: Any
) -> HttpResponse:
    """The page that shows a code once; for every view whose deed makes one."""
    entrance = _entrance(request)
    context = {"organization": organization, "issued": issued, "entrance": entrance} | more
    return render(request, "branches/code_made.html", context | {"qr": _picture(entrance, issued.code)})


@access(Access.MANAGE_GRANTS)
@never_cache
@require_http_methods(["GET", "POST"])
def code_sheet(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    organization = get_manageable(Organization, request.user, right=Right.GRANTS, pk=pk)
    form = SheetForm(request.POST or None)
    issued: list[registration.Issued] = []
    if form.is_valid() and rule_accepts(
        form, lambda: issued.extend(registration.issue_sheet(organization, **form.choice, by=request.user))
    ):
        entrance = _entrance(request)
        cards = [{"issued": each, "qr": _picture(entrance, each.code)} for each in issued]
        context = {"organization": organization, "cards": cards, "entrance": entrance}
        return render(request, "branches/code_sheet.html", context | {"printed_at": timezone.now()})
    return render(request, "branches/code_sheet_new.html", {"organization": organization, "form": form})


@access(Access.MANAGE_GRANTS)
@require_http_methods(["GET", "POST"])
def code_void(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    row = get_manageable(RegistrationCode, request.user, right=Right.GRANTS, pk=pk)
    form = AskedForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and rule_accepts(form, lambda: registration.void(row, by=request.user)):
        messages.success(request, "注册码已作废。")
        return redirect("branches:grants", pk=row.organization_id)
    return render(request, "branches/code_void.html", {"row": row, "form": form})


@access(Access.MANAGE_GRANTS)
@never_cache
@require_http_methods(["GET", "POST"])
def reset_new(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    given = get_manageable(AccessGrant, request.user, right=Right.GRANTS, pk=pk)
    form = AskedForm(request.POST if request.method == "POST" else None)
    issued: list[resets.Issued] = []
    if form.is_valid() and rule_accepts(form, lambda: issued.append(resets.issue(given.user, by=request.user))):
        context = {"given": given, "issued": issued[0], "entrance": _entrance(request, "branches:reset")}
        return render(request, "branches/reset_made.html", context)
    return render(request, "branches/reset_new.html", {"given": given, "form": form})


def _entrance(request: HttpRequest, view: str = "branches:register") -> str:
    """The address that people type on any PC, for those whose phone does not reach the server."""
    return request.build_absolute_uri(reverse(view))


def _picture(entrance: str, code: str) -> str:
    """Leads a phone there with the code behind the #.

    Browsers keep that part to themselves, so it is in no log of a server or proxy and in no Referer; a script puts it
    into the field and takes it out of the address.
    """
    return qr.picture(f"{entrance}#{code}")
