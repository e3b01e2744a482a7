"""A clock that only moves when somebody waits."""

from __future__ import annotations

import threading


class VirtualClock:
    def __init__(self, at: float = 1_790_000_000.0) -> None:
        self.at = at
        self.waits: list[float] = []
        self.stop_on_wait = False

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.at += seconds
        return event.is_set() or self.stop_on_wait

    def wait_notified(self, condition: threading.Condition, seconds: float) -> None:
        self.at += seconds
