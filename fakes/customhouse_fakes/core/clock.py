"""The one clock. Rate windows, `Date`, reset headers, stamps, job steps and injected delays all read it.

Real by default. It can be frozen, advanced, set and reset; it never runs backwards except by `reset`
(the same rule as Stripe's test clocks, so that nothing already stamped lies in the future).
This module is the only place in the fakes that reads the time of the machine.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress

from .errors import ClockError

#: The first second of the year 9999: dates beyond that year cannot be written, and a running clock needs room.
FARTHEST = 253_370_764_800.0


class Clock:
    """Epoch seconds as a float. Changes must happen on the event loop (see `serving.Harness.run`)."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._frozen_at: float | None = None
        self._changed = asyncio.Event()

    def now(self) -> float:
        if self._frozen_at is not None:
            return self._frozen_at
        return self._source() + self._offset

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None

    def freeze(self, at: float | None = None) -> float:
        """Stop the clock, now or at a later instant."""
        instant = self.now() if at is None else self._not_before_now(at)
        self._frozen_at = instant
        return self._moved()

    def advance(self, seconds: float) -> float:
        """Move forward by `seconds` (0 or more), frozen or not."""
        if seconds < 0:
            raise ClockError(f"cannot advance by {seconds} s: the clock moves forward only; use reset to go back")
        self._not_too_far(self.now() + seconds)
        if self._frozen_at is not None:
            self._frozen_at += seconds
        else:
            self._offset += seconds
        return self._moved()

    def set(self, at: float) -> float:
        """Jump forward to an instant. A frozen clock stays frozen there, a running one runs on from it."""
        instant = self._not_before_now(at)
        if self._frozen_at is not None:
            self._frozen_at = instant
        else:
            self._offset = instant - self._source()
        return self._moved()

    def reset(self) -> float:
        """Back to the machine's time, running."""
        self._offset = 0.0
        self._frozen_at = None
        return self._moved()

    async def sleep(self, seconds: float) -> None:
        """Return when this clock has moved on by `seconds`, whether by itself or because somebody advanced it."""
        deadline = self.now() + seconds
        while (left := deadline - self.now()) > 0:
            changed = self._changed
            # Not `wait_for`, which can lose a cancellation that meets the end of what it waits for (Python 3.11).
            with suppress(TimeoutError):
                async with asyncio.timeout(None if self.frozen else left):
                    await changed.wait()

    def _not_before_now(self, at: float) -> float:
        now = self.now()
        if at < now:
            raise ClockError(f"cannot go back from {now:.3f} to {at:.3f}: the clock moves forward only; use reset")
        self._not_too_far(at)
        return at

    def _not_too_far(self, at: float) -> None:
        if not math.isfinite(at) or at > FARTHEST:
            raise ClockError(
                f"cannot go to {at}: the clock ends where the year 9999 begins ({FARTHEST:.0f}); choose a time before"
            )

    def _moved(self) -> float:
        self._changed.set()
        self._changed = asyncio.Event()
        return self.now()


def monotonic() -> float:
    """Seconds for measuring how long something took; never faked."""
    return time.perf_counter()
