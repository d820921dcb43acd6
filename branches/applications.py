"""申请办理: an organisation asks the level above to rename it, change its type or its administrator.

What is 待审核 waits for a level above; approving does the deed itself, by the rule of that deed and with the rights of
whoever approves, in one transaction (administrators are changed by the superior: 智慧团建 管理员变更).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from branches import audit, grants, registration, tree
from branches.models import AccessGrant, ChangeRequest, Organization, OrgType, Role, User
from branches.models.applications import ChangeRequestQuerySet
from branches.registration import Issued
from branches.scoping import Right
from tuanjian.locks import Lock, hold

Kind, State = ChangeRequest.Kind, ChangeRequest.State
STALE = "stale"
# So long whoever asked still finds a returned request among the to-dos.
RETURNED_SHOWN = dt.timedelta(days=30)


@dataclass(frozen=True)
class Step:
    """A line of the time line of a request."""

    at: dt.datetime
    who: str
    what: str
    words: str


def ask_for_name(
    organization: Organization, *, full_name: str, short_name: str, reason: str, by: User
) -> ChangeRequest:
    """申请更名. Refuses what ``_ask`` refuses, and names that could not be given now."""
    names = {"full_name": full_name, "short_name": short_name}
    present = f"{organization.full_name}（{organization.short_name}）"
    request = ChangeRequest(organization=organization, kind=Kind.NAME, present=present, **names)
    return _ask(request, reason, by)


def ask_for_type(organization: Organization, *, org_type: OrgType, reason: str, by: User) -> ChangeRequest:
    """申请改类别. Refuses what ``_ask`` refuses, and a type the organisation could not have now."""
    present = organization.get_org_type_display()
    request = ChangeRequest(organization=organization, kind=Kind.TYPE, present=present, wanted_type=org_type)
    return _ask(request, reason, by)


def ask_for_administrator(
    organization: Organization,
    *,
    leaving: AccessGrant,
    successor: User | None,
    successor_name: str,
    reason: str,
    by: User,
) -> ChangeRequest:
    """申请更换管理员: one administrator leaves, another comes, by account or – without one – by name.

    Refuses what ``_ask`` refuses, somebody leaving who is no administrator there, nobody coming, and the same person.
    """
    if not leaving_choices(organization).filter(pk=leaving.pk).exists():
        raise ValidationError({"leaving": "请选择本组织现任的管理员。"})
    if successor is None and not successor_name:
        raise ValidationError({"successor_name": "请填写接任者的账号；还没有账号的，填写姓名。"})
    if successor is not None and successor.pk == leaving.user_id:
        raise ValidationError({"successor": "接任者与卸任的管理员是同一个账号，请核对。"})
    request = ChangeRequest(
        organization=organization,
        kind=Kind.ADMINISTRATOR,
        present=str(leaving.user),
        leaving=leaving,
        successor=successor,
        successor_name="" if successor else successor_name,
    )
    return _ask(request, reason, by)


def leaving_choices(organization: Organization) -> QuerySet[AccessGrant]:
    """Grants of the administrators in office there, who may leave."""
    own = AccessGrant.objects.in_force(timezone.localdate()).filter(organization=organization, user__is_active=True)
    return own.filter(role=Role.ADMINISTRATOR).select_related("user").order_by("id")


@transaction.atomic
def _ask(request: ChangeRequest, reason: str, by: User) -> ChangeRequest:
    """Save a request.

    Refuses a root, which has nobody to ask, a closed organisation, a missing reason, a second request of the kind while
    one waits, and what would be refused if it were done today.
    """
    hold(Lock.TREE)
    organization = Organization.objects.select_for_update(no_key=True).get(pk=request.organization_id)
    if organization.depth == 1:
        raise ValidationError(f"{organization}没有上级组织，请直接办理，或联系系统管理员。")
    if organization.is_closed:
        raise ValidationError(f"{organization}已撤销，不能再提出申请。")
    if not reason.strip():
        raise ValidationError({"reason": "请填写申请理由。"})
    if ChangeRequest.objects.waiting().filter(organization=organization, kind=request.kind).exists():
        raise ValidationError(f"{organization}已有待审核的{request.get_kind_display()}申请，请等待办理，或先撤销它。")
    request.organization, request.reason = organization, reason.strip()
    request.made_by, request.made_at = by, timezone.now()
    _refuse_impossible(request)
    request.save(force_insert=True)
    changes = {request.get_kind_display(): [request.present, request.wanted]}
    audit.record(audit.Kind.CREATED, request, by=by, at=organization, changes=changes, reason=request.reason)
    return request


def _refuse_impossible(request: ChangeRequest) -> None:
    """Do a change of name or type and take it back: the superior need not find out that it cannot be done."""
    if request.kind == Kind.ADMINISTRATOR:
        return
    point = transaction.savepoint()
    organization = Organization.objects.get(pk=request.organization_id)
    version = organization.version
    if request.kind == Kind.NAME:
        tree.rename(organization, full_name=request.full_name, short_name=request.short_name, by=None)
    else:
        tree.change_type(organization, org_type=OrgType(request.wanted_type), by=None)
    unchanged = organization.version == version
    transaction.savepoint_rollback(point)
    if unchanged:
        raise ValidationError("与现在的相同，不需要申请。")


@transaction.atomic
def approve(request: ChangeRequest, *, version: int, answer: str = "", by: User) -> Issued | None:
    """Grant a request: the deed is done now. Returns the code to hand out if the successor has no account.

    Refuses the own request, one not from below, one that is no longer waiting or was changed since ``version`` was
    read, and whatever the rule of the deed refuses.
    """
    request = _locked(request, version)
    _refuse_own_level(request, by)
    if request.made_by_id == by.pk:
        raise ValidationError("不能审核自己提出的申请，请由其他上级管理员办理，或撤销后直接办理。")
    issued = _carry_out(request, by)
    _decide(request, State.APPROVED, answer, by)
    return issued


def _carry_out(request: ChangeRequest, by: User) -> Issued | None:
    organization, reason = request.organization, f"审核通过{request.get_kind_display()}申请"
    if request.kind == Kind.NAME:
        tree.rename(organization, full_name=request.full_name, short_name=request.short_name, by=by, reason=reason)
    elif request.kind == Kind.TYPE:
        tree.change_type(organization, org_type=OrgType(request.wanted_type), by=by, reason=reason)
    else:
        leaving = [request.leaving] if request.leaving else []
        today = timezone.localdate()
        if request.successor is None:
            return registration.issue_to_successor(
                organization, holder_name=request.successor_name, leaving=leaving, starts_on=today, by=by
            )
        grants.hand_over(organization, leaving=leaving, successor=request.successor, on=today, by=by, reason=reason)
    return None


@transaction.atomic
def send_back(request: ChangeRequest, *, version: int, answer: str, by: User) -> None:
    """Return a request (退回) with the reason. Refuses a missing reason, and what ``approve`` refuses about it."""
    request = _locked(request, version)
    _refuse_own_level(request, by)
    if not answer.strip():
        raise ValidationError({"answer": "请写明退回的原因，申请人会看到。"})
    _decide(request, State.RETURNED, answer, by)


@transaction.atomic
def withdraw(request: ChangeRequest, *, version: int, by: User) -> None:
    """Take a request back (撤销). Refuses one that is no longer waiting, and people of other organisations."""
    request = _locked(request, version)
    if not Organization.objects.manageable_by(by, right=Right.STRUCTURE).filter(pk=request.organization_id).exists():
        raise ValidationError("只有本组织的管理员可以撤销申请。")
    _decide(request, State.WITHDRAWN, "", by)


def _locked(request: ChangeRequest, version: int) -> ChangeRequest:
    hold(Lock.TREE)
    stored = (
        ChangeRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization", "leaving", "successor")
        .get(pk=request.pk)
    )
    if not stored.is_waiting:
        raise ValidationError(f"这份申请{stored.get_state_display()}，不能再办理。", code=STALE)
    if stored.version != version:
        raise ValidationError("这份申请已有变动，请刷新后重新核对。", code=STALE)
    return stored


def _refuse_own_level(request: ChangeRequest, by: User) -> None:
    below = Organization.objects.manageable_by(by, right=Right.STRUCTURE, below=True)
    if not below.filter(pk=request.organization_id).exists():
        raise ValidationError("申请由上级团组织的管理员审核，请等待办理。")


def _decide(request: ChangeRequest, state: ChangeRequest.State, answer: str, by: User) -> None:
    request.state, request.answer = state, answer.strip()[:300]
    request.decided_by, request.decided_at = by, timezone.now()
    request.version += 1
    request.save(update_fields=["state", "answer", "decided_by", "decided_at", "version"])
    changes = {"状态": [State.WAITING.label, state.label]}
    audit.record(audit.Kind.CHANGED, request, by=by, at=request.organization, changes=changes, reason=request.answer)


def time_line(request: ChangeRequest) -> list[Step]:
    """What happened to a request, from the beginning."""
    steps = [Step(request.made_at, str(request.made_by), "提出申请", request.reason)]
    if request.decided_at is not None:
        what = {State.APPROVED: "审核通过", State.RETURNED: "退回", State.WITHDRAWN: "撤销申请"}[State(request.state)]
        steps.append(Step(request.decided_at, str(request.decided_by), what, request.answer))
    return steps


def listed(user: User, organization: Organization) -> ChangeRequestQuerySet:
    """Requests of an organisation and everything below it, as far as the user manages it, waiting ones first."""
    rows = ChangeRequest.objects.manageable_by(user, right=Right.STRUCTURE)
    below = Organization.objects.under(organization).order_by().values("pk")
    return rows.filter(organization__in=below).select_related("organization", "made_by", "successor").order_by("-id")


def asked_before(organization: Organization, pk: str, *, by: User) -> dict[str, str]:
    """What the user's own returned request of this id said, to begin the next one with; nothing for any other id."""
    mine = ChangeRequest.objects.filter(organization=organization, made_by=by, state=State.RETURNED)
    request = mine.filter(pk=int(pk)).first() if pk.isdecimal() else None
    if request is None:
        return {}
    names = {"full_name": request.full_name, "short_name": request.short_name} if request.kind == Kind.NAME else {}
    more = {"org_type": request.wanted_type, "successor_name": request.successor_name, "reason": request.reason}
    return names | more


def returned_to(user: User, organization: Organization) -> ChangeRequestQuerySet:
    """The user's own requests there that came back lately and were not made anew."""
    since = timezone.now() - RETURNED_SHOWN
    return listed(user, organization).filter(made_by=user, state=State.RETURNED, decided_at__gte=since)
