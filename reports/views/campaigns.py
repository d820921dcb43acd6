"""调度: the campaigns of a committee, one of them beside its plan and at its end; what is asked of an organisation."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable, get_visible
from branches.models import Organization
from branches.scoping import Right, rights_at
from members.http import get_roster, get_roster_organization
from reports.campaigns import board, drafting, lowering, papers, reminding, results, running, trend
from reports.forms import campaigns as forms
from reports.models import Campaign
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, page_of, paged
from tuanjian.refusals import rule_accepts


@access(Access.SEE_ROSTER)
@require_safe
def campaigns(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Campaigns of an organisation and of what stands below it; a branch has none of its own."""
    organization = get_roster_organization(request)
    if organization.is_branch:
        return campaigns_of(request, organization.pk)
    rows = Campaign.objects.visible_to(request.user).of(organization).defer("report")
    rows = rows.select_related("organization", "made_by")
    query = forms.CampaignFilter(request.GET, rows)
    context = {
        "organization": organization,
        "query": query,
        "table": paged(request, forms.CampaignTable(query.qs)),
        "asked": reminding.asked_of(organization),
        "may": Right.REPORTS in rights_at(request.user, organization.path) and not organization.is_closed,
    }
    return render(request, "reports/campaigns/list.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def campaigns_of(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """What campaigns from above ask of an organisation."""
    organization = get_roster(request.user, pk)
    context = {
        "organization": organization,
        "asked": reminding.asked_of(organization),
        "may": Right.PEOPLE in rights_at(request.user, organization.path),
        "on": timezone.localdate(),
    }
    return render(request, "reports/campaigns/asked.html", context)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def campaign_new(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Draft a campaign."""
    organization = get_manageable(Organization, request.user, right=Right.REPORTS, pk=get_roster(request.user, pk).pk)
    form = forms.CampaignForm(request.POST or None, organization=organization, user=request.user)
    stages = forms.stage_forms(request.POST or None)
    made: list[Campaign] = []
    if _valid(form, stages) and rule_accepts(
        form,
        lambda: made.append(drafting.draft(organization, form.terms(stages.stages), by=request.user)),
    ):
        messages.success(request, "已保存为草稿，核对后请启动。", extra_tags="saved")
        return redirect(made[0])
    context = {"organization": organization, "form": form, "stages": stages, "title": "拟定调度"}
    return render(request, "reports/campaigns/form.html", context)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def campaign_edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    campaign = get_manageable(Campaign, request.user, right=Right.REPORTS, pk=pk)
    organization = campaign.organization
    form = forms.CampaignForm(
        request.POST or None, organization=organization, user=request.user, initial=forms.initial_of(campaign)
    )
    stages = forms.stage_forms(request.POST or None, campaign)
    if _valid(form, stages) and rule_accepts(
        form,
        lambda: drafting.change(
            campaign, form.terms(stages.stages), version=form.cleaned_data["version"] or 0, by=request.user
        ),
    ):
        messages.success(request, "已保存。", extra_tags="saved")
        return redirect(campaign)
    context = {"organization": organization, "campaign": campaign, "form": form, "stages": stages}
    return render(request, "reports/campaigns/form.html", context | {"title": "修改调度"})


@access(Access.SEE_ROSTER)
@require_safe
def campaign(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """A draft as it would be, or the board of one that was started."""
    found = get_visible(Campaign, request.user, pk=pk)
    context: dict[str, Any] = {
        "campaign": found,
        "may": Right.REPORTS in rights_at(request.user, found.organization.path),
        "items": drafting.items_in_words(found),
        "on": timezone.localdate(),
    }
    if found.is_draft:
        return render(request, "reports/campaigns/draft.html", context | {"draft": board.draft_of(found)})
    shown = board.board_of(found)
    points = trend.trend_of(shown)
    context |= {"board": shown, "points": points, "drawing": trend.drawn(shown, points)}
    context["causes"] = lowering.causes_in(found) if lowering.is_told_of(found) else None
    context["chat"] = reminding.chat_text(shown)
    context |= _listed(request, shown.rows)
    return render(request, "reports/campaigns/campaign.html", context)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def campaign_start(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Begin."""
    found = get_manageable(Campaign, request.user, right=Right.REPORTS, pk=pk)
    form = forms.VersionForm(request.POST or None, initial={"version": found.version})
    if form.is_valid() and rule_accepts(form, lambda: running.start(found, **form.cleaned_data, by=request.user)):
        messages.success(request, "已启动，下级组织在待办事项里可以看到。")
        return redirect(found)
    return _confirm(
        *(request, found, form, "启动调度", f"启动“{found}”？", "启动"),
        "启动后范围内的组织在待办事项里看到，项目、阶段和截止时间不能再改。开始日期按今天记。",
        safe=True,
    )


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def campaign_discard(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = get_manageable(Campaign, request.user, right=Right.REPORTS, pk=pk)
    form = forms.VersionForm(request.POST or None, initial={"version": found.version})
    if form.is_valid() and rule_accepts(form, lambda: drafting.discard(found, **form.cleaned_data, by=request.user)):
        messages.success(request, "草稿已删除。", extra_tags="saved")
        return redirect("reports:campaigns")
    return _confirm(*(request, found, form, "删除草稿", f"删除草稿“{found}”？", "删除草稿"), "删除后不能恢复。")


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def campaign_withdraw(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Call it off before its deadline."""
    found = get_manageable(Campaign, request.user, right=Right.REPORTS, pk=pk)
    form = forms.ReasonForm(request.POST or None, initial={"version": found.version})
    if form.is_valid() and rule_accepts(form, lambda: running.withdraw(found, **form.cleaned_data, by=request.user)):
        messages.success(request, "调度已撤销。")
        return redirect(found)
    return _confirm(
        *(request, found, form, "撤销调度", f"撤销“{found}”？", "撤销调度"),
        "撤销后不再列入待办，也不保存截止数据；已经录入的资料不受影响。撤销不能恢复。",
    )


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def campaign_end(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Close it."""
    found = get_manageable(Campaign, request.user, right=Right.REPORTS, pk=pk)
    form = forms.VersionForm(request.POST or None, initial={"version": found.version})
    if form.is_valid() and rule_accepts(form, lambda: running.end(found, **form.cleaned_data, by=request.user)):
        messages.success(request, "调度已结束，结束报告不再变动。")
        return redirect("reports:campaign_report", pk)
    return _confirm(
        *(request, found, form, "结束调度", f"结束“{found}”？", "结束调度"),
        "结束后不再列入待办，截止后补录的数字按现在保存，结束报告不再变动。结束不能恢复。",
    )


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def campaign_extend(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Let an organisation finish later."""
    found = get_manageable(Campaign, request.user, right=Right.REPORTS, pk=pk)
    form = forms.ExtensionForm(request.POST or None, campaign=found)
    if form.is_valid() and rule_accepts(form, lambda: running.extend(found, **form.cleaned_data, by=request.user)):
        messages.success(request, "已准予延期。", extra_tags="saved")
        return redirect(found)
    return render(request, "reports/campaigns/extend.html", {"campaign": found, "form": form})


@access(Access.MANAGE_REPORTS)
@require_POST
def campaign_take_in(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Have the organisations that were shown as set up since the start take part."""
    found = get_manageable(Campaign, request.user, right=Right.REPORTS, pk=pk)
    shown = forms.shown_in(request.POST.get("shown", ""))
    try:
        number = running.take_in(found, organizations=shown, by=request.user)
        left_out = f"其余 {len(shown) - number} 个已经列入，或者不再属于范围。" if number < len(shown) else ""
        messages.success(request, f"已列入 {number} 个组织。{left_out}")
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect(found)


@access(Access.SEE_ROSTER)
@require_safe
def campaign_report(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The closing report."""
    found = get_visible(Campaign, request.user, pk=pk)
    if not found.has_result:
        return _without_result(request, found)
    report = results.report_of(found)
    context = {"campaign": found, "report": report, "items": report.closing.items}
    context["may"] = Right.REPORTS in rights_at(request.user, found.organization.path)
    return render(request, "reports/campaigns/report.html", context | _listed(request, report.rows))


@access(Access.SEE_ROSTER)
@require_safe
def campaign_report_print(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The closing report on paper."""
    found = get_visible(Campaign, request.user, pk=pk)
    if not found.has_result:
        return _without_result(request, found)
    report = papers.report_on_paper(found, by=request.user)
    context = {"campaign": found, "report": report, "items": report.closing.items}
    context["now"] = timezone.localtime()
    return render(request, "reports/campaigns/report_print.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def campaign_report_export(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The closing report as a workbook."""
    found = get_visible(Campaign, request.user, pk=pk)
    if not found.has_result:
        return _without_result(request, found)
    content = papers.report_as_workbook(found, by=request.user)
    name = f"{found.organization.short_name}{found.name}{papers.TITLE}.xlsx"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name)


def _valid(form: forms.CampaignForm, stages: Any) -> bool:
    """Whether both are in order; what is wrong in either is shown, and said where the page begins."""
    valid = form.is_valid()
    if form.is_bound and not stages.is_valid():
        form.add_error(None, "阶段填写有误，请看下面“阶段”里标出的内容。")
    return valid and stages.is_valid()


def _listed(request: AuthenticatedHttpRequest, rows: list[board.Line]) -> dict[str, Any]:
    """One page of the organisations as asked for; sums and papers have all of them."""
    query = forms.BoardQuery(request.GET)
    found = board.narrowed(rows, **query.asked)
    page = page_of(request, found)
    bands = board.bands_of(page, found)
    return {"query": query, "page": page, "bands": bands, "is_long": len(rows) > min(SIZES) or query.is_narrowed}


def _without_result(request: AuthenticatedHttpRequest, found: Campaign) -> HttpResponse:
    messages.info(request, "截止数据保存后才有结束报告，请在截止时间以后再看。")
    return redirect(found)


def _confirm(
    request: AuthenticatedHttpRequest,
    found: Campaign,
    form: Any,
    here: str,
    title: str,
    deed: str,
    text: str,
    *,
    safe: bool = False,
) -> HttpResponse:
    context = {"campaign": found, "form": form, "here": here, "title": title, "text": text, "deed": deed, "safe": safe}
    return render(request, "reports/campaigns/confirm.html", context)
