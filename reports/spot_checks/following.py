"""整改: whoever keeps the record mends it by the usual pages and says so; the committee confirms or sends it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from branches.scoping import RIGHTS, Right, in_force
from reports.models import FollowUp, SpotFact, SpotRecord, Verdict
from reports.spot_checks.facts import Seen, seen_by
from reports.spot_checks.recording import STALE, locked, place_of, refuse_numbers
from tuanjian.carrying import carrying

NOT_BY_ONESELF: Final = "整改是您登记的，请由抽查组织的其他管理人员复核；没有改到位的，您可以退回。"
UNCHANGED: Final = "{}在检查以后没有改动。请先按档案改正；不用改或现在改不了的，写明原因，并勾选“没有改动也提交复核”。"
ALONE: Final = "与登记整改的是同一人，抽查组织没有其他管理人员"


@dataclass(frozen=True)
class Line:
    """A fact that was found wrong: what stood there, what the file says, what stands there now, where it is mended."""

    fact: SpotFact
    now: str
    is_changed: bool
    url: str

    def url_from(self, saved: str, /) -> str:
        """Where it is mended, with the address to go to once it is saved."""
        return carrying(self.url, next=saved)


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


@dataclass(frozen=True)
class Since:
    """What became of a record since it was checked: ``lines`` fact by fact, ``gone`` where it is no longer there."""

    record: SpotRecord
    lines: list[Line]
    gone: str

    @property
    def unchanged(self) -> list[str]:
        """What has to be mended and stands as it stood. A record that is gone leaves nothing to mend."""
        if self.gone:
            return []
        if self.record.verdict == Verdict.UNREAL:
            return ["记录"]
        return [line.fact.label for line in self.lines if line.fact.needs_mending and not line.is_changed]

    @property
    def in_words(self) -> str:
        """In a sentence, for whoever takes the second look."""
        if self.gone:
            return f"检查以后：{self.gone}。"
        if self.record.verdict == Verdict.UNREAL:
            return "记录没有改动，仍在名册中。"
        left = self.unchanged
        if not left:
            return "检查发现的项目都已改动，请对照“按档案应为”查看是否改对。"
        if not any(line.is_changed for line in self.lines):
            return "记录没有改动。"
        return f"{'、'.join(left)}没有改动，其余已改动。"


def since(seen: Seen) -> Since:
    """What became of a record since it was checked, as far as it may be seen. One query."""
    return Since(seen.record, lines_of(seen, list(seen.record.facts.all())), seen.gone)


def deeds_of(record: SpotRecord, *, user: User) -> tuple[bool, bool]:
    """Whether the user may say what was found and confirm the mending, and whether the user may mend."""
    rows = SpotRecord.objects.filter(pk=record.pk)
    return rows.checkable_by(user).exists(), rows.mendable_by(user).exists()


def is_for_others(record: SpotRecord, *, user: User) -> bool:
    """Whether the user reported this mending and somebody else of the committee is there to confirm it.

    谁整改、谁复核 must be two people (自检 and 校验 are two steps of 《“智慧团建”系统信息库建设》). An office with one
    administrator cannot keep to that, and the level above, which did not draw, has no business with its files: the
    only one with a grant that reports on the very committee of the draw may confirm, and the log says so.
    """
    return record.mended_by_id == user.pk and _has_others(record.check_of.organization, user)


def _has_others(organization: Organization, user: User) -> bool:
    reporting = [role for role, rights in RIGHTS.items() if Right.REPORTS in rights]
    grants = organization.grants.filter(in_force(timezone.localdate()), role__in=reporting, user__is_active=True)
    return grants.exclude(user=user).exists()


@transaction.atomic
def mend(record: SpotRecord, *, note: str, version: int, unchanged: bool = False, by: User) -> None:
    """Say that it is mended (已整改), and how; ``unchanged`` says so of what stands as it stood, the note says why.

    Refuses a record with nothing to mend, no sentence, one with a number of a person, and what was not changed unless
    that is said.
    """
    stored = locked(record, version)
    if not stored.waits_for_mending:
        raise ValidationError("这条记录没有待整改的问题，请刷新后再看。", code=STALE)
    if not note.strip():
        raise ValidationError({"note": "请用一句话写明整改情况。"})
    refuse_numbers(note=note)
    [seen] = seen_by(by, [stored])
    left = "、".join(since(seen).unchanged)
    if left and not unchanged:
        raise ValidationError({"unchanged": UNCHANGED.format(left)})
    stored.mended_note, stored.mended_by, stored.mended_at = note.strip()[:200], by, timezone.now()
    _turn(stored, FollowUp.MENDED, by, reason=stored.mended_note, more={"没有改动": [None, left]} if left else None)


@transaction.atomic
def confirm(record: SpotRecord, *, answer: str = "", version: int, by: User) -> None:
    """复核通过. Refuses a record nobody has said to be mended, and whoever said so unless nobody else is there."""
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
    alone = stored.mended_by_id == by.pk
    if to is FollowUp.CONFIRMED and alone and is_for_others(stored, user=by):
        raise ValidationError(NOT_BY_ONESELF)
    refuse_numbers(answer=answer)
    stored.answer, stored.settled_by, stored.settled_at = answer.strip()[:200], by, timezone.now()
    more = {"复核人": [None, ALONE]} if to is FollowUp.CONFIRMED and alone else {}
    _turn(stored, to, by, reason=stored.answer, more=more)


def _turn(
    stored: SpotRecord, to: FollowUp, by: User, *, reason: str, more: dict[str, list[str | None]] | None = None
) -> None:
    changes = {"整改": [stored.get_follow_up_display(), to.label]} | (more or {})
    stored.follow_up = to
    stored.version += 1
    stored.save()
    audit.record(audit.Kind.CHANGED, stored, by=by, at=place_of(stored), changes=changes, reason=reason)
