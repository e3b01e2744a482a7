"""One process at a time on one state file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import IO

from reference_importer.common.clock import Clock

POLL_S = 0.1

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class StateLock:
    """An advisory lock that the system drops when its process dies, however it dies."""

    def __init__(self, state: Path, clock: Clock) -> None:
        self._path = state.with_name(state.name + ".lock")
        self._clock = clock

    @contextmanager
    def held(self, say: Callable[[str], None]) -> Iterator[None]:
        """Hold the lock; when another process has it, say so and wait for it to end."""
        with self._path.open("ab") as file:
            if not _try_lock(file):
                say(f"another run is using {self._path.name}; waiting for it to end")
                while not _try_lock(file):
                    self._clock.wait(Event(), POLL_S)
            yield
