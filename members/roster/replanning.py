"""The kept rows planned anew, without the file: after a cell was mended or a person decided about a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from branches.models import User
from members.models.roster import ImportPurpose, RosterImport, RosterRow
from members.roster import purposes
from members.roster.absent import covered_branches
from members.roster.answers import answers_to
from members.roster.classifying import count_findings
from members.roster.plan import Plan
from members.roster.rows import CleanRow
from members.roster.staging import PLANNED, planned, read_of, sealed_of, unpacked
from tuanjian import bulk


@transaction.atomic
def plan_again(roster: RosterImport, *, by: User, changed: Mapping[int, CleanRow] | None = None) -> None:
    """Plan all rows of an import that waits for confirmation anew, with the rights of ``by``; ``changed`` rows, by key,
    take the place of what was read.

    Only rows that come out otherwise are written; counts and fingerprint follow. It is the plan of the whole file, so
    what is confirmed after it is what the writing finds.
    """
    changed = changed or {}
    stored = list(roster.rows.order_by("number"))
    opened = [(row, *unpacked(row)) for row in stored]
    rows = [changed.get(row.pk, clean) for row, clean, _ in opened]
    read = [read_of(row) for row in rows]
    plan = plan_of(roster, rows, by=by)
    differing = []
    for (row, _, shown), as_read, after in zip(opened, read, plan.rows, strict=True):
        values = planned(after)
        before = tuple(getattr(row, name) for name in PLANNED)
        if row.pk in changed or values != before or after.values != shown:
            differing.append((row.pk, *values, sealed_of(after, as_read)))
    bulk.update_rows(RosterRow, "id", [*PLANNED, "sealed"], differing)
    roster.error = roster.error_code = ""
    note_plan(roster, plan)
    roster.save(update_fields=["fingerprint", "counts", "error", "error_code"])


def plan_of(roster: RosterImport, rows: Sequence[CleanRow], *, by: User, lock: bool = False) -> Plan:
    """The plan of these rows of an import with everything decided about it, as somebody with the rights of ``by`` may
    carry it out. With ``lock`` whoever it is about stays as they are until the transaction ends."""
    purpose = purposes.of(roster)
    said: dict[str, Any] = {"answers": answers_to(roster)} if purpose.asks else {}
    return purpose.plan(
        rows, organization=roster.organization, by=by, update_existing=roster.update_existing, lock=lock, **said
    )


def note_plan(roster: RosterImport, plan: Plan) -> None:
    """Put name and counts of a plan into the import; saving it is the caller's."""
    roster.fingerprint = plan.fingerprint
    findings = count_findings(plan.rows)
    roster.counts = {"rows": plan.totals_by_kind(), "branches": _covered(roster, plan), "findings": findings}


def _covered(roster: RosterImport, plan: Plan) -> list[int]:
    return covered_branches(plan) if roster.purpose == ImportPurpose.ROSTER else []
