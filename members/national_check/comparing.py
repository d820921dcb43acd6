"""The background job: read the file, find out who is who, keep what differs. Asks the rights of its maker again."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from branches import audit
from branches.models import Organization
from branches.scoping import Right
from members.models import (
    CadreTerm,
    Comparison,
    ComparisonFile,
    ComparisonRow,
    ComparisonState,
    Member,
    MemberStatus,
    Outcome,
)
from members.models.people import MemberQuerySet
from members.national_check.facts import FACTS, Pair, differences
from members.national_check.matching import Matched, Ours, match
from members.national_check.reading import Line, read
from members.roster.plans.directory import Directory
from tuanjian import bulk, masking, sealing
from tuanjian.spreadsheets import FileRefused

LEASE: Final = timedelta(minutes=3)
CHUNK: Final = 2_000
NO_RIGHT: Final = "您现在没有在这里录入人员的权限，请联系上级管理员。"
_UNFINISHED: Final = "核对没有完成，请重新上传；如仍不行，请联系系统管理员。"
_LOST: Final = "后台任务中断，请重新上传核对。"
_COLUMNS: Final = ("comparison", "number", "outcome", "target_id", "name", "fields", "sealed")
_logger = logging.getLogger(__name__)


class Found(NamedTuple):
    """A line of the result. ``people`` are keys of those who could be meant."""

    outcome: Outcome
    name: str
    number: str
    target: int | None = None
    branch: str = ""
    where: str = ""
    why: str = ""
    pairs: tuple[Pair, ...] = ()
    people: tuple[int, ...] = ()


def compare(comparison_id: int) -> None:
    """Hold the uploaded file against the people here; the file is gone afterwards, whatever came of it.

    What stands against it becomes the reason of 没有核对. Does nothing if the comparison is not waiting.
    """
    waiting = Comparison.objects.filter(pk=comparison_id, state=ComparisonState.WAITING)
    if not waiting.update(state=ComparisonState.COMPARING, lease_until=timezone.now() + LEASE, done=0):
        return
    comparison = Comparison.objects.select_related("organization", "made_by").get(pk=comparison_id)
    try:
        _compare(comparison)
    except FileRefused as refusal:
        _fail(comparison, refusal.message)
    except ValidationError as refusal:
        _fail(comparison, refusal.messages[0])
    except Exception:
        _logger.exception("Comparison %s failed.", comparison_id)
        _fail(comparison, _UNFINISHED)
        raise


def _compare(comparison: Comparison) -> None:
    user, organization = comparison.made_by, comparison.organization
    if not Organization.objects.manageable_by(user, right=Right.PEOPLE).filter(pk=organization.pk).exists():
        raise ValidationError(NO_RIGHT)
    content = ComparisonFile.objects.get(comparison=comparison).content
    listed = read(content, name=comparison.file_name, on=timezone.localdate())
    people = Member.objects.visible_to(user).under(organization).exclude(status=MemberStatus.VOID)
    _progress(comparison, 0, total=len(listed.lines))
    ours = [
        Ours(each.pk, each.name, each.id_number, str(each.birth_on or ""), each.branch_id) for each in _slim(people)
    ]
    usable = [line for line in listed.lines if not line.broken]
    directory = Directory(organization)
    matched = match(ours, [line.who._replace(branch=_branch_of(line, directory)) for line in usable])
    in_league = set(people.league_members().values_list("pk", flat=True))
    result = _Result(comparison, people, in_league, directory)
    found = result.found(matched, usable, [line for line in listed.lines if line.broken], ours)
    _keep(comparison, found, result, lines=len(listed.lines), left_out=listed.left_out)


def _branch_of(line: Line, directory: Directory) -> int | None:
    named = directory.find(line.branch, branch=True).organization if line.branch else None
    return named.pk if named else None


def _slim(people: MemberQuerySet) -> Iterator[Member]:
    columns = ("name", "id_number_sealed", "birth_on", "branch")
    return people.only(*columns).order_by("branch__screen_order", "pinyin", "id").iterator(chunk_size=CHUNK)


class _Result:
    """Puts the lines of the result together, the people a chunk at a time."""

    def __init__(self, comparison: Comparison, people: MemberQuerySet, in_league: set[int], directory: Directory):
        self._comparison, self._people, self._directory = comparison, people, directory
        self.in_league = in_league
        self.same = 0
        self.outcomes: Counter[str] = Counter()
        self.fields: Counter[str] = Counter()

    def found(self, matched: Matched, lines: list[Line], broken: list[Line], ours: list[Ours]) -> Iterator[Found]:
        """The lines of the result: what differs, who is missing on either side, what somebody has to look at."""
        yield from self._different(matched, lines)
        left = [key for key in matched.only_here if key in self.in_league]
        names: dict[str, list[int]] = {}
        waiting = set(left)
        for one in ours:
            if one.key in waiting:
                names.setdefault(one.name, []).append(one.key)
        for line in broken:
            people = tuple(names.get(line.who.name, ()))
            waiting.difference_update(people)
            yield self._there(Outcome.UNCLEAR, line, why=line.broken, people=people)
        yield from self._missing_there([key for key in left if key in waiting])
        for place in matched.only_there:
            yield self._there(Outcome.ONLY_THERE, lines[place])
        for place, (why, keys) in sorted(matched.unclear.items()):
            yield self._there(Outcome.UNCLEAR, lines[place], why=why, people=tuple(keys))

    def _different(self, matched: Matched, lines: list[Line]) -> Iterator[Found]:
        pairs = list(matched.pairs.items())
        for start in range(0, len(pairs), CHUNK):
            some = pairs[start : start + CHUNK]
            members = self._whole([key for _, key in some])
            for place, key in some:
                line, member = lines[place], members[key]
                differing = [*differences(member, line.told, FACTS), *self._branch(member, line)]
                if not differing:
                    self.same += 1
                    continue
                both_say = any(here and there for _, here, there in differing)
                yield Found(
                    Outcome.DIFFERENT if both_say else Outcome.ONE_SIDED, member.name, member.id_number_masked, key,
                    branch=member.branch.short_name if member.branch else "",
                    where=f"{line.sheet} 第 {line.line} 行", pairs=tuple(differing),
                )  # fmt: skip
            _progress(self._comparison, start + len(some))

    def _branch(self, member: Member, line: Line) -> Iterator[Pair]:
        if not line.branch:
            return
        if _branch_of(line, self._directory) != member.branch_id:
            yield "branch", member.branch.short_name if member.branch else "", line.branch[:60]

    def _missing_there(self, keys: list[int]) -> Iterator[Found]:
        for start in range(0, len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            members = self._whole(some)
            for key in some:
                member = members[key]
                branch = member.branch.short_name if member.branch else ""
                yield Found(Outcome.ONLY_HERE, member.name, member.id_number_masked, key, branch=branch)

    def _there(self, outcome: Outcome, line: Line, *, why: str = "", people: tuple[int, ...] = ()) -> Found:
        who = line.who
        number = masking.mask_number(who.number[:2], len(who.number)) if who.number else ""
        where = f"{line.sheet} 第 {line.line} 行"
        return Found(
            outcome, who.name[:50] or "（没有姓名）", number,
            branch=(line.branch or "")[:60], where=where, why=why, people=people,
        )  # fmt: skip

    def _whole(self, keys: list[int]) -> dict[int, Member]:
        posts = CadreTerm.objects.current().order_by("rank", "id")
        members = self._people.filter(pk__in=keys).select_related("branch")
        return {each.pk: each for each in members.prefetch_related(Prefetch("terms", posts, to_attr="current_terms"))}


def _keep(comparison: Comparison, found: Iterator[Found], result: _Result, *, lines: int, left_out: list[str]) -> None:
    with transaction.atomic():
        bulk.insert_rows(ComparisonRow, _COLUMNS, _columns(comparison, found, result))
        ComparisonFile.objects.filter(comparison=comparison).delete()
        comparison.state, comparison.lease_until, comparison.done_at = ComparisonState.DONE, None, timezone.now()
        comparison.counts = {
            "same": result.same,
            **{outcome.value: result.outcomes[outcome] for outcome in Outcome},
            "here": len(result.in_league),
            "there": lines,
            "fields": dict(result.fields),
        }
        comparison.left_out = [name[:40] for name in left_out[:20]]
        comparison.done = comparison.total = lines
        comparison.save()
        changes: dict[str, list[Any]] = {"结果": [None, comparison.get_state_display()]}
        changes |= {"两边一致": [None, result.same]}
        changes |= {outcome.label: [None, result.outcomes[outcome]] for outcome in Outcome}
        _note(comparison, changes)


def _columns(comparison: Comparison, found: Iterator[Found], result: _Result) -> Iterator[tuple[Any, ...]]:
    for number, each in enumerate(found, 1):
        result.outcomes[each.outcome] += 1
        fields = [field for field, _, _ in each.pairs]
        result.fields.update(fields)
        content = {
            "number": each.number,
            "branch": each.branch,
            "where": each.where,
            "why": each.why,
            "pairs": each.pairs,
            "people": each.people,
        }
        sealed = sealing.seal("comparison.row", json.dumps(content, ensure_ascii=True, separators=(",", ":")))
        asked = f",{','.join(fields)}," if fields else ""
        yield comparison.pk, number, each.outcome.value, each.target, each.name, asked, sealed


def _progress(comparison: Comparison, done: int, *, total: int | None = None) -> None:
    values: dict[str, Any] = {"done": done, "lease_until": timezone.now() + LEASE}
    if total is not None:
        values["total"] = total
    Comparison.objects.filter(pk=comparison.pk).update(**values)


@transaction.atomic
def _fail(comparison: Comparison, why: str) -> None:
    at_work = Comparison.objects.filter(pk=comparison.pk, state=ComparisonState.COMPARING)
    if at_work.update(state=ComparisonState.FAILED, lease_until=None, error=why[:300]):
        ComparisonFile.objects.filter(comparison=comparison).delete()
        _note(comparison, {"结果": [None, ComparisonState.FAILED.label]}, why)


def _note(comparison: Comparison, changes: dict[str, list[Any]], why: str = "") -> None:
    kind, by, at = audit.Kind.JOB, comparison.made_by, comparison.organization
    audit.record(kind, comparison, by=by, at=at, changes=changes, reason=why, job=comparison.job)


def return_lost(*, now: datetime | None = None) -> int:
    """Give up comparisons whose worker is gone, with their files. Returns how many. Belongs in the housekeeping."""
    lost = Comparison.objects.filter(state=ComparisonState.COMPARING, lease_until__lt=now or timezone.now())
    rows = list(lost.select_related("organization", "made_by"))
    for comparison in rows:
        _fail(comparison, _LOST)
    return len(rows)
