"""What the worker does between tasks, every minute: small, repeatable, harmless when done twice.

Apps above add their own chores when they start: this module cannot know them.
"""

from collections.abc import Callable

from branches import audit, log_keeping, sign_ins

_chores: list[Callable[[], object]] = [audit.seal_pending, log_keeping.remove_aged, sign_ins.forget_old]


def every_minute() -> None:
    """Do all chores: seal the log of the last minute, remove aged entries and old sessions, what apps added."""
    for chore in _chores:
        chore()


def add_chore(chore: Callable[[], object]) -> None:
    """Have the worker do this every minute, too; adding it twice changes nothing."""
    if chore not in _chores:
        _chores.append(chore)
