"""Fixed-window rate limits on the sandbox's clock.

Windows are fixed to the wall clock: they flip at every multiple of their length, whoever calls when
(Intercom contract section 6, recorded traffic). Every call counts, refused and failed ones too. A test that must know
how far the next flip is lets them begin with its account instead.
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

    def spent(self, now: float, wait_s: float | None) -> Quota:
        """As a refusal shows it: nothing left, and the reset after `wait_s` seconds if somebody names them."""
        return self._replace(remaining=0, reset=self.reset if wait_s is None else math.ceil(now + wait_s))


class FixedWindow:
    """`limit` calls in each window of `seconds`, of which one began at `origin`; counts one caller."""

    __slots__ = ("count", "limit", "name", "origin", "seconds", "window")

    def __init__(self, name: str, limit: int, seconds: float, origin: float = 0.0) -> None:
        self.name = name
        self.limit = limit
        self.seconds = seconds
        self.origin = origin
        self.window = -1
        self.count = 0

    def hit(self, now: float) -> Quota:
        window = self._turn(now)
        left = max(0, self.limit - self.count)
        self.count += 1
        return Quota(self.name, self.limit, left, self._end(window), window, left > 0)

    def use_up(self, now: float) -> Quota:
        """Let others have made all calls of this window that were left."""
        window = self._turn(now)
        self.count = max(self.count, self.limit)
        return Quota(self.name, self.limit, 0, self._end(window), window, allowed=False)

    def _turn(self, now: float) -> int:
        window = int((now - self.origin) // self.seconds)
        if window != self.window:
            self.window = window
            self.count = 0
        return window

    def _end(self, window: int) -> int:
        return math.ceil(self.origin + (window + 1) * self.seconds)


class RateLimiter:
    """One window for each credential (app) and one that all credentials of the sandbox share (workspace)."""

    def __init__(self, clock: Clock, *, app: int, workspace: int, window_s: float, origin: float = 0.0) -> None:
        self._clock = clock
        self._origin = origin
        self._app_limit = app
        self._seconds = window_s
        self._apps: dict[str, FixedWindow] = {}
        self._workspace = FixedWindow("workspace", workspace, window_s, origin)

    def hit(self, credential: str) -> Quota:
        """Count a call. The answer is the app's quota unless it is the workspace's that refuses."""
        now = self._clock.now()
        own = self._app(credential).hit(now)
        shared = self._workspace.hit(now)
        return own if shared.allowed or not own.allowed else shared

    def use_up(self, credential: str) -> Quota:
        """Use up the app's window, as if it had made other calls elsewhere: what the call at hand is told then."""
        return self._app(credential).use_up(self._clock.now())

    def _app(self, credential: str) -> FixedWindow:
        window = self._apps.get(credential)
        if window is None:
            window = self._apps[credential] = FixedWindow("app", self._app_limit, self._seconds, self._origin)
        return window
