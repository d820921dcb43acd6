"""`manage.py verify_audit`: prove that the log is whole, or name the first entry that is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from branches import audit


class Command(BaseCommand):
    help = "Verify the chain of the audit log."

    def handle(self, **options: Any) -> None:
        audit.seal_pending()
        if problems := audit.find_tampering():
            raise CommandError("".join(problems))
        self.stdout.write("日志完整，没有缺失或改动。")
