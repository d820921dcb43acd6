"""`manage.py load_demo`: an invented unit with a log-in for every role."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.demo import loading
from reports.demo.huayue import HUAYUE
from reports.demo.units import UNITS, loaded

HEADINGS = ("用户名", "姓名", "角色", "团组织", "密码", "说明")


class Command(BaseCommand):
    help = "Load an invented unit into an empty database and print its log-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", choices=UNITS, help="which one (the one that is there, else huayue)")
        parser.add_argument("--as-of", type=_day, help="day the demo is made for, YYYY-MM-DD (today)")
        parser.add_argument("--json", action="store_true", help="print one JSON object with the figures, nothing else")

    def handle(self, *, unit: str | None, as_of: dt.date | None, **options: Any) -> None:
        day = as_of or timezone.localdate()
        blueprint = UNITS[unit] if unit else loaded() or HUAYUE
        try:
            is_new = loading.load(blueprint, as_of=day)
        except ValidationError as refusal:
            raise CommandError("".join(refusal.messages)) from None
        root = loading.root_of(blueprint)
        if root is None:
            raise CommandError("没有装入演示数据。")
        figures = loading.counts(root)
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        self.stdout.write(f"演示数据已装入（截至 {day}）。" if is_new else "演示数据已在，没有改动。")
        self.stdout.write(
            "{title}：{committees} 个团委，{general_branches} 个团总支，{branches} 个团支部，{people} 名团员青年"
            "（其中团员 {members} 名），{cadres} 名团干部，{users} 个账号".format(title=blueprint.title, **figures)
        )
        self.stdout.write(self.style.WARNING("\n以下账号和密码人人可知，只供演示，请勿用于真实数据。人员均为虚构。\n"))
        self._print_logins()

    def _print_logins(self) -> None:
        lines = [
            (line.username, line.display_name, line.role, line.organization, line.password, line.note)
            for line in loading.logins()
        ]
        rows = [HEADINGS, *lines]
        widths = [max(_width(row[place]) for row in rows) for place in range(len(HEADINGS))]
        for row in rows:
            cells = (text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("日期请写成 YYYY-MM-DD。") from None


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
