"""Circulars as their pages list them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from branches.models import AccessGrant, Organization, User
from branches.scoping import RIGHTS
from reports.circulars import issuing, template_files, word
from reports.models import Circular, CircularDelivery, CircularKind, CircularState, CircularTemplate

CHIPS: Final = {
    CircularState.DRAFT: "busy",
    CircularState.ISSUED: "good",
    CircularState.WITHDRAWN: "neutral",
}
# More than an office receives in years; older ones are found through the organisation that issued them.
MOST_RECEIVED: Final = 100


@dataclass(frozen=True)
class Receipt:
    """A delivery of a circular; state and word of its chip, and whether the person would receive it by opening it."""

    delivery: CircularDelivery
    state: str
    word: str
    may_receive: bool = False

    @property
    def circular(self) -> Circular:
        return self.delivery.circular


def received(organization: Organization, user: User) -> list[Receipt]:
    """What this organisation was sent, unread first, then the latest, as the user may receive it."""
    deliveries = CircularDelivery.objects.filter(organization=organization)
    rows = deliveries.select_related("circular", "circular__organization", "read_by").order_by("-circular_id")
    own = CircularDelivery.objects.receivable_by(user).filter(organization=organization)
    receivable = set(own.values_list("pk", flat=True))
    receipts = [_receipt(row, may_receive=row.pk in receivable) for row in rows[:MOST_RECEIVED]]
    return sorted(receipts, key=lambda receipt: receipt.state != "care")


def _receipt(row: CircularDelivery, *, may_receive: bool) -> Receipt:
    if row.circular.is_withdrawn:
        return Receipt(row, "neutral", CircularState.WITHDRAWN.label)
    return Receipt(row, "good", "已签收") if row.read_at else Receipt(row, "care", "待签收", may_receive)


def own(organization: Organization) -> QuerySet[Circular]:
    """What it has drafted and issued, latest first; ``sent`` and ``read`` are to how many and received by how many."""
    rows = Circular.objects.filter(organization=organization)
    return rows.annotate(
        sent=Count("deliveries"), read=Count("deliveries", filter=Q(deliveries__read_at__isnull=False))
    ).order_by("-id")


def deliveries(circular: Circular, *, unread: bool = False) -> QuerySet[CircularDelivery]:
    """Whom it was sent to, or who of them has not received it yet, in the committee's order of then."""
    rows = circular.deliveries.select_related("read_by").order_by("place")
    return rows.filter(read_at=None) if unread else rows


def receipts_of(deliveries: Iterable[CircularDelivery]) -> list[Receipt]:
    """The same with how far each is, 无账号 where nobody has an account to receive with. One query more."""
    rows = list(deliveries)
    unread = [row.organization_id for row in rows if not row.read_at]
    working = [role for role, rights in RIGHTS.items() if rights]
    grants = AccessGrant.objects.in_force(timezone.localdate()).filter(organization__in=unread, role__in=working)
    staffed = set(grants.filter(user__is_active=True).values_list("organization_id", flat=True))
    return [_how_far(row, is_staffed=row.organization_id in staffed) for row in rows]


def _how_far(row: CircularDelivery, *, is_staffed: bool) -> Receipt:
    if row.read_at:
        return Receipt(row, "good", "已签收")
    return Receipt(row, "care", "待签收") if is_staffed else Receipt(row, "neutral", "无账号")


def received_by(circular: Circular) -> tuple[int, int]:
    """By how many it was received, and to how many it was sent."""
    counted = circular.deliveries.aggregate(read=Count("read_at"), sent=Count("pk"))
    return counted["read"], counted["sent"]


def before_issue(circular: Circular) -> str:
    """What issuing will do, for the page that asks, or why it will be refused."""
    sent = len(issuing.receivers_of(circular))
    if not sent:
        return issuing.NO_RECEIVERS
    year, next_number = timezone.localdate().year, issuing.next_number(circular.organization, circular.prefix)
    number = f"{circular.prefix}〔{year}〕{next_number}号"
    return f"将编为{number}，发给 {sent:,} 个下级组织。印发后文字和数字都不能再改，只能说明原因撤回。"


@dataclass(frozen=True)
class TemplateInUse:
    """What one kind of circular is laid out by, and what a template for it can say."""

    kind: CircularKind
    own: CircularTemplate | None
    variables: list[tuple[str, str]]


def templates_of(organization: Organization) -> list[TemplateInUse]:
    """The templates in use, by kind."""
    return [
        TemplateInUse(kind, template_files.own_of(organization, kind), list(word.VARIABLES[kind].items()))
        for kind in CircularKind
    ]
