"""Issuing a circular: its number, its file, who gets it, who has read it; and taking it back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from reports.circulars import naming, template_files, word
from reports.circulars.drafting import CHANGED_MEANWHILE, NOT_A_DRAFT
from reports.models import Audience, Circular, CircularDelivery, CircularFile, CircularState

NO_RECEIVERS = "没有可以接收通报的下级组织，不能印发。"


def next_number(organization: Organization, prefix: str) -> int:
    """The number a circular issued now would get: they run through the year, for each 机关代字 of an organisation."""
    numbered = Circular.objects.filter(organization=organization, prefix=prefix, year=timezone.localdate().year)
    last: int | None = numbered.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


@transaction.atomic
def issue(circular: Circular, *, version: int, by: User, names_people: bool = False) -> Circular:
    """Number the draft, keep its Word file sealed, send it to the organisations below; from here on nothing changes.

    Refuses what is no draft, what was changed since it was looked at, a text with nothing in it, an organisation
    with nobody below, and a text that names people unless somebody has looked at that and means it (``names_people``);
    the log says so then.
    """
    # One number after the other: the next to issue waits here.
    organization = Organization.objects.select_for_update(no_key=True).get(pk=circular.organization_id)
    kept = Circular.objects.select_for_update(no_key=True, of=("self",)).get(pk=circular.pk)
    if not kept.is_draft:
        raise ValidationError(NOT_A_DRAFT)
    if kept.version != version:
        raise ValidationError(CHANGED_MEANWHILE)
    if not any(part.text.strip() for part in word.text_of(kept)):
        raise ValidationError("通报没有正文，请先填写后再印发。")
    named = naming.named_in(kept)
    if named and not names_people:
        raise ValidationError({"names_people": naming.in_words(named)})
    receivers = list(receivers_of(kept))
    if not receivers:
        raise ValidationError(NO_RECEIVERS)
    kept.year, kept.number = timezone.localdate().year, next_number(organization, kept.prefix)
    kept.issued_by, kept.issued_at = by, timezone.now()
    kept.state, kept.version = CircularState.ISSUED, kept.version + 1
    file = CircularFile(circular=kept)
    file.content = word.as_word(kept, template_files.in_use(organization, kept.kind))
    kept.save()
    file.save(force_insert=True)
    CircularDelivery.objects.bulk_create(
        CircularDelivery(circular=kept, organization=each, name=each.short_name, place=place)
        for place, each in enumerate(receivers)
    )
    changes = {
        "状态": [CircularState.DRAFT.label, CircularState.ISSUED.label],
        "发文字号": [None, kept.symbol],
        "发送组织数": [None, len(receivers)],
    }
    changes |= {"点名": [None, f"已核对，确需点名（{len(named)} 处）"]} if named else {}
    audit.record(audit.Kind.CHANGED, kept, by=by, at=organization, changes=changes)
    return kept


def receivers_of(circular: Circular) -> list[Organization]:
    """Whom it would be sent to now, in the committee's order."""
    there = Organization.objects.active()
    if circular.audience == Audience.DIRECT:
        there = there.children_of(circular.organization)
    else:
        there = there.under(circular.organization, include_self=False)
    return list(there.in_screen_order())


@transaction.atomic
def withdraw(circular: Circular, *, reason: str, by: User) -> Circular:
    """Take an issued circular back: it stays where it is, marked, with the reason. Its number is not used again.

    Refuses a draft, one that is withdrawn already, and a withdrawal without reason.
    """
    kept = (
        Circular.objects.select_for_update(no_key=True, of=("self",)).select_related("organization").get(pk=circular.pk)
    )
    if kept.state != CircularState.ISSUED:
        raise ValidationError("只有已印发的通报可以撤回。")
    if not reason.strip():
        raise ValidationError({"reason": "请写明撤回的原因，各收文组织会看到。"})
    kept.withdrawal_reason, kept.withdrawn_by, kept.withdrawn_at = reason.strip()[:200], by, timezone.now()
    kept.state, kept.version = CircularState.WITHDRAWN, kept.version + 1
    kept.save()
    changes = {"状态": [CircularState.ISSUED.label, CircularState.WITHDRAWN.label]}
    audit.record(audit.Kind.ENDED, kept, by=by, at=kept.organization, changes=changes, reason=kept.withdrawal_reason)
    return kept


def to_receive(circular: Circular, user: User) -> list[CircularDelivery]:
    """Deliveries the user would receive by opening it."""
    return list(CircularDelivery.objects.receivable_by(user).filter(circular=circular))


@transaction.atomic
def receive(circular: Circular, *, by: User) -> list[CircularDelivery]:
    """签收: note that the user opened it for the organisations the user works for. Once noted it stays."""
    now = timezone.now()
    received = []
    for delivery in to_receive(circular, by):
        noted = CircularDelivery.objects.filter(pk=delivery.pk, read_at=None).update(read_at=now, read_by=by)
        if noted:
            received.append(delivery)
            changes = {"签收": [None, delivery.name]}
            audit.record(audit.Kind.CHANGED, circular, by=by, at=delivery.organization, changes=changes)
    return received


@transaction.atomic
def fetched(circular: Circular, *, by: User) -> bytes:
    """The Word file: of a draft made now, of an issued one as it was. The log notes who took it."""
    if circular.is_draft:
        content = word.as_word(circular, template_files.in_use(circular.organization, circular.kind))
    else:
        content = circular.file.content
    at = circular.organization
    changes = {"内容": [None, circular.symbol or word.NOT_ISSUED]}
    audit.record(audit.Kind.EXPORTED, circular, by=by, at=at, changes=changes)
    return content
