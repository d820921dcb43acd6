"""`manage.py worker`: background tasks one after the other, housekeeping in between."""

import time
import uuid
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError
from django_tasks_db.management.commands.db_worker import Worker

from branches import readiness
from branches.housekeeping import every_minute, every_second
from branches.keys import require_right_keys
from branches.schema import require_present_schema
from tuanjian.collecting import set_apart_what_stays


class Command(BaseCommand):
    help = "Run background tasks and housekeeping until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is waiting, then stop")

    def handle(self, *, once: bool, **options: Any) -> None:
        require_present_schema()
        require_right_keys()
        # In batch mode the library's worker returns as soon as its queue is empty; the waiting is ours.
        worker = Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=uuid.uuid4().hex,
            excluded_queue_names=[],
        )
        if not once:
            # A task that has begun is finished first; a second signal ends it.
            worker.configure_signals()
            set_apart_what_stays()
        next_housekeeping = next_beat = 0.0
        try:
            while worker.running:
                if time.monotonic() >= next_beat:
                    readiness.beat()
                    next_beat = time.monotonic() + readiness.BEATS_EVERY
                worker.run()
                self._keep_house(every_second)
                if time.monotonic() >= next_housekeeping:
                    self._keep_house(every_minute)
                    next_housekeeping = time.monotonic() + 60
                if once:
                    return
                time.sleep(1)
        except KeyboardInterrupt:
            return
        finally:
            readiness.stop_beating()

    def _keep_house(self, chores: Callable[[], None]) -> None:
        try:
            chores()
        except OperationalError as error:
            # A long write by somebody else; the next time does the same work.
            self.stderr.write(f"housekeeping put off: {error}")
