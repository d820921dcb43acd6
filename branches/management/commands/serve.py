"""`manage.py serve`: from nothing to a running site on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from branches.keys import require_right_keys
from branches.models import Organization


class Command(BaseCommand):
    help = "Migrate, load the demo into an empty database, and run web and worker together on loopback."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *, port: int, no_demo: bool, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        require_right_keys()
        call_command("collectstatic", verbosity=0, interactive=False)
        if no_demo or Organization.objects.exclude(code__startswith="DEMO").exists():
            self.stdout.write("这个数据库已有自己的数据，没有装入演示数据。")
        else:
            call_command("load_demo", stdout=self.stdout)
        self.stdout.write(self.style.SUCCESS(f"\n打开 http://127.0.0.1:{port}/ 登录；按 Ctrl-C 停止。\n"))
        self.stdout.flush()
        self._run(port)

    def _run(self, port: int) -> None:
        """Web and worker as children; when one ends or Ctrl-C comes, both are stopped."""
        # Plain HTTP is right here only because nothing but this machine can reach loopback.
        environment = os.environ | {
            "TUANJIAN_HTTPS": "0",
            "DJANGO_SETTINGS_MODULE": "tuanjian.settings",
            "DJANGO_RUNSERVER_HIDE_WARNING": "true",
        }
        web = [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}", "--noreload"]
        worker = [sys.executable, "manage.py", "worker"]
        children = [subprocess.Popen(command, env=environment) for command in (web, worker)]  # noqa: S603 – our own commands
        # Also when started from a script, where Ctrl-C would be ignored.
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, signal.default_int_handler)
        try:
            while all(child.poll() is None for child in children):
                try:
                    children[0].wait(timeout=1)
                except subprocess.TimeoutExpired:
                    continue
            ended = next(child for child in children if child.poll() is not None)
        except KeyboardInterrupt:
            self.stdout.write("正在停止。")
            return
        finally:
            for child in children:
                if child.poll() is None:
                    child.terminate()
            for child in children:
                child.wait(timeout=15)
        raise CommandError(f"有一个进程意外结束（退出码 {ended.returncode}），已全部停止。")
