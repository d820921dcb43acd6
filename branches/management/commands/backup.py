"""`manage.py backup <folder>`: database and uploads into a new folder there, while the site runs."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from branches import backups
from branches.keys import require_right_keys


class Command(BaseCommand):
    help = "Back up database and uploads; the keys only where --keys-to says, apart from the rest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the backups are gathered")
        parser.add_argument("--keys-to", type=Path, default=None, help="another folder, for a copy of the keys")
        parser.add_argument("--keep", type=int, default=None, help="delete older backups beyond this number")

    def handle(self, *, folder: Path, keys_to: Path | None, keep: int | None, **options: Any) -> None:
        require_right_keys()
        try:
            made = backups.make(folder, keys_to=keys_to, keep=keep)
        except ValidationError as refusal:
            raise CommandError("".join(refusal.messages)) from refusal
        self.stdout.write(f"已备份到 {made}")
        if keys_to is None:
            self.stdout.write(
                "这次没有备份密钥。没有密钥，备份中的身份证号和手机号无法恢复，请用 --keys-to 另存到别处。"
            )
        else:
            self.stdout.write(f"密钥已存到 {keys_to}，请与备份分开保管。")
