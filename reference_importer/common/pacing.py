"""Keeps to a rate limit that is counted in fixed windows of the vendor's clock.

The vendor tells, in every answer, the window's limit, what remained *before* the call was counted, and when the
window ends. With calls in flight the exact use is unknown, but it has a bound that needs no guessing: every answered
call is within the highest count seen, every other one is in flight. So at most ``seen + in flight`` calls are used,
and a call may start while that is below the limit.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from reference_importer.common.clock import Clock
from reference_importer.common.errors import StoppedError

WAKE_S = 0.25
#: After a refusal that tells no time, and the least wait after any refusal.
UNTOLD_PAUSE_S, LEAST_PAUSE_S = 1.0, 0.05


@dataclass(frozen=True, slots=True)
class RateFacts:
    """What one answer says about the rate limit; None where it says nothing."""

    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None
    retry_after: float | None = None
    date: float | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> RateFacts:
        """Read the X-RateLimit-*, Retry-After and Date headers; junk counts as absent."""
        limit, remaining = _number(headers.get("X-RateLimit-Limit")), _number(headers.get("X-RateLimit-Remaining"))
        return cls(
            limit=None if limit is None else int(limit),
            remaining=None if remaining is None else int(remaining),
            reset=_number(headers.get("X-RateLimit-Reset")),
            retry_after=_number(headers.get("Retry-After")),
            date=_date(headers.get("Date")),
        )


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _date(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text or "").timestamp()
    except ValueError:
        return None


@dataclass(slots=True)
class ServerClock:
    """The vendor's clock, as far as its Date headers (whole seconds) pin it down.

    An answer dated `d`, sent at `s` and received at `r`, bounds the offset: d - r <= offset < d + 1 - s. The bounds
    narrow with every answer; when they contradict each other a clock was set, and the newest answer counts.
    """

    low: float = -math.inf
    high: float = math.inf

    def learn(self, date: float, sent: float, received: float) -> None:
        low, high = max(self.low, date - received), min(self.high, date + 1 - sent)
        if low > high:
            low, high = date - received, date + 1 - sent
        self.low, self.high = low, high

    def at(self, now: float) -> float:
        """The vendor's time, never ahead of it: a window is only called over when it certainly is."""
        return now + self.low if math.isfinite(self.low) else now


@dataclass(slots=True)
class RateWindow:
    """The arithmetic of one fixed window, without threads or waiting."""

    server: ServerClock = field(default_factory=ServerClock)
    limit: float | None = None
    #: The least limit that a refusal told: a workspace's may be less than the app's, which all other answers tell.
    ceiling: float = math.inf
    used: float = 0
    reset: float | None = None
    in_flight: int = 0
    paused_until: float = 0.0

    def delay(self, now: float) -> float:
        """Seconds until a call may start; 0 is now, infinity is "not before an answer comes in"."""
        if now < self.paused_until:
            return self.paused_until - now
        if self.limit is None:
            return 0.0 if self.in_flight == 0 else math.inf
        if self.reset is not None and self.server.at(now) >= self.reset:
            self.used, self.reset = 0, None
        if self.used + self.in_flight < min(self.limit, self.ceiling):
            return 0.0
        if self.reset is None:
            return math.inf if self.in_flight else 0.0
        return self.reset - self.server.at(now)

    def start(self) -> None:
        self.in_flight += 1

    def finish(self, sent: float, now: float, facts: RateFacts | None, refused: bool) -> None:
        """A call ended; `facts` is None when it had no answer, and it must then be taken as counted."""
        self.in_flight -= 1
        if facts is None:
            self.used += 1
            return
        if facts.date is not None:
            self.server.learn(facts.date, sent, now)
        if facts.limit is not None and facts.remaining is not None:
            self._count(facts.limit, facts.limit - facts.remaining + 1, facts.reset)
        elif self.limit is None:
            self.limit = math.inf
        if refused:
            self._refuse(now, facts)

    def _count(self, limit: int, used: int, reset: float | None) -> None:
        if reset is None or (self.reset is not None and reset < self.reset):
            return
        same = reset == self.reset
        self.limit, self.reset = limit, reset
        self.used = max(self.used, used) if same else used

    def _refuse(self, now: float, facts: RateFacts) -> None:
        """RefusedError: the window is used up, whoever used it, until it ends or the vendor's own word for it."""
        self.ceiling = min(self.ceiling, facts.limit or math.inf)
        pause = facts.retry_after
        if facts.reset is not None and (pause is None or facts.remaining == 0):
            pause = max(pause or 0.0, facts.reset - self.server.at(now))
        wanted = UNTOLD_PAUSE_S if pause is None else max(pause, LEAST_PAUSE_S)
        self.paused_until = max(self.paused_until, now + wanted)


class Pacer:
    """One window shared by all workers."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock, self._stop = clock, stop
        self._changed = threading.Condition()
        self.window = RateWindow()

    def acquire(self) -> float:
        """Wait until a call may start; returns the time at which it does. Raises StoppedError when the run stops."""
        with self._changed:
            while True:
                if self._stop.is_set():
                    raise StoppedError
                delay = self.window.delay(self._clock.now())
                if delay <= 0:
                    self.window.start()
                    return self._clock.now()
                self._clock.wait_notified(self._changed, min(delay, WAKE_S))

    def settle(self, sent: float, headers: Mapping[str, str] | None, *, refused: bool = False) -> None:
        """Tell how a call that started at `sent` ended: its headers, or None when there was no answer."""
        facts = None if headers is None else RateFacts.of(headers)
        with self._changed:
            self.window.finish(sent, self._clock.now(), facts, refused)
            self._changed.notify_all()
