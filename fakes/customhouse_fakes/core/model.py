"""What a fake must offer so that a sandbox of it can be made: its switches, its limits, its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from .clock import Clock
from .profiles import AtLeastOne
from .randomness import SeededRandom
from .ratelimit import Quota

if TYPE_CHECKING:
    from .sandbox import Sandbox


@dataclass(frozen=True)
class CoreLimits:
    """Limits that every sandbox has, whatever its provider; `core/profile.toml` says what they mean."""

    journal: AtLeastOne = 10_000
    windows_from: Literal["epoch", "account"] = "epoch"


class Limiter(Protocol):
    def hit(self, credential: str) -> Quota: ...

    def use_up(self, credential: str) -> Quota: ...


class State(Protocol):
    """A provider's data. Records are replaced, never changed in place, so a copy shares them and is cheap."""

    def copy(self) -> Any: ...


class Model(Protocol):
    """One vendor's account, without the ways to talk to it."""

    @property
    def name(self) -> str: ...

    @property
    def profile_type(self) -> type: ...

    @property
    def limits_type(self) -> type[CoreLimits]: ...

    @property
    def operations(self) -> frozenset[str]: ...

    @property
    def tampers(self) -> frozenset[str]:
        """The ways in which a fault can tamper with its webhooks; none where they are not signed."""
        ...

    def new_state(self, profile: Any, random: SeededRandom, clock: Clock) -> State:
        """An empty account; raises `ProfileError` for switches that do not go together."""
        ...

    def new_limiter(self, limits: Any, clock: Clock) -> Limiter: ...

    def new_credentials(self, random: SeededRandom, app: Mapping[str, Any]) -> dict[str, Any]:
        """What a sandbox answers on creation; `token` and `token_…` are credentials.

        Tokens are never repeatable, ids may be. `app` is the document of the app that the sandbox is made for;
        raises `HarnessError` for one that makes no sense.
        """
        ...

    def furnish(self, sandbox: Sandbox) -> None:
        """Tie a state to its sandbox: called when the state is new, reset or restored, and for a further credential."""
        ...

    def seed(self, state: Any, document: dict[str, Any]) -> dict[str, int]:
        """Put records in directly: no limits, no faults, no journal. Returns counts; raises `SeedError`."""
        ...

    def export(self, state: Any) -> Iterator[dict[str, Any]]: ...
