"""更正申请: other name or number for a verified record.

Whoever keeps the person asks, by hand or with an import; a level above decides, and never who asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from copy import copy
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import Right
from members import duplicates, privacy, records
from members.models import Correction, Member
from members.models.decisions import CorrectionQuerySet
from members.wording import MONTHS, label_of, said
from tuanjian import officedates
from tuanjian.idnumbers import IdType, NumberRefused, read

State = Correction.State
STALE = "stale"
_NUMBER: Final = ("id_type", "id_number")
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


def may_withdraw(correction: Correction, user: User) -> bool:
    """Whether the user asked for it."""
    return correction.made_by_id == user.pk


@transaction.atomic
def ask(person: Member, *, values: Mapping[str, Any], reason: str, evidence: str = "", by: User) -> Correction:
    """Ask a level above to correct locked facts of a verified record, and return the request.

    ``values`` are some of ``records.LOCKED`` as ``records.correct`` takes them; a number comes with its type. Asks no
    rights: whoever may correct the person's other facts may ask. Refuses a record that can be corrected at once or
    nobody above keeps, a second request, values that change nothing, a number that is wrong or taken, and a missing
    reason.
    """
    people = Member.objects.select_for_update(of=("self",), no_key=True).select_related("branch")
    stored = people.get(pk=person.pk)
    _refuse_asking(stored)
    if not reason.strip():
        raise ValidationError({"reason": "请写明申请理由，审核的人会看到。"})
    wanted = _wanted(stored, values, by)
    asked = Correction(person=stored, made_by=by, made_at=timezone.now())
    asked.reason, asked.evidence = reason.strip()[:300], evidence.strip()[:300]
    asked.changes = _in_words(stored, wanted)
    asked.values = {name: str(value) if name in MONTHS else value for name, value in wanted.items()}
    asked.save()
    kind, changes = audit.Kind.CREATED, asked.changes
    audit.record(kind, asked, by=by, at=stored.branch, changes=changes, reason=asked.reason)
    return asked


@transaction.atomic
def withdraw(correction: Correction, *, version: int, by: User) -> None:
    """Take the own request back. Refuses that of others, and one settled meanwhile."""
    stored = _locked(correction, version)
    if not may_withdraw(stored, by):
        raise ValidationError("更正申请由申请人本人撤回。")
    _decide(stored, State.WITHDRAWN, "", by)


@transaction.atomic
def approve(correction: Correction, *, version: int, answer: str = "", by: User) -> Member:
    """Make the correction now, in the verified record, and return it.

    Refuses whoever may not decide, a request settled meanwhile, and what ``records.correct`` refuses but the lock.
    """
    stored = _locked_to_decide(correction, version, by)
    person, values = stored.person, stored.values
    values |= {name: officedates.read(values[name]) for name in MONTHS if name in values}
    person = records.correct(person, values=values, version=person.version, by=by, locked=False)
    _decide(stored, State.APPROVED, answer, by)
    return person


def reveal_numbers(correction: Correction, *, purpose: str, by: User) -> tuple[str, str]:
    """The recorded number in clear and the wanted one, one look of ``privacy.reveal`` with all it refuses and logs.

    Refuses whoever may not decide, a request settled meanwhile, and one for no other number.
    """
    wanted = correction.values.get("id_number", "")
    if not wanted or correction.state != State.WAITING or not may_decide(correction, by):
        raise ValidationError("只有待审核的证件号码更正，由办理的上级管理员查看完整号码。")
    field = privacy.Revealed.ID_NUMBER
    beside = f"申请更正的{field.label}"
    return privacy.reveal(correction.person, field=field, purpose=purpose, by=by, beside=beside), wanted


@transaction.atomic
def send_back(correction: Correction, *, version: int, answer: str, by: User) -> None:
    """Return the request (退回) with the reason. Refuses a missing reason, and what ``approve`` refuses about it."""
    stored = _locked_to_decide(correction, version, by)
    if not answer.strip():
        raise ValidationError({"answer": "请写明退回的原因，申请人会看到。"})
    _decide(stored, State.RETURNED, answer, by)


def _refuse_asking(person: Member) -> None:
    if not person.is_verified:
        raise ValidationError("这条记录还没有核实，可以直接修改，不需要申请更正。")
    if not person.is_on_roster:
        raise ValidationError(f"{person.name}的记录是“{person.get_status_display()}”，只有在册的记录可以申请更正。")
    if person.branch is None:
        raise ValidationError(f"{person.name}没有所在团支部，没有上级可以审核，请先登记所在团支部。")
    if waiting_for(person) is not None:
        raise ValidationError("此人已有更正申请待审核，请等待办理；要改申请内容，请先撤回原来的申请。")


def _wanted(person: Member, values: Mapping[str, Any], by: User) -> dict[str, Any]:
    """Those of the values that are other than what is recorded; the number as it is kept, with its type."""
    wanted = {name: values[name] for name in records.LOCKED if values.get(name)}
    id_type = wanted.pop("id_type", person.id_type)
    if "id_number" in wanted:
        try:
            told = read(wanted["id_number"], id_type=IdType(id_type), on=timezone.localdate())
        except NumberRefused as refusal:
            raise ValidationError({"id_number": refusal.message}, code=refusal.code) from None
        if taken := duplicates.answer_about(told.number, id_type=told.id_type, user=by, but=person):
            taken.refuse()
        wanted |= {"id_number": told.number, "id_type": told.id_type.value}
    proposed = _proposed(person, wanted)
    if (proposed.id_number_index, proposed.id_type) == (person.id_number_index, person.id_type):
        wanted = {name: value for name, value in wanted.items() if name not in _NUMBER}
    wanted = {
        name: value for name, value in wanted.items() if name in _NUMBER or said(person, name) != said(proposed, name)
    }
    if not wanted:
        raise ValidationError("没有与现在不同的内容，请填写要更正的姓名或证件号码。")
    return wanted


def _in_words(person: Member, wanted: Mapping[str, Any]) -> dict[str, list[str | None]]:
    """Label with present and wanted words; of a number also where both are masked alike."""
    proposed = _proposed(person, wanted)
    changes = {name: [said(person, name) or None, said(proposed, name)] for name in wanted}
    return {label_of(name): change for name, change in changes.items() if name != "id_type" or change[0] != change[1]}


def _proposed(person: Member, wanted: Mapping[str, Any]) -> Member:
    return records.fill(copy(person), wanted)


def _locked(correction: Correction, version: int) -> Correction:
    rows = Correction.objects.select_for_update(of=("self",), no_key=True).select_related("person__branch")
    stored = rows.get(pk=correction.pk)
    if stored.state != State.WAITING or stored.version != version:
        raise ValidationError("这份申请已有变动，请刷新后重新核对。", code=STALE)
    return stored


def _locked_to_decide(correction: Correction, version: int, by: User) -> Correction:
    stored = _locked(correction, version)
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
