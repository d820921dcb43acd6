"""`manage.py restore <folder>`: a backup into an empty database. The site and the worker have to be stopped."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from branches import backups
from branches.keys import require_right_keys


class Command(BaseCommand):
    help = "Restore a backup, bring it to the present version, and prove the log and the tree."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup: a folder named tuanjian-<date>-<time>")
        parser.add_argument("--replace", action="store_true", help="the database has data; keep a backup of it first")

    def handle(self, *, folder: Path, replace: bool, **options: Any) -> None:
        try:
            kept = backups.restore(folder, replace=replace)
        except ValidationError as refusal:
            raise CommandError("".join(refusal.messages)) from refusal
        if kept is not None:
            self.stdout.write(f"原有数据已另存到 {kept}")
        call_command("migrate", verbosity=0)
        require_right_keys()
        if problems := backups.examine(folder):
            raise CommandError("数据已恢复，但检查发现问题，请不要启动网站：" + "；".join(problems))
        self.stdout.write("已恢复。行数与清单一致，日志完整，组织树正常，密钥正确。所有人需要重新登录。")
