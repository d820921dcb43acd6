"""The process that parses files from strangers: ``python -m tuanjian.spreadsheets.child``, without Django.

Takes one line of JSON (path, name, limits) on standard input, gives lines of JSON on standard output. Whatever happens
to it, a crash included, happens to this process only.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from tuanjian.spreadsheets.gathering import Gathering, as_line
from tuanjian.spreadsheets.opening import gather
from tuanjian.spreadsheets.refusals import FileRefused

if TYPE_CHECKING:
    from tuanjian.spreadsheets.cells import Limits

OUT_OF_MEMORY = 3


def confine(limits: Limits) -> None:
    """Let this process have no more memory, time and files than the limits say, where the system can see to it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def main() -> None:
    """Answer one question and end."""
    question = json.loads(sys.stdin.readline())
    # Dataclasses take longer to load than everything else here.
    limits = cast("Limits", SimpleNamespace(**question["limits"]))
    confine(limits)
    # The process ends before cycles could pile up, and looking for them takes a tenth of its time.
    gc.disable()

    def send(message: dict[str, Any]) -> None:
        sys.stdout.write(as_line(message) + "\n")

    try:
        gather(Path(question["path"]), question["name"], Gathering(limits, send))
    except FileRefused as refusal:
        send({"refused": [refusal.code, refusal.message]})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.flush()
    # Taking everything apart that was read takes longer than starting did, and nobody is left to see it.
    os._exit(0)


if __name__ == "__main__":
    main()
