"""Pages of an import that has been checked or written: refused rows, people not in the file, what was written, 撤回."""

from __future__ import annotations

import io

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable, get_visible
from branches.models import Organization
from branches.scoping import Right
from members.import_forms import FileForm, TakeBackForm
from members.import_tables import AbsentTable, ChangeFilter, ChangeTable
from members.models.roster import ImportState, RosterImport
from members.roster.outcome import effects, handouts, undoing
from members.roster.preview import reviewing
from members.views.imports import get_import
from tuanjian.access import Access, access
from tuanjian.paging import page_of, paged
from tuanjian.refusals import add_refusal


@access(Access.MANAGE_PEOPLE)
@require_safe
def refused(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The refused rows as a workbook. It holds numbers in clear, so only whoever may import there gets it."""
    roster = get_import(request.user, pk)
    try:
        content = handouts.refused_rows(roster, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("members:import", pk)
    name = handouts.file_name(roster, on=timezone.localdate())
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


@access(Access.SEE_ROSTER)
@require_safe
def absent(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """在册但不在表中."""
    roster = get_visible(RosterImport, request.user, pk=pk)
    people = reviewing.absent_people(roster, user=request.user)
    if people is None:
        messages.warning(request, "只有待确认和已完成的名册导入，才列出在册但不在表中的人。")
        return redirect("members:import", pk)
    table = paged(request, AbsentTable(people.select_related("branch")))
    return render(request, "members/imports/absent.html", {"roster": roster, "table": table})


@access(Access.SEE_ROSTER)
@require_safe
def changes(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Everything the import wrote, as far as it is asked for."""
    roster = get_visible(RosterImport, request.user, pk=pk)
    query = ChangeFilter(request.GET, roster)
    page = page_of(request, query.qs)
    table = ChangeTable(effects.effects(list(page), user=request.user))
    kept = request.GET.get("kept") == "1"
    context = {"roster": roster, "table": table, "page": page, "kept": kept, "form": query.form}
    context |= {"is_narrowed": query.is_narrowed, "reset_url": f"{request.path}?kept=1" if kept else request.path}
    return render(request, "members/imports/changes.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def take_back(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Confirm and take back the import, or what it wrote about some organisations."""
    roster = get_import(request.user, pk)
    if roster.state != ImportState.DONE and request.method != "POST":
        messages.warning(request, f"这次导入的状态是“{roster.get_state_display()}”，没有可撤回的内容。")
        return redirect("members:import", pk)
    form = TakeBackForm(request.POST or None, places=effects.places_written(roster))
    # Whoever says nothing more means all of it.
    if request.method == "POST" and (form.is_valid() or "part" not in request.POST):
        return _take_back(request, roster, form.branches if "part" in request.POST else None)
    context = {"roster": roster, "written": effects.written_by(roster, to_take_back=True), "form": form}
    return render(request, "members/imports/take_back.html", context)


@access(Access.FETCH_FILE)
@require_http_methods(["GET", "POST"])
def file(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The uploaded file, for whoever holds the right to uploaded files there and says what for."""
    roster = get_manageable(RosterImport, request.user, right=Right.UPLOADED_FILE, pk=pk)
    form = FileForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            content = handouts.uploaded_file(roster, purpose=form.cleaned_data["purpose"], by=request.user)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            return FileResponse(io.BytesIO(content), as_attachment=True, filename=roster.file_name)
    return render(request, "members/imports/file.html", {"roster": roster, "form": form})


def _take_back(
    request: AuthenticatedHttpRequest, roster: RosterImport, branches: list[Organization] | None
) -> HttpResponse:
    try:
        result = undoing.take_back(roster, by=request.user, branches=branches)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        if branches is not None:
            kept = f"，{len(result.kept):,} 项保留" if result.kept else ""
            messages.success(request, f"已撤回：{result.returned:,} 项恢复原状{kept}。", extra_tags="saved")
    return redirect("members:import", roster.pk)
