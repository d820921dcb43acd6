"""Pages of the person record."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.http import AuthenticatedHttpRequest, get_manageable, get_visible
from branches.models import Organization
from branches.permissions import permissions_on
from branches.scoping import Right, has_right_somewhere
from branches.views.requested import local_next, way_back
from members import corrections, duplicates, outline, papers, portrait, privacy, records
from members.filters import MemberFilter, PeopleFilter, YouthFilter, as_listed
from members.forms.records import MemberForm, NumberForm, RestoreForm, RevealForm, VoidForm
from members.http import get_roster, get_roster_organization, ticked
from members.models import Member
from members.tables import PeopleTable, YouthTable
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, paged, size_of
from tuanjian.refusals import rule_accepts


@access(Access.SEE_ROSTER)
@require_safe
def members(request: AuthenticatedHttpRequest) -> HttpResponse:
    """团员 of an organisation and below."""
    return _people(request, "members/members.html", MemberFilter, PeopleTable)


@access(Access.SEE_ROSTER)
@require_safe
def youth(request: AuthenticatedHttpRequest) -> HttpResponse:
    """青年 of an organisation and below, members and others."""
    return _people(request, "members/youth.html", YouthFilter, YouthTable)


def _people(
    request: AuthenticatedHttpRequest, template: str, query: type[PeopleFilter], table_class: type[PeopleTable]
) -> HttpResponse:
    organization = get_roster_organization(request)
    people = Member.objects.visible_to(request.user).under(organization)
    asked = query(request.GET, queryset=people)
    table = table_class(
        as_listed(asked.qs),
        user=request.user,
        on=timezone.localdate(),
        organization=organization,
        shows_national=asked.shows_national,
    )
    context = _outline(request, organization, of_youth=query is YouthFilter) | {
        "organization": organization,
        "query": asked,
        "table": paged(request, table),
        "may_enter": permissions_on(organization, request.user).people,
        "may_export_clear": has_right_somewhere(request.user, Right.CLEAR_EXPORT),
        "new_url": _new_url(organization, query),
        "reset_url": f"{request.path}?organization={organization.pk}",
        "empty_text": f"已查询{organization.short_name}{f'，{asked.in_words}' if asked.in_words else ''}",
        "size": size_of(request),
        "sizes": SIZES,
        "asked_query": request.GET.urlencode(),
    }
    return render(request, template, context)


@access(Access.SEE_ROSTER)
@require_safe
def members_print(request: AuthenticatedHttpRequest) -> HttpResponse:
    """花名册 on paper: everybody queried, with a column to sign in. Too many lead back to the list."""
    organization, asked = _asked(request)
    try:
        rows = papers.roster_for_paper(as_listed(asked.qs), organization, title="团员花名册", by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(f"{reverse('members:members')}?{request.GET.urlencode()}")
    context = {"organization": organization, "rows": rows, "asked": asked.in_words, "now": timezone.localtime()}
    return render(request, "members/members_print.html", context | {"most": f"{papers.MOST:,}"})


@access(Access.SEE_ROSTER)
@require_safe
def members_export(request: AuthenticatedHttpRequest) -> HttpResponse | FileResponse:
    """The list as queried, as a workbook; a long one is made in the background."""
    organization, asked = _asked(request)
    if asked.qs.order_by().count() > min(settings.TUANJIAN_EXPORT_AT_ONCE, papers.MOST):
        return redirect(f"{reverse('members:list_export', args=['members'])}?{request.GET.urlencode()}")
    on = timezone.localdate()
    content = papers.roster_as_workbook(
        as_listed(asked.qs), organization, title="团员花名册", asked=asked.in_words, on=on, by=request.user
    )
    return FileResponse(
        io.BytesIO(content), as_attachment=True, filename=f"{organization.short_name}团员花名册{on:%Y%m%d}.xlsx"
    )


def _asked(request: AuthenticatedHttpRequest) -> tuple[Organization, PeopleFilter]:
    organization = get_roster_organization(request)
    return organization, MemberFilter(request.GET, queryset=Member.objects.visible_to(request.user).under(organization))


def _new_url(organization: Organization, query: type[PeopleFilter]) -> str:
    asked = {"branch": organization.pk} if organization.is_branch else {}
    kind = {"kind": "youth"} if query is YouthFilter else {}
    return f"{reverse('members:new')}?{urlencode(asked | kind)}".rstrip("?")


def _outline(request: AuthenticatedHttpRequest, organization: Organization, *, of_youth: bool) -> dict[str, Any]:
    youth_on = timezone.localdate() if of_youth else None
    text = request.GET.get("organization_name", "").strip()[:50]
    shown = {"outline_text": text, "outline_of": "youth" if of_youth else "members", "show_outline": True}
    if text:
        return shown | {"outline": outline.found(request.user, text=text, youth_on=youth_on)}
    nodes = outline.outline(request.user, chosen=organization, youth_on=youth_on)
    # A secretary with one branch needs no tree.
    many = len(nodes) > 1 or any(node.children for node in nodes)
    return shown | {"outline": nodes, "show_outline": many}


@access(Access.SEE_ROSTER)
@require_safe
def outline_children(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Lines of the tree below an organisation, fetched when somebody opens it."""
    organization = get_roster(request.user, pk)
    of = "youth" if request.GET.get("of") == "youth" else "members"
    youth_on = timezone.localdate() if of == "youth" else None
    nodes, rest = outline.children(request.user, of=organization, whole="whole" in request.GET, youth_on=youth_on)
    context = {"nodes": nodes, "rest": rest, "above": organization.pk, "outline_of": of}
    return render(request, "members/_outline.html", context)


