"""明文导出申请: more clear numbers than one person may take alone leave only after a second person has agreed.

Asked for by who wants them, approved or refused by another administrator of the organisation or above, fetched once
within a day. The file is made when it is fetched, with the rights and the people of that moment; nothing is kept.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import AccessGrant, Organization, User
from branches.scoping import RIGHTS, Right, Role, in_force
from members import exports, privacy
from members.models import ExportProfile, ExportRequest
from members.models.people import MemberQuerySet
from members.models.releases import LONGEST_QUERY

_DECIDING = [role for role in Role if Right.CLEAR_EXPORT in RIGHTS[role]]
State = ExportRequest.State


def approvers_of(organization: Organization, *, but: User) -> list[User]:
    """Who could decide today about an export from there, the nearest first; ``but`` is whoever asks."""
    above = Organization.objects.ancestors_of(organization, include_self=True)
    held = AccessGrant.objects.filter(
        in_force(timezone.localdate()), organization__in=above, role__in=_DECIDING, user__is_active=True
    )
    rows = held.exclude(user=but).select_related("user").order_by("-organization__depth", "id")
    return list(dict.fromkeys(row.user for row in rows))


@transaction.atomic
def take_or_ask(
    people: MemberQuerySet,
    organization: Organization,
    *,
    profile: ExportProfile,
    query: str,
    asked: str,
    purpose: str,
    by: User,
) -> bytes | ExportRequest:
    """The file of ``exports.export``, or the request for it where a second person has to agree."""
    queried = exports.listed(people, profile)
    if exports.why_approval_of(queried, organization, by=by) and not exports.not_in_clear(queried, by=by):
        return ask(people, organization, profile=profile, query=query, asked=asked, purpose=purpose, by=by)
    return exports.export(people, organization, profile=profile, asked=asked, purpose=purpose, by=by)


@transaction.atomic
def ask(
    people: MemberQuerySet,
    organization: Organization,
    *,
    profile: ExportProfile,
    query: str,
    asked: str,
    purpose: str,
    by: User,
) -> ExportRequest:
    """Ask for these people's numbers in clear; ``query`` finds them again, ``asked`` says it in words.

    Refuses what ``exports`` refuses, what nobody else could approve, and the same request while one is waiting.
    """
    purpose = privacy.stated(purpose, of="导出", example="录入国家系统")
    members = exports.exportable(people, profile, by=by)
    if len(query) > LONGEST_QUERY:
        raise ValidationError("查询条件太长，请返回名单简化条件再导出。")
    if not approvers_of(organization, but=by):
        raise ValidationError(
            f"{organization.short_name}及上级没有另一名可以批准的管理员，请先增设一名管理员，或由各下级管理员分别导出。"
        )
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    same = ExportRequest.objects.waiting().filter(requested_by=by, organization=organization, profile=profile)
    if same.filter(query=query).exists():
        raise ValidationError("您已提交过同样的申请，正在等待批准，请到“明文导出申请”查看。")
    asking = ExportRequest.objects.create(
        organization=organization,
        profile=profile,
        query=query,
        asked=asked,
        purpose=purpose,
        rows=len(members),
        minors=exports.minors_among(members),
        requested_by=by,
        requested_at=timezone.now(),
    )
    changes = {
        "人数": [None, asking.rows],
        "其中未满 18 周岁": [None, asking.minors],
        "条件": [None, asked or "全部"],
        "状态": [None, State.WAITING.label],
    }
    audit.record(audit.Kind.CREATED, asking, by=by, at=organization, changes=changes, reason=purpose)
    return asking


def approve(asking: ExportRequest, *, by: User) -> None:
    """Agree. Refuses the person who asked, who holds no 明文导出 there, and requests no longer waiting."""
    _decide(asking, State.APPROVED, note="", by=by)


def refuse(asking: ExportRequest, *, reason: str, by: User) -> None:
    """Do not agree, for a reason the other person reads. Refuses as ``approve`` does, and without a reason."""
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": "请写明不批准的原因，申请人会看到。"})
    _decide(asking, State.REFUSED, note=reason[:100], by=by)


@transaction.atomic
def _decide(asking: ExportRequest, state: ExportRequest.State, *, note: str, by: User) -> None:
    stored = _locked(asking)
    if stored.requested_by_id == by.pk:
        raise ValidationError("自己的申请不能自己批准，请联系另一名管理员。")
    if not ExportRequest.objects.manageable_by(by, right=Right.CLEAR_EXPORT).filter(pk=stored.pk).exists():
        raise ValidationError("您没有这里的明文导出权限，不能批准，请联系上级管理员。")
    if stored.state != State.WAITING or stored.is_over:
        raise ValidationError(f"这份申请{stored.word}，不能再办理。")
    stored.state, stored.decided_by, stored.decided_at, stored.decision_note = state, by, timezone.now(), note
    stored.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    changes = {"状态": [State.WAITING.label, state.label]}
    audit.record(audit.Kind.CHANGED, stored, by=by, at=stored.organization, changes=changes, reason=note)


@transaction.atomic
def fetch(asking: ExportRequest, people: MemberQuerySet, *, by: User) -> bytes:
    """The file, made now from ``people``, whom the request's query finds for ``by``; once, within a day.

    Refuses everybody but the person who asked, more people than were approved, and what ``exports`` refuses.
    """
    stored = _locked(asking)
    if stored.requested_by_id != by.pk:
        raise ValidationError("只有申请人本人可以下载。")
    if stored.state == State.FETCHED:
        raise ValidationError("这份名单已下载过，每次批准只能下载一次。还要使用请重新申请。")
    if stored.state != State.APPROVED or stored.is_over:
        raise ValidationError(f"这份申请{stored.word}，不能下载。")
    members = exports.exportable(people, stored.profile, by=by)
    if len(members) > stored.rows:
        raise ValidationError(f"批准的是 {stored.rows} 人，现在查询到 {len(members)} 人，请重新申请。")
    stored.state, stored.fetched_at = State.FETCHED, timezone.now()
    stored.save(update_fields=["state", "fetched_at"])
    return exports.hand_out(
        members,
        stored.organization,
        profile=stored.profile,
        asked=stored.asked,
        purpose=stored.purpose,
        by=by,
        approved_by=stored.decided_by,
    )


def _locked(asking: ExportRequest) -> ExportRequest:
    # What it points at is read after the wait: joined, whoever decided meanwhile would be missing.
    return ExportRequest.objects.select_for_update(no_key=True).get(pk=asking.pk)
