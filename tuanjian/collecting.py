"""Leave the search for cyclic garbage out while many objects are made that all stay.

With a million live objects every search looks at all of them and finds nothing: of a long import it took a third of the
time. What is not part of a cycle is freed as always.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
