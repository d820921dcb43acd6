"""Pages on which an import is put right before it is written: cells, decisions about rows, names, 表格识别."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from branches.http import AuthenticatedHttpRequest
from members.arranging_forms import SheetsForm
from members.import_forms import DecideForm, MendForm, NameForm, RowsForm
from members.models.roster import RosterImport, RosterRow, RowState
from members.roster.preview import mending, reviewing, showing, suggesting
from members.views.imports import about, get_import, mended_cell
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_PEOPLE)
@require_POST
def mend(request: AuthenticatedHttpRequest, pk: int, number: int) -> HttpResponse:
    """Write a cell anew; the preview then stands at the next cell to be mended."""
    roster = get_import(request.user, pk)
    row = get_object_or_404(roster.rows.select_related("roster"), number=number)
    form = MendForm(request.POST)
    if not form.is_valid():
        return redirect("members:import", pk)
    field, text, seen = (form.cleaned_data[name] for name in ("field", "text", "seen"))
    try:
        row = mending.mend(row, field, text, by=request.user, seen=seen)
    except ValidationError as refusal:
        return _not_mended(request, roster, form, refusal.messages[0], number)
    word = showing.STATES[RowState(row.state)][1]
    if row.state == RowState.INVALID:
        messages.warning(request, f"{row.sheet} 第 {row.line} 行已改，仍是“{word}”，请看这一行的说明。")
    else:
        messages.success(request, f"{row.sheet} 第 {row.line} 行已改，现在是“{word}”。", extra_tags="saved")
    return _back(request, roster, form, row)


@access(Access.MANAGE_PEOPLE)
@require_POST
def decide(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Decide about rows that are not clear by themselves."""
    roster = get_import(request.user, pk)
    form = DecideForm(request.POST, roster=roster)
    back = MendForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请先勾选要处理的行，再选择怎样处理。")
        return _back(request, roster, back)
    try:
        count = form.decide(roster, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, f"已处理 {count} 行。", extra_tags="saved")
    return _back(request, roster, back)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def names(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Rows whose branch nobody knows: say which the names mean, or have them created with the import."""
    roster = get_import(request.user, pk)
    asked = request.POST.get("name", request.GET.get("name", ""))
    form = NameForm(request.POST or None, roster=roster, user=request.user, asked=asked)
    if request.method == "POST" and form.is_valid() and rule_accepts(form, form.settle):
        messages.success(request, f"“{form.cleaned_data['name']}”已处理，相关的行已重新检查。", extra_tags="saved")
        return redirect("members:import_names", pk)
    unplaced = suggesting.unplaced(roster)
    context = about(request, roster) | {"form": form, "asked": asked, "unplaced": unplaced}
    context |= {"settled": suggesting.settled_names(roster), "may_be_new": unplaced.may_be_new(asked)}
    return render(request, "members/imports/names.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def sheets(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """表格识别: what each sheet lists, where its heading stands, which column is which."""
    roster = get_import(request.user, pk)
    form = SheetsForm(request.POST or None, roster=roster)
    if request.method == "POST" and form.is_valid():
        try:
            form.arrange(by=request.user)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            return redirect("members:import", pk)
    return render(request, "members/imports/sheets.html", about(request, roster) | {"form": form})


def _not_mended(
    request: AuthenticatedHttpRequest, roster: RosterImport, form: MendForm, refusal: str, number: int
) -> HttpResponse:
    """Show the cell once more with what was typed and what stands against it; the preview where it is not to be mended
    any more."""
    context = about(request, roster)
    cell = mended_cell(request, roster, (number, form.cleaned_data["field"])) if context["may_mend"] else None
    if cell is None:
        messages.error(request, refusal)
        return _back(request, roster, form)
    query = form.conditions
    query.pop("mend", None)
    context |= {"mending": cell, "typed": form.cleaned_data["text"], "refusal": refusal}
    context |= {"conditions": query.urlencode(), "home": reverse("members:import", args=[roster.pk])}
    answer = render(request, "members/imports/not_mended.html", context)
    # There is no page to come back to at this address.
    answer["HX-Replace-Url"] = "false"
    return answer


def _back(
    request: AuthenticatedHttpRequest, roster: RosterImport, form: MendForm, mended: RosterRow | None = None
) -> HttpResponseRedirect:
    """The preview under the same conditions; after a cell was mended, at the next one."""
    query = form.conditions
    query.pop("mend", None)
    asked = RowsForm(query).asked
    following = reviewing.next_problem(roster, mended, asked) if mended is not None else None
    place = reviewing.place_of(roster, following[0], asked) if following is not None else None
    if following is not None and place is not None:
        query["mend"] = f"{following[0].number}.{following[1]}"
        query["page"] = str(place // form.size + 1)
    address = reverse("members:import", args=[roster.pk])
    return redirect(f"{address}?{query.urlencode()}" + ("#mend" if "mend" in query else ""))
