"""One request on its way through a fake."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from .request import Request
from .sandbox import Sandbox


class Call:
    """A request that was let in: whose it is, what it asks for. `version` and `json` are set by the provider.

    A view may set `hold` to something that its answer has to wait for; the wire does the waiting.
    """

    __slots__ = ("credential", "hold", "json", "operation", "request", "sandbox", "version")

    def __init__(self, request: Request, sandbox: Sandbox, credential: str, operation: str | None) -> None:
        self.request = request
        self.sandbox = sandbox
        self.credential = credential
        self.operation = operation
        self.version: Any = None
        self.json: Any = None
        self.hold: Callable[[], Awaitable[None]] | None = None

    @property
    def state(self) -> Any:
        return self.sandbox.state

    @property
    def profile(self) -> Any:
        return self.sandbox.profile

    @property
    def headers(self) -> dict[str, str]:
        return self.request.headers

    @property
    def query(self) -> dict[str, str]:
        return self.request.query

    @property
    def body(self) -> bytes:
        return self.request.body


_current: ContextVar[Call] = ContextVar("customhouse_call")
enter = _current.set
leave = _current.reset
current = _current.get