@access(Access.SEE_ROSTER)
@require_safe
def member(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The page of one person."""
    return _member_page(request, get_visible(Member, request.user, pk=pk))


def _member_page(request: AuthenticatedHttpRequest, person: Member, **more: Any) -> HttpResponse:
    seen = portrait.portrait_of(person, user=request.user, on=timezone.localdate())
    listed = reverse("members:cadres")
    if person.branch_id:
        listed = f"{reverse('members:members')}?organization={person.branch_id}"
    context = {"member": person, "portrait": seen, "back_url": local_next(request, listed)}
    context |= {"purposes": privacy.Purpose.choices, "may_read_traces": privacy.may_read_traces(request.user, person)}
    return render(request, "members/member.html", context | _correction(person, seen) | more)


def _correction(person: Member, seen: portrait.Portrait) -> dict[str, Any]:
    """What waits for a level above, or that something may be asked of it: only about verified records."""
    if not (person.is_verified and seen.may_manage):
        return {}
    waiting = corrections.waiting_for(person)
    url = reverse("members:correction", args=[person.pk])
    return {"correction": waiting, "correction_url": url, "may_ask_correction": waiting is None and person.is_on_roster}


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Enter a person."""
    kind = "youth" if request.GET.get("kind") == "youth" else "member"
    branch = _asked_branch(request)
    form = MemberForm(request.POST or None, user=request.user, kind=kind, branch=branch)
    if form.is_valid():
        entered = form.record()
        if rule_accepts(form, lambda: records.enter(entered, by=request.user)):
            _say_saved(request, entered, before=[])
            return redirect(request.get_full_path() if "again" in request.POST else local_next(request, entered))
    listed = "members:youth" if kind == "youth" else "members:members"
    context = {"form": form, "branch": branch} | way_back(request, listed)
    return render(request, "members/member_form.html", context)


def _asked_branch(request: AuthenticatedHttpRequest) -> Organization | None:
    if not has_right_somewhere(request.user, Right.PEOPLE):
        raise PermissionDenied
    asked = request.GET.get("branch", "")
    if not (asked.isascii() and asked.isdigit()):
        return None
    return get_manageable(Organization, request.user, right=Right.PEOPLE, pk=int(asked))


def _say_saved(request: AuthenticatedHttpRequest, person: Member, before: list[str]) -> None:
    messages.success(request, f"已保存{person.name}的资料。", extra_tags="saved")
    for sentence in records.warnings_about(person, on=timezone.localdate()):
        if sentence not in before:
            messages.warning(request, f"{person.name}：{sentence}")


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Correct a person's facts; a record changed meanwhile is compared first."""
    person = get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)
    form = MemberForm(request.POST or None, user=request.user, member=person, focus=request.GET.get("field", ""))
    if form.is_valid():
        if form.is_stale:
            rows = records.differences(person, form.values())
            context = {"form": form, "member": person, "rows": rows} | way_back(request, person)
            return render(request, "members/compare.html", context)
        before = records.warnings_about(person, on=timezone.localdate())
        version = form.cleaned_data["version"]
        if rule_accepts(form, lambda: records.correct(person, values=form.values(), version=version, by=request.user)):
            saved = get_visible(Member, request.user, pk=pk)
            if saved.version == person.version:
                messages.info(request, f"没有改动，{person.name}的资料与原来相同。")
            else:
                _say_saved(request, saved, before)
            return redirect(local_next(request, person))
    return render(request, "members/member_form.html", {"form": form, "member": person} | way_back(request, person))


