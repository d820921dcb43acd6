"""Reading a spreadsheet file somebody uploaded, in a process of its own."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings

from tuanjian.spreadsheets.cells import Limits, Workbook
from tuanjian.spreadsheets.child import OUT_OF_MEMORY
from tuanjian.spreadsheets.gathering import BrokenOff, Gathering, put_together
from tuanjian.spreadsheets.opening import gather
from tuanjian.spreadsheets.refusals import FileRefused

_ROOT: Final = Path(__file__).resolve().parents[2]
# Without the packages installed: looking for them is a third of the start of an interpreter.
_COMMAND: Final = [sys.executable, "-E", "-s", "-S", "-X", "utf8", "-m", "tuanjian.spreadsheets.child"]
_NEEDED_BY_WINDOWS: Final = ("SYSTEMROOT",)
_OUT_OF_TIME: Final = -24  # SIGXCPU, which is not there on every system
_LONGEST_NAME: Final = 100
# Takes how many rows have been read, and how many thousandths of the file that is, 0 while nobody knows.
Told = Callable[[int, int], None]
_logger = logging.getLogger(__name__)


def read_workbook(path: Path, *, name: str, limits: Limits | None = None, told: Told | None = None) -> Workbook:
    """Read a file in a child process; ``name`` is what the user calls it, whose ending has to fit the content.

    Where no limits are given, those of ``TUANJIAN_IMPORT_LIMITS`` hold. ``told`` is called each time some rows have
    come, and not at all for a short file.

    Raises ``FileRefused`` and nothing else for whatever the file may do: time or memory used up is F_TOO_BIG, any
    other end of the child F_CORRUPT. Nothing is written and nothing outside the file is opened.
    """
    limits = limits or settings.TUANJIAN_IMPORT_LIMITS
    question = {"path": str(path.resolve()), "name": name, "limits": asdict(limits)}
    # The child inherits nothing it has no use for: keys and passwords may stand in the environment.
    environment = {key: os.environ[key] for key in _NEEDED_BY_WINDOWS if key in os.environ}
    child = subprocess.Popen(  # noqa: S603 – our own module, the file's name goes in as data
        _COMMAND, cwd=_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with child, _stopped_after(limits.seconds, child) as overdue:
        assert child.stdin is not None  # both are pipes
        assert child.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(json.dumps(question).encode() + b"\n")
            child.stdin.close()
        try:
            return _called(put_together(_counted(_messages(child.stdout), told)), name)
        except BrokenOff as end:
            status = child.wait()
            _logger.warning("The reader of a workbook ended with status %s.", status)
            too_big = overdue.is_set() or status in (OUT_OF_MEMORY, _OUT_OF_TIME)
            raise FileRefused("F_TOO_BIG" if too_big else "F_CORRUPT") from end


def read_in_process(path: Path, *, name: str, limits: Limits | None = None) -> Workbook:
    """Read a file of our own in this process. Only for files that no stranger has touched, and for tests."""
    messages: list[dict[str, Any]] = []
    gather(path, name, Gathering(limits or Limits(), messages.append))
    return _called(put_together(messages), name)


def _called(workbook: Workbook, name: str) -> Workbook:
    printable = "".join(character for character in Path(name).stem if character.isprintable())
    return replace(workbook, called=printable[:_LONGEST_NAME])


def _messages(answers: IO[bytes]) -> Iterator[dict[str, Any]]:
    for line in answers:
        try:
            yield json.loads(line)
        except ValueError as broken:
            # A line without its end is all that is left of a child that was stopped.
            raise BrokenOff from broken


def _counted(messages: Iterable[dict[str, Any]], told: Told | None) -> Iterator[dict[str, Any]]:
    """The messages, and by the way how many rows they have brought."""
    rows = of_sheet = 0
    for message in messages:
        match message:
            case {"rows": [str(marks), *_], "permille": int(permille)} if told is not None:
                of_sheet += len(a2b_base64(marks))
                told(rows + of_sheet, min(max(permille, 0), 1_000))
            case {"restart": True}:
                of_sheet = 0
            case {"merged": _}:
                rows, of_sheet = rows + of_sheet, 0
        yield message


@contextlib.contextmanager
def _stopped_after(seconds: int, child: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """End the child when its time is over, and in any case on the way out; the event tells which it was."""
    overdue = threading.Event()

    def stop() -> None:
        overdue.set()
        child.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield overdue
    finally:
        timer.cancel()
        child.kill()
