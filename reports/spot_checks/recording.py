"""登记检查结果: what was found when a drawn record was held against the file, also when it was nothing.

The record itself is never written to: what is wrong is mended by whoever keeps it (``spot_checks.following``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from branches import audit
from branches.models import Organization, User
from reports.models import Basis, FollowUp, SpotCheck, SpotFact, SpotRecord, UnrealReason, Verdict
from reports.models.spot_checks import SEALED_AS, SpotRecordQuerySet
from reports.spot_checks.facts import Fact, Seen, seen_by
from tuanjian import sealing

STALE: Final = "stale"
UNREAL_WITH_MARKS: Final = (
    "已经对照档案填写了项目，不能再按“记录不真实”登记。"
    "记录属实的，请按“登记问题”保存；确实不真实的，请先清空“应为”，检查结果改回“一致”。"
)
Mark = SpotFact.Mark
# What is left of a number one may write: enough to say which digits differ.
_NUMBER: Final = re.compile(r"[0-9０-９][0-9０-９xXＸ*\s-]{4,}")


@dataclass(frozen=True)
class Marked:
    """A fact that is not simply right: how, and what the file says."""

    mark: SpotFact.Mark
    file_says: str = ""


@dataclass(frozen=True)
class Found:
    """What somebody found: ``marks`` by the key of the fact, ``unreal`` where there is no such person or unit."""

    verdict: Verdict
    basis: Basis = Basis.FILE
    marks: Mapping[str, Marked] = field(default_factory=dict)
    unreal: UnrealReason | str = ""
    note: str = ""


@transaction.atomic
def keep(record: SpotRecord, found: Found, *, version: int, by: User) -> SpotRecord:
    """Keep what was found; what has to be mended becomes a to-do of whoever keeps the record.

    The numbers the rates are made of are kept as they stand now. May be put right until it is mended. Refuses a record
    changed since it was read, one that is being mended, one that is gone unless it is found to be unreal, findings
    without what the file says, an unreal record with facts held against a file, and numbers written down beside it.
    """
    stored = locked(record, version)
    if not stored.may_be_checked_again:
        raise ValidationError("这条记录已经进入整改，检查结果不能再改；整改不到位的，请在复核时退回。", code=STALE)
    [seen] = seen_by(by, [stored])
    marked = _marked(seen, found)
    before = _in_words(stored, list(stored.facts.all())) if stored.is_checked else {}
    _fill(stored, found, seen, marked, by)
    stored.save()
    stored.facts.all().delete()
    kept = [_row(stored, fact, mark) for fact, mark in marked]
    SpotFact.objects.bulk_create(kept)
    changes = audit.difference(before, _in_words(stored, kept))
    audit.record(
        audit.Kind.CHANGED if before else audit.Kind.CREATED, stored, by=by, at=place_of(stored), changes=changes
    )
    return stored


def locked(record: SpotRecord, version: int) -> SpotRecord:
    """The row as it stands, for a change of it; refuses what was decided about an earlier version."""
    rows = SpotRecord.objects.select_for_update(of=("self",), no_key=True)
    stored = rows.select_related("check_of__organization").get(pk=record.pk)
    if stored.version != version:
        raise ValidationError("这条记录在您打开以后有变动，请刷新后重新核对。", code=STALE)
    return stored


def place_of(record: SpotRecord) -> Organization:
    """Where its log is filed: the organisation it was drawn in, while there is one."""
    found = Organization.objects.filter(pk=record.organization_id or 0).first()
    return found or record.check_of.organization


def next_after(record: SpotRecord) -> SpotRecord | None:
    """The next record of the draw nobody has looked at, as the sheet has them; None when all are done."""
    left = list(_left(record.check_of).exclude(pk=record.pk))
    here = (record.screen_order, record.number)
    return next((each for each in left if (each.screen_order, each.number) > here), left[0] if left else None)


def first_of(check: SpotCheck) -> SpotRecord | None:
    """The first record of the draw nobody has looked at."""
    return _left(check).first()


def _left(check: SpotCheck) -> SpotRecordQuerySet:
    return SpotRecord.objects.of(check).filter(verdict="").in_sheet_order()


def _marked(seen: Seen, found: Found) -> list[tuple[Fact, Marked]]:
    """The facts that are marked, each with its mark; refuses what does not go together."""
    if found.verdict == Verdict.UNREAL:
        if found.marks:
            raise ValidationError(UNREAL_WITH_MARKS)
        if found.unreal not in UnrealReason.values:
            raise ValidationError({"unreal": "请选择记录不真实的情形。"})
        return []
    if seen.gone or not seen.facts:
        raise ValidationError(f"{seen.gone or '记录已不在系统中'}，不能按一致登记；请核实后按“记录不真实”登记。")
    known = {fact.key: fact for fact in seen.facts}
    if set(found.marks) - set(known):
        raise ValidationError("标出的项目不在这条记录里，请刷新后重新登记。")
    marked = [(known[key], found.marks[key]) for key in known if key in found.marks]
    wrong = [mark for _, mark in marked if mark.mark != Mark.UNSURE]
    if found.verdict == Verdict.WRONG and not wrong:
        raise ValidationError("请至少标出一项不一致或缺漏；没有问题的，请按“与档案一致”登记。")
    if found.verdict == Verdict.RIGHT and wrong:
        raise ValidationError("标出了不一致或缺漏的项目，请按“登记问题”保存。")
    for fact, mark in marked:
        _refuse_mark(fact, mark)
    return marked


def _refuse_mark(fact: Fact, mark: Marked) -> None:
    says = mark.file_says.strip()
    if mark.mark == Mark.WRONG and not fact.entered:
        raise ValidationError({fact.key: f"{fact.label}在系统里没有填写，请标为“缺漏”。"})
    if mark.mark == Mark.MISSING and fact.is_present:
        raise ValidationError({fact.key: f"{fact.label}在系统里已经填写，请标为“不一致”。"})
    if mark.mark == Mark.WRONG and not says:
        raise ValidationError({fact.key: f"请写明{fact.label}按档案应为什么。"})
    if fact.is_sealed and _NUMBER.search(says):
        raise ValidationError({fact.key: f"请不要写{fact.label}，只写哪几位不符，例如“末四位与档案不符”。"})


def _fill(stored: SpotRecord, found: Found, seen: Seen, marked: Sequence[tuple[Fact, Marked]], by: User) -> None:
    stored.verdict, stored.basis = found.verdict, found.basis
    stored.unreal_reason = found.unreal if found.verdict == Verdict.UNREAL else ""
    stored.note = found.note.strip()[:200]
    stored.checked_by, stored.checked_at = by, timezone.now()
    stored.follow_up = FollowUp.NONE if found.verdict == Verdict.RIGHT else FollowUp.OPEN
    stored.version += 1
    facts = () if found.verdict == Verdict.UNREAL else seen.facts
    said = {fact.key: mark.mark for fact, mark in marked}
    expected = [fact for fact in facts if fact.is_expected or said.get(fact.key) in (Mark.WRONG, Mark.MISSING)]
    stored.facts_expected = len(expected)
    stored.facts_present = sum(fact.is_present for fact in expected)
    looked_at = [fact for fact in facts if fact.is_present and said.get(fact.key) != Mark.UNSURE]
    stored.facts_checked = len(looked_at)
    stored.facts_right = sum(said.get(fact.key) != Mark.WRONG for fact in looked_at)


def _row(stored: SpotRecord, fact: Fact, mark: Marked) -> SpotFact:
    return SpotFact(
        record=stored,
        key=fact.key,
        label=fact.label,
        mark=mark.mark,
        entered=fact.entered[:200],
        entered_sealed=sealing.seal(SEALED_AS, fact.in_clear) if fact.in_clear else "",
        file_says=mark.file_says.strip()[:100],
    )


def _in_words(record: SpotRecord, facts: Sequence[SpotFact]) -> dict[str, Any]:
    said = [
        f"{each.label}{each.get_mark_display()}" + (f"，应为{each.file_says}" if each.file_says else "")
        for each in facts
    ]
    return {
        "检查结果": record.get_verdict_display(),
        "不真实的情形": record.get_unreal_reason_display() or None,
        "核对方式": record.get_basis_display(),
        "项目": "；".join(said) or None,
        "备注": record.note or None,
    }
