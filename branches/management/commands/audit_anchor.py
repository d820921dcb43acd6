"""`manage.py audit_anchor`: the 校验值 of a day, to be printed or sent to somebody outside."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from branches import audit, log_proof


class Command(BaseCommand):
    help = "Print the digest of the last seal of a day, by default of today so far."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=dt.date.fromisoformat, default=None, help="a day as 2026-11-21")

    def handle(self, *, on: dt.date | None, **options: Any) -> None:
        audit.seal_pending()
        day = on or timezone.localdate()
        found = log_proof.anchors(day, day)
        if not found:
            raise CommandError(f"{day} 没有封存过日志，没有校验值。")
        anchor = found[0]
        self.stdout.write(f"日期：{anchor.day}（截至 {timezone.localtime(anchor.sealed_at):%H:%M:%S}）")
        self.stdout.write(f"当日封存 {anchor.entries} 条，累计 {anchor.total} 条，最后是第 {anchor.number} 个封存记录")
        self.stdout.write(f"校验值：{anchor.digest}")
