"""Deeds in threads with connections of their own: all at once, or one done but not committed when another begins.

Refusals are answers; anything else a deed raises – a deadlock too – fails the test.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.core.exceptions import ValidationError
from django.db import connection, transaction

# So long the first of two waits for the second, which as a rule waits for the first.
COMMITS_AFTER = 0.4


def at_once(*jobs):
    """The answers of the jobs, each None or the sentences it was refused with."""

    def run(job):
        try:
            job()
        except ValidationError as refusal:
            return refusal.messages
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(run, jobs))


def overlapping(first, second):
    """The answers of two jobs, the second of which begins when the first has only its commit left."""
    done, over = threading.Event(), threading.Event()

    def holding():
        try:
            with transaction.atomic():
                first()
                done.set()
                over.wait(COMMITS_AFTER)
        finally:
            done.set()

    def after():
        done.wait(20)
        try:
            second()
        finally:
            over.set()

    return at_once(holding, after)
