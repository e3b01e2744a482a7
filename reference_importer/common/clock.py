"""The only module that reads the time or waits."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Time as the importer sees it. Tests pass a virtual one."""

    def now(self) -> float:
        """Wall clock, seconds since the epoch."""

    def monotonic(self) -> float:
        """Seconds that never run backwards, for durations."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until `event` is set or `seconds` have passed; True when it is set."""

    def wait_notified(self, condition: threading.Condition, seconds: float) -> None:
        """Wait on a held `condition` for at most `seconds`."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(seconds)

    def wait_notified(self, condition: threading.Condition, seconds: float) -> None:
        condition.wait(seconds)
