"""One isolated account at one provider, chosen by its credential."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping
from typing import Any

from .clock import Clock
from .deliveries import Deliveries
from .doors import Doors
from .errors import NotFoundError
from .faults import FaultPlan
from .journal import Journal
from .model import CoreLimits, Limiter, Model, State
from .outbox import Outbox
from .profiles import parse
from .randomness import SeededRandom
from .surroundings import Surroundings
from .tasks import Tasks


class Sandbox:
    """Owns everything that a test may want of its own: state, journal, clock, faults, limits, seed, profile.

    What it sends (webhooks, mail) and what it does in the background are its own too, and end with it.
    """

    def __init__(  # noqa: PLR0913 - the settings of a sandbox, each by name
        self,
        id: str,
        provider: Model,
        *,
        profile: dict[str, Any] | None = None,
        limits: dict[str, Any] | None = None,
        seed: int | str = 0,
        app: Mapping[str, Any] | None = None,
        surroundings: Surroundings | None = None,
        doors: Doors | None = None,
    ) -> None:
        self.id = id
        self.provider = provider
        self.seed = seed
        self.app = dict(app or {})
        self.profile: Any = parse(provider.profile_type, profile or {})
        self.limits: CoreLimits = parse(provider.limits_type, limits or {})
        self.surroundings = surroundings or Surroundings()
        self.clock = Clock()
        self.faults = FaultPlan(provider.operations, provider.tampers)
        self.snapshots: dict[str, State] = {}
        self.diagnostics: deque[dict[str, Any]] = deque(maxlen=100)
        self.journal = Journal(self.limits.journal, self.secrets)
        self.tasks = Tasks(lambda detail: self.note_fault_of_ours("crash", detail))
        self.deliveries = Deliveries(self.clock, self.surroundings.targets, self.faults, self.journal.add, self.spawn)
        self.outbox = Outbox(self.clock.now, self.surroundings.smtp, self.spawn)
        self.credentials = provider.new_credentials(SeededRandom(seed).fork("credentials"), self.app)
        self.random: SeededRandom
        self.limiter: Limiter
        self.state: Any
        self._doors = doors or Doors()
        self._admitted: dict[str, str] = {}
        self._hidden: set[str] = set()
        self._begin()

    def tokens(self) -> list[str]:
        """Every credential that opens this sandbox."""
        return list(self._admitted)

    def secrets(self) -> tuple[str, ...]:
        """What must not be shown: tokens, and what was hidden."""
        return (*self._admitted, *self._hidden)

    def hide(self, secret: str) -> None:
        """Keep a secret that opens nothing here out of everything that is shown."""
        self._hidden.add(secret)

    def add_credential(self, name: str, token: str) -> None:
        """One more of the sandbox's own credentials: it survives resets."""
        self.credentials[name] = token
        self._furnish()

    def admit(self, credential: str, name: str) -> None:
        """Let one more credential open this sandbox, until it is reset."""
        self._admitted[credential] = name
        self._doors.open(credential, self, name)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something in the background until it ends, or the sandbox is reset or deleted. On the loop only."""
        return self.tasks.spawn(work)

    def reset(self) -> None:
        """As new, with the same credentials, profile and limits. Snapshots are kept."""
        self.close()
        self.clock.reset()
        self.faults.clear()
        self.diagnostics.clear()
        _free_later([self.state, self.journal.clear()])
        self.deliveries.clear()
        self.outbox.clear()
        self._begin()

    def close(self) -> list[asyncio.Task[None]]:
        """Let nobody in any more and cancel what runs; the tasks that are ending."""
        self._doors.shut(self, self._admitted)
        self._admitted.clear()
        self._hidden.clear()
        return self.tasks.cancel()

    def discard(self) -> None:
        """Close for good, and let go of what it held now: it is part of cycles, and they are looked for seldom."""
        self.close()
        _free_later([self.state, self.journal.clear(), self.snapshots])
        self.snapshots = {}
        self.state = self.provider.new_state(self.profile, SeededRandom(self.seed), self.clock)
        self.deliveries.clear()
        self.outbox.clear()

    def save(self, name: str) -> None:
        """Keep the state under a name; saving again replaces it."""
        self.snapshots[name] = self.state.copy()

    def restore(self, name: str) -> None:
        """Put a kept state back; the snapshot stays. Journal, clock and limits are not part of it.

        What runs in the background is cancelled: it belongs to the state that goes.
        """
        kept = self._snapshot(name).copy()
        self.close()
        self.state = kept
        self._furnish()

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
        self._furnish()

    def _furnish(self) -> None:
        for key, value in self.credentials.items():
            if key == "token" or key.startswith("token_"):
                self.admit(value, key)
        self.provider.furnish(self)

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
