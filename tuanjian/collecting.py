"""Leave the search for cyclic garbage out while many objects are made that all stay.

With a million live objects every search looks at all of them and finds nothing: of a long import it took a third of the
time. What is not part of a cycle is freed as always.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# A page of two hundred lines makes about so many objects at a time.
_MADE_BETWEEN_SEARCHES: Final = 20_000

_lock = threading.Lock()
_pauses = 0


@contextmanager
def paused() -> Iterator[None]:
    """No search inside the block, in the whole process; the last of several blocks to end lets it begin again."""
    global _pauses
    with _lock:
        _pauses += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if not _pauses:
                gc.enable()


def set_apart_what_stays() -> None:
    """Take what is loaded out of the search for good and search less often: for a process that has begun its work.

    Code, models and addresses are half a million objects. Every search through all of them kept some visitor waiting
    for a tenth of a second, one page in twenty of those that make many objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN_SEARCHES)
