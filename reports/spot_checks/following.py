"""整改: whoever keeps the record mends it by the usual pages and says so; the committee confirms or sends it back."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import User
from branches.scoping import Right
from reports.models import FollowUp, SpotFact, SpotKind, SpotRecord
from reports.spot_checks.facts import Seen
from reports.spot_checks.recording import STALE, locked, place_of


@dataclass(frozen=True)
class Line:
    """A fact that was found wrong: what stood there, what the file says, what stands there now, where it is mended."""

    fact: SpotFact
    now: str
    is_changed: bool
    url: str


def lines_of(seen: Seen, facts: list[SpotFact]) -> list[Line]:
    """What was found about a record beside what stands there now, as far as it may still be seen."""
    now = {fact.key: fact for fact in seen.facts}
    lines = []
    for fact in facts:
        present = now.get(fact.key)
        # Masked alike, two numbers are told apart in clear.
        stands = (present.in_clear or present.entered) if present else ""
        changed = present is not None and stands != (fact.entered_in_clear or fact.entered)
        lines.append(Line(fact, present.entered if present else "", changed, present.url if present else ""))
    return lines


def deeds_of(record: SpotRecord, *, user: User) -> tuple[bool, bool]:
    """Whether the user may say what was found and confirm the mending, and whether the user may mend."""
    rows = SpotRecord.objects.filter(pk=record.pk)
    return rows.checkable_by(user).exists(), rows.mendable_by(user).exists()


def mending_right(record: SpotRecord) -> Right:
    """The right that keeps such records."""
    return Right.STRUCTURE if record.check_of.kind == SpotKind.ORGANIZATIONS else Right.PEOPLE


@transaction.atomic
def mend(record: SpotRecord, *, note: str, version: int, by: User) -> None:
    """Say that it is mended (已整改), and how. Refuses a record with nothing to mend, and no sentence."""
    stored = locked(record, version)
    if not stored.waits_for_mending:
        raise ValidationError("这条记录没有待整改的问题，请刷新后再看。", code=STALE)
    if not note.strip():
        raise ValidationError({"note": "请用一句话写明整改情况。"})
    stored.mended_note, stored.mended_by, stored.mended_at = note.strip()[:200], by, timezone.now()
    _turn(stored, FollowUp.MENDED, by, reason=stored.mended_note)


@transaction.atomic
def confirm(record: SpotRecord, *, answer: str = "", version: int, by: User) -> None:
    """复核通过. Refuses a record nobody has said to be mended."""
    _settle(record, FollowUp.CONFIRMED, answer, version, by)


@transaction.atomic
def send_back(record: SpotRecord, *, answer: str, version: int, by: User) -> None:
    """退回重改, with the reason. Refuses what ``confirm`` refuses, and no reason."""
    if not answer.strip():
        raise ValidationError({"answer": "请写明退回的原因，整改的人会看到。"})
    _settle(record, FollowUp.RETURNED, answer, version, by)


def _settle(record: SpotRecord, to: FollowUp, answer: str, version: int, by: User) -> None:
    stored = locked(record, version)
    if not stored.waits_for_confirming:
        raise ValidationError("这条记录还没有登记整改，不能复核。", code=STALE)
    stored.answer, stored.settled_by, stored.settled_at = answer.strip()[:200], by, timezone.now()
    _turn(stored, to, by, reason=stored.answer)


def _turn(stored: SpotRecord, to: FollowUp, by: User, *, reason: str) -> None:
    changes = {"整改": [stored.get_follow_up_display(), to.label]}
    stored.follow_up = to
    stored.version += 1
    stored.save()
    audit.record(audit.Kind.CHANGED, stored, by=by, at=place_of(stored), changes=changes, reason=reason)
