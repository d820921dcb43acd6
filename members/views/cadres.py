"""Pages of cadres (团干部) and of the contacts (通讯录)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.permissions import permissions_on
from branches.scoping import Right
from branches.views.requested import local_next, way_back
from members import cadres as rules
from members import papers
from members.cadre_tables import (
    CadreFilter,
    CadreTable,
    ContactFilter,
    ContactTable,
    OrganizationCadreFilter,
    OrganizationCadreTable,
    TermFilter,
)
from members.forms.cadres import EndForm, FindForm, NewCadreForm, TermForm
from members.http import get_roster, get_roster_organization
from members.models import CadreTerm
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, paged, size_of
from tuanjian.refusals import rule_accepts


@access(Access.SEE_ROSTER)
@require_GET
def cadres(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Cadres of the chosen organisation and everything below."""
    organization = get_roster_organization(request)
    terms = rules.terms_in_sight(organization, user=request.user)
    query = CadreFilter(request.GET, terms, organization=organization, user=request.user)
    table = paged(request, CadreTable(query.qs))
    context = _list(request, organization, query, table)
    context |= {"people": rules.people_in(query.qs), "open": query.is_unfolded}
    return render(request, "members/cadres.html", context)


@access(Access.SEE_ROSTER)
@require_GET
def organization_cadres(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Cadres of one organisation, without those below."""
    organization = get_roster(request.user, pk)
    terms = rules.terms_in_sight(organization, user=request.user).filter(organization=organization)
    query = OrganizationCadreFilter(request.GET, terms)
    table = paged(request, OrganizationCadreTable(query.qs))
    return render(request, "members/organization_cadres.html", _list(request, organization, query, table))


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def cadre_new(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Appoint: first whom (found by POST, or ``?person=``, or somebody new by ``?kind=new``), then to what."""
    organization = get_manageable(Organization, request.user, right=Right.PEOPLE, pk=get_roster(request.user, pk).pk)
    if request.GET.get("kind") == "new":
        return _appoint(request, NewCadreForm, CadreTerm(organization=organization), user=request.user)
    asked = request.GET.get("person", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 18:
        person = get_object_or_404(rules.candidates(organization, by=request.user), pk=int(asked))
        return _appoint(request, TermForm, CadreTerm(organization=organization, person=person))
    form = FindForm(request.POST or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    people = rules.find_candidates(organization, text=text, by=request.user)
    carried = urlencode({name: request.GET[name] for name in ("next", "back") if name in request.GET})
    context = {"organization": organization, "form": form, "text": text, "most": rules.MOST_CANDIDATES}
    context |= {"people": people, "carried": carried} | way_back(request, organization)
    return render(request, "members/cadre_find.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def cadre_edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Correct the facts of a post."""
    term = get_manageable(CadreTerm, request.user, right=Right.PEOPLE, pk=pk)
    form = TermForm(request.POST or None, term=term)
    if form.is_valid() and rule_accepts(
        form, lambda: rules.correct_term(form.filled(), version=form.cleaned_data["version"] or 0, by=request.user)
    ):
        messages.success(request, f"已保存{term.person.name}的任职。", extra_tags="saved")
        return redirect("members:organization_cadres", term.organization_id)
    return render(request, "members/cadre_form.html", _form(request, term, form))


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def cadre_end(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """End a post, after a page that says what follows."""
    term = get_manageable(CadreTerm, request.user, right=Right.PEOPLE, pk=pk)
    form = EndForm(request.POST or None)
    if form.is_valid() and rule_accepts(
        form, lambda: rules.end_term(term, on=form.day, reason=form.whole_reason, by=request.user)
    ):
        messages.success(request, f"已免去{term.person.name}的{term.title}职务。", extra_tags="saved")
        return redirect("members:organization_cadres", term.organization_id)
    follows = rules.consequences_of_ending(term, on=timezone.localdate())
    return render(request, "members/cadre_end.html", {"term": term, "form": form, "follows": follows})


@access(Access.SEE_ROSTER)
@require_GET
def contacts(request: AuthenticatedHttpRequest) -> HttpResponse:
    """通讯录 of the cadres of the chosen organisation and everything below."""
    organization = get_roster_organization(request)
    terms = rules.terms_in_sight(organization, user=request.user)
    query = ContactFilter(request.GET, terms, organization=organization, user=request.user)
    table = paged(request, ContactTable(query.qs, user=request.user))
    return render(request, "members/contacts.html", _list(request, organization, query, table))


@access(Access.SEE_ROSTER)
@require_GET
def contacts_print(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The 通讯录 on paper: everything that was queried. Too many lead back to the list."""
    organization = get_roster_organization(request)
    terms = rules.terms_in_sight(organization, user=request.user)
    query = ContactFilter(request.GET, terms, organization=organization, user=request.user)
    try:
        rows = papers.contacts_for_paper(query.qs, organization, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(f"{reverse('members:contacts')}?{request.GET.urlencode()}")
    context = {"organization": organization, "rows": rows, "now": timezone.localtime()}
    return render(request, "members/contacts_print.html", context | {"most": f"{papers.MOST:,}"})


def _appoint(request: AuthenticatedHttpRequest, kind: type[TermForm], term: CadreTerm, **more: Any) -> HttpResponse:
    form = kind(request.POST or None, term=term, **more)
    filled = form.filled() if form.is_valid() else None
    if filled is not None and rule_accepts(form, lambda: rules.appoint(filled, by=request.user)):
        messages.success(
            request, f"已登记{filled.person.name}任{filled.organization.short_name}{filled.title}。", extra_tags="saved"
        )
        if warning := rules.age_warning(filled.person, on=timezone.localdate()):
            messages.warning(request, warning)
        return redirect(local_next(request, _cadres_of(term)))
    return render(request, "members/cadre_form.html", _form(request, term, form))


def _cadres_of(term: CadreTerm) -> str:
    return reverse("members:organization_cadres", args=[term.organization_id])


def _list(
    request: AuthenticatedHttpRequest, organization: Organization, query: TermFilter, table: Any
) -> dict[str, Any]:
    return {
        "organization": organization,
        "may": permissions_on(organization, request.user),
        "form": query.form,
        "table": table,
        "size": size_of(request),
        "sizes": SIZES,
    }


def _form(request: AuthenticatedHttpRequest, term: CadreTerm, form: TermForm) -> dict[str, Any]:
    differences = form.compare_with(term) if form.is_stale else []
    changed = rules.last_change(term) if form.is_stale else None
    more = {"differences": differences, "changed": changed} | way_back(request, _cadres_of(term))
    return {"organization": term.organization, "term": term, "form": form} | more
