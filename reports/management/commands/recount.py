"""`manage.py recount`: prove that the figures kept by day equal a count of everything from zero."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from branches.models import Organization
from reports.facts import recounting, settling
from tuanjian.locks import Lock, hold

# More would only scroll by; the number says how many there are.
NAMED = 20


class Command(BaseCommand):
    help = "Settle what waits, count everything from zero, and name every organisation whose kept figures differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mend", action="store_true", help="put right what differs, as of today")

    def handle(self, *, mend: bool, **options: Any) -> None:
        settling.settle()
        with transaction.atomic():
            # Nothing moves between the count and the comparison.
            hold(Lock.TREE)
            settling.settle()
            found = list(recounting.drifts(timezone.localdate()))
        for drift in found[:NAMED]:
            self.stdout.write(str(drift))
        total = Organization.objects.active().count()
        self.stdout.write(f"{total} organisations counted, {len(found)} differ")
        if found and mend:
            self._mend()
        elif found:
            raise CommandError("kept figures differ from the records; recount --mend puts them right")

    @transaction.atomic
    def _mend(self) -> None:
        hold(Lock.TREE)
        settling.keep_anew(timezone.localdate())
        left = len(list(recounting.drifts(timezone.localdate())))
        if left:
            raise CommandError(f"{left} organisations still differ")
        self.stdout.write("put right")
