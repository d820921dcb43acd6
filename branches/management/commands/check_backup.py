"""`manage.py check_backup <folder>`: whether a backup could be restored, without a database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from branches import backups


class Command(BaseCommand):
    help = "Prove that a backup is whole, and say what it holds."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup: a folder named tuanjian-<date>-<time>")

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            checked = backups.check(folder)
        except ValidationError as refusal:
            raise CommandError("".join(refusal.messages)) from refusal
        manifest = checked.manifest
        self.stdout.write(f"备份完整：{manifest.made_at}，程序版本 {manifest.version}，{manifest.server}。")
        rows = sum(manifest.counts.values())
        self.stdout.write(f"{len(manifest.counts)} 张表，{rows} 行；所需密钥：{'、'.join(manifest.keys)}。")
        self.stdout.write("清单由本系统签发。" if checked.is_ours else "现有密钥不能证明清单由本系统签发，请核对来源。")
