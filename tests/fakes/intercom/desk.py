"""A desk at the fake Intercom's gate: whole requests in, whole answers out, without sockets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from customhouse_fakes.core.gate import Gate
from customhouse_fakes.core.journal import Exchange
from customhouse_fakes.core.leanflask import LeanFlask
from customhouse_fakes.core.registry import Registry
from customhouse_fakes.core.request import Request
from customhouse_fakes.intercom.provider import IntercomProvider
from customhouse_fakes.intercom.state.workspace import Workspace


@dataclass(frozen=True)
class Reply:
    """One answer, and the journal's row of it."""

    status: int
    headers: dict[str, str]
    body: bytes
    row: Exchange

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, code and message of the only error."""
        (only,) = self.json["errors"]
        return self.status, only["code"], only["message"]


class Desk:
    """One sandbox. Its clock stands still at the beginning of a rate window; own answers are checked on the way."""

    def __init__(self, **settings: Any) -> None:
        provider = IntercomProvider()
        self.registry = Registry({"intercom": provider})
        self.sandbox = self.registry.create("intercom", **settings)
        self.gate = Gate(provider, self.registry, provider_app(provider), strict=True)
        self.clock = self.sandbox.clock
        self.clock.freeze((self.clock.now() // 10 + 1) * 10)
        self.token = self.sandbox.credentials["token"]

    @property
    def state(self) -> Workspace:
        workspace: Workspace = self.sandbox.state
        return workspace

    def seed(self, **document: Any) -> dict[str, int]:
        return self.sandbox.provider.seed(self.state, document)

    def send(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        version: str | None = "2.16",
        headers: dict[str, str] | None = None,
        token: str | None = None,
    ) -> Reply:
        """Send a request; `body` is bytes, or something that becomes JSON."""
        path, _, query = target.partition("?")
        sent = {"authorization": f"Bearer {token or self.token}"}
        if version is not None:
            sent["intercom-version"] = version
        raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        passage = self.gate.admit(Request(method, path, query, sent | (headers or {}), raw))
        self.gate.answer(passage)
        answer = passage.answer
        assert answer is not None
        assert list(self.sandbox.diagnostics) == []
        return Reply(answer.status, answer.headers, answer.body, passage.row)

    def good(self, method: str, target: str, body: Any = None, **options: Any) -> Any:
        """The JSON of an answer that must be a good one."""
        reply = self.send(method, target, body, **options)
        assert reply.status < 300, reply.body
        return reply.json

    def export(self, type: str = "contact") -> list[dict[str, Any]]:
        return [line for line in self.sandbox.provider.export(self.state) if line["type"] == type]


def provider_app(provider: IntercomProvider) -> LeanFlask:
    app = provider.app(LeanFlask)
    assert isinstance(app, LeanFlask)
    return app
