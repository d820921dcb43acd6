"""Pages of the import: upload, progress, preview, confirming."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.http import AuthenticatedHttpRequest, current_organization, get_manageable, get_visible
from branches.models import User
from branches.scoping import Right, Sight, has_right_somewhere, sees_somewhere
from members.import_forms import RowsForm, UploadForm
from members.import_tables import ImportFilter, ImportTable
from members.models.roster import ImportPurpose, ImportState, RosterImport
from members.roster import purposes
from members.roster.preview import mending, replanning, reviewing, showing, suggesting
from members.roster.running import applying, checking, pace, rereading, starting
from members.views.waiting import how_far
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, page_of, paged, size_of
from tuanjian.refusals import rule_accepts

ENDED = "members/imports/ended.html"
STEPS = ("上传", "检查", "预览", "写入", "结果")
STEP_OF = {
    ImportState.UPLOADED: 1,
    ImportState.CHECKING: 1,
    ImportState.TO_ARRANGE: 1,
    ImportState.FAILED: 1,
    ImportState.TO_CONFIRM: 2,
    ImportState.WRITING: 3,
    ImportState.DONE: 4,
    ImportState.TAKEN_BACK: 4,
}


@access(Access.SEE_ROSTER)
@require_safe
def history(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Every import somebody may look at, latest first."""
    if not sees_somewhere(request.user, Sight.ROSTER):
        raise PermissionDenied
    imports = RosterImport.objects.visible_to(request.user).select_related("organization", "started_by")
    query = ImportFilter(request.GET, imports)
    table = paged(request, ImportTable(query.qs))
    context = {"form": query.form, "table": table, "size": size_of(request), "sizes": SIZES}
    return render(request, "members/imports/history.html", context | {"offered": _offered(request.user)})


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Hand in a file for the purpose of ``?purpose=``."""
    purpose = _asked_purpose(request)
    current = current_organization(request)
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user, purpose=purpose, current=current)
    if form.is_valid() and rule_accepts(form, form.start) and form.roster is not None:
        return redirect("members:import", form.roster.pk)
    imports = RosterImport.objects.visible_to(request.user).filter(purpose=purpose.key)
    recent = imports.select_related("organization", "started_by")[:5]
    context = {"form": form, "purpose": purpose, "offered": _offered(request.user), "table": ImportTable(recent)}
    return render(request, "members/imports/new.html", context | {"recent": recent})


@access(Access.SEE_ROSTER)
@require_safe
def page(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """An import as it stands: under way, to be confirmed, written, taken back."""
    roster = get_visible(RosterImport, request.user, pk=pk)
    context = about(request, roster)
    if roster.state in pace.UNDER_WAY:
        return render(request, "members/imports/under_way.html", context | _pace(request, roster))
    if roster.state == ImportState.TO_ARRANGE:
        return redirect("members:import_sheets", pk) if context["may"] else render(request, ENDED, context)
    if not reviewing.has_preview(roster):
        return render(request, ENDED, context)
    wanted = RowsForm(request.GET)
    asked = wanted.asked
    rows = page_of(request, reviewing.rows_asked(roster, **asked))
    decisions = reviewing.decisions_of(roster)
    context |= {"asked": asked, "page": rows, "blocks": showing.blocks(rows, context["purpose"], decisions)}
    context |= {"moves": any(block.may_move for block in context["blocks"])}
    context |= {"mending": mended_cell(request, roster, wanted.cell) if context["may_mend"] else None}
    context |= {"kinds": context["review"].by_kind(), "states": context["review"].by_state(asked["kind"])}
    absent = reviewing.absent_people(roster, user=request.user)
    context |= {"absent": absent.count() if absent is not None else 0}
    return render(request, "members/imports/preview.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def progress(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """How far the import is."""
    roster = get_visible(RosterImport, request.user, pk=pk)
    context = {"roster": roster} | _pace(request, roster)
    return how_far(request, "members/imports/_progress.html", context, under_way=roster.state in pace.UNDER_WAY)


@access(Access.SEE_ROSTER)
@require_safe
def row(request: AuthenticatedHttpRequest, pk: int, number: int) -> HttpResponse:
    """One row: everything that was read, what it becomes, what is wrong with it."""
    roster = get_visible(RosterImport, request.user, pk=pk)
    found = get_object_or_404(roster.rows, number=number)
    context = about(request, roster)
    shown = showing.whole_row(found, context["purpose"], reviewing.decisions_of(roster))
    cell = mended_cell(request, roster, RowsForm(request.GET).cell) if context["may_mend"] else None
    return render(request, "members/imports/row.html", context | {"row": shown, "mending": cell})


@access(Access.MANAGE_PEOPLE)
@require_POST
def confirm(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Have what was shown written."""
    return _do(request, get_import(request.user, pk), applying.confirm)


