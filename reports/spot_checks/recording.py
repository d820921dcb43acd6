"""登记检查结果: what was found when a drawn record was held against the file, also when it was nothing.

What is asked for and not filled in is known without a file: it is 缺漏, unless who checks says of that very fact that
the file has none either, or that it does not apply, and why.

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
from tuanjian.masking import without_numbers

STALE: Final = "stale"
UNREAL_WITH_MARKS: Final = (
    "已经对照档案填写了项目，不能再按“记录不真实”登记。"
    "记录属实的，请按“登记问题”保存；确实不真实的，请先清空“应为”，检查结果改回“一致”。"
)
NO_BASIS: Final = "请选择核对方式：查阅档案、向本人核实，还是两样都做了。"
BLANK: Final = (
    "{}没有填写或填写不符合要求，不能按“与档案一致”登记。请按“登记问题”登记为缺漏，由支部补录；"
    "档案中也没有或不适用的，在这一项里选“档案中也没有或不适用”，并写明理由。"
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
    basis: Basis | str = ""
    marks: Mapping[str, Marked] = field(default_factory=dict)
    unreal: UnrealReason | str = ""
    note: str = ""


@transaction.atomic
def keep(record: SpotRecord, found: Found, *, version: int, by: User) -> SpotRecord:
    """Keep what was found; what has to be mended becomes a to-do of whoever keeps the record.

    The numbers the rates are made of are kept as they stand now. May be put right until it is mended. Refuses a record
    changed since it was read, one that is being mended, one that is gone unless it is found to be unreal, what nobody
    said how it was checked, findings without what the file says or with just what is entered, 无问题 while a fact asked
    for is blank and nobody said why, an unreal record with facts held against a file, and numbers written down.
    """
    if found.basis not in Basis.values:
        raise ValidationError({"basis": NO_BASIS})
    refuse_numbers(note=found.note)
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


def refuse_numbers(**said: str) -> None:
    """Refuse a sentence others will read, by the name of its field, in which a number of a person is written out."""
    for name, text in said.items():
        if without_numbers(text) != text:
            raise ValidationError({name: "请不要写证件号码、手机号，改写后再提交。"})


def place_of(record: SpotRecord) -> Organization:
    """Where its log is filed: the organisation it was drawn in, while there is one."""
    found = Organization.objects.filter(pk=record.organization_id or 0).first()
    return found or record.check_of.organization


def basis_of_last(check: SpotCheck, *, by: User) -> Basis | None:
    """How this person last said to have checked a record of this draw; None before the first one."""
    rows = check.records.filter(checked_by=by).exclude(verdict="").order_by("-checked_at", "-pk")
    last = rows.values_list("basis", flat=True).first()
    return Basis(last) if last else None


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
    known = {fact.key: fact for fact in seen.facts}
    blank = {fact.key: Marked(Mark.MISSING) for fact in seen.missing}
    if found.verdict == Verdict.UNREAL:
        # That a fact is blank nobody read in a file.
        if any(mark != blank.get(key) for key, mark in found.marks.items()):
            raise ValidationError(UNREAL_WITH_MARKS)
        if found.unreal not in UnrealReason.values:
            raise ValidationError({"unreal": "请选择记录不真实的情形。"})
        return []
    if seen.gone or not seen.facts:
        raise ValidationError(f"{seen.gone or '记录已不在系统中'}，不能按一致登记；请核实后按“记录不真实”登记。")
    if set(found.marks) - set(known):
        raise ValidationError("标出的项目不在这条记录里，请刷新后重新登记。")
    said = blank | dict(found.marks)
    marked = [(known[key], said[key]) for key in known if key in said]
    wrong = [(fact, mark) for fact, mark in marked if mark.mark != Mark.UNSURE]
    if found.verdict == Verdict.WRONG and not wrong:
        raise ValidationError("请至少标出一项不一致或缺漏；没有问题的，请按“与档案一致”登记。")
    if found.verdict == Verdict.RIGHT and wrong and all(fact.is_missing for fact, _ in wrong):
        raise ValidationError(BLANK.format("、".join(fact.label for fact, _ in wrong)))
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
    if mark.mark == Mark.UNSURE and fact.is_missing and not says:
        raise ValidationError({fact.key: f"请写明{fact.label}为什么不算缺漏，例如“档案中也没有”。"})
    if mark.mark == Mark.WRONG and not says:
        raise ValidationError({fact.key: f"请写明{fact.label}按档案应为什么。"})
    if mark.mark == Mark.WRONG and says == fact.entered:
        raise ValidationError({fact.key: f"{fact.label}应为的内容与系统里的相同，请改正，或清空后选“一致”。"})
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
    # Each fact kept as 缺漏 is one that lacks in 完整率, each kept as 不一致 one that is not right in 准确率.
    missing = sum(mark == Mark.MISSING for mark in said.values())
    wrong = sum(mark == Mark.WRONG for mark in said.values())
    present = {fact.key for fact in facts if fact.is_present or said.get(fact.key) == Mark.WRONG}
    asked = {fact.key for fact in facts if fact.is_expected and fact.is_present} | {
        key for key, mark in said.items() if mark != Mark.UNSURE
    }
    stored.facts_expected = len(asked)
    stored.facts_present = len(asked) - missing
    stored.facts_checked = sum(said.get(key) != Mark.UNSURE for key in present)
    stored.facts_right = stored.facts_checked - wrong


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
        f"{each.label}{each.word}" + (f"，{each.says_word}{each.file_says}" if each.file_says else "") for each in facts
    ]
    return {
        "检查结果": record.get_verdict_display(),
        "不真实的情形": record.get_unreal_reason_display() or None,
        "核对方式": record.get_basis_display(),
        "项目": "；".join(said) or None,
        "备注": record.note or None,
    }
