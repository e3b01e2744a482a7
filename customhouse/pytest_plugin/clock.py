"""The clock of an account, from a test's thread."""

from __future__ import annotations

from customhouse_fakes.core.sandbox import Sandbox
from customhouse_fakes.core.serving import Harness


class Clock:
    """Epoch seconds. Rate windows, stamps, search lag, imports, retries and delays of the account follow it.

    It moves forward only, except by `reset`; `ClockError` otherwise.
    """

    def __init__(self, harness: Harness, sandbox: Sandbox) -> None:
        self._run = harness.run
        self._clock = sandbox.clock

    def now(self) -> float:
        return self._run(self._clock.now)

    @property
    def frozen(self) -> bool:
        return self._clock.frozen

    def freeze(self, at: float | None = None) -> float:
        """Stop it, now or at a later instant."""
        return self._run(self._clock.freeze, at)

    def advance(self, seconds: float) -> float:
        """Move it forward, frozen or not: who waits for a window, a retry or an import need not wait."""
        return self._run(self._clock.advance, seconds)

    def set(self, at: float) -> float:
        """Move it forward to an instant."""
        return self._run(self._clock.set, at)

    def reset(self) -> float:
        """Back to the machine's time, running."""
        return self._run(self._clock.reset)
