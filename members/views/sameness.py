"""疑似同一人: the list of pairs, both records side by side, and the two answers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable
from branches.scoping import Right
from members import sameness
from members.forms.merging import SameForm
from members.http import get_entry_organization
from members.models import Member
from tuanjian.access import Access, access
from tuanjian.refusals import rule_accepts


@access(Access.MANAGE_PEOPLE)
@require_safe
def same(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Pairs of records of an organisation and below that look like one person."""
    organization = get_entry_organization(request)
    people = Member.objects.manageable_by(request.user, right=Right.PEOPLE).under(organization)
    pairs = sameness.suspected(people)
    context = {"organization": organization, "pairs": pairs, "most": sameness.MOST_PAIRS}
    return render(request, "members/same.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def merge_records(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The record that is kept beside ``?other=``; choose fact by fact, and make one of two."""
    kept = get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)
    other = _other(request)
    if other is None or other.pk == pk:
        return _back_to_list(request, "请在名单里选择要比对的两条记录。")
    lines = sameness.compare(kept, other, number_only=request.GET.get("way") == "number")
    form = SameForm(request.POST or None, lines=lines)
    if form.is_valid() and rule_accepts(
        form, lambda: sameness.merge(kept, other=other, **form.arguments, by=request.user)
    ):
        messages.success(request, f"已合并，{kept.name}只留这一条记录。", extra_tags="saved")
        return redirect(kept)
    return render(request, "members/merge_records.html", {"kept": kept, "other": other, "form": form})


@access(Access.MANAGE_PEOPLE)
@require_POST
def different(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Remember that two records are two people."""
    one = get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)
    other = _other(request)
    if other is None or other.pk == pk:
        return _back_to_list(request, "请在名单里选择要比对的两条记录。")
    form = SameForm(request.POST, lines=[])
    if rule_accepts(form, lambda: sameness.call_different(one, other, by=request.user)):
        messages.success(request, f"已记下：两条{one.name}的记录不是同一人，不再提示。", extra_tags="saved")
        return redirect("members:same")
    return _back_to_list(request, "；".join(map(str, form.non_field_errors())))


def _other(request: AuthenticatedHttpRequest) -> Member | None:
    """The second record, if one is named: 404 out of sight, 403 if it may only be looked at."""
    asked = request.POST.get("other") or request.GET.get("other") or ""
    if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
        return None
    return get_manageable(Member, request.user, right=Right.PEOPLE, pk=int(asked))


def _back_to_list(request: AuthenticatedHttpRequest, sentence: str) -> HttpResponse:
    messages.warning(request, sentence)
    return redirect(reverse("members:same"))
