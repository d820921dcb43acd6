"""更正申请: other name or number for a verified record. Imports ask; a level above decides, and never who asked."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Right
from members import records
from members.models import Correction, Member
from members.models.decisions import CorrectionQuerySet

State = Correction.State
STALE = "stale"
# Who was answered longer ago has read it, or asks anew with the next import.
RETURNED_SHOWN: Final = dt.timedelta(days=30)


def listed(user: User, organization: Organization) -> CorrectionQuerySet:
    """Corrections waiting for people of an organisation and below, as far as the user keeps them, oldest first."""
    return _kept(user, organization).waiting().order_by("pk")


def _kept(user: User, organization: Organization) -> CorrectionQuerySet:
    rows = Correction.objects.manageable_by(user, right=Right.PEOPLE)
    below = Organization.objects.under(organization).order_by().values("pk")
    return rows.filter(person__branch__in=below).select_related("person__branch", "made_by")


def decidable(user: User, organization: Organization) -> CorrectionQuerySet:
    """Corrections waiting there that the user may decide (``may_decide``)."""
    above = Organization.objects.manageable_by(user, right=Right.PEOPLE, below=True).order_by().values("pk")
    return listed(user, organization).filter(person__branch__in=above).exclude(made_by=user)


def settled_for(user: User, organization: Organization) -> CorrectionQuerySet:
    """What became of the corrections the user asked for there, latest first; as far as the user still keeps them."""
    rows = _kept(user, organization).filter(made_by=user).exclude(state=State.WAITING)
    return rows.order_by("-decided_at", "-pk")


def returned_to(user: User, organization: Organization) -> CorrectionQuerySet:
    """The user's own corrections there that came back lately."""
    since = timezone.now() - RETURNED_SHOWN
    return settled_for(user, organization).filter(state=State.RETURNED, decided_at__gte=since)


def waiting_for(person: Member) -> Correction | None:
    """What is asked for this person now, None if nothing is."""
    return Correction.objects.waiting().filter(person=person).select_related("person__branch", "made_by").first()


def may_decide(correction: Correction, user: User) -> bool:
    """Whether the user keeps people at a level above the person's branch and is not who asked."""
    branch, above = (
        correction.person.branch_id,
        Organization.objects.manageable_by(user, right=Right.PEOPLE, below=True),
    )
    return branch is not None and correction.made_by_id != user.pk and above.filter(pk=branch).exists()


@transaction.atomic
def approve(correction: Correction, *, version: int, answer: str = "", by: User) -> Member:
    """Make the correction now, in the verified record, and return it.

    Refuses whoever may not decide, a request settled meanwhile, and what ``records.correct`` refuses but the lock.
    """
    stored = _locked(correction, version, by)
    person = stored.person
    person = records.correct(person, values=stored.values, version=person.version, by=by, locked=False)
    _decide(stored, State.APPROVED, answer, by)
    return person


@transaction.atomic
def send_back(correction: Correction, *, version: int, answer: str, by: User) -> None:
    """Return the request (退回) with the reason. Refuses a missing reason, and what ``approve`` refuses about it."""
    stored = _locked(correction, version, by)
    if not answer.strip():
        raise ValidationError({"answer": "请写明退回的原因，申请人会看到。"})
    _decide(stored, State.RETURNED, answer, by)


def _locked(correction: Correction, version: int, by: User) -> Correction:
    rows = Correction.objects.select_for_update(of=("self",), no_key=True).select_related("person__branch")
    stored = rows.get(pk=correction.pk)
    if stored.state != State.WAITING or stored.version != version:
        raise ValidationError("这份申请已有变动，请刷新后重新核对。", code=STALE)
    if not may_decide(stored, by):
        raise ValidationError("更正申请由上级的另一名管理员办理，请等待办理。")
    return stored


def _decide(correction: Correction, state: Correction.State, answer: str, by: User) -> None:
    correction.state, correction.answer = state, answer.strip()[:300]
    correction.decided_by, correction.decided_at = by, timezone.now()
    correction.version += 1
    correction.save(update_fields=["state", "answer", "decided_by", "decided_at", "version"])
    changes = {"状态": [State.WAITING.label, state.label]}
    place = correction.person.branch
    audit.record(audit.Kind.CHANGED, correction, by=by, at=place, changes=changes, reason=correction.answer)
