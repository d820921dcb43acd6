"""随机抽查: drawing, the sheet for the files, what was found, what became of it, the rates."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable, get_visible
from branches.models import Organization, User
from branches.scoping import Right, rights_at
from members.http import get_roster, get_roster_organization
from reports.forms import spot_checks as forms
from reports.models import SpotCheck, SpotRecord, Verdict
from reports.spot_checks import drawing, facts, following, papers, recording, results, showing, telling
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, page_of, paged, size_of
from tuanjian.refusals import rule_accepts


@access(Access.SEE_ROSTER)
@require_safe
def spot_checks(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Draws of an organisation and below; a branch has none of its own."""
    organization = get_roster_organization(request)
    if organization.is_branch:
        return spot_checks_of(request, organization.pk)
    query = forms.SpotCheckFilter(request.GET, showing.checks_of(request.user, organization))
    context = {
        "organization": organization,
        "query": query,
        "table": paged(request, forms.SpotCheckTable(query.qs)),
        "may": Right.REPORTS in rights_at(request.user, organization.path) and not organization.is_closed,
    }
    return render(request, "reports/spot_checks/list.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def spot_checks_of(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """What draws found about an organisation and below."""
    organization = get_roster(request.user, pk)
    query = forms.SpotRecordFilter(request.GET, showing.found_about(request.user, organization))
    return render(request, "reports/spot_checks/found.html", _listed(request, query) | {"organization": organization})


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def spot_check_new(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Draw."""
    organization = get_manageable(Organization, request.user, right=Right.REPORTS, pk=get_roster(request.user, pk).pk)
    form = forms.DrawForm(request.POST or None, organization=organization, user=request.user)
    made: list[SpotCheck] = []
    if form.is_valid() and rule_accepts(
        form,
        lambda: made.append(
            drawing.draw(organization, form.terms, reason=form.cleaned_data["reason"], by=request.user)
        ),
    ):
        _say_drawn(request, made[0])
        return redirect(made[0])
    return render(request, "reports/spot_checks/draw.html", {"organization": organization, "form": form})


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def spot_check_again(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Draw once more by the same terms."""
    check = get_manageable(SpotCheck, request.user, right=Right.REPORTS, pk=pk)
    form = forms.AgainForm(request.POST or None)
    made: list[SpotCheck] = []
    if form.is_valid() and rule_accepts(
        form, lambda: made.append(drawing.draw_again(check, **form.cleaned_data, by=request.user))
    ):
        _say_drawn(request, made[0])
        return redirect(made[0])
    return render(request, "reports/spot_checks/again.html", {"check": check, "form": form})


@access(Access.SEE_ROSTER)
@require_safe
def spot_check(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """A draw: how it was drawn, and the records with what was found."""
    check = get_visible(SpotCheck, request.user, pk=pk)
    query = forms.SpotRecordFilter(request.GET, showing.records_of(check))
    context = _listed(request, query) | {
        "check": check,
        "scope": drawing.scope_in_words(check),
        "asked": drawing.size_in_words(check),
        "result": results.result_of(check),
        "first": recording.first_of(check),
        "may": Right.REPORTS in rights_at(request.user, check.organization.path),
    }
    return render(request, "reports/spot_checks/check.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def spot_check_population(request: AuthenticatedHttpRequest, pk: int) -> FileResponse:
    """The list of keys among which was drawn."""
    check = get_visible(SpotCheck, request.user, pk=pk)
    content = papers.population_file(check, by=request.user)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"{check.name}总体名单.txt")


@access(Access.SEE_ROSTER)
@require_safe
def spot_check_sheet(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The sheet for the files, on paper."""
    check = get_visible(SpotCheck, request.user, pk=pk)
    context = {"sheet": papers.sheet_on_paper(check, by=request.user), "fill_in": papers.TO_FILL_IN}
    return render(request, "reports/spot_checks/sheet_print.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def spot_check_sheet_export(request: AuthenticatedHttpRequest, pk: int) -> FileResponse:
    """The sheet for the files as a workbook."""
    check = get_visible(SpotCheck, request.user, pk=pk)
    content = papers.sheet_as_workbook(check, by=request.user)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"{check.name}{papers.SHEET}.xlsx")


@access(Access.SEE_ROSTER)
@require_safe
def spot_check_result(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The rates, and to those who report the text for the chat group."""
    check = get_visible(SpotCheck, request.user, pk=pk)
    result = results.result_of(check)
    may = Right.REPORTS in rights_at(request.user, check.organization.path)
    context = {"check": check, "result": result, "chat": telling.chat_text(result) if may else ""}
    return render(request, "reports/spot_checks/result.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def spot_check_result_print(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The rates on paper."""
    check = get_visible(SpotCheck, request.user, pk=pk)
    context = {"check": check, "result": papers.result_on_paper(check, by=request.user)}
    return render(request, "reports/spot_checks/result_print.html", context | {"now": timezone.localtime()})


@access(Access.SEE_ROSTER)
@require_safe
def spot_check_result_export(request: AuthenticatedHttpRequest, pk: int) -> FileResponse:
    """The rates as a workbook."""
    check = get_visible(SpotCheck, request.user, pk=pk)
    content = papers.result_as_workbook(check, by=request.user)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"{check.name}{papers.RESULT}.xlsx")


@access(Access.SEE_ROSTER)
@require_safe
def spot_record(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """One record: what was found, what stands there now, how far the mending is."""
    record = get_visible(SpotRecord, request.user, pk=pk)
    [seen] = facts.seen_by(request.user, [record])
    context: dict[str, Any] = {"record": record, "check": record.check_of, "seen": seen}
    context["may_check"], context["may_mend"] = following.deeds_of(record, user=request.user)
    context["since"] = following.since(seen)
    context["here"] = request.get_full_path()
    return render(request, "reports/spot_checks/record.html", context)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def spot_record_check(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Say what was found, and go on to the next one."""
    record = get_manageable(SpotRecord, request.user, right=Right.REPORTS, pk=pk)
    [seen] = facts.seen_by(request.user, [record])
    carried = recording.basis_of_last(record.check_of, by=request.user)
    form = forms.FindingForm(request.POST or None, seen=seen, carried=carried, initial=_known(record, request.user))
    if form.is_valid() and rule_accepts(
        form,
        lambda: recording.keep(record, form.found, version=form.cleaned_data["version"], by=request.user),
    ):
        messages.success(request, f"已登记：{Verdict(form.cleaned_data['verdict']).label}。", extra_tags="saved")
        following_one = recording.next_after(record)
        return redirect("reports:spot_record_check", following_one.pk) if following_one else redirect(record.check_of)
    context = {"record": record, "check": record.check_of, "seen": seen, "form": form}
    context["result"] = results.result_of(record.check_of)
    return render(request, "reports/spot_checks/finding.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def spot_record_mend(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Say that it is mended."""
    record = get_manageable(SpotRecord, request.user, right=Right.PEOPLE, pk=pk)
    [seen] = facts.seen_by(request.user, [record])
    since = following.since(seen)
    left = "、".join(since.unchanged) if record.waits_for_mending else ""
    form = forms.MendForm(request.POST or None, unchanged=left, initial={"version": record.version})
    if form.is_valid() and rule_accepts(form, lambda: following.mend(record, **form.cleaned_data, by=request.user)):
        messages.success(request, "已登记整改，等上级复核。", extra_tags="saved")
        return redirect(record)
    context = {"record": record, "form": form, "here": "登记整改", "title": "这条记录已经整改？", "deed": "登记已整改"}
    text = "先在资料页按档案改正，再在这里用一句话写明；上级复核时会看到资料是否改动过。"
    return render(request, "reports/spot_checks/confirm.html", context | {"text": text, "since": since})


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def spot_record_settle(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Confirm the mending, or send it back."""
    record = get_manageable(SpotRecord, request.user, right=Right.REPORTS, pk=pk)
    [seen] = facts.seen_by(request.user, [record])
    form = forms.SettleForm(request.POST or None, initial={"version": record.version})
    if form.is_valid() and rule_accepts(form, lambda: _settle(record, form.cleaned_data, request.user)):
        messages.success(request, "已复核。", extra_tags="saved")
        return redirect(record)
    context = {"record": record, "form": form, "here": "复核整改", "title": "整改到位吗？", "deed": "保存复核结果"}
    text = f"登记的整改情况：{record.mended_note or '还没有登记'}"
    if following.is_for_others(record, user=request.user):
        text = f"{text}。{following.NOT_BY_ONESELF}"
    return render(request, "reports/spot_checks/confirm.html", context | {"text": text, "since": following.since(seen)})


def _settle(record: SpotRecord, answers: dict[str, Any], by: User) -> None:
    settle = following.confirm if answers["deed"] == "confirm" else following.send_back
    settle(record, answer=answers["answer"], version=answers["version"], by=by)


def _listed(request: AuthenticatedHttpRequest, query: forms.SpotRecordFilter) -> dict[str, Any]:
    page = page_of(request, query.qs)
    rows = showing.listed(request.user, page.object_list)
    return {"query": query, "page": page, "rows": rows, "size": size_of(request), "sizes": SIZES}


def _known(record: SpotRecord, user: User) -> dict[str, Any]:
    """What was found before, as the form shows it; how it was checked only to whoever said so."""
    known = {"version": record.version, "note": record.note, "unreal": record.unreal_reason}
    return known | ({"basis": record.basis} if record.checked_by_id == user.pk else {})


def _say_drawn(request: AuthenticatedHttpRequest, check: SpotCheck) -> None:
    size = check.records.count()
    text = f"已从 {check.population_size:,} 条记录中抽取 {size:,} 条。"
    if check.number and check.number > check.population_size:
        text = f"范围内只有 {check.population_size:,} 条记录，不足 {check.number:,} 条，已全部抽中。"
    messages.success(request, text)
