"""Who sees which part of a phone or an ID number, and the logged act of looking at the whole (查看明文).

The administrators of a branch work with its people every day and see their phones. Everybody else sees 140****3456;
ID numbers show two characters to all. Lists ask ``own_branches`` once and then compare ids.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import TextChoices

from branches import audit
from branches.models import Organization, Role, User
from branches.scoping import Sight, held_by, seen_paths
from members.models import Member

OWN_PURPOSE = "本支部核对"
SHORTEST_PURPOSE = 4


class Revealed(TextChoices):
    """What can be looked at in clear."""

    ID_NUMBER = "id_number", "证件号码"
    PHONE = "phone", "手机号"


def own_branches(user: User) -> frozenset[int]:
    """Organisations on which the user is 管理员 by a grant standing right there: their people's phones are shown."""
    return frozenset(held.organization_id for held in held_by(user) if held.role == Role.ADMINISTRATOR)


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


@transaction.atomic
def reveal(member: Member, *, field: Revealed, purpose: str, by: User) -> str:
    """The value in clear; who looked, at what and why goes into the log first.

    The own branch's 管理员 need not give a purpose. Refuses a purpose that says nothing, and – with PermissionDenied –
    people whose role gives no reason to look.
    """
    if not may_reveal(by, member):
        raise PermissionDenied
    purpose = " ".join(purpose.split())
    if not purpose and shows_phone(by, member):
        purpose = OWN_PURPOSE
    if len(purpose) < SHORTEST_PURPOSE:
        raise ValidationError({"purpose": f"请写明查看用途，至少 {SHORTEST_PURPOSE} 个字，如“核对档案”。"})
    audit.record(
        audit.Kind.REVEALED,
        member,
        by=by,
        at=_kept_at(member),
        changes={"查看内容": [None, field.label]},
        reason=purpose,
    )
    return member.id_number if field is Revealed.ID_NUMBER else member.phone


def _kept_at(member: Member) -> Organization | None:
    """Where the entry is filed: the branch, for cadres without one the organisation of a current post."""
    if member.branch is not None:
        return member.branch
    term = member.terms.filter(ended_on=None).select_related("organization").first()
    return term.organization if term else None
