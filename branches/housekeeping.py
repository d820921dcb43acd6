"""What the worker does between tasks, every minute or every second: small, repeatable, harmless when done twice.

Apps above add their own chores when they start: this module cannot know them.
"""

from collections.abc import Callable

from branches import audit, log_keeping, sign_ins

_chores: list[Callable[[], object]] = [audit.seal_pending, log_keeping.remove_aged, sign_ins.forget_old]
_pulses: list[Callable[[], object]] = []


def every_minute() -> None:
    """Do all chores: seal the log of the last minute, remove aged entries and old sessions, what apps added."""
    for chore in _chores:
        chore()


def add_chore(chore: Callable[[], object]) -> None:
    """Have the worker do this every minute, too; adding it twice changes nothing."""
    if chore not in _chores:
        _chores.append(chore)


def every_second() -> None:
    """Do what cannot wait a minute."""
    for pulse in _pulses:
        pulse()


def add_pulse(pulse: Callable[[], object]) -> None:
    """Have the worker do this every second, between tasks; adding it twice changes nothing."""
    if pulse not in _pulses:
        _pulses.append(pulse)
