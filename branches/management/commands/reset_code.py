"""`manage.py reset_code <user name>`: for the topmost administrator, who has nobody above to ask."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from branches import resets
from branches.accounts import account_of


class Command(BaseCommand):
    help = "Make a code with which the owner of an account sets a new password at /reset/; two days, one use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="user name or phone of the account")

    def handle(self, *, username: str, **options: Any) -> None:
        user = account_of(username)
        if user is None:
            raise CommandError("没有这个账号，请核对用户名或手机号。")
        try:
            issued = resets.issue_at_console(user)
        except ValidationError as refusal:
            raise CommandError("".join(refusal.messages)) from None
        until = timezone.localtime(issued.row.expires_at)
        self.stdout.write(f"{user}（{user.username}）的重置码：{issued.shown}")
        self.stdout.write(f"{until:%F %H:%M} 前有效，只能用一次。请本人在登录页点“忘记密码，用重置码找回”后输入。")
