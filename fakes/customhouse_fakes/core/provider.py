"""What a fake must offer to the core: its dialect, its state, its app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .answers import Answer
from .call import Call, Request
from .profiles import switch
from .ratelimit import Quota

if TYPE_CHECKING:
    from flask import Flask

    from .clock import Clock
    from .sandbox import Sandbox


@dataclass(frozen=True)
class CoreLimits:
    """Limits that every sandbox has, whatever its provider."""

    journal: int = switch(
        10_000, doc="exchanges kept in the journal", grade="invented", source="a bound of the harness"
    )


class Limiter(Protocol):
    def hit(self, credential: str) -> Quota: ...


class State(Protocol):
    """A provider's data. Records are replaced, never changed in place, so a copy shares them and is cheap."""

    def copy(self) -> Any: ...


class Dialect(Protocol):
    """How a vendor says what is not about its resources. Every answer gets `finish`ed before it is sent."""

    def credential(self, headers: Mapping[str, str]) -> str | None:
        """The token in the request's headers (lower-case names), in whatever scheme the vendor accepts."""
        ...

    def unauthorized(self, request: Request, *, missing: bool) -> Answer: ...

    def throttled(self, call: Call, quota: Quota) -> Answer: ...

    def no_route(self, call: Call, *, wrong_method: bool) -> Answer: ...

    def status(self, call: Call, status: int) -> Answer:
        """An error of that status in the vendor's words: for faults, oversized bodies and our own crashes."""
        ...

    def finish(self, call: Call, answer: Answer, quota: Quota | None) -> None:
        """Add the headers that every answer of the vendor bears."""
        ...


class Provider(Protocol):
    """One vendor's fake. All state hangs on sandboxes: a provider itself is constant."""

    @property
    def name(self) -> str: ...

    @property
    def profile_type(self) -> type: ...

    @property
    def limits_type(self) -> type[CoreLimits]: ...

    @property
    def operations(self) -> frozenset[str]: ...

    @property
    def dialect(self) -> Dialect: ...

    def new_state(self, sandbox: Sandbox) -> State: ...

    def new_limiter(self, limits: Any, clock: Clock) -> Limiter: ...

    def new_credentials(self, sandbox: Sandbox) -> dict[str, str]:
        """What a sandbox answers on creation; `token` and further `token_*` keys are credentials."""
        ...

    def app(self, base: type[Flask]) -> Flask:
        """The vendor's routes; endpoint names are the operations."""
        ...

    def seed(self, state: Any, document: dict[str, Any]) -> dict[str, int]:
        """Put records in directly: no limits, no faults, no journal. Returns counts; raises `SeedError`."""
        ...

    def export(self, state: Any) -> Iterator[dict[str, Any]]: ...

    def answer_problems(self, call: Call, answer: Answer) -> list[str]:
        """How an own answer breaks its schema (strict mode); empty when it does not."""
        ...

    def provenance(self) -> list[dict[str, Any]]: ...