@access(Access.MANAGE_PEOPLE)
@require_POST
def check_again(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Check the same file anew; an import whose worker is gone comes free first."""
    roster = get_import(request.user, pk)
    checking.return_lost()
    return _do(request, roster, starting.check_again)


@access(Access.MANAGE_PEOPLE)
@require_POST
def discard(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Give the import up; nothing of it was written."""
    return _do(request, get_import(request.user, pk), starting.discard, done="已放弃本次导入，文件已删除。")


def get_import(user: User, pk: int) -> RosterImport:
    """The import, if the user may import such things there; 404 out of sight, 403 if it may only be looked at."""
    roster = get_visible(RosterImport, user, pk=pk)
    return get_manageable(RosterImport, user, right=purposes.of(roster).right, pk=pk)


def _do(
    request: AuthenticatedHttpRequest, roster: RosterImport, deed: Callable[..., object], *, done: str = ""
) -> HttpResponse:
    try:
        deed(roster, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        if done:
            messages.success(request, done)
    return redirect("members:import", roster.pk)


def _asked_purpose(request: AuthenticatedHttpRequest) -> purposes.Purpose:
    asked = request.GET.get("purpose", ImportPurpose.ROSTER.value)
    purpose = next((each for each in purposes.offered() if each.key == asked), None)
    if purpose is None:
        raise Http404
    if not has_right_somewhere(request.user, purpose.right):
        raise PermissionDenied
    return purpose


def _offered(user: User) -> list[purposes.Purpose]:
    return [purpose for purpose in purposes.offered() if has_right_somewhere(user, purpose.right)]


def about(request: AuthenticatedHttpRequest, roster: RosterImport) -> dict[str, Any]:
    """What every page of an import says about it."""
    purpose = purposes.of(roster)
    managed = RosterImport.objects.manageable_by(request.user, right=purpose.right)
    may = managed.filter(pk=roster.pk).exists()
    moved = reviewing.moved_rows(roster)
    at = STEP_OF.get(ImportState(roster.state))
    steps = [
        {"word": word, "done": at is not None and place < at, "current": place == at}
        for place, word in enumerate(STEPS)
    ]
    return {
        "roster": roster,
        "purpose": purpose,
        "review": reviewing.Review(roster),
        "moved": moved,
        "to_check_again": moved is None and roster.error_code == replanning.MOVED,
        "result": [
            (purpose.count_words[name], count) for name, count in roster.counts.get("written", {}).items() if count
        ],
        "may": may,
        "may_mend": may and roster.state == ImportState.TO_CONFIRM,
        "may_have_file": _may_have_file(request.user, roster),
        "remembered": any(said.get(rereading.REMEMBERED) for said in roster.arranged.values()),
        "names_nobody": reviewing.names_nobody(roster),
        "steps": steps if at is not None else [],
    }


def _may_have_file(user: User, roster: RosterImport) -> bool:
    there = RosterImport.objects.manageable_by(user, right=Right.UPLOADED_FILE)
    return there.filter(pk=roster.pk, file__isnull=False).exists()


def mended_cell(
    request: AuthenticatedHttpRequest, roster: RosterImport, cell: tuple[int, str] | None
) -> dict[str, Any] | None:
    """The cell that is being mended: its key, what it may become and what it was when it was looked at."""
    row = roster.rows.select_related("roster__organization").filter(number=cell[0]).first() if cell else None
    if row is None or cell is None or cell[1] not in purposes.of(roster).mendable(row.kind):
        return None
    suggested = suggesting.suggest(row, cell[1], by=request.user)
    where = f"{row.sheet} 第 {row.line} 行"
    seen = mending.mark_of(row, cell[1])
    return {"number": row.number, "field": cell[1], "suggested": suggested, "seen": seen, "where": where}


def _pace(request: AuthenticatedHttpRequest, roster: RosterImport) -> dict[str, Any]:
    seen = pace.pace_of(roster, now=timezone.now(), since=request.GET.get("since", ""))
    return {"pace": seen, "since": int(seen.since.timestamp())}
