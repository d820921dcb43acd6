"""`manage.py import_roster`: check many files one after the other and, with ``--commit``, write them."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from branches.models import Organization, User
from members.models.roster import ImportState, RosterImport
from members.roster.running.applying import apply_plan
from members.roster.running.checking import check
from members.roster.running.starting import start

SOME_FAILED = 1
# A worker may have taken the check before this command did.
_EVERY_SECONDS = 0.5


class Command(BaseCommand):
    help = (
        "Import rosters in the name of a user, with that user's rights: each file is checked, with --commit also "
        "written, before the next is read. Prints one JSON object a file; rows that are wrong or undecided are left "
        "out, as on the page of the import. Exit status 1: a file was refused or could not be written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
        parser.add_argument("--organization", required=True, help="code of the organisation imported under")
        parser.add_argument("--as", required=True, dest="username", help="who imports; every right is asked of them")
        parser.add_argument("--commit", action="store_true", help="write; without it the imports wait for confirmation")
        parser.add_argument("--update", action=BooleanOptionalAction, default=True, help="update what is known already")
        parser.add_argument("--note", default="", help="what the log says about why")

    def handle(self, *, files: list[Path], organization: str, username: str, **options: Any) -> None:
        top = Organization.objects.filter(code=organization).first()
        if top is None:
            raise CommandError(f"没有编码为 {organization} 的团组织。")
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"没有名为 {username} 的账号，或它已停用。")
        if missing := [str(path) for path in files if not path.is_file()]:
            raise CommandError(f"找不到文件：{'、'.join(missing)}")
        told = [self._import(path, top, user, **options) for path in files]
        if any(each["error"] for each in told):
            sys.exit(SOME_FAILED)

    def _import(
        self, path: Path, top: Organization, user: User, *, commit: bool, update: bool, note: str, **options: Any
    ) -> dict[str, Any]:
        told: dict[str, Any] = {"file": path.name, "import": None, "state": "", "error": ""}
        try:
            roster = taken_in(path, top, user, update=update, note=note)
            told |= {"import": roster.pk, "rows": roster.counts.get("rows", {}), "error": roster.error}
            if commit and roster.state == ImportState.TO_CONFIRM:
                told["written"] = apply_plan(roster, by=user)
            told["state"] = roster.state
        except ValidationError as refusal:
            told["error"] = "".join(refusal.messages)
        # Names of files may hold what a terminal's encoding cannot: ASCII always arrives.
        self.stdout.write(json.dumps(told, ensure_ascii=True))
        return told


def taken_in(path: Path, top: Organization, user: User, *, update: bool, note: str) -> RosterImport:
    """The import of a file once it has been checked. Refuses what ``starting.start`` refuses."""
    with path.open("rb") as content:
        roster = start(File(content, name=path.name), organization=top, note=note, update_existing=update, by=user)
    check(roster.pk)
    roster.refresh_from_db()
    while roster.state in (ImportState.UPLOADED, ImportState.CHECKING):
        time.sleep(_EVERY_SECONDS)
        roster.refresh_from_db()
    return roster
