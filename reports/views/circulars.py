"""通报: what a committee has drafted and issued, what an organisation has received."""

from __future__ import annotations

import io
from typing import Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable, get_visible
from branches.models import Organization
from branches.scoping import Right, Sight
from members.http import get_roster, get_roster_organization
from reports.circulars import drafting, issuing, showing, word, wording
from reports.forms.circulars import CircularForm, DraftForm, IssueForm, VersionForm, WithdrawForm
from reports.models import Circular
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, page_of, size_of
from tuanjian.refusals import rule_accepts

# Where a press leads that saves the text first.
NEXT: Final = {"show": "reports:circular", "issue": "reports:circular_issue"}


@access(Access.SEE_ROSTER)
@require_safe
def circulars(request: AuthenticatedHttpRequest) -> HttpResponse:
    """收到的通报 and 本级通报 of an organisation."""
    organization = get_roster_organization(request)
    may = Organization.objects.manageable_by(request.user, right=Right.REPORTS).filter(pk=organization.pk).exists()
    received = showing.received(organization, request.user)
    context = {
        "organization": organization,
        "received": received,
        "may_receive": any(receipt.may_receive for receipt in received),
        "page": page_of(request, showing.own(organization)),
        "size": size_of(request),
        "sizes": SIZES,
        "may": may and not organization.is_branch,
    }
    return render(request, "reports/circulars/list.html", context)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def circular_new(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """拟一份通报: what it is about."""
    organization = _committee(request, pk)
    form = DraftForm(request.POST or None, organization=organization, user=request.user, asked=request.GET)
    if form.is_valid() and rule_accepts(form, form.draft) and form.circular is not None:
        return redirect("reports:circular_edit", form.circular.pk)
    return render(request, "reports/circulars/new.html", {"organization": organization, "form": form})


def _committee(request: AuthenticatedHttpRequest, pk: int) -> Organization:
    """The organisation, if its people are in sight and the user reports about them."""
    return get_manageable(Organization, request.user, right=Right.REPORTS, pk=get_roster(request.user, pk).pk)


@access(Access.SEE_ROSTER)
@require_safe
def circular(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """One circular as it reads; what has not been received yet shows its head only."""
    seen = get_visible(Circular, request.user, pk=pk)
    may = Circular.objects.manageable_by(request.user, right=Right.REPORTS).filter(pk=pk).exists()
    # The organisations below need not see who of the others has read it.
    ours = Organization.objects.visible_to(request.user, sight=Sight.ROSTER).filter(pk=seen.organization_id).exists()
    unread = "unread" in request.GET
    page = page_of(request, showing.deliveries(seen, unread=unread)) if ours and not seen.is_draft else None
    context = {
        "circular": seen,
        "may": may,
        "to_receive": issuing.to_receive(seen, request.user),
        "shown": word.context_of(seen),
        "page": page,
        "receipts": showing.receipts_of(page.object_list) if page else [],
        "size": size_of(request),
        "sizes": SIZES,
        "received_by": showing.received_by(seen),
        "unread": unread,
    }
    return render(request, "reports/circulars/circular.html", context)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def circular_edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The draft with its text in fields, and the table it rests on."""
    seen = get_manageable(Circular, request.user, right=Right.REPORTS, pk=pk)
    if not seen.is_draft:
        return redirect(seen)
    form = CircularForm(request.POST or None, circular=seen, user=request.user)
    if form.is_valid() and rule_accepts(form, form.write):
        messages.success(request, "已保存。", extra_tags="saved")
        return redirect(NEXT.get(request.POST.get("then", ""), "reports:circular_edit"), pk)
    return _form_page(request, seen, form)


def _form_page(request: AuthenticatedHttpRequest, seen: Circular, form: CircularForm) -> HttpResponse:
    context = {"circular": seen, "form": form, "shown": word.context_of(seen), "cancel_url": seen.get_absolute_url()}
    return render(request, "reports/circulars/edit.html", context)


@access(Access.MANAGE_REPORTS)
@require_POST
def circular_count(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """重新取数: the figures of the draft anew; what stands in the form it was pressed in is saved before."""
    seen = get_manageable(Circular, request.user, right=Right.REPORTS, pk=pk)
    form = CircularForm(request.POST, circular=seen, user=request.user)
    if seen.is_draft and "version" in request.POST and not (form.is_valid() and rule_accepts(form, form.write)):
        return _form_page(request, seen, form)
    try:
        drafting.count_again(seen, by=request.user)
        messages.success(request, "已按现在的记录重新取数，手工改过的文字没有变，请核对其中的数字。")
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect("reports:circular_edit", pk)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def circular_discard(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    seen = get_manageable(Circular, request.user, right=Right.REPORTS, pk=pk)
    form = VersionForm(request.POST or None, initial={"version": seen.version})
    if form.is_valid() and rule_accepts(form, lambda: drafting.discard(seen, **form.cleaned_data, by=request.user)):
        messages.success(request, "已删除草稿。", extra_tags="saved")
        return redirect("reports:circulars")
    context = {"circular": seen, "form": form, "title": f"删除草稿{wording.quoted(seen.title)}？", "deed": "删除草稿"}
    context |= {"text": "草稿中的文字不能恢复；数字以后可以重新取。", "cancel_url": seen.get_absolute_url()}
    return render(request, "reports/circulars/confirm.html", context)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def circular_issue(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """印发: number, freeze, send."""
    seen = get_manageable(Circular, request.user, right=Right.REPORTS, pk=pk)
    form = IssueForm(request.POST or None, circular=seen)
    if form.is_valid() and rule_accepts(form, lambda: issuing.issue(seen, **form.cleaned_data, by=request.user)):
        messages.success(request, "已印发，下级组织可以在“通报”中签收。")
        return redirect(seen)
    context = {"circular": seen, "form": form, "title": f"印发{wording.quoted(seen.title)}？", "deed": "印发"}
    context |= {"text": showing.before_issue(seen), "cancel_url": seen.get_absolute_url(), "safe": True}
    return render(request, "reports/circulars/confirm.html", context)


@access(Access.MANAGE_REPORTS)
@require_http_methods(["GET", "POST"])
def circular_withdraw(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """撤回 an issued circular, with the reason."""
    seen = get_manageable(Circular, request.user, right=Right.REPORTS, pk=pk)
    form = WithdrawForm(request.POST or None)
    if form.is_valid() and rule_accepts(form, lambda: issuing.withdraw(seen, **form.cleaned_data, by=request.user)):
        messages.success(request, "已撤回。", extra_tags="saved")
        return redirect(seen)
    context = {"circular": seen, "form": form, "title": f"撤回{wording.quoted(seen.title)}？", "deed": "撤回"}
    context |= {"text": "撤回后仍然看得到，标明“已撤回”和原因，文号不再使用。", "cancel_url": seen.get_absolute_url()}
    return render(request, "reports/circulars/confirm.html", context)


@access(Access.SEE_ROSTER)
@require_POST
def circular_receive(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """签收 and open it; who works for no organisation it was sent to just opens it."""
    seen = get_visible(Circular, request.user, pk=pk)
    if issuing.receive(seen, by=request.user):
        messages.success(request, "已签收。", extra_tags="saved")
    return redirect(seen)


@access(Access.SEE_ROSTER)
@require_safe
def circular_word(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The Word file; whoever has to receive it first is led to the page that asks."""
    seen = get_visible(Circular, request.user, pk=pk)
    if issuing.to_receive(seen, request.user):
        return redirect(seen)
    try:
        content = issuing.fetched(seen, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(seen)
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=word.file_name(seen), content_type=word.DOCX)
