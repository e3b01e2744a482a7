"""Fixed-window rate limits on the sandbox's clock.

Windows are fixed to the wall clock: they flip at every multiple of their length, whoever calls when
(Intercom contract section 6, recorded traffic). Every call counts, refused and failed ones too.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .clock import Clock


class Quota(NamedTuple):
    """What one window said to one call. `remaining` is counted before the call; `reset` is epoch seconds."""

    name: str
    limit: int
    remaining: int
    reset: int
    window: int
    allowed: bool


class FixedWindow:
    """`limit` calls in each window of `seconds`; counts one caller."""

    __slots__ = ("count", "limit", "name", "seconds", "window")

    def __init__(self, name: str, limit: int, seconds: float) -> None:
        self.name = name
        self.limit = limit
        self.seconds = seconds
        self.window = -1
        self.count = 0

    def hit(self, now: float) -> Quota:
        window = int(now // self.seconds)
        if window != self.window:
            self.window = window
            self.count = 0
        left = max(0, self.limit - self.count)
        self.count += 1
        return Quota(self.name, self.limit, left, math.ceil((window + 1) * self.seconds), window, left > 0)


class RateLimiter:
    """One window for each credential (app) and one that all credentials of the sandbox share (workspace)."""

    def __init__(self, clock: Clock, *, app: int, workspace: int, window_s: float) -> None:
        self._clock = clock
        self._app_limit = app
        self._seconds = window_s
        self._apps: dict[str, FixedWindow] = {}
        self._workspace = FixedWindow("workspace", workspace, window_s)

    def hit(self, credential: str) -> Quota:
        """Count a call. The answer is the app's quota unless it is the workspace's that refuses."""
        window = self._apps.get(credential)
        if window is None:
            window = self._apps[credential] = FixedWindow("app", self._app_limit, self._seconds)
        now = self._clock.now()
        own = window.hit(now)
        shared = self._workspace.hit(now)
        return own if shared.allowed or not own.allowed else shared
