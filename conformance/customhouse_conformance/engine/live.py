"""Importers that run now, so that an interrupted suite leaves none behind."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from customhouse_conformance.adapters import Run


class LiveRuns:
    """A set of runs, safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: set[Run] = set()
        self._over = False

    @contextmanager
    def holding(self, run: Run) -> Iterator[None]:
        """Know a run while it lives, and close it in any case."""
        with self._lock:
            self._runs.add(run)
            over = self._over
        if over:
            run.kill()
        try:
            yield
        finally:
            with self._lock:
                self._runs.discard(run)
            run.close()

    @property
    def over(self) -> bool:
        """Whether nothing is to be started any more."""
        return self._over

    def kill_all(self) -> None:
        """End all of them, and whatever is started from now on."""
        with self._lock:
            self._over = True
            runs = list(self._runs)
        for run in runs:
            run.kill()

    def close_all(self) -> None:
        """End all of them, and return when nothing of theirs is left."""
        self.kill_all()
        with self._lock:
            runs = list(self._runs)
        for run in runs:
            run.close()
