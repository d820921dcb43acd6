"""Draw the shipped Word templates of circulars anew, after ``reports.circulars.layout`` has changed."""

from typing import Any

from django.core.management.base import BaseCommand

from reports.circulars import layout, word
from reports.models import CircularKind


class Command(BaseCommand):
    help = "按代码重新绘制通报的系统模板（开发用）"

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in CircularKind:
            path = word.TEMPLATES / f"{kind.value}.docx"
            path.write_bytes(layout.drawn(kind))
            self.stdout.write(str(path))
