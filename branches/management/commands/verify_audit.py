"""`manage.py verify_audit`: prove that the log is whole, or name the first entry that is not."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from branches import audit, log_proof


class Command(BaseCommand):
    help = "Verify the chain of the audit log, and that it still contains a digest written down earlier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", default="", help="每日校验值 as printed; its first 16 characters are enough")

    def handle(self, *, anchor: str, **options: Any) -> None:
        audit.seal_pending()
        proof = log_proof.prove(anchor=anchor)
        if proof.problem:
            raise CommandError(proof.problem)
        self.stdout.write(f"日志完整，没有缺失或改动：共 {proof.entries} 条，封存记录 {proof.links} 个。")
        if proof.removed:
            self.stdout.write(f"另有 {proof.removed} 条已按保存期限清理，封存记录仍在。")
        if anchor:
            self.stdout.write("日志中仍有这个校验值，它之前的日志没有被截去或替换。")
