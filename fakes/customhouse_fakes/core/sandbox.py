"""One isolated account at one provider, chosen by its credential."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from .clock import Clock
from .errors import NotFoundError
from .faults import FaultPlan
from .journal import Journal
from .model import CoreLimits, Limiter, Model, State
from .profiles import parse
from .randomness import SeededRandom


class Sandbox:
    """Owns everything that a test may want of its own: state, journal, clock, faults, limits, seed, profile."""

    def __init__(
        self,
        id: str,
        provider: Model,
        *,
        profile: dict[str, Any] | None = None,
        limits: dict[str, Any] | None = None,
        seed: int | str = 0,
    ) -> None:
        self.id = id
        self.provider = provider
        self.seed = seed
        self.profile: Any = parse(provider.profile_type, profile or {})
        self.limits: CoreLimits = parse(provider.limits_type, limits or {})
        self.clock = Clock()
        self.faults = FaultPlan(provider.operations)
        self.snapshots: dict[str, State] = {}
        self.diagnostics: deque[dict[str, Any]] = deque(maxlen=100)
        self.journal = Journal(self.limits.journal, lambda: tuple(self.tokens()))
        self.random: SeededRandom
        self.limiter: Limiter
        self.state: Any
        self._begin()
        self.credentials = provider.new_credentials(self.random.fork("credentials"))

    def tokens(self) -> list[str]:
        """Every credential that opens this sandbox."""
        return [value for key, value in self.credentials.items() if key == "token" or key.startswith("token_")]

    def reset(self) -> None:
        """As new, with the same credentials, profile and limits. Snapshots are kept."""
        self.clock.reset()
        self.faults.clear()
        self.diagnostics.clear()
        _free_later([self.state, self.journal.clear()])
        self._begin()

    def save(self, name: str) -> None:
        """Keep the state under a name; saving again replaces it."""
        self.snapshots[name] = self.state.copy()

    def restore(self, name: str) -> None:
        """Put a kept state back; the snapshot stays. Journal, clock and limits are not part of it."""
        self.state = self._snapshot(name).copy()

    def forget(self, name: str) -> None:
        self._snapshot(name)
        del self.snapshots[name]

    def note_fault_of_ours(self, kind: str, detail: str, exchange: int | None = None) -> None:
        """List a fault of the harness itself where users can see it."""
        self.diagnostics.append({"at": self.clock.now(), "kind": kind, "detail": detail, "exchange": exchange})

    def _begin(self) -> None:
        self.random = SeededRandom(self.seed)
        self.limiter = self.provider.new_limiter(self.limits, self.clock)
        self.state = self.provider.new_state(self.profile, self.random.fork("state"), self.clock)

    def _snapshot(self, name: str) -> State:
        if name not in self.snapshots:
            kept = ", ".join(sorted(self.snapshots)) or "none"
            raise NotFoundError(f"there is no snapshot {name!r}; kept are: {kept}")
        return self.snapshots[name]


def _free_later(left_behind: list[Any]) -> None:
    """Let go of much memory after the answer is out: freeing 50,000 records takes some 30 ms."""
    try:
        asyncio.get_running_loop().call_soon(left_behind.clear)
    except RuntimeError:  # no loop, nobody waits
        left_behind.clear()
