"""通报模板: what a committee's circulars are laid out by."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.models import Organization
from branches.scoping import Right
from members.http import get_roster
from reports.circulars import showing, template_files, word
from reports.forms.circulars import KindForm, RetireForm, TemplateForm
from reports.models import CircularKind
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def circular_templates(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The templates in use, what they can say, and handing in one's own."""
    organization = _reporting(request, pk)
    form = TemplateForm(request.POST or None, request.FILES or None)
    if form.is_valid() and rule_accepts(
        form, lambda: template_files.hand_in(organization, **form.cleaned_data, by=request.user)
    ):
        messages.success(request, "已启用新的模板，以后的通报按它生成。")
        return redirect("reports:circular_templates", pk)
    context = {"organization": organization, "form": form, "kinds": showing.templates_of(organization)}
    return render(request, "reports/circulars/templates.html", context)


def _reporting(request: AuthenticatedHttpRequest, pk: int) -> Organization:
    return get_manageable(Organization, request.user, right=Right.REPORTS, pk=get_roster(request.user, pk).pk)


@access(Access.MANAGE_REPORTS)
@require_safe
def circular_template_file(request: AuthenticatedHttpRequest, pk: int) -> FileResponse:
    """The template in use as a file; with ``?shipped=1`` the one that comes with the system."""
    organization, kind = _reporting(request, pk), KindForm(request.GET).asked
    shipped = request.GET.get("shipped") == "1"
    content = word.shipped(kind) if shipped else template_files.in_use(organization, kind)
    name = f"{kind.label}模板.docx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=word.DOCX)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def circular_template_retire(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Back to the shipped template, once that was confirmed."""
    organization = _reporting(request, pk)
    asked = request.POST or request.GET
    own = template_files.own_of(organization, asked.get("kind", ""))
    if own is None:
        known = asked.get("kind") in CircularKind.values
        messages.error(request, template_files.SHIPPED_IN_USE if known else "没有说明是哪一种通报的模板，请重新选择。")
        return redirect("reports:circular_templates", pk)
    form = RetireForm(request.POST or None, initial={"kind": own.kind, "template": own.pk})
    if form.is_valid() and rule_accepts(
        form, lambda: template_files.retire(organization, **form.cleaned_data, by=request.user)
    ):
        messages.success(request, "已恢复系统模板。", extra_tags="saved")
        return redirect("reports:circular_templates", pk)
    context = {"organization": organization, "own": own, "form": form}
    return render(request, "reports/circulars/template_retire.html", context)
