"""Pages of activities: the list, the record, recording and correcting, voiding and restoring."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities import portrait, recording
from activities.filters import ActivityFilter, as_listed
from activities.forms import ActivityForm, RestoreForm, VoidForm
from activities.http import get_recording, own_recording
from activities.models import Activity
from activities.tables import ActivityTable
from branches.http import AuthenticatedHttpRequest, get_manageable, get_visible
from branches.models import Organization
from branches.permissions import permissions_on
from branches.scoping import Right
from branches.views.requested import local_next, way_back
from members import outline
from members.http import get_roster_organization
from tuanjian.access import Access, access
from tuanjian.paging import SIZES, paged, size_of
from tuanjian.refusals import rule_accepts


@access(Access.SEE_ROSTER)
@require_safe
def activities(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Activities of an organisation and below, newest first."""
    organization = get_roster_organization(request)
    held = Activity.objects.visible_to(request.user).under(organization)
    query = ActivityFilter(request.GET, queryset=held)
    table = ActivityTable(as_listed(query.qs), user=request.user, organization=organization)
    may = permissions_on(organization, request.user)
    context = _outline(request, organization) | {
        "organization": organization,
        "query": query,
        "table": paged(request, table),
        "may_record": Right.ACTIVITIES in may.rights and not organization.is_closed,
        "reset_url": f"{request.path}?organization={organization.pk}",
        "size": size_of(request),
        "sizes": SIZES,
    }
    return render(request, "activities/activities.html", context)


def _outline(request: AuthenticatedHttpRequest, organization: Organization) -> dict[str, Any]:
    text = request.GET.get("organization_name", "").strip()[:50]
    if text:
        return {"outline": outline.found(request.user, text=text), "outline_text": text, "show_outline": True}
    nodes = outline.outline(request.user, chosen=organization)
    # A secretary with one branch needs no tree.
    many = len(nodes) > 1 or any(node.children for node in nodes)
    return {"outline": nodes, "outline_text": "", "show_outline": many}


@access(Access.SEE_ROSTER)
@require_safe
def activity(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The page of one activity."""
    shown = get_visible(Activity, request.user, pk=pk)
    seen = portrait.portrait_of(shown, user=request.user)
    return render(request, "activities/activity.html", {"activity": shown, "portrait": seen})


@access(Access.MANAGE_ACTIVITIES)
@require_safe
def new_here(request: AuthenticatedHttpRequest) -> HttpResponse:
    """To the form of the organisation worked in."""
    kind = request.GET.get("kind", "")[:20]
    address = reverse("activities:new", args=[own_recording(request).pk])
    return redirect(f"{address}?{urlencode({'kind': kind})}" if kind else address)


@access(Access.MANAGE_ACTIVITIES)
@require_http_methods(["GET", "POST"])
def new(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Record an activity."""
    organization = get_recording(request.user, pk)
    kind = request.GET.get("kind", "")[:20]
    form = ActivityForm(request.POST or None, user=request.user, organization=organization, kind=kind)
    if form.is_ready():
        typed, details = form.filled(), form.details()
        if rule_accepts(form, lambda: recording.record(typed, details=details, by=request.user)):
            _say_saved(request, typed)
            return redirect(request.get_full_path() if "again" in request.POST else local_next(request, typed))
    return _form_page(request, form)


@access(Access.MANAGE_ACTIVITIES)
@require_http_methods(["GET", "POST"])
def edit(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Correct a record; one changed meanwhile is compared first."""
    shown = get_manageable(Activity, request.user, right=Right.ACTIVITIES, pk=pk)
    form = ActivityForm(request.POST or None, user=request.user, organization=shown.organization, activity=shown)
    if form.is_ready():
        typed, details, version = form.filled(), form.details(), form.cleaned_data["version"] or 0
        if rule_accepts(form, lambda: recording.correct(typed, details=details, version=version, by=request.user)):
            _say_saved(request, get_visible(Activity, request.user, pk=pk))
            return redirect(shown)
    return _form_page(request, form)


def _say_saved(request: AuthenticatedHttpRequest, saved: Activity) -> None:
    messages.success(request, f"已保存“{saved.topic}”。", extra_tags="saved")
    for sentence in recording.warnings_about(saved, user=request.user):
        messages.warning(request, sentence)


def _form_page(request: AuthenticatedHttpRequest, form: ActivityForm) -> HttpResponse:
    listed = f"{reverse('activities:activities')}?organization={form.organization.pk}"
    context = {
        "form": form,
        "organization": form.organization,
        "activity": form.activity,
        "today": timezone.localdate(),
        "differences": form.compare() if form.is_stale else [],
        "list_url": listed,
    } | way_back(request, form.activity or listed)
    return render(request, "activities/activity_form.html", context)


@access(Access.MANAGE_ACTIVITIES)
@require_http_methods(["GET", "POST"])
def void(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Confirm and void a record."""
    shown = get_manageable(Activity, request.user, right=Right.ACTIVITIES, pk=pk)
    form = VoidForm(request.POST or None)
    if form.is_valid() and rule_accepts(form, lambda: recording.void(shown, reason=form.in_words(), by=request.user)):
        messages.success(request, f"已作废“{shown.topic}”。", extra_tags="saved")
        return redirect(f"{reverse('activities:activities')}?organization={shown.organization_id}")
    return render(request, "activities/void.html", {"form": form, "activity": shown})


@access(Access.MANAGE_ACTIVITIES)
@require_http_methods(["GET", "POST"])
def restore(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Confirm and take back 误录作废; only a level above the organisation can."""
    shown = get_manageable(Activity, request.user, right=Right.ACTIVITIES, pk=pk)
    form = RestoreForm(request.POST or None)
    if form.is_valid() and rule_accepts(
        form, lambda: recording.restore(shown, reason=form.cleaned_data["reason"], by=request.user)
    ):
        messages.success(request, f"已恢复“{shown.topic}”。", extra_tags="saved")
        return redirect(shown)
    able = recording.may_restore(request.user, shown)
    return render(request, "activities/restore.html", {"form": form, "activity": shown, "able": able})
