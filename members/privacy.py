"""Who sees which part of a phone or an ID number, and the logged act of looking at the whole (查看明文).

The administrators of a branch work with its people every day and see their phones. Everybody else sees 140****3456;
ID numbers show two characters to all. Lists ask ``own_branches`` once and then compare ids.

Looking at a number in clear takes a purpose and is always logged. Whoever has a grant right on the branch may look as
often as the work asks; beyond it there is a limit per hour (``PrivacyLimits``), and people under 18 are looked at by
administrators only: 未成年人网络保护条例 36 asks for the approval of the responsible person, which is what they are.

Lists drawn over many branches call people of the own branch by name and others by surname (``name_as_seen``).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone

from branches import audit
from branches.models import AuditEntry, Organization, Role, User
from branches.scoping import SIGHTS, NotAllowed, Right, Sight, held_by, seen_paths
from members.models import Member, PrivacyLimits
from tuanjian import masking

OWN_PURPOSE = "本支部核对"
SHORTEST_PURPOSE = 4
ADULT_AT: Final = 18
HOUR: Final = dt.timedelta(hours=1)


class Revealed(TextChoices):
    """What can be looked at in clear."""

    ID_NUMBER = "id_number", "证件号码"
    PHONE = "phone", "手机号"


class Purpose(TextChoices):
    """What numbers are usually looked at for; anything else is written down."""

    CHECK = "check", "核对档案资料"
    CALL = "call", "电话通知工作"
    TRANSFER = "transfer", "办理组织关系"
    NATIONAL = "national", "在国家系统录入"
    OTHER = "other", "其他，请写明"


def own_branches(user: User) -> frozenset[int]:
    """Organisations on which the user is 管理员 by a grant standing right there: their people's phones are shown."""
    return frozenset(held.organization_id for held in held_by(user) if held.role == Role.ADMINISTRATOR)


def roster_branches(user: User) -> frozenset[int]:
    """Organisations whose people the user looks at by a grant standing right there: they are called by full name."""
    return frozenset(held.organization_id for held in held_by(user) if Sight.ROSTER in SIGHTS[held.role])


def name_as_seen(member: Member, own: frozenset[int]) -> str:
    """The name in a list as somebody with these ``roster_branches`` sees it: of people elsewhere the surname only."""
    return member.name if member.branch_id in own else masking.mask_name(member.name)


def shows_phone(user: User, member: Member) -> bool:
    """Whether the user sees this person's phone without asking for it."""
    return member.branch_id is not None and member.branch_id in own_branches(user)


def phone_as_seen(member: Member, own: frozenset[int]) -> str:
    """The phone as somebody with these own branches sees it, "" if there is none."""
    return member.phone if member.branch_id in own else member.phone_masked


def may_reveal(user: User, member: Member) -> bool:
    """Whether the user may look at this person's number or phone in clear, for a purpose."""
    paths = seen_paths(user, Sight.CLEAR)
    return Member.objects.filter(Member.objects.all().inside(paths), pk=member.pk).exists()


def may_read_traces(user: User, member: Member) -> bool:
    """Whether the user may read who looked at this person's record: who sees the person and reads the log there."""
    paths = seen_paths(user, Sight.LOG)
    return Member.objects.visible_to(user).filter(Member.objects.all().inside(paths), pk=member.pk).exists()


def stated(purpose: str, *, of: str, example: str) -> str:
    """The purpose on one line; refuses one that says nothing."""
    purpose = " ".join(purpose.split())
    if len(purpose) < SHORTEST_PURPOSE:
        raise ValidationError({"purpose": f"请写明{of}用途，至少 {SHORTEST_PURPOSE} 个字，如“{example}”。"})
    return purpose


def reveal(member: Member, *, field: Revealed, purpose: str, by: User, beside: str = "") -> str:
    """The value in clear; who looked, at what and why goes into the log first, with what is shown ``beside`` it.

    The own branch's 管理员 need not give a purpose. Refuses a purpose that says nothing, and – with PermissionDenied –
    people whose role gives no reason to look. Beyond the own branch refuses the one look too many within an hour, and
    people under 18 to everybody but administrators; the log keeps these refusals.
    """
    if not may_reveal(by, member):
        raise NotAllowed(member)
    if not purpose.strip() and shows_phone(by, member):
        purpose = OWN_PURPOSE
    purpose = stated(purpose, of="查看", example="核对档案")
    with transaction.atomic():
        place = _kept_at(member)
        refusal = _refusal(member, place, by)
        kind = audit.Kind.REFUSED if refusal else audit.Kind.REVEALED
        what = f"{field.label}、{beside}" if beside else field.label
        changes = {"查看内容": [None, what]} | ({"拒绝原因": [None, refusal]} if refusal else {})
        audit.record(kind, member, by=by, at=place, changes=changes, reason=purpose)
    if refusal:
        raise ValidationError(refusal)
    return member.id_number if field is Revealed.ID_NUMBER else member.phone


def looked_lately(user: User) -> int:
    """How often the user looked at a number in clear beyond the own branch within the last hour."""
    looks = AuditEntry.objects.filter(actor=user, kind=audit.Kind.REVEALED, at__gt=timezone.now() - HOUR)
    return looks.exclude(placement__organization__in=_home(user)).count()


def _home(user: User) -> frozenset[int]:
    """Organisations with a grant of the user right there, by which numbers may be looked at."""
    return frozenset(held.organization_id for held in held_by(user) if Sight.CLEAR in SIGHTS[held.role])


def _refusal(member: Member, place: Organization | None, by: User) -> str:
    """Why this look is refused, "" if it is not. Two looks at a time count one after the other."""
    if place is not None and place.pk in _home(by):
        return ""
    responsible = Member.objects.manageable_by(by, right=Right.CLEAR_EXPORT).filter(pk=member.pk)
    if is_minor(member, timezone.localdate()) and not responsible.exists():
        return "此人未满 18 周岁，证件号码和手机号由本支部人员或管理员查看，请联系管理员。"
    most = PrivacyLimits.of(place).reveals_per_hour
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    if looked_lately(by) >= most:
        return f"一小时内查看本支部以外的号码已达 {most} 次，请稍后再看；要成批使用，请由管理员导出。"
    return ""


def is_minor(member: Member, on: dt.date) -> bool:
    """Whether the person is known to be under 18 on that day."""
    age = member.age_on(on)
    return age is not None and age < ADULT_AT


def _kept_at(member: Member) -> Organization | None:
    """Where the entry is filed: the branch, for cadres without one the organisation of a current post."""
    if member.branch is not None:
        return member.branch
    term = member.terms.filter(ended_on=None).select_related("organization").first()
    return term.organization if term else None
