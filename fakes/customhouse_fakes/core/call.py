"""One request on its way through a fake."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from .sandbox import Sandbox


@dataclass(slots=True, frozen=True)
class Request:
    """What arrived, in plain Python. `path` is percent-decoded; header names are lower case, the last one wins."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_string, keep_blank_values=True))


class Call:
    """A request that was let in: whose it is, what it asks for. `version` and `json` are set by the provider."""

    __slots__ = ("credential", "json", "operation", "request", "sandbox", "version")

    def __init__(self, request: Request, sandbox: Sandbox, credential: str, operation: str | None) -> None:
        self.request = request
        self.sandbox = sandbox
        self.credential = credential
        self.operation = operation
        self.version: Any = None
        self.json: Any = None

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
