"""`manage.py setup`: from an empty database to a code with which the first administrator opens an account."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from branches import first_start
from branches.models import OrgType
from branches.registration import Issued


class Command(BaseCommand):
    help = "Make the topmost organisation and print a registration code for its first administrator."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full-name", default="", help="组织全称; asked for when not given")
        parser.add_argument("--short-name", default="", help="组织简称; asked for when not given")
        parser.add_argument("--type", default="", choices=["", *OrgType.values], help="组织类别; asked for, too")
        parser.add_argument("--new-code", action="store_true", help="only another code: the first was lost or expired")

    def handle(self, *, full_name: str, short_name: str, type: str, new_code: bool, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        try:
            issued = first_start.issue_again() if new_code else self._set_up(full_name, short_name, type)
        except ValidationError as refusal:
            raise CommandError("".join(refusal.messages)) from None
        self._say(issued)

    def _set_up(self, full_name: str, short_name: str, org_type: str) -> Issued:
        first_start.refuse_second()
        return first_start.set_up(
            full_name=full_name or input("组织全称（如“中国共产主义青年团某某局委员会”）："),
            short_name=short_name or input("组织简称（如“某某局团委”）："),
            org_type=OrgType(org_type or self._ask_type()),
        )

    def _ask_type(self) -> str:
        for number, kind in enumerate(OrgType, start=1):
            self.stdout.write(f"  {number} {kind.label}")
        answer = input("组织类别（序号）：").strip()
        if answer not in {str(number) for number in range(1, len(OrgType) + 1)}:
            raise CommandError(f"请输入 1 到 {len(OrgType)} 之间的序号，没有改动。")
        return OrgType.values[int(answer) - 1]

    def _say(self, issued: Issued) -> None:
        until = timezone.localtime(issued.row.expires_at)
        scheme = "https" if settings.HTTPS else "http"
        host = next((name for name in settings.ALLOWED_HOSTS if not name.startswith(("*", "."))), "localhost")
        self.stdout.write(f"顶层组织：{issued.row.organization.full_name}")
        self.stdout.write(f"管理员注册码：{issued.shown}")
        address = f"{scheme}://{host}{reverse('branches:register')}"
        self.stdout.write(f"{until:%F %H:%M} 前有效，只能用一次。请本人打开 {address} 输入。")
