"""What a fake must offer beside its account: a dialect, routes, and the grades of what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from flask import Flask

from .answers import Answer
from .call import Call
from .model import Model
from .ratelimit import Quota
from .request import Request


class Dialect(Protocol):
    """How a vendor says what is not about its resources. Every answer gets `finish`ed before it is sent."""

    def credential(self, headers: Mapping[str, str]) -> str | None:
        """The token in the request's headers (lower-case names), in whatever scheme the vendor accepts."""
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
