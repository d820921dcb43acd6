"""缺项补录表: what is missing, as a workbook to be filled in."""

from __future__ import annotations

import io

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.scoping import Right
from members.forms.entry import EntryOrganizationForm
from members.http import get_entry_organization, get_roster
from members.roster.gap_sheets import gap_sheet as rules
from tuanjian.access import Access, access


@access(Access.MANAGE_PEOPLE)
@require_safe
def gaps(request: AuthenticatedHttpRequest) -> HttpResponse:
    """How much is missing below an organisation, the sheet to fill it in, the way back in."""
    organization = get_entry_organization(request)
    form = EntryOrganizationForm(user=request.user, chosen=organization)
    shortage = rules.shortage_in(organization)
    context = {"organization": organization, "form": form, "shortage": shortage, "on": timezone.localdate()}
    return render(request, "members/imports/gaps.html", context)


@access(Access.MANAGE_PEOPLE)
@require_safe
def gap_sheet(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The 缺项补录表 of an organisation and everything below."""
    organization = get_manageable(Organization, request.user, right=Right.PEOPLE, pk=get_roster(request.user, pk).pk)
    content = io.BytesIO()
    try:
        rules.write_gap_sheet(organization, content, by=request.user)
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
        return redirect(f"{reverse('members:gaps')}?organization={organization.pk}")
    content.seek(0)
    name = f"{organization.short_name}{rules.TITLE}{timezone.localdate():%Y%m%d}.xlsx"
    return FileResponse(content, as_attachment=True, filename=name)
