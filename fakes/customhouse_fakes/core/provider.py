"""What a fake must offer beside its account: a dialect, routes, and the grades of what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from flask import Flask

from .answers import Answer
from .call import Call
from .clock import Clock
from .errors import HarnessError
from .model import Model
from .ratelimit import Quota, RateLimiter
from .request import Request
from .sandbox import Sandbox


class Dialect(Protocol):
    """How a vendor says what is not about its resources. Every answer gets `finish`ed before it is sent."""

    def credential(self, request: Request) -> str | None:
        """The token of a request, in whatever scheme the vendor accepts. Header names are lower case."""
        ...

    def unauthorized(self, request: Request, profile: Any, *, missing: bool) -> Answer:
        """The answer to a credential that opens nothing, or to none; `profile` as in `Registry.profile`."""
        ...

    def throttled(self, call: Call, quota: Quota) -> Answer: ...

    def no_route(self, call: Call, *, wrong_method: bool) -> Answer: ...

    def status(self, call: Call, status: int) -> Answer:
        """An error of that status in the vendor's words: for faults, oversized bodies and our own crashes."""
        ...

    def finish(self, call: Call, answer: Answer, quota: Quota | None) -> None:
        """Add the headers that every answer of the vendor bears."""
        ...


class Provider(Model, Protocol):
    """One vendor's fake. All state hangs on sandboxes: a provider itself is constant."""

    @property
    def dialect(self) -> Dialect: ...

    def app(self, base: type[Flask]) -> Flask:
        """The vendor's routes; endpoint names are the operations."""
        ...

    def answer_problems(self, call: Call, answer: Answer) -> list[str]:
        """How an own answer breaks its schema (strict mode); empty when it does not."""
        ...

    def provenance(self) -> list[dict[str, Any]]: ...

    def control_views(self) -> Sequence[tuple[str, str, Callable[..., Any]]]:
        """Further control-plane views of this provider's sandboxes: (methods, rule, view) as in `control.views`."""
        ...


class Plain:
    """What a provider does unless it has something special to do: it calls nobody, and its limits are of one kind."""

    tampers: frozenset[str] = frozenset()

    def new_limiter(self, limits: Any, clock: Clock) -> RateLimiter:
        """For limits that have `app`, `workspace` and `window_s`."""
        origin = clock.now() if limits.windows_from == "account" else 0.0
        return RateLimiter(clock, app=limits.app, workspace=limits.workspace, window_s=limits.window_s, origin=origin)

    def furnish(self, sandbox: Sandbox) -> None:
        """A state that needs nothing of its sandbox."""

    def control_views(self) -> Sequence[tuple[str, str, Callable[..., Any]]]:
        return ()


def no_app(provider: str, app: Mapping[str, Any]) -> None:
    """Refuse the document of an app, for providers whose accounts are not made for one."""
    if app:
        raise HarnessError(f"a sandbox of {provider} takes no 'app'; leave it out")
