"""下载模板: empty workbooks for the import."""

from __future__ import annotations

import io

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from branches.http import AuthenticatedHttpRequest
from members.forms.entry import EntryOrganizationForm
from members.http import get_entry_organization
from members.roster.handed_out import blanks as rules
from tuanjian.access import Access, access


@access(Access.MANAGE_PEOPLE)
@require_safe
def blanks(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The templates there are, for the chosen organisation."""
    organization = get_entry_organization(request)
    form = EntryOrganizationForm(user=request.user, chosen=organization)
    context = {"organization": organization, "form": form, "blanks": rules.offered(), "lines": rules.OPEN_LINES}
    return render(request, "members/imports/blanks.html", context)


@access(Access.MANAGE_PEOPLE)
@require_safe
def blank(request: AuthenticatedHttpRequest, kind: str) -> FileResponse:
    """One template as a workbook."""
    organization = get_entry_organization(request)
    found = rules.find(kind)
    if found is None:
        raise Http404
    content = io.BytesIO()
    rules.write_blank(found, content, organization=organization, by=request.user)
    content.seek(0)
    return FileResponse(content, as_attachment=True, filename=f"{found.label}（{organization.short_name}）.xlsx")
