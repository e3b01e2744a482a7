"""Watches the exchanges of the running importers, and ends them where the plan or a ceiling says so.

Called on the fake's event loop, when an answer is decided and before it is sent: a kill is therefore exact.
"""

import signal
import threading
from collections.abc import Callable
from fnmatch import fnmatchcase

from customhouse_conformance.adapters import Run
from customhouse_conformance.scenarios import Ceilings
from customhouse_conformance.scenarios.plans import Kill, Step
from customhouse_fakes.core.journal import Exchange as JournalRow


class Watch:
    """The watch over one group of steps that run at the same time.

    `on_kill` is called when the plan has killed one, on the fake's loop, before it looks at another request.
    """

    def __init__(self, ceilings: Ceilings, on_kill: Callable[[], None] = lambda: None) -> None:
        self._ceilings = ceilings
        self._on_kill = on_kill
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._kills: dict[str, tuple[Kill, int]] = {}
        self._marks: dict[str, str] = {}
        self._seen = 0

    def start(self, step: Step, start: Callable[[], Run]) -> Run:
        """Start an importer under watch: no exchange of its is looked at before it can be killed."""
        with self._lock:
            run = self._runs[step.label] = start()
            if step.kill is not None:
                self._kills[step.label] = (step.kill, 0)
            return run

    def on_exchange(self, row: JournalRow) -> None:
        """Count, and kill if it is time."""
        with self._lock:
            self._seen += 1
            if self._seen >= self._ceilings.requests:
                for label in self._runs:
                    self._end(label, "request-ceiling")
            for label, (kill, seen) in list(self._kills.items()):
                self._count_towards(label, kill, seen, row.operation or "")

    def out_of_time(self, label: str) -> None:
        """End a run whose seconds are over."""
        with self._lock:
            self._end(label, "time-ceiling")

    def out_of_room(self, label: str) -> None:
        """End a run that has written more than it may."""
        with self._lock:
            self._end(label, "disk-ceiling")

    def is_stopped(self, label: str) -> bool:
        """Whether a ceiling has ended a run, though its death may not have been seen yet."""
        with self._lock:
            return self._marks.get(label, "").endswith("-ceiling")

    def ended_by(self, label: str, exit_code: int | None) -> str:
        """How a run ended. A mark counts only if the signal really was what ended it."""
        return self._marks.get(label, "itself") if exit_code in (None, -signal.SIGKILL) else "itself"

    def _count_towards(self, label: str, kill: Kill, seen: int, operation: str) -> None:
        if fnmatchcase(operation, kill.operation):
            self._kills[label] = (kill, seen + 1)
            if seen + 1 == kill.nth:
                self._end(label, "killed-by-plan")
                self._on_kill()

    def _end(self, label: str, mark: str) -> None:
        self._marks.setdefault(label, mark)
        self._runs[label].kill()
