"""All sandboxes of a process, found by credential or by id."""

from __future__ import annotations

from collections import deque
from typing import Any

from .clock import Clock
from .doors import Doors
from .errors import HarnessError, LostError, NotFoundError
from .journal import Exchange
from .provider import Provider
from .randomness import mint, secret_token
from .sandbox import Sandbox
from .shards.losses import Losses
from .surroundings import Surroundings

DEVELOPMENT = "dev"


class Registry:
    """Which credential opens which sandbox. Requests that open none are kept as strays."""

    def __init__(
        self,
        providers: dict[str, Provider],
        *,
        strays: int = 1000,
        surroundings: Surroundings | None = None,
        doors: Doors | None = None,
        losses: Losses | None = None,
    ) -> None:
        self.providers = providers
        self.surroundings = surroundings or Surroundings()
        self.sandboxes: dict[str, Sandbox] = {}
        self.strays: deque[tuple[str, Exchange]] = deque(maxlen=strays)
        self.strays_total = 0
        self.clock = Clock()
        self.losses = losses or Losses()
        self._doors = doors or Doors()
        self._made = 0

    def create(self, provider: str, *, id: str | None = None, **settings: Any) -> Sandbox:
        """A new sandbox (`profile`, `limits`, `seed`, `app`); `HarnessError` for an unknown provider or a taken id."""
        if provider not in self.providers:
            raise HarnessError(f"there is no provider {provider!r} here; there are: {', '.join(self.providers)}")
        self._made += 1
        name = id or mint.make(lambda: f"{provider}-{self._made}-{secret_token()[:6]}")
        if name in self.sandboxes:
            raise HarnessError(f"there is a sandbox {name!r} already; delete it first or choose another id")
        sandbox = Sandbox(name, self.providers[provider], surroundings=self.surroundings, doors=self._doors, **settings)
        self.sandboxes[name] = sandbox
        self.losses.replaced(name)
        return sandbox

    def add_credential(self, sandbox: Sandbox) -> dict[str, str]:
        """A further app of the same account: its calls have their own rate window and share the account's."""
        key = f"token_{len(sandbox.tokens()) + 1}"
        token = secret_token()
        sandbox.add_credential(key, token)
        return {"token": token}

    def note_stray(self, provider: str, row: Exchange) -> None:
        """Keep a request that no sandbox owns, so that a mistyped token is seen and not lost."""
        row.bound()
        self.strays_total += 1
        row.n = self.strays_total
        self.strays.append((provider, row))

    def tokens(self) -> tuple[str, ...]:
        """Every credential that opens anything here."""
        return tuple(token for sandbox in self.sandboxes.values() for token in sandbox.secrets())

    def profile(self, provider: str) -> Any:
        """Whose habits show while nobody is known: the only sandbox's, or the development one's; else the defaults."""
        own = [sandbox for sandbox in self.sandboxes.values() if sandbox.provider.name == provider]
        chosen = own[0] if len(own) == 1 else self.sandboxes.get(f"{provider}-{DEVELOPMENT}")
        return chosen.profile if chosen else self.providers[provider].profile_type()

    def by_token(self, provider: str, token: str) -> tuple[Sandbox, str] | None:
        """The sandbox and the name of the credential, or None."""
        return self._doors.find(provider, token)

    def get(self, id: str) -> Sandbox:
        """Raises `LostError` for a sandbox that died with its process, `NotFoundError` for one that never was."""
        if loss := self.losses.by_id.get(id):
            raise LostError(loss.why)
        if id not in self.sandboxes:
            raise NotFoundError(f"there is no sandbox {id!r}; GET /_customhouse/sandboxes lists them")
        return self.sandboxes[id]

    def delete(self, id: str) -> None:
        self.get(id).discard()
        del self.sandboxes[id]
