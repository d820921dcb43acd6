"""Pages for what has to be done in the national system as well: export by a profile, and the mark 国家系统已办."""

from __future__ import annotations

import io
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.scoping import Right, has_right_somewhere
from branches.views.requested import local_next
from members import exports, national, releases
from members.filters import MemberFilter, as_listed
from members.forms.national import ExportForm, MarkForm, WithdrawForm
from members.http import get_all_manageable, get_roster_organization, ticked
from members.models import ExportRequest, Member
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts

MOST_NAMES = 10


@access(Access.EXPORT_CLEAR)
@require_http_methods(["GET", "POST"])
def export_profile(request: AuthenticatedHttpRequest) -> HttpResponse | FileResponse:
    """The list as queried, in the columns of a profile: handed out as a file, or asked for from a second person."""
    if not has_right_somewhere(request.user, Right.CLEAR_EXPORT):
        raise PermissionDenied
    organization = get_roster_organization(request)
    asked = MemberFilter(request.GET, queryset=Member.objects.visible_to(request.user).under(organization))
    form = ExportForm(request.POST or None)
    taken: list[bytes | ExportRequest] = []

    def export() -> None:
        said = {"asked": asked.in_words, "purpose": form.cleaned_data["purpose"], "query": request.GET.urlencode()}
        people, profile = as_listed(asked.qs), form.cleaned_data["profile"]
        taken.append(releases.take_or_ask(people, organization, profile=profile, by=request.user, **said))

    # A condition that is not understood would be left out, and more people than asked for would go out.
    if asked.is_valid() and form.is_valid() and rule_accepts(form, export):
        if isinstance(taken[0], ExportRequest):
            messages.success(request, "申请已提交，批准后请在 24 小时内下载。", extra_tags="saved")
            return redirect(taken[0])
        name = f"{organization.short_name}{form.cleaned_data['profile']}{timezone.localdate():%Y%m%d}.xlsx"
        return FileResponse(io.BytesIO(taken[0]), as_attachment=True, filename=name)
    context = {
        "form": form,
        "profiles": form.profiles,
        "organization": organization,
        "query": asked,
        "count": f"{asked.qs.count():,}",
        "closed": exports.not_in_clear(asked.qs, by=request.user),
        "why_approval": exports.why_approval_of(asked.qs, organization, by=request.user),
        "back_url": f"{reverse('members:members')}?{request.GET.urlencode()}",
    }
    return render(request, "members/export_profile.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def mark(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Mark the ticked people as 国家系统已办, all or none."""
    people = get_all_manageable(request.user, ticked(request))
    if not people:
        messages.warning(request, "请先勾选要标记的人员。")
        return redirect("members:members")
    form = MarkForm(request.POST or None)
    back = local_next(request, people[0].get_absolute_url() if len(people) == 1 else _list_of(people[0]))
    count = 0

    def deed() -> None:
        nonlocal count
        count = national.mark(people, done_on=form.day, note=form.cleaned_data["note"], by=request.user)

    if form.is_valid() and rule_accepts(form, deed):
        kept = f"，另有 {len(people) - count} 人此前已标记，没有重复标记" if count < len(people) else ""
        messages.success(request, f"已标记 {count} 人国家系统已办{kept}。", extra_tags="saved")
        return redirect(back)
    context = {
        "form": form,
        "people": people,
        "title": f"确定把{_named(people)}标记为国家系统已办吗？",
        "text": "标记表示本系统现在的资料已在国家系统办妥；以后资料再有改动，会显示“办后有改动”。",
        "cancel_url": back,
    }
    return render(request, "members/national_mark.html", context)


def _named(people: list[Member]) -> str:
    names = "、".join(person.name for person in people[:MOST_NAMES])
    return names if len(people) <= MOST_NAMES else f"{names}等 {len(people)} 人"


def _list_of(person: Member) -> str:
    return f"{reverse('members:members')}?{urlencode({'organization': person.branch_id or ''})}"


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def withdraw(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Confirm and take back the newest mark of one person."""
    person = get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and rule_accepts(
        form, lambda: national.withdraw(person, by=request.user, reason=form.cleaned_data["reason"])
    ):
        messages.success(request, f"已撤回{person.name}的国家系统已办标记。", extra_tags="saved")
        return redirect(person)
    standing = national.standing_of(person)
    context = {
        "form": form,
        "member": person,
        "standing": standing,
        "title": f"确定撤回{person.name}的国家系统已办标记吗？",
        "text": f"将撤回标记“{standing.mark.in_words if standing.mark else ''}”。撤回记入日志，可以重新标记。",
    }
    return render(request, "members/national_withdraw.html", context)
