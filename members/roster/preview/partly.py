"""Part of an import planned anew: rows that read otherwise now or were decided about, and the rows that may come out
otherwise with them.

What is kept after it is what planning all rows would leave; a test that mends and decides at random holds it to that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.db.models import Count, Q

from branches.models import User
from members.models.roster import ImportPurpose, RosterImport, RosterRow, RowKind, RowState
from members.roster.plans.absent import COVERING
from members.roster.plans.answers import Answers
from members.roster.plans.plan import PlannedRow, fingerprint_of, mark_of
from members.roster.preview.classifying import FindingCounts
from members.roster.preview.relating import related, ties_of_kept, ties_of_planned
from members.roster.preview.replanning import plan_again, plan_of
from members.roster.preview.staging import PLANNED, planned, read_of, sealed_of, unpacked
from members.roster.reading.rows import CleanRow
from tuanjian import bulk

# More rows than this hang together nowhere but where a file is one person over and over: all are planned again then.
_MOST_RELATED: Final = 500


class _Kept(NamedTuple):
    """A row as it is kept: its columns, what was read and the values as they were planned."""

    row: RosterRow
    clean: CleanRow
    shown: dict[str, str]


@transaction.atomic
def plan_around(
    roster: RosterImport,
    rows: Sequence[RosterRow],
    *,
    by: User,
    changed: Mapping[int, CleanRow] | None = None,
    answered: Answers | None = None,
) -> None:
    """Plan some rows of an import anew, and with them every row that may come out otherwise because of them. Counts and
    fingerprint follow.

    ``changed`` rows, by key, take the place of what was read; ``answered`` is what people had said when the rows were
    planned last, where that was something else. Where it cannot be told which rows hang together – other rights than
    those of the last plan, an organisation, very many rows, records that were changed meanwhile – all are planned.
    """
    changed = changed or {}
    if not _plan_related(roster, rows, by, changed, answered):
        plan_again(roster, by=by, changed=changed)


def _plan_related(
    roster: RosterImport,
    asked: Sequence[RosterRow],
    by: User,
    changed: Mapping[int, CleanRow],
    answered: Answers | None,
) -> bool:
    """Whether the rows and all they are tied to could be planned by themselves."""
    alone = roster.purpose == ImportPurpose.ROSTER and all(row.kind != RowKind.ORGANIZATIONS for row in asked)
    if not alone or roster.planned_by_id != by.pk or len(asked) > _MOST_RELATED:
        return False
    ties = ties_of_planned(map(PlannedRow, changed.values())).union(*map(ties_of_kept, asked))
    while (tied := related(roster, ties, most=_MOST_RELATED)) is not None:
        keys = tied.rows | {row.pk for row in asked}
        rows = roster.rows.filter(Q(pk__in=keys) | Q(kind=RowKind.ORGANIZATIONS))
        kept = [_opened(each) for each in rows.order_by("number")]
        before = plan_of(roster, [each.clean for each in kept], by=by, answers=answered).rows
        if any(_differs(each, planned_now) for each, planned_now in zip(kept, before, strict=True)):
            return False
        # Planning adds to what was read, so that is read back once more.
        anew = [deepcopy(changed.get(each.row.pk)) or _opened(each.row).clean for each in kept]
        read = [read_of(each) for each in anew]
        after = plan_of(roster, anew, by=by).rows
        if (found := ties_of_planned(after)) <= tied.ties:
            _keep(kept, read, after, changed)
            marks = int(roster.fingerprint, 16) - sum(map(mark_of, before)) + sum(map(mark_of, after))
            roster.fingerprint, roster.counts = fingerprint_of(marks), _counts_kept(roster)
            roster.error = roster.error_code = ""
            roster.save(update_fields=["fingerprint", "counts", "error", "error_code"])
            return True
        # What the row means now ties it to more.
        ties |= found
    return False


def _opened(row: RosterRow) -> _Kept:
    return _Kept(row, *unpacked(row))


def _differs(kept: _Kept, after: PlannedRow) -> bool:
    return planned(after) != tuple(getattr(kept.row, name) for name in PLANNED) or after.values != kept.shown


def _keep(
    kept: Sequence[_Kept], read: Sequence[dict[str, Any]], after: Sequence[PlannedRow], changed: Collection[int]
) -> None:
    """Write the rows that come out otherwise, and those of which something else was read."""
    differing = [
        (each.row.pk, *planned(row), sealed_of(row, as_read))
        for each, as_read, row in zip(kept, read, after, strict=True)
        if each.row.pk in changed or _differs(each, row)
    ]
    bulk.update_rows(RosterRow, "id", [*PLANNED, "sealed"], differing)


def _counts_kept(roster: RosterImport) -> dict[str, Any]:
    """The counts of ``replanning.note_plan``, of the rows as they are kept. Three queries."""
    rows = roster.rows.order_by()
    numbers = {(kind, state): count for kind, state, count in rows.values_list("kind", "state").annotate(Count("pk"))}
    kinds = [kind for kind in RowKind if any((kind, state) in numbers for state in RowState)]
    by_kind = {kind.value: {state.value: numbers.get((kind, state), 0) for state in RowState} for kind in kinds}
    places = rows.filter(kind__in=COVERING, place_id__isnull=False).values_list("place_id", flat=True).distinct()
    findings = FindingCounts()
    findings.add_kept(rows)
    return {"rows": by_kind, "branches": sorted(places), "findings": findings.kept()}