@access(Access.MANAGE_PEOPLE)
@require_safe
def edit_ticked(request: AuthenticatedHttpRequest) -> HttpResponse:
    """From the list to the form of the one ticked person."""
    chosen = ticked(request)
    if len(chosen) != 1:
        messages.warning(request, "修改时请只勾选一人。")
        return redirect("members:members")
    person = get_manageable(Member, request.user, right=Right.PEOPLE, pk=chosen[0])
    back = urlencode({"next": local_next(request, person)})
    return redirect(f"{reverse('members:edit', args=[person.pk])}?{back}")


@access(Access.MANAGE_PEOPLE)
@require_POST
def check_number(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What stands beside a number while it is being typed. The number is posted: it belongs in no address."""
    if not has_right_somewhere(request.user, Right.PEOPLE):
        raise PermissionDenied
    form = NumberForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["id_number"]:
        return render(request, "members/_number_answer.html", {"check": None})
    number_of = form.cleaned_data["number_of"]
    check = duplicates.check(
        form.cleaned_data["id_number"],
        id_type=form.cleaned_data["id_type"] or "111",
        user=request.user,
        on=timezone.localdate(),
        but=get_visible(Member, request.user, pk=number_of) if number_of else None,
    )
    return render(request, "members/_number_answer.html", {"check": check})


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def void(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Confirm and void one record."""
    return _void(request, [get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)])


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def void_many(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Confirm and void the ticked records, all or none."""
    chosen = ticked(request)
    if not chosen:
        messages.warning(request, "请先勾选要作废的人员。")
        return redirect("members:members")
    return _void(request, [get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk) for pk in chosen])


def _void(request: AuthenticatedHttpRequest, people: list[Member]) -> HttpResponse:
    form = VoidForm(request.POST or None)
    names = "、".join(person.name for person in people)
    back = local_next(request, f"{reverse('members:members')}?organization={people[0].branch_id or ''}")
    if form.is_valid() and rule_accepts(form, lambda: records.void(people, reason=form.in_words(), by=request.user)):
        messages.success(request, f"已作废{names}的记录。", extra_tags="saved")
        return redirect(back)
    context = {"form": form, "title": f"确定作废{names}的记录吗？", "cancel_url": back}
    return render(request, "members/void.html", context)


@access(Access.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def restore(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Confirm and take back 误录作废; only a level above the branch can."""
    person = get_manageable(Member, request.user, right=Right.PEOPLE, pk=pk)
    form = RestoreForm(request.POST or None)
    if form.is_valid() and rule_accepts(
        form, lambda: records.restore(person, reason=form.cleaned_data["reason"], by=request.user)
    ):
        messages.success(request, f"已恢复{person.name}的记录。", extra_tags="saved")
        return redirect(person)
    able = records.may_restore(request.user, person)
    context = {"form": form, "member": person, "able": able, "title": f"确定恢复{person.name}的记录吗？"}
    return render(request, "members/restore.html", context)


@access(Access.REVEAL_PEOPLE)
@require_POST
def reveal(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Show a number or phone in clear, once, and keep in the log who looked and why."""
    person = get_visible(Member, request.user, pk=pk)
    form = RevealForm(request.POST)
    shown: dict[str, str] = {}

    def look() -> None:
        field = privacy.Revealed(form.cleaned_data["field"])
        shown[field.value] = privacy.reveal(person, field=field, purpose=form.in_words(), by=request.user)

    if form.is_valid():
        rule_accepts(form, look)
    field = request.POST.get("field", "")
    if request.htmx:  # type: ignore[attr-defined]  # set by the middleware of django-htmx
        own = field == "id_number" and privacy.shows_phone(request.user, person)
        context = {"member": person, "revealed": shown, "reveal_form": form, "field": field, "own": own}
        context["purposes"] = privacy.Purpose.choices
        return render(request, "members/_revealed.html", context)
    return _member_page(request, person, revealed=shown, **{f"{field}_form": form})
