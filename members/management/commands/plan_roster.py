"""`manage.py plan_roster`: what importing a file would do, as one JSON object. Writes nothing."""

from __future__ import annotations

import datetime as dt
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from branches.models import Organization
from members.roster.plans.plan import Plan
from members.roster.plans.planning import plan_rows
from members.roster.reading.findings import OURS, Finding
from members.roster.reading.layouts import SheetLayout, lay_out
from members.roster.reading.rows import clean, letter
from tuanjian.spreadsheets import FileRefused, Workbook
from tuanjian.spreadsheets.reading import read_workbook

REFUSED = 2


class Command(BaseCommand):
    help = "Say what importing a roster under an organisation would do. Exit status 2: the whole file was refused."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="code of the organisation imported under")
        parser.add_argument("--as-of", type=dt.date.fromisoformat, help="day of judgement, YYYY-MM-DD; default today")
        parser.add_argument("--json", action="store_true", help="the only form of the answer; accepted for clarity")

    def handle(self, *, file: Path, organization: str, as_of: dt.date | None, **options: Any) -> None:
        top = Organization.objects.filter(code=organization).first()
        if top is None:
            raise CommandError(f"没有编码为 {organization} 的团组织。")
        try:
            workbook = read_workbook(file, name=file.name)
            layouts = lay_out(workbook)
        except FileRefused as refusal:
            self._print(refused(refusal))
            sys.exit(REFUSED)
        plan = plan_rows(clean(layouts, on=as_of or timezone.localdate()), organization=top, by=None)
        self._print(answer(workbook, layouts, plan))

    def _print(self, said: dict[str, Any]) -> None:
        # Names may hold what a terminal's encoding cannot: ASCII always arrives.
        self.stdout.write(json.dumps(said, ensure_ascii=True))


def refused(refusal: FileRefused) -> dict[str, Any]:
    """The answer about a file that was refused as a whole."""
    return {
        "accepted": False,
        "refusal": {"code": refusal.code, "message": refusal.message},
        "sheets": [],
        "rows": [],
        "totals": {},
    }


def answer(workbook: Workbook, layouts: list[SheetLayout], plan: Plan) -> dict[str, Any]:
    """The answer about a file that was accepted."""
    return {
        "accepted": True,
        "refusal": None,
        "sheets": [_sheet(layout) for layout in layouts],
        "rows": [
            {
                "sheet": row.clean.sheet,
                "line": row.clean.line,
                "kind": row.clean.kind,
                "state": row.state.value,
                "values": row.values,
                "problems": _findings(row.problems),
                "warnings": _findings(row.warnings),
            }
            for row in plan.rows
        ],
        "totals": plan.totals,
        "warnings": [{"code": code, "message": SENTENCES[code]} for code in workbook.warnings if code in SENTENCES],
    }


SENTENCES = {
    "W_EXTERNAL": "文件引用了外部链接，已忽略。",
    "W_HIDDEN": "有隐藏的工作表，没有读取，请确认。",
}


def _sheet(layout: SheetLayout) -> dict[str, Any]:
    return {
        "name": layout.name,
        "kind": layout.kind.value,
        "header_row": layout.header_row,
        "columns": {letter(column): name for column, name in layout.fields.items()},
        "unmapped": list(layout.unmapped.values()),
        "warnings": _findings(layout.warnings),
    }


def _findings(findings: list[Finding]) -> list[dict[str, str]]:
    return [finding._asdict() for finding in findings if finding.code not in OURS]
